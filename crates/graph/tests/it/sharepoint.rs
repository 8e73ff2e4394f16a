//! SharePoint lists against the simulator: rows written and read back, other people's changes, and
//! every fault that can befall a write.

use std::time::Duration;

use graph::{
    Client, Cloud, ColumnKind, Credential, Error, Field, Fields, NewColumn, Settings, Site, Write,
    WriteError,
};
use microsoft_sim::{Call, Fault, FaultKind, Options, RetryAfter, Simulator, SiteView, World};
use serde_json::json;
use url::Url;

struct Office {
    simulator: Simulator,
    view: SiteView,
    settings: Settings,
}

impl Office {
    async fn open() -> Office {
        Office::opening(Options::default()).await
    }

    async fn opening(options: Options) -> Office {
        let simulator = Simulator::start(World::demo(), options).await.unwrap();
        let url = Url::parse(&simulator.base_url()).unwrap();
        let cloud = Cloud {
            authority: url.clone(),
            graph: url,
        };
        let settings = Settings {
            request_timeout: Duration::from_secs(10),
            max_attempts: 3,
            ..Settings::new(cloud)
        };
        let view = simulator.site().unwrap();
        Office {
            simulator,
            view,
            settings,
        }
    }

    fn site(&self) -> Site {
        self.site_called(&self.view.site_id)
    }

    fn site_called(&self, id: &str) -> Site {
        let it = self.simulator.credential(&self.view.tenant);
        let (tenant, client) = (it.tenant_id.to_string(), it.client_id.to_string());
        let credential =
            Credential::new(&tenant, &client, &it.certificate_der, &it.key_pem).unwrap();
        Client::new(&self.settings)
            .unwrap()
            .tenant(credential)
            .site(id)
    }

    fn order(&self, call: Call, kind: FaultKind, times: Option<u32>) {
        self.simulator.clear_faults();
        self.simulator.order(Fault {
            tenant: None,
            call,
            kind,
            times,
        });
    }

    fn licences(&self) -> &str {
        &self.view.licences
    }

    /// Puts so many rows into the licence list, and reads them.
    async fn rows(&self, count: usize) -> Vec<graph::Item> {
        for n in 0..count {
            let row = json!({"Title": format!("P{n}"), "Tenant": "T", "Frei": n});
            self.simulator.put_row(self.licences(), row);
        }
        self.site()
            .items(self.licences(), &["Title", "Frei"])
            .await
            .unwrap()
            .items
    }
}

fn row(n: u32) -> Fields {
    Fields::from([
        ("Title".to_owned(), Field::Text(format!("P{n}"))),
        ("Tenant".to_owned(), Field::Text("T".to_owned())),
        ("Frei".to_owned(), Field::Number(f64::from(n))),
        ("Infosup".to_owned(), Field::Flag(true)),
    ])
}

fn update(item: &graph::Item, free: f64) -> Write {
    Write::Update {
        id: item.id.clone(),
        etag: item.etag.clone(),
        fields: Fields::from([("Frei".to_owned(), Field::Number(free))]),
    }
}

fn delete(item: &graph::Item) -> Write {
    Write::Delete {
        id: item.id.clone(),
        etag: item.etag.clone(),
    }
}

#[tokio::test]
async fn a_site_its_lists_and_their_columns_are_what_the_world_says() {
    let office = Office::open().await;
    let site = office.site();
    assert_eq!(
        site.about().await.unwrap().id.as_ref(),
        Some(&office.view.site_id)
    );
    let lists = site.lists().await.unwrap();
    let name = |id: &str| {
        lists
            .items
            .iter()
            .find(|it| it.id == id)?
            .display_name
            .clone()
    };
    assert_eq!(name(office.licences()).as_deref(), Some("Lizenzen"));
    let columns = site.columns(office.licences()).await.unwrap();
    assert!(columns.remarks.is_empty(), "{:?}", columns.remarks);
    let kind = |name: &str| {
        columns
            .items
            .iter()
            .find(|it| it.name == name)
            .map(|it| it.kind)
    };
    assert_eq!(kind("Title"), Some(ColumnKind::Text));
    assert_eq!(kind("Verf_x00fc_gbar"), Some(ColumnKind::Number));
    assert_eq!(kind("Infosup"), Some(ColumnKind::Boolean));
    let columns = site.columns(&office.view.tenants).await.unwrap().items;
    let expires = columns.iter().find(|it| it.name == "cert_expires").unwrap();
    assert_eq!(expires.kind, ColumnKind::DateTime);
}

#[tokio::test]
async fn rows_are_created_read_updated_and_deleted() {
    let office = Office::open().await;
    let (site, list) = (office.site(), office.licences());
    let writes: Vec<Write> = (0..45).map(|n| Write::Create { fields: row(n) }).collect();
    let made = site.write(list, &writes).await;
    let made: Vec<_> = made.into_iter().map(Result::unwrap).collect();
    let names = ["Title", "Frei", "Infosup"];
    let items = site.items(list, &names).await.unwrap().items;
    assert_eq!(items.len(), 45);
    for (n, (item, made)) in items.iter().zip(&made).enumerate() {
        assert_eq!((&item.id, Some(&item.etag)), (&made.id, made.etag.as_ref()));
        assert_eq!(item.fields["Title"], Field::Text(format!("P{n}")));
        assert_eq!(item.fields["Infosup"], Field::Flag(true));
        assert!(!item.fields.contains_key("Tenant"), "not asked for");
    }
    let whole = site.item(list, &items[0].id).await.unwrap();
    assert_eq!(whole.fields["Tenant"], Field::Text("T".into()));

    let clear = Write::Update {
        id: items[1].id.clone(),
        etag: items[1].etag.clone(),
        fields: Fields::from([("Frei".to_owned(), Field::Null)]),
    };
    let results = site
        .write(list, &[update(&items[0], 7.0), clear, delete(&items[2])])
        .await;
    let results: Vec<_> = results.into_iter().map(Result::unwrap).collect();
    let rows = office.simulator.rows(list);
    assert_eq!(rows.len(), 44);
    assert_eq!(rows[0].fields["Frei"].to_string(), "7", "no fraction");
    assert!(!rows[1].fields.contains_key("Frei"));
    let again = site.item(list, &items[0].id).await.unwrap();
    assert_eq!(
        results[0].etag.as_ref(),
        Some(&again.etag),
        "fit for the next write"
    );
    assert_eq!(results[2].etag, None);
}

#[tokio::test]
async fn a_list_of_many_pages_is_read_whole() {
    let office = Office::open().await;
    assert_eq!(office.rows(5_003).await.len(), 5_003);
    assert_eq!(office.simulator.counts().calls(Call::ListItems), 2);
}

#[tokio::test]
async fn empty_pages_before_the_rows_are_no_end() {
    let office = Office::open().await;
    office.order(Call::ListItems, FaultKind::EmptyPages { pages: 2 }, Some(1));
    assert_eq!(office.rows(3).await.len(), 3);
    assert_eq!(office.simulator.counts().calls(Call::ListItems), 3);
}

#[tokio::test]
async fn what_somebody_else_changed_or_deleted_is_not_overwritten() {
    let office = Office::open().await;
    let (site, list) = (office.site(), office.licences());
    let items = office.rows(4).await;
    for item in &items[..2] {
        office
            .simulator
            .edit_row(list, &item.id, json!({"Frei": 99}));
    }
    office.simulator.remove_row(list, &items[2].id);
    let mut writes: Vec<Write> = items.iter().map(|item| update(item, 1.0)).collect();
    writes.push(delete(&items[0]));
    let results = site.write(list, &writes).await;
    let changed = Err(WriteError::Changed);
    assert_eq!(results[0], changed, "told with 412");
    assert_eq!(results[1], changed, "told with 409");
    assert_eq!(results[2], Err(WriteError::Gone));
    assert!(results[3].is_ok());
    assert_eq!(results[4], changed);
    assert_eq!(office.simulator.rows(list)[0].fields["Frei"], 99);
}

#[tokio::test]
async fn a_throttled_part_comes_through_and_nothing_is_written_twice() {
    let office = Office::open().await;
    let soon = FaultKind::Status {
        status: 429,
        retry_after: Some(RetryAfter::Seconds(0.05)),
    };
    office.order(Call::ListWrite, soon, Some(7));
    let writes: Vec<Write> = (0..25).map(|n| Write::Create { fields: row(n) }).collect();
    let results = office.site().write(office.licences(), &writes).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(office.simulator.counts().list_writes.created, 25);
    assert_eq!(office.simulator.counts().calls(Call::Batch), 2);
}

#[tokio::test]
async fn a_lost_answer_to_a_create_is_in_doubt_and_never_repeated() {
    let creates = || [1, 2].map(|n| Write::Create { fields: row(n) });
    // Inside the batch: the part is a 504 though it was carried out.
    let office = Office::open().await;
    office.order(Call::ListWrite, FaultKind::LostAnswer, Some(1));
    let results = office.site().write(office.licences(), &creates()).await;
    let in_doubt = matches!(
        results[0],
        Err(WriteError::Unclear(Error::Unavailable { .. }))
    );
    assert!(in_doubt && results[1].is_ok(), "{results:?}");
    assert_eq!(office.simulator.rows(office.licences()).len(), 2);

    // Around the batch: the connection is reset after all was carried out.
    let office = Office::open().await;
    office.order(Call::Batch, FaultKind::LostAnswer, Some(1));
    let results = office.site().write(office.licences(), &creates()).await;
    for result in results {
        let error = result.unwrap_err();
        let broke = matches!(
            error,
            WriteError::Unclear(Error::Unreachable { broke: true, .. })
        );
        assert!(broke, "{error:?}");
    }
    assert_eq!(office.simulator.rows(office.licences()).len(), 2);
}

#[tokio::test]
async fn a_lost_answer_to_an_update_is_found_out_by_its_etag() {
    let office = Office::open().await;
    let items = office.rows(2).await;
    office.order(Call::ListWrite, FaultKind::LostAnswer, Some(2));
    let writes = [update(&items[0], 50.0), delete(&items[1])];
    let results = office.site().write(office.licences(), &writes).await;
    assert_eq!(results, [Err(WriteError::Changed), Err(WriteError::Gone)]);
    let rows = office.simulator.rows(office.licences());
    assert_eq!((rows.len(), rows[0].version), (1, 2), "written once");
}

#[tokio::test]
async fn each_fault_of_a_batch_is_certain_or_in_doubt() {
    let office = Office::open().await;
    let settings = Settings {
        request_timeout: Duration::from_secs(2),
        max_attempts: 1,
        ..office.settings.clone()
    };
    let office = Office { settings, ..office };
    let status = |status| FaultKind::Status {
        status,
        retry_after: None,
    };
    let cases = [
        (status(403), true),
        (status(404), true),
        (status(429), true),
        (FaultKind::RevokedToken, true),
        (status(500), false),
        (status(503), false),
        (FaultKind::Hang, false),
        (FaultKind::Reset, false),
        (FaultKind::CutOff, false),
        (FaultKind::InvalidJson, false),
        (FaultKind::Huge { mib: 9 }, false),
        (FaultKind::LostAnswer, false),
    ];
    for (kind, certain) in cases {
        let before = office.simulator.rows(office.licences()).len();
        office.order(Call::Batch, kind.clone(), None);
        let create = Write::Create { fields: row(1) };
        let results = office.site().write(office.licences(), &[create]).await;
        let error = results.into_iter().next().unwrap().expect_err("an error");
        assert_eq!(
            matches!(error, WriteError::NotDone(_)),
            certain,
            "{kind:?}: {error}"
        );
        assert!(!error.advice().is_empty());
        let after = office.simulator.rows(office.licences()).len();
        assert!(after == before || !certain, "{kind:?}");
        assert!(after <= before + 1, "{kind:?}: at most once");
    }
}

#[tokio::test]
async fn a_token_that_is_refused_once_is_replaced() {
    let office = Office::open().await;
    for (call, kind) in [
        (Call::Batch, FaultKind::RevokedToken),
        (Call::Batch, FaultKind::ExpiredToken),
        (Call::ListWrite, FaultKind::ExpiredToken),
    ] {
        office.order(call, kind.clone(), Some(1));
        let create = Write::Create { fields: row(1) };
        let results = office.site().write(office.licences(), &[create]).await;
        assert!(results[0].is_ok(), "{kind:?}: {results:?}");
    }
    assert_eq!(office.simulator.rows(office.licences()).len(), 3);
}

#[tokio::test]
async fn each_fault_of_reading_rows_becomes_an_error_and_never_a_shorter_list() {
    let office = Office::open().await;
    office.rows(3).await;
    let settings = Settings {
        request_timeout: Duration::from_secs(2),
        max_attempts: 1,
        body_limit: 1 << 20,
        ..office.settings.clone()
    };
    let office = Office { settings, ..office };
    let status = |status| FaultKind::Status {
        status,
        retry_after: None,
    };
    let elsewhere = "https://elsewhere.example/v1.0/sites".to_owned();
    for kind in [
        status(403),
        status(429),
        status(503),
        FaultKind::Hang,
        FaultKind::Reset,
        FaultKind::CutOff,
        FaultKind::InvalidJson,
        FaultKind::WrongTypes,
        FaultKind::Huge { mib: 2 },
        FaultKind::ForeignNextLink { url: elsewhere },
        FaultKind::RevokedToken,
    ] {
        office.order(Call::ListItems, kind.clone(), None);
        let error = office.site().items(office.licences(), &[]).await;
        assert!(
            !error.expect_err("an error").advice().is_empty(),
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn what_the_profile_has_wrong_is_said() {
    let office = Office::open().await;
    let nowhere = office.site_called("nowhere.example,1,2");
    assert!(matches!(nowhere.about().await, Err(Error::Gone { .. })));
    let (site, list) = (office.site(), office.licences());
    let error = site
        .items("11111111-2222-3333-4444-555555555555", &[])
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Gone { .. }), "{error:?}");
    let fields = Fields::from([("Nirgends".to_owned(), Field::Number(1.0))]);
    let results = site.write(list, &[Write::Create { fields }]).await;
    let Err(WriteError::NotDone(error)) = &results[0] else {
        panic!("{results:?}");
    };
    assert!(error.to_string().contains("Graph rejects"), "{error}");
    assert!(error.to_string().contains("Nirgends"), "{error}");
    assert!(error.advice().contains("field_mapping"));
}

#[tokio::test]
async fn a_list_and_a_column_can_be_made() {
    let office = Office::open().await;
    let column = |name: &str, kind| NewColumn {
        name: name.to_owned(),
        display_name: None,
        kind,
        indexed: false,
        required: false,
    };
    let columns = [
        column("Frei", ColumnKind::Number),
        column("Infosup", ColumnKind::Boolean),
    ];
    let site = office.site();
    let list = site.create_list("Neu", &columns).await.unwrap();
    let tag = column("Tag", ColumnKind::DateTime);
    let made = site.create_column(&list.id, &tag).await.unwrap();
    assert_eq!(
        (made.name.as_str(), made.kind),
        ("Tag", ColumnKind::DateTime)
    );
    let again = site.create_list("Neu", &[]).await.unwrap_err();
    assert_eq!(again.failure().code.as_deref(), Some("nameAlreadyExists"));
    let kinds = site.columns(&list.id).await.unwrap().items;
    let kind = |name: &str| kinds.iter().find(|it| it.name == name).map(|it| it.kind);
    assert_eq!(kind("Frei"), Some(ColumnKind::Number));
    assert_eq!(kind("Infosup"), Some(ColumnKind::Boolean));
}

#[tokio::test]
async fn the_clients_quota_keeps_it_below_sharepoints() {
    let office = Office::opening(Options {
        throttle: true,
        sharepoint_units: 250,
        ..Options::default()
    })
    .await;
    let settings = Settings {
        site_units_per_minute: 200,
        site_deadline: Duration::from_secs(2),
        ..office.settings.clone()
    };
    let office = Office { settings, ..office };
    let writes: Vec<Write> = (0..60).map(|n| Write::Create { fields: row(n) }).collect();
    let results = office.site().write(office.licences(), &writes).await;
    let written = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(written, 20, "50 units at once, then 3.3 a second");
    let last = results.last().unwrap();
    assert!(
        matches!(last, Err(WriteError::NotDone(Error::Throttled { .. }))),
        "{last:?}"
    );
    assert!(!office.simulator.counts().statuses.contains_key(&429));
}
