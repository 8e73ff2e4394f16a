//! Alerts: their shape for every kind, filters, pages, and what people do with them.

use axum::http::{Request, StatusCode};
use domain::State;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::KeptAlert;

use crate::evaluator::{evaluate, the_alert, troubled};
use crate::fixture::{A1_STUDENTS, Service, TEST, entry, key, minutes_ago, now, seen, sku};

const PATH: &str = "/api/v2/alerts";

async fn items(service: &Service, query: &str) -> Vec<Value> {
    let answer = service.get(&format!("{PATH}{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

/// Tenant, kind, stage and severity of each.
async fn brief(service: &Service, query: &str) -> Vec<String> {
    let word = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    let items = items(service, query).await;
    let mut all: Vec<_> = items
        .iter()
        .map(|it| {
            ["tenant", "kind", "stage", "severity"]
                .map(|name| word(it, name))
                .join(" ")
        })
        .collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn every_kind_of_trouble_is_listed_with_its_stage() {
    let service = troubled().await;
    let all = brief(&service, "").await;
    assert_eq!(
        all,
        [
            "alpha certificate 14-days warning",
            "alpha over-assignment over-assigned critical",
            "alpha renewal coming warning",
            "alpha stock exhausted critical",
            "alpha stock exhausted critical",
            "alpha stock low warning",
            "beta over-assignment over-assigned critical",
            "beta staleness number-missing warning",
            "beta stock exhausted critical",
            "blind staleness stale warning",
        ]
    );
}

#[tokio::test]
async fn an_alert_has_exactly_these_members() {
    let service = troubled().await;
    let kept = the_alert(&service, "alpha", "stock", "STANDARDWOFFPACK_STUDENT").await;
    let page = items(&service, "?tenant=alpha&kind=stock&severity=warning").await;
    assert_eq!(
        page,
        [json!({
            "id": kept.id,
            "tenant": "alpha",
            "tenant_name": "Alpha School",
            "kind": "stock",
            "subject": A1_STUDENTS,
            "severity": "warning",
            "stage": "low",
            "state": "open",
            "snoozed_until": null,
            "opened_at": "2026-08-17T06:15:00Z",
            "changed_at": "2026-08-17T06:15:00Z",
            "resolved_at": null,
            "as_of": "2026-08-17T06:05:00Z",
            "told": true,
            "product": {
                "sku_id": A1_STUDENTS,
                "part_number": "STANDARDWOFFPACK_STUDENT",
                "name": "Office 365 A1 for students",
            },
            "facts": {
                "seats": {
                    "enabled": 100,
                    "warning": 0,
                    "suspended": 0,
                    "locked_out": 0,
                    "consumed": 99,
                    "assignable": 100,
                    "free": 1,
                    "low_at": 5,
                },
                "purchase": null,
                "next_change": null,
                "certificate": null,
                "unseen": null,
                "missing_number": null,
            },
            "version": 1,
        })]
    );
}

#[tokio::test]
async fn each_kind_tells_its_own_facts() {
    let service = troubled().await;
    let facts = |query: &'static str| {
        let service = &service;
        async move { items(service, query).await[0]["facts"].clone() }
    };
    let renewal = facts("?kind=renewal").await;
    let purchase = json!({
        "status": "Enabled",
        "seats": 40,
        "unused_seats": null,
        "free_without": 40,
    });
    assert_eq!(renewal["purchase"], purchase);
    let next = json!({"at": "2026-09-01T00:00:00Z", "seats": 40, "outlook": "unknown"});
    assert_eq!(renewal["next_change"], next);
    let certificate = facts("?kind=certificate").await["certificate"].clone();
    let expected = json!({"thumbprint": "AB12", "ends": "2026-08-27T06:15:00Z"});
    assert_eq!(certificate, expected);
    let unseen = facts("?tenant=blind").await["unseen"].clone();
    let expected = json!({
        "seen_at": null,
        "cause": "denied",
        "message": "Graph refuses the permission.",
        "advice": "Let an administrator consent.",
    });
    assert_eq!(unseen, expected);
    let missing = facts("?tenant=beta&kind=staleness").await;
    assert_eq!(missing["missing_number"], "consumedUnits");
    assert_eq!(missing["unseen"], Value::Null);
    let blind = items(&service, "?tenant=blind").await[0].clone();
    assert_eq!(
        (&blind["product"], &blind["subject"]),
        (&Value::Null, &json!("tenant"))
    );
}

#[tokio::test]
async fn filters_leave_what_was_asked_for() {
    let service = troubled().await;
    let exhausted = the_alert(&service, "alpha", "stock", "EXHAUSTED").await;
    let done = format!("{PATH}/{}/acknowledge", exhausted.id);
    assert_eq!(service.post(&done, "").await.status, StatusCode::OK);
    for (query, count) in [
        ("?tenant=beta", 3),
        ("?kind=stock", 4),
        ("?state=open", 9),
        ("?state=acknowledged", 1),
        ("?state=snoozed", 0),
        ("?state=resolved", 0),
        ("?severity=critical&tenant=alpha", 3),
        ("?severity=notice", 0),
        ("?since=2026-08-17T06:15:00Z", 10),
        ("?since=2026-08-17T06:15:01Z", 0),
        ("?tenant=new", 0),
    ] {
        assert_eq!(items(&service, query).await.len(), count, "{query}");
    }
    for (query, hint) in [
        (
            "?state=over",
            "is not one of open, acknowledged, snoozed, resolved",
        ),
        ("?kind=price", "is not one of stock, over-assignment"),
        ("?severity=mild", "is not one of notice, warning, critical"),
        ("?since=today", "is not a time such as"),
        ("?cursor=x", "is not a cursor"),
        ("?limit=0", "from 1 to 1000"),
        ("?sate=open", "Did you mean \"state\"?"),
    ] {
        let answer = service.get(&format!("{PATH}{query}")).await;
        assert_eq!(answer.problem(), "invalid-parameter", "{query}");
        assert!(
            answer.text().replace("\\\"", "\"").contains(hint),
            "{}",
            answer.text()
        );
    }
    let nobody = service.get(&format!("{PATH}?tenant=nobody")).await;
    assert_eq!(nobody.problem(), "unknown-tenant");
}

#[tokio::test]
async fn pages_put_together_are_the_whole_list() {
    let service = troubled().await;
    let whole = items(&service, "").await;
    for limit in 1..=11 {
        let (mut found, mut next) = (Vec::new(), format!("{PATH}?limit={limit}"));
        loop {
            let page = service.get(&next).await.json();
            let here = page["items"].as_array().unwrap();
            found.extend(here.clone());
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            assert_eq!(here.len(), limit);
            next = format!("{PATH}?limit={limit}&cursor={cursor}");
        }
        assert_eq!(found, whole, "{limit}");
    }
}

#[tokio::test]
async fn names_follow_the_reader_and_hostile_ones_are_text() {
    let service = troubled().await;
    let request = Request::get("/api/v2/alerts?severity=warning&kind=stock");
    let german = service.send(request.header("accept-language", "de")).await;
    assert_eq!(german.header("content-language"), "de");
    let name = &german.json()["items"][0]["product"]["name"];
    assert_eq!(name, "Office 365 A1 für Schüler und Studenten");
    let hostile = "<img src=x onerror=alert(1)> 🎓 & \"'";
    let look = seen(minutes_ago(1), vec![sku(hostile, 3, 3)], None);
    service.look("beta", look).await;
    evaluate(&service).await;
    let beta = items(&service, "?tenant=beta&kind=stock").await;
    assert_eq!(beta[0]["product"]["part_number"], hostile);
    assert_eq!(beta[0]["tenant_name"], "Schule <b>Beta</b> 🏫");
}

#[tokio::test]
async fn one_alert_comes_with_its_history_and_its_deliveries() {
    let service = troubled().await;
    let kept = the_alert(&service, "alpha", "stock", "EXHAUSTED").await;
    let path = format!("{PATH}/{}", kept.id);
    let body = r#"{"reason": "Ordered 50 seats"}"#;
    let done = service.post(&format!("{path}/acknowledge"), body).await;
    let alert = service.get(&path).await;
    assert_eq!(alert.json(), done.json(), "an action answers what it made");
    let shown = alert.json();
    assert_eq!(
        (&shown["state"], &shown["version"]),
        (&json!("acknowledged"), &json!(2))
    );
    let at = "2026-08-17T06:15:00Z";
    let history = json!([
        {"at": at, "what": "opened", "who": "licensetool", "why": "the numbers say so"},
        {"at": at, "what": "acknowledged", "who": "api", "why": "Ordered 50 seats"},
    ]);
    assert_eq!(shown["history"], history);
    let delivery = &shown["deliveries"][0];
    assert_eq!(
        *delivery,
        json!({
            "message": delivery["message"],
            "channel": "mail",
            "alert": kept.id,
            "tenant": "alpha",
            "tenant_name": "Alpha School",
            "kind": "stock",
            "event": "opened",
            "at": at,
            "state": "pending",
            "attempts": 0,
            "tried_at": null,
            "delivered_at": null,
            "next_at": at,
            "held": false,
            "error": null,
            "advice": null,
        })
    );
    for unknown in ["0", "-1", "x", "99999999999999999999"] {
        let answer = service.get(&format!("{PATH}/{unknown}")).await;
        assert_eq!(answer.problem(), "unknown-alert", "{unknown}");
    }
}

async fn stands(service: &Service, id: i64) -> (State, i64) {
    let kept: KeptAlert = service.store().alert(id).await.unwrap().unwrap();
    (kept.alert.state, kept.version)
}

#[tokio::test]
async fn whoever_is_second_learns_it_and_changes_nothing() {
    let service = troubled().await;
    let id = the_alert(&service, "alpha", "stock", "EXHAUSTED").await.id;
    let path = format!("{PATH}/{id}");
    let seen_by_both = service.get(&path).await;
    let tag = seen_by_both.header("etag").to_owned();
    assert!(tag.starts_with("W/\"1-"), "{tag}");
    let act = |deed: &str, expected: &str| {
        let (path, expected) = (format!("{path}/{deed}"), expected.to_owned());
        let service = &service;
        async move { service.write("POST", &path, Some(&expected), "").await }
    };
    let first = act("acknowledge", &tag).await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(first.header("etag").starts_with("W/\"2-"));
    let second = act("resolve", &tag).await;
    assert_eq!(
        (second.status.as_u16(), second.problem()),
        (412, "overtaken".into())
    );
    assert!(
        second.text().contains("at version 2 by now"),
        "{}",
        second.text()
    );
    assert_eq!(stands(&service, id).await, (State::Acknowledged, 2));
    assert_eq!(act("reopen", "\"2\"").await.status, StatusCode::OK);
    assert_eq!(act("acknowledge", "*").await.status, StatusCode::OK);
    assert_eq!(stands(&service, id).await, (State::Acknowledged, 4));
    for odd in ["2", "\"x\"", "\"1\", \"2\""] {
        assert_eq!(
            act("reopen", odd).await.problem(),
            "invalid-parameter",
            "{odd}"
        );
    }
    assert_eq!(stands(&service, id).await.1, 4, "nothing was changed");
}

#[tokio::test]
async fn the_tag_moves_with_what_is_delivered_so_that_readers_see_it() {
    let service = troubled().await;
    let id = the_alert(&service, "alpha", "stock", "EXHAUSTED").await.id;
    let path = format!("{PATH}/{id}");
    let before = service.get(&path).await.header("etag").to_owned();
    let lease = SignedDuration::from_mins(1);
    let claimed = service
        .store()
        .claim_deliveries("mail", "w", now(), 100, lease);
    let tries: Vec<_> = claimed
        .await
        .unwrap()
        .into_iter()
        .map(|delivery| (delivery, store::Settled::Delivered { remark: None }))
        .collect();
    service.store().settle(&tries, now()).await.unwrap();
    let after = service.get(&path).await;
    assert_ne!(after.header("etag"), before);
    let request = Request::get(&path).header("if-none-match", after.header("etag"));
    assert_eq!(service.send(request).await.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn an_alert_sleeps_until_a_time_or_until_its_numbers_change() {
    let service = troubled().await;
    let id = the_alert(&service, "alpha", "stock", "EXHAUSTED").await.id;
    let path = format!("{PATH}/{id}/snooze");
    let until = service
        .post(&path, r#"{"until": "2026-09-01T06:00:00Z"}"#)
        .await;
    assert_eq!(until.json()["state"], "snoozed");
    assert_eq!(until.json()["snoozed_until"], "2026-09-01T06:00:00Z");
    let change = service
        .post(&path, r#"{"until_change": true, "reason": "quiet"}"#)
        .await;
    assert_eq!(change.json()["state"], "snoozed");
    assert_eq!(change.json()["snoozed_until"], Value::Null);
    let (_, version) = stands(&service, id).await;
    for (body, hint) in [
        ("", "either"),
        ("{}", "either"),
        (r#"{"until_change": false}"#, "either"),
        (
            r#"{"until": "2026-09-01T06:00:00Z", "until_change": true}"#,
            "either",
        ),
        (r#"{"until": "2026-08-17T06:15:00Z"}"#, "in the future"),
        (r#"{"until": "tomorrow"}"#, "is not a time such as"),
        (r#"{"until": 3}"#, "expected a string"),
        (r#"{"til": "2026-09-01T06:00:00Z"}"#, "unknown field"),
    ] {
        let answer = service.post(&path, body).await;
        assert_eq!(answer.problem(), "invalid-body", "{body}");
        assert!(answer.text().contains(hint), "{body}: {}", answer.text());
    }
    assert_eq!(stands(&service, id).await.1, version, "nothing was changed");
}

#[tokio::test]
async fn an_alert_that_a_person_ends_is_told_and_stays_ended() {
    let service = troubled().await;
    let id = the_alert(&service, "alpha", "stock", "EXHAUSTED").await.id;
    let act = |deed: &str| {
        let (path, service) = (format!("{PATH}/{id}/{deed}"), &service);
        async move { service.post(&path, "{}").await }
    };
    let ended = act("resolve").await.json();
    assert_eq!(
        (&ended["state"], &ended["resolved_at"]),
        (&json!("resolved"), &json!("2026-08-17T06:15:00Z"))
    );
    let told: Vec<&Value> = ended["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["event"])
        .collect();
    assert_eq!(told, ["resolved", "opened"]);
    assert_eq!(
        act("resolve").await.status,
        StatusCode::OK,
        "it is so already"
    );
    for deed in ["acknowledge", "reopen"] {
        let refused = act(deed).await;
        assert_eq!(
            (refused.status.as_u16(), refused.problem()),
            (409, "alert-ended".into())
        );
    }
    let path = format!("{PATH}/{id}/snooze");
    assert_eq!(
        service
            .post(&path, r#"{"until_change": true}"#)
            .await
            .problem(),
        "alert-ended"
    );
    assert_eq!(items(&service, "?state=resolved").await.len(), 1);
}

#[tokio::test]
async fn what_is_done_already_and_what_cannot_be_understood_writes_nothing() {
    let service = troubled().await;
    let id = the_alert(&service, "alpha", "stock", "EXHAUSTED").await.id;
    let path = format!("{PATH}/{id}/acknowledge");
    assert_eq!(service.post(&path, "").await.status, StatusCode::OK);
    let before = service.store().revision().await.unwrap();
    assert_eq!(service.post(&path, "").await.status, StatusCode::OK);
    let long = format!(r#"{{"reason": "{}"}}"#, "ä".repeat(501));
    for body in [
        long.as_str(),
        "[]",
        "nonsense",
        r#"{"raeson": "x"}"#,
        r#"{"reason": 1}"#,
    ] {
        assert_eq!(
            service.post(&path, body).await.problem(),
            "invalid-body",
            "{body:.40}"
        );
    }
    let unknown = service
        .post(&format!("{PATH}/999999/acknowledge"), "")
        .await;
    assert_eq!(unknown.problem(), "unknown-alert");
    let head = service.send(Request::head(&path)).await;
    assert_eq!(head.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(service.store().revision().await.unwrap(), before);
    let text = Request::post(&path).header("content-type", "text/plain");
    let text = crate::fixture::ask(&service.app, text, "x".into()).await;
    assert_eq!(text.problem(), "unsupported-media-type");
}

#[tokio::test]
async fn a_tenant_that_is_gone_is_told_only_if_asked_for() {
    let service = troubled().await;
    let left = [entry("alpha", "Alpha School")];
    service.store().sync_tenants(&left, now()).await.unwrap();
    let all = items(&service, "").await;
    assert!(all.iter().all(|alert| alert["tenant"] == "alpha"));
    assert_eq!(items(&service, "?tenant=blind").await.len(), 1);
}

#[tokio::test]
async fn what_nobody_is_told_of_says_so() {
    let service = Service::schools().await;
    let alpha = key("alpha");
    let store = service.store();
    let quiet = store.switch(&alpha, None, Some(false), TEST, now());
    assert!(quiet.await.unwrap());
    evaluate(&service).await;
    let alpha = items(&service, "?tenant=alpha").await;
    assert!(!alpha.is_empty() && alpha.iter().all(|alert| alert["told"] == false));
    let deliveries = service.get("/api/v2/deliveries?tenant=alpha").await.json();
    assert_eq!(deliveries["items"], json!([]));
}
