//! Renewals: every date to come with what is known of it, and what a person says of it.

use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::fixture::{Service, TEST, entry, key, minutes_ago, purchase, seen, sku};

const PATH: &str = "/api/v2/renewals";

async fn items(service: &Service, query: &str) -> Vec<Value> {
    let answer = service.get(&format!("{PATH}{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

fn ids(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .map(|item| item["subscription"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_date_tells_what_is_known_and_what_nobody_needed() {
    let service = Service::schools().await;
    let all = items(&service, "").await;
    assert_eq!(ids(&all), ["p-2", "p-3", "p-1"]);
    assert_eq!(
        all[0],
        json!({
            "tenant": "alpha",
            "tenant_name": "Alpha School",
            "subscription": "p-2",
            "sku_id": sku("PLENTY", 0, 0).id.to_string(),
            "part_number": "PLENTY",
            "product": "PLENTY",
            "status": "Enabled",
            "total": 40,
            "is_trial": false,
            "at": "2026-09-01T00:00:00Z",
            "told_from": "2026-08-02T00:00:00Z",
            "outlook": {
                "what": "unknown",
                "evidence": {"kind": "nothing"},
                "because": "The date alone does not say.",
            },
            "unused_seats": 80,
            "unused_since": "2026-08-17T06:05:00Z",
            "as_of": "2026-08-17T06:05:00Z",
        })
    );
    assert_eq!(
        all[1]["unused_seats"],
        Value::Null,
        "the tenant has no such product"
    );
}

#[tokio::test]
async fn what_is_over_cannot_be_used_or_is_hidden_has_no_date() {
    let service = Service::schools().await;
    let mut gone = purchase("gone", "A", 1, "2026-12-01T00:00:00Z");
    gone.status = domain::Status::Suspended;
    let mut grace = purchase("grace", "A", 1, "2026-12-02T00:00:00Z");
    grace.status = domain::Status::Warning;
    let mut endless = purchase("endless", "A", 1, "2026-12-03T00:00:00Z");
    endless.next_lifecycle = None;
    let past = purchase("past", "A", 1, "2026-08-17T06:14:59Z");
    let hidden = purchase("hidden", "HIDDEN", 1, "2026-12-04T00:00:00Z");
    let quiet = purchase("quiet", "QUIET", 1, "2026-12-05T00:00:00Z");
    let bought = vec![gone, grace, endless, past, hidden, quiet];
    let skus = vec![sku("A", 5, 1), sku("HIDDEN", 5, 1), sku("QUIET", 5, 1)];
    service
        .look("alpha", seen(minutes_ago(1), skus, Some(bought)))
        .await;
    for (place, exclusion) in [("HIDDEN", "everywhere"), ("QUIET", "alerts-only")] {
        let body = json!({ "exclusion": exclusion }).to_string();
        let path = format!("/api/v2/policies/alpha/{place}");
        service.write("PUT", &path, None, &body).await;
    }
    let all = items(&service, "").await;
    assert_eq!(ids(&all), ["grace", "quiet"]);
    assert_eq!(all[0]["outlook"]["what"], "ends");
    assert_eq!(all[1]["told_from"], Value::Null, "nobody is told");
}

#[tokio::test]
async fn dates_made_from_what_is_kept_are_those_of_a_new_process() {
    let service = Service::schools().await;
    let store = service.store();
    let check = async |what: &str, expected: &str| {
        let kept = items(&service, "").await;
        let anew = Service::of(&service, |_| {});
        assert_eq!(kept, items(&anew, "").await, "{what}");
        assert_eq!(kept, items(&anew, "?tenant=alpha").await, "{what}");
        let said = kept.iter().map(|item| {
            let told = item["told_from"].as_str().map_or("-", |from| &from[..10]);
            format!("{} {} {told}", item["subscription"], item["tenant_name"])
        });
        let said = said.collect::<Vec<_>>().join(", ").replace('"', "");
        assert_eq!(said, expected, "{what}");
    };
    let look = |minutes, next| {
        let bought = vec![purchase("p", "A", 5, next)];
        seen(minutes_ago(minutes), vec![sku("A", 5, 1)], Some(bought))
    };
    service.look("alpha", look(9, "2026-12-01T00:00:00Z")).await;
    check("at first", "p Alpha School 2026-11-01").await;
    service.look("alpha", look(8, "2026-12-11T00:00:00Z")).await;
    check("only the date is another", "p Alpha School 2026-11-11").await;
    let alpha = key("alpha");
    let quiet = store.switch(&alpha, None, Some(false), TEST, minutes_ago(7));
    assert!(quiet.await.unwrap());
    check("nobody is told", "p Alpha School -").await;
    let told = store.switch(&alpha, None, Some(true), TEST, minutes_ago(6));
    assert!(told.await.unwrap());
    let named = entry("alpha", "Alpha");
    store.add_tenant(&named, minutes_ago(5)).await.unwrap();
    check("another name", "p Alpha 2026-11-11").await;
    let earlier = domain::Layer {
        renewal_lead_days: Some(60),
        ..domain::Layer::default()
    };
    let scope = domain::Scope::Tenant(alpha);
    let set = store.set_policy(&scope, earlier, None, TEST, minutes_ago(4));
    set.await.unwrap();
    check("told earlier", "p Alpha 2026-10-12").await;
}

#[tokio::test]
async fn filters_pages_and_parameters_that_are_not_understood() {
    let service = Service::schools().await;
    for (query, expected) in [
        ("?before=2026-09-15T00:00:00Z", vec!["p-2"]),
        ("?before=2026-09-01T00:00:00Z", vec![]),
        ("?tenant=alpha", vec!["p-2", "p-3", "p-1"]),
        ("?tenant=beta", vec![]),
    ] {
        assert_eq!(ids(&items(&service, query).await), expected, "{query}");
    }
    for limit in 1..=4 {
        let (mut found, mut next) = (Vec::new(), format!("{PATH}?limit={limit}"));
        loop {
            let page = service.get(&next).await.json();
            found.extend(page["items"].as_array().unwrap().clone());
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            next = format!("{PATH}?limit={limit}&cursor={cursor}");
        }
        assert_eq!(ids(&found), ["p-2", "p-3", "p-1"], "{limit}");
    }
    for query in [
        "?before=soon",
        "?cursor=x",
        "?limit=0",
        "?tenat=a",
        "?language=fr",
    ] {
        let answer = service.get(&format!("{PATH}{query}")).await;
        assert_eq!(answer.problem(), "invalid-parameter", "{query}");
    }
    assert_eq!(
        service.get(&format!("{PATH}?tenant=x")).await.problem(),
        "unknown-tenant"
    );
    let german = service
        .send(Request::get(PATH).header("accept-language", "de"))
        .await;
    let because = &german.json()["items"][0]["outlook"]["because"];
    assert_eq!(because, "Das Datum allein sagt es nicht.");
}

#[tokio::test]
async fn a_persons_word_counts_everywhere_until_it_is_taken_back() {
    let service = Service::schools().await;
    let path = format!("{PATH}/alpha/p-2/pin");
    let set = service
        .write("PUT", &path, None, r#"{"outlook": "ends"}"#)
        .await;
    assert_eq!(set.status, StatusCode::OK);
    assert_eq!(
        set.json(),
        json!({
            "tenant": "alpha",
            "subscription": "p-2",
            "outlook": {
                "what": "ends",
                "evidence": {"kind": "pinned"},
                "because": "Somebody set it so.",
            },
        })
    );
    assert_eq!(items(&service, "").await[0]["outlook"]["what"], "ends");
    let subscriptions = service
        .get("/api/v2/subscriptions?outlook=ends")
        .await
        .json();
    assert_eq!(subscriptions["items"][0]["id"], "p-2");
    let back = service.write("DELETE", &path, None, "").await;
    assert_eq!(back.json()["outlook"]["what"], "unknown");
    assert_eq!(items(&service, "").await[0]["outlook"]["what"], "unknown");
}

#[tokio::test]
async fn words_that_are_none_and_subscriptions_that_are_not_there_pin_nothing() {
    let service = Service::schools().await;
    let before = service.store().revision().await.unwrap();
    let put = |place: &str, body: &'static str| {
        let (path, service) = (format!("{PATH}/{place}/pin"), &service);
        async move { service.write("PUT", &path, None, body).await }
    };
    for body in [
        "",
        "{}",
        r#"{"outlook": "unknown"}"#,
        r#"{"outlook": null}"#,
        r#"{"pin": "ends"}"#,
    ] {
        assert_eq!(
            put("alpha/p-2", body).await.problem(),
            "invalid-body",
            "{body}"
        );
    }
    let ends = r#"{"outlook": "ends"}"#;
    assert_eq!(
        put("alpha/p-9", ends).await.problem(),
        "unknown-subscription"
    );
    assert_eq!(put("nobody/p-2", ends).await.problem(), "unknown-tenant");
    let path = format!("{PATH}/alpha/p-9/pin");
    let back = service.write("DELETE", &path, None, "").await;
    assert_eq!(
        (back.status.as_u16(), back.problem()),
        (404, "unknown-subscription".into())
    );
    assert_eq!(service.store().revision().await.unwrap(), before);
}

#[tokio::test]
async fn a_subscriptions_id_may_hold_anything() {
    let service = Service::schools().await;
    let id = "a/b?<c> ü";
    let bought = vec![purchase(id, "A", 1, "2026-12-01T00:00:00Z")];
    service
        .look(
            "alpha",
            seen(minutes_ago(1), vec![sku("A", 5, 1)], Some(bought)),
        )
        .await;
    let path = format!("{PATH}/alpha/a%2Fb%3F%3Cc%3E%20%C3%BC/pin");
    let set = service
        .write("PUT", &path, None, r#"{"outlook": "renews"}"#)
        .await;
    assert_eq!(
        (set.status, &set.json()["subscription"]),
        (StatusCode::OK, &json!(id))
    );
    assert_eq!(items(&service, "").await[0]["outlook"]["what"], "renews");
}
