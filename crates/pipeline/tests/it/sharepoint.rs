//! SharePoint's lists: brought up to date, listened to, and exactly right whatever goes wrong.

use std::time::Duration;

use domain::{Action, Deed, Layer, Reason, State, Why};
use jiff::SignedDuration;
use microsoft_sim::{Call, Fault, FaultKind, Options, RetryAfter, Simulator};
use pipeline::deliver::sharepoint::{check, duplicates, init, merge};
use serde_json::json;
use store::{AuditEntry, AuditFilter, DeliveryFilter, DeliveryState};

use crate::fixture::key;
use crate::office::{LIST, Office, office, office_with};

const A: &str = "school-00001";
const SCHOOL: &str = "School 1";

async fn pending(office: &Office) -> usize {
    let filter = DeliveryFilter {
        state: Some(DeliveryState::Pending),
        ..DeliveryFilter::default()
    };
    office
        .store
        .deliveries(&filter, None, 10_000)
        .await
        .unwrap()
        .len()
}

#[tokio::test]
async fn the_list_says_what_the_store_says_and_an_unchanged_round_writes_nothing() {
    let office = office(3).await;
    for number in 1..=3 {
        let tenant = format!("school-{number:05}");
        office
            .sees(&tenant, &[("A3", 100, 50), ("A5", 10, 10)])
            .await;
    }
    office.round().await;
    assert_eq!(office.rows().len(), 6);
    let enough = [json!(100), json!(50), json!(50), json!(false), json!(false)];
    assert_eq!(office.row(SCHOOL, "A3"), enough);
    let none = [json!(10), json!(10), json!(0), json!(true), json!(false)];
    assert_eq!(office.row(SCHOOL, "A5"), none);
    assert_eq!(pending(&office).await, 0);

    let before = office.writes();
    for _ in 0..3 {
        office.pass(SignedDuration::from_mins(15));
        office.sees(A, &[("A3", 100, 50), ("A5", 10, 10)]).await;
        office.round().await;
    }
    assert_eq!(office.writes(), before);

    office.pass(SignedDuration::from_mins(15));
    office.sees(A, &[("A3", 100, 51), ("A5", 10, 10)]).await;
    office.round().await;
    assert_eq!(office.writes(), (before.0, before.1 + 1, before.2));
}

#[tokio::test]
async fn a_flow_informs_once_and_its_answer_acknowledges() {
    let office = office_with(
        1,
        Options {
            flow: true,
            ..Options::default()
        },
    )
    .await;
    office.sees(A, &[("A3", 10, 10)]).await;
    office.round().await;
    assert_eq!(office.sim.flow_mails().len(), 1);
    for _ in 0..3 {
        office.pass(SignedDuration::from_mins(15));
        office.sees(A, &[("A3", 10, 11)]).await;
        office.round().await;
    }
    let alerts = office.alerts(A).await;
    let states: Vec<State> = alerts.iter().map(|kept| kept.alert.state).collect();
    assert_eq!(states, [State::Acknowledged; 2]);
    let past = office.store.alert_changes(alerts[0].id).await.unwrap();
    let last = past.last().unwrap();
    let why = Why::Reason(Reason::TechnicianInformed);
    assert_eq!((&*last.who, &last.why), (LIST, &why));
    let audit = office.store.audit(&AuditFilter::default(), None, 9).await;
    let audit = audit.unwrap();
    assert_eq!(audit.len(), 2, "{audit:?}");
    let from_list = |row: &AuditEntry| (&*row.who, row.what) == (LIST, Deed::AlertAcknowledged);
    assert!(audit.iter().all(from_list), "{audit:?}");
    // Over-assignment is another matter, and was told as one.
    assert_eq!(office.sim.flow_mails().len(), 2);

    office.pass(SignedDuration::from_mins(15));
    office.sees(A, &[("A3", 10, 2)]).await;
    office.round().await;
    let over = [json!(10), json!(2), json!(8), json!(false), json!(false)];
    assert_eq!(office.row(SCHOOL, "A3"), over);

    office.pass(SignedDuration::from_mins(15));
    office.sees(A, &[("A3", 10, 10)]).await;
    office.round().await;
    assert_eq!(
        office.sim.flow_mails().len(),
        3,
        "a new shortage is told anew"
    );
}

#[tokio::test]
async fn a_shortage_that_follows_another_between_two_syncs_is_told_too() {
    let office = office_with(
        1,
        Options {
            flow: true,
            ..Options::default()
        },
    )
    .await;
    office.sees(A, &[("A3", 10, 10)]).await;
    office.round().await;
    office.pass(SignedDuration::from_mins(15));
    office.sees(A, &[("A3", 10, 2)]).await;
    office.evaluate().await;
    office.pass(SignedDuration::from_mins(15));
    office.sees(A, &[("A3", 10, 10)]).await;
    office.round().await;
    assert_eq!(office.alerts(A).await[0].alert.state, State::Open);
    assert_eq!(office.sim.flow_mails().len(), 2);
    office.sync().await;
    assert_eq!(office.alerts(A).await[0].alert.state, State::Acknowledged);
}

#[tokio::test]
async fn what_somebody_takes_care_of_is_not_told_by_the_list() {
    let office = office(1).await;
    office.sees(A, &[("A3", 10, 10)]).await;
    office.evaluate().await;
    let alert = office.alerts(A).await.remove(0);
    office.act(&alert, Action::Acknowledge).await;
    office.sync().await;
    let quiet = [json!(10), json!(10), json!(0), json!(false), json!(false)];
    assert_eq!(office.row(SCHOOL, "A3"), quiet);
}

#[tokio::test]
async fn of_a_tenant_that_is_not_monitored_numbers_are_shown_and_nobody_is_informed() {
    let office = office(1).await;
    let row = office.tenant_row(SCHOOL);
    office
        .sim
        .edit_row(&office.site.tenants, &row.id, json!({"monitoring": false}));
    office.sync().await;
    office.sees(A, &[("A3", 10, 10)]).await;
    office.round().await;
    let quiet = [json!(10), json!(10), json!(0), json!(false), json!(false)];
    assert_eq!(office.row(SCHOOL, "A3"), quiet);

    office
        .sim
        .edit_row(&office.site.tenants, &row.id, json!({"monitoring": true}));
    office.sync().await;
    office.round().await;
    assert_eq!(office.row(SCHOOL, "A3")[3], json!(true));
}

#[tokio::test]
async fn rows_of_a_tenant_that_is_switched_off_stay_as_they_are() {
    let office = office(1).await;
    office.sees(A, &[("A3", 10, 1)]).await;
    office.round().await;
    office.switch(A, Some(false), None).await;
    office.sees(A, &[("A3", 10, 10)]).await;
    office.round().await;
    assert_eq!(office.row(SCHOOL, "A3")[1], json!(1));
}

#[tokio::test]
async fn switches_go_both_ways() {
    let office = office(1).await;
    office.sync().await;
    office.switch(A, None, Some(false)).await;
    office.sync().await;
    let row = office.tenant_row(SCHOOL);
    assert_eq!(row.fields["monitoring"], json!(false));

    office
        .sim
        .edit_row(&office.site.tenants, &row.id, json!({"enabled": false}));
    office.sync().await;
    let tenant = office.store.tenant(&key(A)).await.unwrap().unwrap();
    assert_eq!(
        (tenant.settings.enabled, tenant.settings.monitoring),
        (false, false)
    );
    let audit = office.store.audit(&AuditFilter::default(), None, 9).await;
    let audit = audit.unwrap();
    let said = audit.iter().map(|row| (&*row.who, &*row.detail));
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            (LIST, "enabled: on → off"),
            ("anna", "monitoring: on → off")
        ]
    );

    // Both change at once, each its own switch.
    office.switch(A, None, Some(true)).await;
    office
        .sim
        .edit_row(&office.site.tenants, &row.id, json!({"enabled": true}));
    office.sync().await;
    let tenant = office.store.tenant(&key(A)).await.unwrap().unwrap();
    assert_eq!(
        (tenant.settings.enabled, tenant.settings.monitoring),
        (true, true)
    );
    assert_eq!(office.tenant_row(SCHOOL).fields["monitoring"], json!(true));
    let writes = office.writes();
    office.sync().await;
    assert_eq!(office.writes(), writes);
}

#[tokio::test]
async fn a_tenant_that_is_missing_in_the_list_is_told() {
    let office = office(2).await;
    let row = office.tenant_row(SCHOOL);
    office.sim.remove_row(&office.site.tenants, &row.id);
    office.sync().await;
    let remarks = office.channel().await.remarks;
    assert!(
        remarks[0].contains("\"School 1\" (school-00001) is not in the tenant list"),
        "{remarks:?}"
    );
    assert_eq!(remarks.len(), 1);
}

#[tokio::test]
async fn the_parameter_list_is_read() {
    let office = office(1).await;
    let parameter = json!({"Parameter": "Mail", "Parameterwert": "a@x.example; b@x.example"});
    office.sim.put_row(&office.site.parameters, parameter);
    office.sync().await;
    let read = office.store.parameters(LIST).await.unwrap();
    let mail = ("Mail".to_owned(), "a@x.example; b@x.example".to_owned());
    assert!(read.contains(&mail), "{read:?}");
}

#[tokio::test]
async fn a_renamed_product_and_an_edited_row_are_set_right() {
    let office = office(1).await;
    let old = json!({"Title": "An Old Name (A3)", "Tenant": SCHOOL, "Frei": 99});
    let id = office.sim.put_row(&office.site.licences, old);
    office.sees(A, &[("A3", 10, 1)]).await;
    office.round().await;
    assert_eq!(office.rows().len(), 1);
    assert_eq!(office.row(SCHOOL, "A3")[2], json!(9));
    office
        .sim
        .edit_row(&office.site.licences, &id, json!({"Frei": 1000}));
    office.sync().await;
    assert_eq!(office.row(SCHOOL, "A3")[2], json!(9));
}

#[tokio::test]
async fn a_refusal_is_told_in_words_and_tried_later() {
    let office = office(1).await;
    office.sees(A, &[("A3", 10, 10)]).await;
    office.evaluate().await;
    let denied = |call| Fault {
        tenant: None,
        call,
        kind: FaultKind::Status {
            status: 403,
            retry_after: None,
        },
        times: None,
    };
    office.sim.order(denied(Call::ListItems));
    office.deliver().await;
    let channel = office.channel().await;
    let advice = channel.advice.unwrap();
    assert!(advice.contains("Sites.Selected"), "{advice}");
    assert_eq!(channel.failures, 1);
    let listed = office
        .store
        .deliveries(&DeliveryFilter::default(), None, 9)
        .await
        .unwrap();
    assert_eq!(
        (listed[0].state, listed[0].attempts),
        (DeliveryState::Pending, 1)
    );
    assert!(
        listed[0].error.as_ref().unwrap().contains("denies"),
        "{listed:?}"
    );

    office.sim.clear_faults();
    office.deliver().await;
    assert_eq!(pending(&office).await, 1, "it is tried when it says");
    office.pass(SignedDuration::from_mins(1));
    office.deliver().await;
    assert_eq!(pending(&office).await, 0);
    assert_eq!(office.row(SCHOOL, "A3")[3], json!(true));
}

#[tokio::test]
async fn duplicates_of_others_are_told_and_merged_when_ordered() {
    let office = office(1).await;
    office.sees(A, &[("A3", 10, 10)]).await;
    office.round().await;
    let twin = json!({
        "Title": "Twin (A3)", "Tenant": SCHOOL, "Infosup": true, "technician_informed": true,
    });
    let id = office.sim.put_row(&office.site.licences, twin);
    office.sync().await;
    let remarks = office.channel().await.remarks;
    assert!(remarks[0].contains("sharepoint duplicates"), "{remarks:?}");
    let sharepoint = office.sharepoint();
    let found = duplicates(&sharepoint, &office.store, Layer::default())
        .await
        .unwrap();
    assert_eq!(found[0].surplus, [id]);
    assert_eq!(
        merge(&sharepoint, &office.store, Layer::default())
            .await
            .unwrap(),
        1
    );
    assert_eq!(office.rows().len(), 1);
    assert_eq!(
        office.row(SCHOOL, "A3")[4],
        json!(true),
        "the answer is kept"
    );
    assert_eq!(
        duplicates(&sharepoint, &office.store, Layer::default())
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn what_is_wrong_with_the_lists_is_told_and_what_is_missing_made() {
    let office = office(1).await;
    office.sees(A, &[("A3", 10, 10)]).await;
    office.round().await;
    let sharepoint = office.sharepoint();
    let sound = check(&sharepoint).await;
    assert_eq!(sound.problems, []);
    assert!(
        sound.sound.iter().any(|it| it.contains("may be written")),
        "{sound:?}"
    );

    office
        .sim
        .remove_column(&office.site.licences, "technician_informed");
    office
        .sim
        .rename_column(&office.site.licences, "Gebraucht", "Frei");
    office.sim.remove_list(&office.site.parameters);
    let problems = check(&sharepoint).await.problems;
    let said = |words: &str| problems.iter().any(|(problem, _)| problem.contains(words));
    assert!(said("technician_informed is missing"), "{problems:?}");
    assert!(said("several columns are called \"Frei\""), "{problems:?}");
    assert!(said("parameter_list_id cannot be read"), "{problems:?}");

    let made = init(&sharepoint).await.unwrap();
    assert_eq!(made.len(), 2, "{made:?}");
    assert!(
        made[0].contains("new column technician_informed"),
        "{made:?}"
    );
    assert!(made[1].contains("write parameter_list_id = "), "{made:?}");
    let problems = check(&sharepoint).await.problems;
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[tokio::test]
async fn a_write_that_nobody_may_do_is_noticed_without_writing() {
    let office = office(1).await;
    office.sees(A, &[("A3", 10, 10)]).await;
    office.round().await;
    let denied = Fault {
        tenant: None,
        call: Call::ListWrite,
        kind: FaultKind::Status {
            status: 403,
            retry_after: None,
        },
        times: None,
    };
    office.sim.order(denied);
    let problems = check(&office.sharepoint()).await.problems;
    assert!(problems[0].0.contains("cannot be written"), "{problems:?}");
}

/// Each call meets a fault in about three of ten cases, of every kind in turn.
fn a_third_goes_wrong(sim: &Simulator) {
    let status = |status, retry_after| FaultKind::Status {
        status,
        retry_after,
    };
    let soon = Some(RetryAfter::Seconds(0.05));
    let kinds = [
        status(429, soon),
        status(429, None),
        status(503, soon),
        status(500, None),
        FaultKind::Reset,
        FaultKind::CutOff,
        FaultKind::Hang,
        FaultKind::InvalidJson,
        FaultKind::WrongTypes,
        FaultKind::EmptyPages { pages: 2 },
        FaultKind::ForeignNextLink {
            url: "https://elsewhere.example/".to_owned(),
        },
        FaultKind::RevokedToken,
        FaultKind::LostAnswer,
        FaultKind::Conflict,
    ];
    // Fourteen coins that fall in three of a hundred cases each: a third of the answers is spoilt.
    const PERCENT: u8 = 3;
    for kind in kinds {
        for call in [Call::ListItems, Call::ListWrite, Call::Batch] {
            let fault = Fault {
                tenant: None,
                call,
                kind: kind.clone(),
                times: None,
            };
            sim.order_some(fault, PERCENT);
        }
    }
}

#[tokio::test]
async fn a_list_ends_exactly_right_though_a_third_of_everything_goes_wrong() {
    const TENANTS: usize = 20;
    const SKUS: usize = 60;
    let mut office = office(TENANTS).await;
    office.request_timeout = Duration::from_millis(800);
    let parts: Vec<String> = (0..SKUS).map(|number| format!("SKU_{number:02}")).collect();
    let look = async |shift: i64| {
        for tenant in 1..=TENANTS {
            let seats: Vec<(&str, i64, i64)> = parts
                .iter()
                .zip(0..)
                .map(|(part, number)| (part.as_str(), 50, (number + shift) % 52))
                .collect();
            office.sees(&format!("school-{tenant:05}"), &seats).await;
        }
        office.evaluate().await;
    };
    look(0).await;
    a_third_goes_wrong(&office.sim);
    let mut rounds = 0;
    loop {
        rounds += 1;
        assert!(
            rounds <= 60,
            "the list does not become right: {:?}",
            office.channel().await
        );
        office.sync().await;
        office.pass(SignedDuration::from_hours(1));
        if rounds == 3 {
            // The world does not stand still meanwhile.
            look(7).await;
        }
        if rounds > 3 && office.channel().await.failures == 0 && pending(&office).await == 0 {
            break;
        }
    }
    office.sim.clear_faults();
    office.sync().await;
    let rows = office.rows();
    assert_eq!(rows.len(), TENANTS * SKUS, "after {rounds} rounds");
    for (number, part) in (0..).zip(&parts) {
        let used = (number + 7) % 52;
        let row = office.row(SCHOOL, part);
        let short = used >= 50;
        let expected = [
            json!(50),
            json!(used),
            json!(50 - used),
            json!(short),
            json!(false),
        ];
        assert_eq!(row, expected, "{part}");
    }
    let writes = office.writes();
    office.sync().await;
    assert_eq!(office.writes(), writes, "an unchanged round writes nothing");
}
