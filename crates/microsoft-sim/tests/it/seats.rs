//! Numbers and a clock that are moved while the world is played.

use microsoft_sim::{Options, Simulator, World};
use serde_json::{Value, json};

use crate::client::Session;

const STUDENT: &str = "STANDARDWOFFPACK_STUDENT";

async fn sku(session: &Session, token: &str) -> (i64, i64) {
    let answer = session.graph("/v1.0/subscribedSkus", token).await.unwrap();
    let sku = &answer.body["value"][0];
    let number = |value: &Value| value.as_i64().unwrap();
    (
        number(&sku["consumedUnits"]),
        number(&sku["prepaidUnits"]["enabled"]),
    )
}

#[tokio::test]
async fn seats_are_set_and_given_back_to_their_course() {
    let session = Session::start(Options::default()).await;
    let token = session.token("north").await;
    session.simulator.set_consumed("north", STUDENT, Some(100));
    assert_eq!(sku(&session, &token).await, (100, 100));
    session.simulator.set_enabled("north", STUDENT, Some(150));
    assert_eq!(sku(&session, &token).await, (100, 150));
    let bought = session.graph("/v1.0/directory/subscriptions", &token).await;
    assert_eq!(bought.unwrap().body["value"][0]["totalLicenses"], 150);
    session.simulator.set_consumed("north", STUDENT, None);
    assert_eq!(sku(&session, &token).await, (80, 150));
}

#[tokio::test]
async fn seats_are_set_over_http() {
    let session = Session::start(Options::default()).await;
    let token = session.token("north").await;
    let set = async |body: Value| {
        let sent = session.http.post(session.url("/_sim/units"));
        let sent = sent.body(body.to_string()).send().await;
        sent.unwrap().status().as_u16()
    };
    let set_to = |consumed: Value| json!({"tenant": "north", "sku": STUDENT, "consumed": consumed});
    assert_eq!(set(set_to(json!(99))).await, 204);
    let more = json!({"tenant": "north", "sku": STUDENT, "enabled": 120});
    assert_eq!(set(more).await, 204);
    assert_eq!(
        sku(&session, &token).await,
        (99, 120),
        "what is left out stays"
    );
    assert_eq!(set(set_to(Value::Null)).await, 204);
    assert_eq!(sku(&session, &token).await, (80, 120));
    assert_eq!(set(json!({"tenant": "west", "sku": STUDENT})).await, 400);
    assert_eq!(set(json!({"tenant": "north", "sku": "X"})).await, 400);
    assert_eq!(
        set(json!({"tenant": "north", "sku": STUDENT, "seats": 1})).await,
        400
    );
}

#[tokio::test]
#[should_panic(expected = "no SKU")]
async fn seats_of_an_unknown_sku_are_a_mistake_of_the_test() {
    let session = Session::start(Options::default()).await;
    session.simulator.set_consumed("north", "X", Some(1));
}

#[tokio::test]
async fn a_school_year_is_played_by_moving_the_clock() {
    let day = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let text = r#"
        [[tenant]]
        key = "north"
        name = "North School"
        [[tenant.sku]]
        part_number = "A"
        sku_id = "314c4481-f395-4525-be8b-2ec4bb1e9d91"
        enabled = 100
        consumed = [[0, 10], [100, 110]]
    "#;
    let now = Some(day("2026-08-10T06:00:00Z"));
    let options = Options {
        now,
        ..Options::default()
    };
    let session = Session::of(World::parse(text).unwrap(), options, false).await;
    let token = session.token("north").await;
    assert_eq!(sku(&session, &token).await.0, 10);
    session.simulator.set_now(day("2026-09-09T06:00:00Z"));
    assert_eq!(sku(&session, &token).await.0, 40);
    session.simulator.set_now(day("2027-02-01T06:00:00Z"));
    assert_eq!(sku(&session, &token).await.0, 110);
    // A token is of the wall clock, which has not moved.
    assert_eq!(
        session
            .graph("/v1.0/organization", &token)
            .await
            .unwrap()
            .status,
        200
    );
}

#[tokio::test]
async fn a_clock_that_runs_can_be_stopped() {
    let simulator = Simulator::start(World::demo(), Options::default())
        .await
        .unwrap();
    simulator.set_now("2030-01-01T00:00:00Z".parse().unwrap());
    simulator.set_flow(true);
    simulator.put_row("Lizenzen", json!({"Title": "A", "Infosup": true}));
    assert_eq!(
        simulator.flow_mails()[0].at.to_string(),
        "2030-01-01T00:00:00Z"
    );
}
