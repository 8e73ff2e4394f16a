//! Deliveries and channels: what waits, what is dead and why, and how it is tried again.

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{Retry, Settled, Synced};

use crate::evaluator::{the_alert, troubled};
use crate::fixture::{Service, minutes_ago, now, route};

const PATH: &str = "/api/v2/deliveries";

async fn items(service: &Service, query: &str) -> Vec<Value> {
    let answer = service.get(&format!("{PATH}{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

/// Tries all that waits for the channel.
async fn settle(service: &Service, settled: Settled) {
    let lease = SignedDuration::from_mins(1);
    let claimed = service
        .store()
        .claim_deliveries("mail", "w", now(), 100, lease);
    let tries = claimed
        .await
        .unwrap()
        .into_iter()
        .map(|it| (it, settled.clone()));
    let tries: Vec<_> = tries.collect();
    assert!(!tries.is_empty());
    service.store().settle(&tries, now()).await.unwrap();
}

fn failed(retry: Retry) -> Settled {
    Settled::Failed {
        error: "<img src=x onerror=…> answered 500.".to_owned(),
        advice: "Look at its log.".to_owned(),
        retry,
    }
}

#[tokio::test]
async fn deliveries_are_filtered_and_the_newest_come_first() {
    let service = troubled().await;
    let alert = the_alert(&service, "beta", "over-assignment", "SUSPENDED")
        .await
        .id;
    let all = items(&service, "").await;
    // Where over-assignment is told, exhaustion is not.
    assert_eq!(all.len(), 8);
    for (query, count) in [
        ("?channel=mail".to_owned(), 8),
        ("?channel=teams".to_owned(), 0),
        ("?tenant=beta".to_owned(), 2),
        ("?state=pending".to_owned(), 8),
        ("?state=dead".to_owned(), 0),
        (format!("?alert={alert}"), 1),
        ("?alert=0".to_owned(), 0),
    ] {
        assert_eq!(items(&service, &query).await.len(), count, "{query}");
    }
    for (query, hint) in [
        ("?state=lost", "is not one of pending, delivered, dead"),
        ("?alert=x", "is not an alert's id"),
        ("?cursor=AAAA", "is not a cursor"),
        ("?chanel=mail", "Did you mean"),
        ("?limit=1001", "from 1 to 1000"),
    ] {
        let answer = service.get(&format!("{PATH}{query}")).await;
        assert_eq!(answer.problem(), "invalid-parameter", "{query}");
        assert!(answer.text().contains(hint), "{}", answer.text());
    }
    assert_eq!(
        service.get(&format!("{PATH}?tenant=x")).await.problem(),
        "unknown-tenant"
    );
}

#[tokio::test]
async fn pages_put_together_are_the_whole_list() {
    let service = troubled().await;
    let two = |options: &mut web::Options| options.routes.push(route("hook/ü"));
    let service = service.change(two);
    let alert = the_alert(&service, "alpha", "stock", "EXHAUSTED").await.id;
    service
        .post(&format!("/api/v2/alerts/{alert}/resolve"), "")
        .await;
    let whole = items(&service, "").await;
    assert_eq!(whole.len(), 10);
    for limit in 1..=11 {
        let (mut found, mut next) = (Vec::new(), format!("{PATH}?limit={limit}"));
        loop {
            let page = service.get(&next).await.json();
            found.extend(page["items"].as_array().unwrap().clone());
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            next = format!("{PATH}?limit={limit}&cursor={cursor}");
        }
        assert_eq!(found, whole, "{limit}");
    }
}

#[tokio::test]
async fn a_dead_delivery_says_why_and_lives_again_when_asked() {
    let service = troubled().await;
    settle(&service, failed(Retry::Never)).await;
    let dead = items(&service, "?state=dead&tenant=blind").await[0].clone();
    assert_eq!(dead["error"], "<img src=x onerror=…> answered 500.");
    assert_eq!(dead["advice"], "Look at its log.");
    assert_eq!(
        (&dead["attempts"], &dead["next_at"]),
        (&json!(1), &Value::Null)
    );
    let message = dead["message"].as_str().unwrap();
    let retry = format!("{PATH}/{message}/mail/retry");
    let retried = service.post(&retry, "").await;
    assert_eq!(retried.status, StatusCode::ACCEPTED);
    let expected = json!({
        "message": message,
        "channel": "mail",
        "state": "pending",
        "next_at": "2026-08-17T06:15:00Z",
    });
    assert_eq!(retried.json(), expected);
    let alive = items(&service, "?state=pending").await;
    assert_eq!((alive.len(), &alive[0]["attempts"]), (1, &json!(0)));
    settle(&service, Settled::Delivered { remark: None }).await;
    assert_eq!(
        service.post(&retry, "").await.problem(),
        "unknown-delivery",
        "it was delivered"
    );
}

#[tokio::test]
async fn what_is_no_delivery_is_not_tried_again() {
    let service = troubled().await;
    let message = items(&service, "").await[0]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    for place in [
        "00000000-0000-0000-0000-000000000000/mail".to_owned(),
        "x/mail".to_owned(),
        format!("{message}/teams"),
    ] {
        let answer = service.post(&format!("{PATH}/{place}/retry"), "").await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem()),
            (404, "unknown-delivery".into())
        );
    }
    assert_eq!(items(&service, "?state=pending").await.len(), 8);
}

#[tokio::test]
async fn what_waits_because_nobody_is_told_says_so() {
    let service = troubled().await;
    let quiet = r#"{"monitoring": false}"#;
    service
        .write("PATCH", "/api/v2/tenants/beta", None, quiet)
        .await;
    let beta = items(&service, "?tenant=beta").await;
    assert!(beta.iter().all(|delivery| delivery["held"] == true));
    let alpha = items(&service, "?tenant=alpha").await;
    assert!(alpha.iter().all(|delivery| delivery["held"] == false));
}

#[tokio::test]
async fn channels_tell_how_they_stand() {
    let service = troubled().await;
    let store = service.store();
    store
        .add_channel("sharepoint", minutes_ago(3))
        .await
        .unwrap();
    let lease = SignedDuration::from_mins(1);
    let claimed = store
        .claim_channel("sharepoint", "w", minutes_ago(2), lease)
        .await;
    let synced = Synced {
        hold: None,
        next: now() + lease,
        failure: Some(("It refuses.".to_owned(), "Consent.".to_owned())),
        remarks: vec!["Two rows <b>are</b> alike.".to_owned()],
    };
    let claim = claimed.unwrap().unwrap();
    assert!(
        store
            .release_channel(&claim, &synced, minutes_ago(1))
            .await
            .unwrap()
    );
    let channels = service.get("/api/v2/channels").await.json();
    assert_eq!(
        channels,
        json!({"items": [
            {
                "channel": "mail",
                "configured": true,
                "from_severity": "notice",
                "pending": 8,
                "oldest_pending_at": "2026-08-17T06:15:00Z",
                "dead": 0,
                "sync": null,
            },
            {
                "channel": "sharepoint",
                "configured": false,
                "from_severity": null,
                "pending": 0,
                "oldest_pending_at": null,
                "dead": 0,
                "sync": {
                    "next_at": "2026-08-17T06:16:00Z",
                    "began_at": null,
                    "synced_at": null,
                    "failures": 1,
                    "error": "It refuses.",
                    "advice": "Consent.",
                    "remarks": ["Two rows <b>are</b> alike."],
                },
            },
        ]})
    );
    settle(&service, failed(Retry::Never)).await;
    let channels = service.get("/api/v2/channels").await.json();
    assert_eq!(
        (
            &channels["items"][0]["pending"],
            &channels["items"][0]["dead"]
        ),
        (&json!(0), &json!(8))
    );
}
