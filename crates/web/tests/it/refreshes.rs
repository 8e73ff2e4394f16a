//! Orders to look now.

use axum::http::{Request, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Finished;

use crate::fixture::{Service, denied, now, seen, sku};

const PATH: &str = "/api/v2/refreshes";

#[tokio::test]
async fn an_order_is_taken_and_says_how_far_it_is() {
    let service = Service::schools().await;
    let ordered = service
        .post(PATH, r#"{"tenants": ["alpha", "denied"]}"#)
        .await;
    assert_eq!(ordered.status, StatusCode::ACCEPTED);
    let place = ordered.header("location").to_owned();
    let id = place.strip_prefix("/api/v2/refreshes/").unwrap();
    assert_eq!(
        ordered.json(),
        json!({
            "id": id,
            "requested_at": "2026-08-17T06:15:00Z",
            "done": false,
            "tenants": [
                {"tenant": "alpha", "done_at": null, "cause": null},
                {"tenant": "denied", "done_at": null, "cause": null},
            ],
        })
    );
    let (lease, hourly) = (SignedDuration::from_mins(2), SignedDuration::from_hours(1));
    let claims = service
        .store()
        .claim("w", now(), 2, lease, hourly)
        .await
        .unwrap();
    let looks = claims.into_iter().map(|claim| Finished {
        look: match claim.tenant.as_str() {
            "alpha" => seen(now(), vec![sku("A3", 5, 5)], None),
            _ => denied(now()),
        },
        claim,
        next_due: now() + hourly,
    });
    service
        .store()
        .finish(&looks.collect::<Vec<_>>())
        .await
        .unwrap();
    let done = service.get(&place).await.json();
    assert_eq!(done["done"], true);
    assert_eq!(
        done["tenants"][1],
        json!({
            "tenant": "denied",
            "done_at": "2026-08-17T06:15:00Z",
            "cause": "denied",
        })
    );
}

#[tokio::test]
async fn without_names_every_tenant_that_is_on_is_meant() {
    let service = Service::schools().await;
    for body in ["", "{}", r#"{"tenants": null}"#] {
        let order = service.post(PATH, body).await;
        assert_eq!(order.status, StatusCode::ACCEPTED, "{body}");
        let order = order.json();
        let keys: Vec<&Value> = order["tenants"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["tenant"])
            .collect();
        assert_eq!(keys, ["alpha", "beta", "denied", "new"], "{body}");
    }
    let no_type = service.send(Request::post(PATH)).await;
    assert_eq!(no_type.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn orders_that_are_not_understood_order_nothing() {
    let service = Service::schools().await;
    let many = serde_json::to_string(&json!({"tenants": vec!["a"; 1001]})).unwrap();
    for (body, status, problem) in [
        (r#"{"tenants": ["alpha", "nobody"]}"#, 404, "unknown-tenant"),
        (r#"{"tenants": ["off"]}"#, 409, "tenant-disabled"),
        (r#"{"tenants": []}"#, 400, "invalid-body"),
        (r#"{"tenant": "alpha"}"#, 400, "invalid-body"),
        (r#"{"tenants": "alpha"}"#, 400, "invalid-body"),
        (&many, 400, "invalid-body"),
        ("nonsense", 400, "invalid-body"),
    ] {
        let answer = service.post(PATH, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem()),
            (status, problem.to_owned())
        );
    }
    let due = service
        .store()
        .tenant(&crate::fixture::key("alpha"))
        .await
        .unwrap()
        .unwrap()
        .due_at;
    assert_eq!(due, crate::fixture::minutes_ago(60), "nothing was written");
}

#[tokio::test]
async fn unknown_orders_are_404() {
    let service = Service::empty().await;
    for id in ["00000000-0000-0000-0000-000000000000", "x"] {
        let answer = service.get(&format!("{PATH}/{id}")).await;
        assert_eq!(answer.problem(), "unknown-refresh");
    }
}
