//! The company's flow: one mail for each shortage, and a mark in the row.

use microsoft_sim::Options;
use serde_json::{Value, json};

use crate::office::Office;

async fn office() -> Office {
    let now = Some("2026-08-10T06:00:00Z".parse().unwrap());
    let options = Options {
        flow: true,
        now,
        ..Options::default()
    };
    Office::start(options).await
}

#[tokio::test]
async fn a_row_that_asks_for_it_is_mailed_about_once_and_says_so() {
    let office = office().await;
    let sim = &office.session.simulator;
    office.licence("A1").await;
    assert!(sim.flow_mails().is_empty());
    let fields = office.path("Lizenzen", "/items/1/fields");
    let asked = office
        .send("PATCH", &fields, json!({"Infosup": true}))
        .await;
    // The writer's answer is of his own write; the flow runs behind it.
    assert!(
        asked.body["@odata.etag"]
            .as_str()
            .unwrap()
            .ends_with(",2\"")
    );
    assert!(asked.body.get("technician_informed").is_none());
    let row = &sim.rows("Lizenzen")[0];
    assert_eq!(
        (row.version, &row.fields["technician_informed"]),
        (3, &json!(true))
    );
    let mails = sim.flow_mails();
    assert_eq!((mails.len(), mails[0].row_id.as_str()), (1, "1"));
    assert_eq!(
        (mails[0].title.as_str(), mails[0].tenant.as_str()),
        ("A1", "North School")
    );
    assert_eq!(mails[0].at.to_string(), "2026-08-10T06:00:00Z");

    office.send("PATCH", &fields, json!({"Frei": -1})).await;
    sim.edit_row("Lizenzen", "1", json!({"technician_informed": false}));
    assert_eq!(sim.flow_mails().len(), 1, "the shortage is the same one");
    sim.edit_row(
        "Lizenzen",
        "1",
        json!({"Infosup": false, "technician_informed": false}),
    );
    sim.edit_row("Lizenzen", "1", json!({"Infosup": true}));
    assert_eq!(sim.flow_mails().len(), 2, "this one is new");
}

#[tokio::test]
async fn a_new_row_asks_too_and_one_that_was_informed_does_not() {
    let office = office().await;
    let sim = &office.session.simulator;
    let url = office.url("Lizenzen", "/items");
    let write = |id: &str, fields: Value| {
        let headers = json!({"Content-Type": "application/json"});
        json!({"id": id, "method": "POST", "url": url, "headers": headers,
               "body": {"fields": fields}})
    };
    let asks = json!({"Title": "A", "Infosup": true});
    let informed = json!({"Title": "B", "Infosup": true, "technician_informed": true});
    office
        .batch(json!([write("1", asks), write("2", informed)]))
        .await;
    let titles: Vec<_> = sim
        .flow_mails()
        .into_iter()
        .map(|mail| mail.title)
        .collect();
    assert_eq!(titles, ["A"]);
    sim.put_row(&office.site.tenants, json!({"Title": "West School"}));
    assert_eq!(sim.flow_mails().len(), 1, "other lists have no flow");
}

#[tokio::test]
async fn the_flow_runs_only_while_it_is_on() {
    let office = Office::open().await;
    let sim = &office.session.simulator;
    let id = sim.put_row("Lizenzen", json!({"Title": "A", "Infosup": true}));
    assert!(sim.flow_mails().is_empty());
    sim.set_flow(true);
    sim.edit_row("Lizenzen", &id, json!({"Frei": 0}));
    assert_eq!(sim.flow_mails().len(), 1);
    sim.set_flow(false);
    sim.put_row("Lizenzen", json!({"Title": "B", "Infosup": true}));
    assert_eq!(sim.flow_mails().len(), 1);
    let again = json!({"Infosup": false, "technician_informed": false});
    sim.edit_row("Lizenzen", &id, again);
    sim.edit_row("Lizenzen", &id, json!({"Infosup": true}));
    sim.remove_column("Lizenzen", "technician_informed");
    sim.set_flow(true);
    sim.edit_row("Lizenzen", &id, json!({"Frei": 1}));
    sim.edit_row("Lizenzen", &id, json!({"Frei": 2}));
    // Both rows ask anew, and a flow that cannot say that it has mailed still does so once.
    assert_eq!(sim.flow_mails().len(), 3);
}
