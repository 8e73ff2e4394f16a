//! The company's lists through Graph: shapes, pages, filters, writes, and who may do what.

use microsoft_sim::{Options, World};
use serde_json::{Value, json};

use crate::client::{Answer, Session};
use crate::office::{Office, told};

fn names(answer: &Answer) -> Vec<&str> {
    let rows = answer.body["value"].as_array().unwrap().iter();
    rows.map(|row| row["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_site_has_the_lists_of_the_company() {
    let office = Office::open().await;
    let site = format!("/v1.0/sites/{}", office.site.site_id);
    let answer = office.get(&site).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body["id"], office.site.site_id);
    assert_eq!(answer.body["displayName"], "Lizenzen");
    let encoded = site.replace(',', "%2C");
    assert_eq!(office.get(&encoded).await.body, answer.body);

    let lists = office.get(&format!("{site}/lists")).await;
    assert_eq!(names(&lists), ["Mandanten", "Lizenzen", "Parameter"]);
    assert_eq!(lists.body["value"][1]["id"], office.site.licences);
    assert_eq!(lists.body["value"][1]["list"]["template"], "genericList");
    for name in [&office.site.licences, "Lizenzen"] {
        let list = office.get(&office.path(name, "")).await;
        assert_eq!(list.body["id"], office.site.licences);
    }
    let rows = office.session.simulator.rows(&office.site.tenants);
    let titles: Vec<_> = rows.iter().map(|row| &row.fields["Title"]).collect();
    assert_eq!(titles, ["North School", "South School"]);
    assert_eq!(rows[0].fields["enabled"], true);
    let rows = office.session.simulator.rows(&office.site.parameters);
    assert_eq!(rows[0].fields["Parameter"], "Mail");
}

#[tokio::test]
async fn columns_say_both_their_names_and_what_they_take() {
    let office = Office::open().await;
    let answer = office.get(&office.path("Lizenzen", "/columns")).await;
    let columns = answer.body["value"].as_array().unwrap();
    let column = |name: &str| columns.iter().find(|it| it["name"] == name).unwrap();
    let available = column("Verf_x00fc_gbar");
    assert_eq!(available["displayName"], "Verfügbar");
    assert!(available["number"].is_object() && available.get("text").is_none());
    assert_eq!(available["readOnly"], false);
    assert_eq!(column("Title")["indexed"], true);
    assert_eq!(column("Tenant")["indexed"], false);
    assert!(column("technician_informed")["boolean"].is_object());
    // Not every column that people call "Title" can be written to.
    let titles = columns.iter().filter(|it| it["displayName"] == "Title");
    assert_eq!(titles.filter(|it| it["readOnly"] == true).count(), 2);
}

#[tokio::test]
async fn a_list_and_its_columns_are_made() {
    let office = Office::open().await;
    let lists = format!("/v1.0/sites/{}/lists", office.site.site_id);
    let list = json!({
        "displayName": "Neue Lizenzen",
        "columns": [
            {"name": "Verfügbar", "number": {}},
            {"name": "Key", "text": {}, "indexed": true, "enforceUniqueValues": true},
        ],
        "list": {"template": "genericList"},
    });
    let made = office.send("POST", &lists, list.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().unwrap();
    let again = office.send("POST", &lists, list).await;
    assert_eq!(told(&again), (409, "nameAlreadyExists"));

    let columns = office.path(id, "/columns");
    let due = json!({"name": "due", "displayName": "Ablauf", "dateTime": {}});
    let made = office.send("POST", &columns, due.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.body["displayName"], "Ablauf");
    let again = office.send("POST", &columns, due).await;
    assert_eq!(told(&again), (409, "nameAlreadyExists"));
    let all = office.get(&columns).await;
    for name in ["Title", "Verf_x00fc_gbar", "Key", "due"] {
        assert!(names(&all).contains(&name), "{name}");
    }
    let items = office.path(id, "/items");
    let row = json!({"fields": {"Key": "A", "due": "2026-08-10T00:00:00Z"}});
    assert_eq!(office.send("POST", &items, row).await.status, 201);
    let twin = json!({"fields": {"Key": "a"}});
    let refused = office.send("POST", &items, twin).await;
    assert_eq!(told(&refused), (409, "nameAlreadyExists"));
}

#[tokio::test]
async fn lists_and_columns_that_graph_does_not_make_are_refused() {
    let office = Office::open().await;
    let lists = format!("/v1.0/sites/{}/lists", office.site.site_id);
    let columns = office.path("Lizenzen", "/columns");
    let check = async |path: &str, body: Value| {
        let answer = office.send("POST", path, body).await;
        assert_eq!(told(&answer), (400, "invalidRequest"), "{answer:?}");
    };
    let template = json!({"template": "genericList"});
    check(&lists, json!({"name": "X", "list": template})).await;
    check(&lists, json!({"list": template})).await;
    check(&lists, json!({"displayName": "X"})).await;
    check(&columns, json!({"name": "X"})).await;
    check(&columns, json!({"name": "X", "text": {}, "number": {}})).await;
    check(&columns, json!({"text": {}})).await;
    let unique = json!({"name": "X", "text": {}, "enforceUniqueValues": true});
    check(&columns, unique).await;
}

#[tokio::test]
async fn an_item_is_created_read_changed_and_deleted() {
    let office = Office::open().await;
    let made = office.licence("A1 (STANDARDWOFFPACK_STUDENT)").await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().unwrap();
    assert_eq!(id, "1");
    let tag = made.body["eTag"].as_str().unwrap();
    assert!(tag.starts_with('"') && tag.ends_with(",1\""), "{tag}");
    assert_eq!(made.body["@odata.etag"], tag);
    assert_eq!(made.body["fields"]["Frei"], 3);

    let path = office.path(&office.site.licences, &format!("/items/{id}"));
    let bare = office.get(&path).await;
    assert!(bare.body.get("fields").is_none(), "{bare:?}");
    let fields = format!("{path}/fields");
    let changed = json!({"Frei": 0, "Infosup": true, "Tenant": null});
    let changed = office.send("PATCH", &fields, changed).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.body["Frei"], 0);
    assert!(
        changed.body["@odata.etag"]
            .as_str()
            .unwrap()
            .ends_with(",2\"")
    );
    let item = json!({"fields": {"Gebraucht": 7}});
    let item = office.send("PATCH", &path, item).await;
    assert_eq!(
        (item.status, &item.body["fields"]["Gebraucht"]),
        (200, &json!(7))
    );

    let whole = office.get(&format!("{path}?$expand=fields")).await;
    assert!(whole.body["eTag"].as_str().unwrap().ends_with(",3\""));
    let shown = &whole.body["fields"];
    assert_eq!(
        (&shown["Infosup"], &shown["Gebraucht"]),
        (&json!(true), &json!(7))
    );
    assert_eq!(shown["LinkTitle"], shown["Title"]);
    assert!(
        shown.get("Tenant").is_none(),
        "an empty column is absent: {shown}"
    );
    assert_eq!(office.get(&fields).await.body["Title"], shown["Title"]);

    let gone = office.send("DELETE", &path, Value::Null).await;
    assert_eq!((gone.status, gone.body), (204, Value::Null));
    assert_eq!(told(&office.get(&path).await), (404, "itemNotFound"));
    let writes = office.session.simulator.counts().list_writes;
    assert_eq!((writes.created, writes.updated, writes.deleted), (1, 2, 1));
    assert_eq!(
        office.licence("B").await.body["id"],
        "2",
        "ids are used once"
    );
}

#[tokio::test]
async fn the_fields_are_those_that_are_asked_for() {
    let office = Office::open().await;
    office.licence("A").await;
    let items = office.path("Lizenzen", "/items");
    let row = async |query: &str| {
        let answer = office.get(&format!("{items}?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        answer.body["value"][0].clone()
    };
    let keys = |value: &Value| {
        let keys = value.as_object().unwrap().keys();
        keys.cloned().collect::<Vec<_>>()
    };
    assert!(row("").await.get("fields").is_none());
    assert_eq!(row("$expand=fields").await["fields"]["id"], "1");
    for query in [
        "$expand=fields($select=Title,Frei)",
        "expand=fields(select=Title,Frei)",
    ] {
        let row = row(query).await;
        assert_eq!(keys(&row["fields"]), ["@odata.etag", "Frei", "Title"]);
    }
    let row = row("$select=id&$expand=fields($select=Title)").await;
    assert_eq!(keys(&row), ["@odata.etag", "fields", "id"]);
}

#[tokio::test]
async fn pages_follow_one_another_to_the_last_row() {
    let office = Office::open().await;
    let sim = &office.session.simulator;
    for number in 0..205 {
        sim.put_row("Lizenzen", json!({"Title": format!("T{number}")}));
    }
    let items = office.path("Lizenzen", "/items");
    let first = office.get(&items).await;
    assert_eq!(first.body["value"].as_array().unwrap().len(), 200);
    let link = first.body["@odata.nextLink"].as_str().unwrap();
    let path = link.strip_prefix(&sim.base_url()).unwrap();
    // A row that goes meanwhile makes no other row appear twice or not at all.
    sim.remove_row("Lizenzen", "3");
    let second = office.get(path).await;
    let ids = second.body["value"].as_array().unwrap().iter();
    let ids: Vec<_> = ids.map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["201", "202", "203", "204", "205"]);
    assert!(second.body.get("@odata.nextLink").is_none());

    let whole = office.get(&format!("{items}?$top=5000")).await;
    assert_eq!(whole.body["value"].as_array().unwrap().len(), 204);
    // Whatever number a mark holds, there is a page after it.
    let last = "UGFnZWQ9VFJVRSZwX0lEPTE4NDQ2NzQ0MDczNzA5NTUxNjE1";
    let beyond = office.get(&format!("{items}?$skiptoken={last}")).await;
    assert_eq!((beyond.status, &beyond.body["value"]), (200, &json!([])));
    let exact = office.get(&format!("{items}?$top=204")).await;
    assert!(exact.body.get("@odata.nextLink").is_none());
}

#[tokio::test]
async fn a_filter_needs_an_index_or_insists_and_then_meets_empty_pages() {
    let office = Office::open().await;
    for title in ["A", "B", "C"] {
        let fields = json!({"Title": title, "Tenant": format!("of {title}")});
        office.session.simulator.put_row("Lizenzen", fields);
    }
    let items = office.path("Lizenzen", "/items");
    let indexed = format!("{items}?$filter=fields/Title eq 'c'&$top=1");
    let answer = office.get(&indexed).await;
    assert_eq!(answer.body["value"][0]["id"], "3");
    assert!(answer.body.get("@odata.nextLink").is_none());

    let slow = format!("{items}?$filter=fields/Tenant eq 'of C'&$top=2");
    let refused = office.get(&slow).await;
    assert_eq!(told(&refused), (400, "invalidRequest"));
    let message = refused.body["error"]["message"].as_str().unwrap();
    let insist = "HonorNonIndexedQueriesWarningMayFailRandomly";
    assert!(message.contains(&format!("Prefer: {insist}")), "{message}");

    let get = async |path: &str| {
        let headers = [("prefer", insist)];
        let sent = office
            .session
            .send("GET", path, &office.token, &headers, &Value::Null);
        sent.await.unwrap()
    };
    let first = get(&slow).await;
    assert_eq!(first.body["value"], json!([]));
    let link = first.body["@odata.nextLink"].as_str().unwrap();
    let path = link
        .strip_prefix(&office.session.simulator.base_url())
        .unwrap();
    let second = get(path).await;
    assert_eq!(second.body["value"][0]["id"], "3");
    assert!(second.body.get("@odata.nextLink").is_none());
}

#[tokio::test]
async fn what_sharepoint_does_not_take_is_refused_in_its_words() {
    let office = Office::open().await;
    office.licence("A").await;
    let item = office.path("Lizenzen", "/items/1/fields");
    let check = async |fields: Value, word: &str| {
        let answer = office.send("PATCH", &item, fields).await;
        assert_eq!(told(&answer), (400, "invalidRequest"), "{answer:?}");
        let message = answer.body["error"]["message"].as_str().unwrap();
        assert!(message.contains(word), "{message}");
    };
    check(json!({"Frei": "3"}), "Frei").await;
    check(json!({"Infosup": "yes"}), "Infosup").await;
    check(json!({"Title": 3}), "Title").await;
    check(json!({"Verfügbar": 3}), "not recognized").await;
    check(json!({"LinkTitle": "B"}), "read-only").await;
    check(json!({"Title": "x".repeat(256)}), "255").await;
    let row = office.session.simulator.rows("Lizenzen").remove(0);
    assert_eq!((row.version, &row.fields["Frei"]), (1, &json!(3)));

    let check = async |path: String, expected: (u16, &str)| {
        assert_eq!(told(&office.get(&path).await), expected, "{path}");
    };
    let invalid = (400, "invalidRequest");
    let items = office.path("Lizenzen", "/items");
    for query in [
        "$top=0",
        "$top=5001",
        "$skip=1",
        "$orderby=fields/Title",
        "$expand=driveItem",
        "$filter=startswith(fields/Title,'A')",
        "$filter=fields/Nothing eq 'A'",
        "$filter=id eq '1'",
        "$skiptoken=1",
    ] {
        check(format!("{items}?{query}"), invalid).await;
    }
    check(office.path("Lizenzen", "/views"), (400, "BadRequest")).await;
    check(office.path("Lizenzen", "/items/9"), (404, "itemNotFound")).await;
    check(office.path("Nichts", ""), (404, "itemNotFound")).await;
    check("/v1.0/sites/a,b".to_owned(), invalid).await;
    check("/v1.0/sites/a,b,c".to_owned(), (404, "itemNotFound")).await;
    let put = office.send("PUT", &items, json!({})).await;
    assert_eq!(put.status, 405);
    for body in ["{\"fields\":", "[]"] {
        let request = office.session.http.post(office.session.url(&items));
        let request = request.bearer_auth(&office.token).body(body);
        let answer = crate::client::answer(request).await.unwrap();
        assert_eq!(told(&answer), (400, "BadRequest"), "{body}");
    }
}

#[tokio::test]
async fn a_stale_write_is_refused_in_both_ways_and_changes_nothing() {
    let office = Office::open().await;
    let tag = office.licence("A").await.body["eTag"].clone();
    let tag = tag.as_str().unwrap();
    let item = office.path("Lizenzen", "/items/1");
    let fields = format!("{item}/fields");
    let fresh = office
        .send_if(tag, "PATCH", &fields, json!({"Frei": 2}))
        .await;
    assert_eq!(fresh.status, 200, "{fresh:?}");
    let first = office
        .send_if(tag, "PATCH", &fields, json!({"Frei": 1}))
        .await;
    let second = office
        .send_if(tag, "PATCH", &item, json!({"fields": {}}))
        .await;
    let third = office.send_if(tag, "DELETE", &item, Value::Null).await;
    assert_eq!(
        (first.status, told(&second)),
        (412, (409, "resourceModified"))
    );
    assert_eq!(third.status, 412);
    let row = office.session.simulator.rows("Lizenzen").remove(0);
    assert_eq!((row.version, &row.fields["Frei"]), (2, &json!(2)));
    let malformed = office.send_if("A", "PATCH", &fields, json!({})).await;
    assert_eq!(told(&malformed), (400, "invalidRequest"));
    let any = office.send_if("*", "DELETE", &item, Value::Null).await;
    assert_eq!(any.status, 204);
}

#[tokio::test]
async fn people_change_lists_as_their_pages_let_them() {
    let office = Office::open().await;
    let sim = &office.session.simulator;
    let tag = office.licence("A").await.body["eTag"].clone();
    sim.edit_row("Lizenzen", "1", json!({"Frei": null, "Gebraucht": 4}));
    let row = &sim.rows("Lizenzen")[0];
    assert_eq!((row.version, row.fields.get("Frei")), (2, None));
    let item = office.path("Lizenzen", "/items/1");
    let tag = tag.as_str().unwrap();
    let stale = office.send_if(tag, "DELETE", &item, Value::Null).await;
    assert_eq!(stale.status, 412);

    sim.rename_column("Lizenzen", "Frei", "Noch frei");
    let columns = office.get(&office.path("Lizenzen", "/columns")).await;
    let mut columns = columns.body["value"].as_array().unwrap().iter();
    let renamed = columns.find(|it| it["name"] == "Frei").unwrap();
    assert_eq!(renamed["displayName"], "Noch frei");
    sim.remove_column("Lizenzen", "Gebraucht");
    assert!(!sim.rows("Lizenzen")[0].fields.contains_key("Gebraucht"));
    let fields = json!({"Gebraucht": 1});
    let refused = office
        .send("PATCH", &format!("{item}/fields"), fields)
        .await;
    assert_eq!(told(&refused), (400, "invalidRequest"));
    sim.remove_row("Lizenzen", "1");
    assert_eq!(told(&office.get(&item).await), (404, "itemNotFound"));
    sim.remove_list(&office.site.licences);
    let gone = office.get(&office.path("Lizenzen", "/items")).await;
    assert_eq!(told(&gone), (404, "itemNotFound"));
    assert_eq!(
        sim.counts().list_writes.created,
        1,
        "people are not counted"
    );
}

#[tokio::test]
async fn only_the_companys_app_sees_the_site_and_writes_what_it_may() {
    let check = async |permission: &str, read: u16, write: u16, make: u16| {
        let permissions = format!("permissions = [\"{permission}\"]");
        let office = Office::with(Options::default(), &permissions).await;
        let items = office.path("Lizenzen", "/items");
        let row = json!({"fields": {"Title": "A"}});
        let column = json!({"name": "X", "text": {}});
        let columns = office.path("Lizenzen", "/columns");
        let got = [
            office.get(&items).await,
            office.send("POST", &items, row).await,
            office.send("POST", &columns, column).await,
        ];
        let statuses = got.each_ref().map(|answer| answer.status);
        assert_eq!(statuses, [read, write, make], "{permission}");
        for answer in got.iter().filter(|answer| answer.status == 403) {
            assert_eq!(told(answer), (403, "accessDenied"));
        }
        office
    };
    check("Organization.Read.All", 403, 403, 403).await;
    check("Sites.Read.All", 200, 403, 403).await;
    check("Sites.ReadWrite.All", 200, 201, 403).await;
    let office = check("Sites.Selected", 200, 201, 201).await;

    let north = office.session.token("north").await;
    let path = office.path("Lizenzen", "/items");
    let foreign = office.session.graph(&path, &north).await.unwrap();
    assert_eq!(told(&foreign), (404, "itemNotFound"));
    let skus = office.get("/v1.0/subscribedSkus").await;
    assert_eq!(told(&skus), (403, "Authorization_RequestDenied"));
}

#[tokio::test]
async fn a_world_without_a_company_has_no_site() {
    let session = Session::start(Options::default()).await;
    assert_eq!(session.simulator.site(), None);
    let token = session.token("north").await;
    let answer = session.graph("/v1.0/sites/root", &token).await.unwrap();
    assert_eq!(told(&answer), (404, "itemNotFound"));
}

#[tokio::test]
async fn a_company_joins_any_world_once() {
    let world = World::generate(3, 2, 1).with_company().with_company();
    assert_eq!(world.tenants().count(), 3);
    let session = Session::of(world, Options::default(), false).await;
    let site = session.simulator.site().unwrap();
    assert_eq!(
        (site.tenant.as_str(), site.profile.as_str()),
        ("company", "company")
    );
    assert_eq!(session.simulator.rows(&site.tenants).len(), 3);
    let token = session.token("company").await;
    let path = format!("/v1.0/sites/{}/lists", site.site_id);
    assert_eq!(session.graph(&path, &token).await.unwrap().status, 200);
    let demo = World::demo().with_company();
    let watched: Vec<_> = demo.tenants().map(|tenant| &*tenant.key).collect();
    assert_eq!(watched, ["iseschool", "iseschool2013"]);
}
