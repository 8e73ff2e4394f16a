//! What changed at a tenant since a time, rebuilt from what was kept.

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::fixture::{A1_STUDENTS, Service, minutes_ago, now, purchase, seen, sku};

async fn changes(service: &Service, tenant: &str, query: &str) -> Value {
    let path = format!("/api/v2/tenants/{tenant}/changes{query}");
    let answer = service.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer.json()
}

fn units(enabled: i64, consumed: i64) -> Value {
    json!({
        "units": {
            "enabled": enabled,
            "warning": 0,
            "suspended": 0,
            "locked_out": 0,
            "consumed": consumed,
            "assignable": enabled,
            "free": enabled - consumed,
        },
        "status": "Enabled",
    })
}

/// `alpha` a while later: PLENTY has grown, a product is new, two are gone.
async fn later() -> Service {
    let service = Service::schools().await;
    let skus = vec![
        sku("EXHAUSTED", 10, 10),
        sku("PLENTY", 130, 25),
        sku("NEW", 5, 0),
    ];
    let mut more = purchase("p-2", "PLENTY", 70, "2027-09-01T00:00:00Z");
    more.status = domain::Status::Enabled;
    let bought = vec![
        purchase("p-1", "PLENTY", 60, "2027-07-31T00:00:00Z"),
        more,
        purchase("p-4", "NEW", 5, "2027-08-17T00:00:00Z"),
    ];
    service
        .look("alpha", seen(minutes_ago(2), skus, Some(bought)))
        .await;
    service
}

#[tokio::test]
async fn numbers_and_purchases_of_then_stand_beside_those_of_now() {
    let service = later().await;
    let found = changes(&service, "alpha", "?since=2026-08-17T06:06:00Z").await;
    assert_eq!(found["from"], "2026-08-17T06:06:00Z");
    assert_eq!(found["subscriptions_from"], "2026-08-17T06:06:00Z");
    assert_eq!(found["as_of"], "2026-08-17T06:13:00Z");
    let products = found["products"].as_array().unwrap();
    let of = |part_number: &str| {
        let id = sku(part_number, 0, 0).id.to_string();
        products.iter().find(|it| it["sku_id"] == id)
    };
    let plenty = of("PLENTY").unwrap();
    assert_eq!(
        (&plenty["before"], &plenty["after"]),
        (&units(100, 20), &units(130, 25))
    );
    let new = of("NEW").unwrap();
    assert_eq!(
        (&new["before"], &new["after"]),
        (&Value::Null, &units(5, 0))
    );
    assert!(of("EXHAUSTED").is_none(), "it is as it was");
    let gone = products
        .iter()
        .find(|it| it["sku_id"] == A1_STUDENTS)
        .unwrap();
    assert_eq!(gone["product"], "Office 365 A1 for students");
    assert_eq!(
        (&gone["part_number"], &gone["after"]),
        (&json!("STANDARDWOFFPACK_STUDENT"), &Value::Null)
    );
    assert_eq!(gone["before"], units(100, 99));
    // One that has no name in any table is called by its part number.
    let nameless = of("OVER").unwrap();
    assert_eq!(
        (&nameless["product"], &nameless["after"]),
        (&json!("OVER"), &Value::Null)
    );

    let terms =
        |total: i64, next: &str| json!({"status": "Enabled", "total": total, "next_change": next});
    let subscriptions = found["subscriptions"].as_array().unwrap();
    assert_eq!(subscriptions.len(), 2);
    assert_eq!(subscriptions[0]["subscription"], "p-2");
    assert_eq!(
        subscriptions[0]["before"],
        terms(40, "2026-09-01T00:00:00Z")
    );
    assert_eq!(subscriptions[0]["after"], terms(70, "2027-09-01T00:00:00Z"));
    assert_eq!(subscriptions[1]["before"], Value::Null);
    assert_eq!(subscriptions[1]["after"], terms(5, "2027-08-17T00:00:00Z"));
}

#[tokio::test]
async fn nobody_is_told_that_everything_is_new_because_history_begins() {
    let service = later().await;
    let week = changes(&service, "alpha", "").await;
    assert_eq!(week["from"], "2026-08-17T06:05:00Z", "the first look");
    let since = changes(&service, "alpha", "?since=2026-08-17T06:05:00Z").await;
    assert_eq!(week, since);
    assert_eq!(week["products"].as_array().unwrap().len(), 4);
    let nothing = changes(&service, "alpha", "?since=2026-08-17T06:14:00Z").await;
    assert_eq!(
        (&nothing["products"], &nothing["subscriptions"]),
        (&json!([]), &json!([]))
    );
}

#[tokio::test]
async fn what_was_never_seen_has_no_changes() {
    let service = Service::schools().await;
    let never = changes(&service, "new", "").await;
    assert_eq!(
        never,
        json!({
            "tenant": "new",
            "tenant_name": "New School",
            "from": null,
            "subscriptions_from": null,
            "as_of": null,
            "products": [],
            "subscriptions": [],
        })
    );
    let beta = changes(&service, "beta", "").await;
    assert_eq!(
        beta["subscriptions_from"],
        Value::Null,
        "they were not asked for"
    );
}

#[tokio::test]
async fn what_is_hidden_is_not_told() {
    let service = later().await;
    let hide = r#"{"exclusion": "everywhere"}"#;
    for place in ["alpha/PLENTY", &format!("alpha/{A1_STUDENTS}")] {
        service
            .write("PUT", &format!("/api/v2/policies/{place}"), None, hide)
            .await;
    }
    let found = changes(&service, "alpha", "?since=2026-08-17T06:06:00Z").await;
    let names = |list: &str| {
        let items = found[list].as_array().unwrap();
        items
            .iter()
            .map(|it| it["product"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("products"), ["NEW", "OVER"]);
    assert_eq!(names("subscriptions"), ["NEW"]);
}

#[tokio::test]
async fn times_that_are_none_and_tenants_that_are_not_there() {
    let service = Service::schools().await;
    let tomorrow = now() + SignedDuration::from_hours(24);
    for query in [
        "?since=monday".to_owned(),
        format!("?since={tomorrow}"),
        "?form=x".to_owned(),
    ] {
        let answer = service
            .get(&format!("/api/v2/tenants/alpha/changes{query}"))
            .await;
        assert_eq!(answer.problem(), "invalid-parameter", "{query}");
    }
    let nobody = service.get("/api/v2/tenants/nobody/changes").await;
    assert_eq!(nobody.problem(), "unknown-tenant");
}
