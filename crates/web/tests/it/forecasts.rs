//! Forecasts: a date with an interval, or a plain "cannot be told".

use axum::http::{Request, StatusCode};
use domain::AppliesTo;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::fixture::{Answer, Service, denied, key, minutes_ago, now, seen, sku};

async fn forecast(service: &Service, tenant: &str, part_number: &str) -> Answer {
    let id = sku(part_number, 0, 0).id;
    service
        .get(&format!("/api/v2/licenses/{tenant}/{id}/forecast"))
        .await
}

/// A school whose A3 was seen each day of the last `days`, the newest day last.
async fn daily(days: i64, consumed: impl Fn(i64) -> i64) -> Service {
    let service = Service::schools().await;
    let looks = (0..days).map(|day| {
        let ago = SignedDuration::from_hours(24 * (days - 1 - day)) + SignedDuration::from_mins(5);
        seen(now() - ago, vec![sku("A3", 100, consumed(day))], None)
    });
    let looks: Vec<_> = looks.collect();
    service
        .store()
        .record_all(&key("new"), &looks)
        .await
        .unwrap();
    service
}

#[tokio::test]
async fn a_steady_pace_gives_a_day_and_an_interval() {
    let service = daily(60, |day| day).await;
    let found = forecast(&service, "new", "A3").await.json();
    assert_eq!(found["what"], "runs-out");
    let pace = found["seats_per_week"].as_f64().unwrap();
    assert!((6.5..7.6).contains(&pace), "{found}");
    let [earliest, likely, latest] =
        ["earliest", "likely", "latest"].map(|it| found[it].as_str().unwrap());
    assert!(earliest <= likely && likely <= latest, "{found}");
    assert!(likely.starts_with("2026-09"), "41 free, 7 a week: {found}");
    let says = format!("Likely to run out on {likely} ({earliest} to {latest}).");
    assert_eq!(found["says"], says);
    assert_eq!(
        (&found["days"], &found["needed"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(found["as_of"], "2026-08-17T06:10:00Z");
}

#[tokio::test]
async fn what_cannot_be_told_is_said_to_be_so() {
    let service = daily(5, |day| day).await;
    let found = forecast(&service, "new", "A3").await.json();
    assert_eq!(
        found,
        json!({
            "tenant": "new",
            "sku_id": sku("A3", 0, 0).id.to_string(),
            "part_number": "A3",
            "product": "A3",
            "what": "not-enough-history",
            "says": found["says"],
            "likely": null,
            "earliest": null,
            "latest": null,
            "seats_per_week": null,
            "days": found["days"],
            "needed": 15,
            "as_of": "2026-08-17T06:10:00Z",
        })
    );
    let days = found["days"].as_u64().unwrap();
    assert!(
        (2..=4).contains(&days),
        "a weekend lies in between: {found}"
    );
    let says = format!("Not enough history: numbers of {days} working days, and it takes 15.");
    assert_eq!(found["says"], says);
    assert_eq!(
        forecast(&service, "alpha", "EXHAUSTED").await.json()["what"],
        "exhausted"
    );

    let still = daily(60, |_| 50).await;
    let found = forecast(&still, "new", "A3").await.json();
    assert_eq!(
        (&found["what"], &found["seats_per_week"]),
        (&json!("not-in-sight"), &json!(0.0))
    );
}

#[tokio::test]
async fn a_tenant_that_is_not_seen_now_has_no_forecast() {
    let service = daily(60, |day| day).await;
    service.look("new", denied(minutes_ago(1))).await;
    let found = forecast(&service, "new", "A3").await.json();
    assert_eq!(found["what"], "not-enough-history");
    assert_eq!(found["says"], "Nobody knows how many seats are free now.");
}

#[tokio::test]
async fn what_counts_no_seats_and_what_is_not_there() {
    let service = Service::schools().await;
    let company = forecast(&service, "beta", "COMPANY").await.json();
    assert_eq!(
        (&company["what"], &company["says"]),
        (&json!("no-seats"), &json!("This product counts no seats."))
    );
    assert_eq!(sku("x", 0, 0).applies_to, AppliesTo::User);
    assert_eq!(
        forecast(&service, "alpha", "NOTHING").await.problem(),
        "unknown-license"
    );
    assert_eq!(
        forecast(&service, "nobody", "PLENTY").await.problem(),
        "unknown-tenant"
    );
    let odd = service.get("/api/v2/licenses/alpha/x/forecast").await;
    assert_eq!(odd.problem(), "unknown-license");
    let id = sku("PLENTY", 0, 0).id;
    let path = format!("/api/v2/licenses/alpha/{id}/forecast");
    assert_eq!(
        service.get(&format!("{path}?days=3")).await.problem(),
        "invalid-parameter"
    );
    let hide = r#"{"exclusion": "everywhere"}"#;
    service
        .write("PUT", "/api/v2/policies/alpha/PLENTY", None, hide)
        .await;
    assert_eq!(service.get(&path).await.problem(), "unknown-license");
    let german = format!(
        "/api/v2/licenses/alpha/{}/forecast",
        sku("EXHAUSTED", 0, 0).id
    );
    let german = service
        .send(Request::get(german).header("accept-language", "de"))
        .await;
    assert_eq!(
        (german.status, german.header("content-language")),
        (StatusCode::OK, "de")
    );
    assert_eq!(
        german.json()["says"],
        "Schon jetzt ist kein Platz mehr frei."
    );
}
