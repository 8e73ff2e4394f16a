//! `show-fetch`: orders, waits for whoever collects and whoever syncs, and answers, or says why
//! not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::{Request, StatusCode};
use domain::Look;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{Finished, Store, Synced};
use tokio::task::JoinHandle;
use tokio::time::interval;

use crate::fixture::{Answer, Service, denied, key, now, seen, sku};

const PATH: &str = "/api/v1/licenses/status/show-fetch";

/// As patient as the real one; tests that wait in vain say less.
fn patient(options: &mut web::Options) {
    options.fetch_within = Duration::from_secs(25);
}

async fn schools() -> Service {
    Service::schools().await.change(patient)
}

/// Collects what is ordered, as the collect loop does, until it is dropped.
struct Collector {
    task: JoinHandle<()>,
    looked: Arc<AtomicU32>,
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn collector(store: &Store, look: fn(&str) -> Look) -> Collector {
    let looked = Arc::new(AtomicU32::new(0));
    let (store, counted) = (store.clone(), looked.clone());
    let task = tokio::spawn(async move {
        let (lease, hourly) = (SignedDuration::from_mins(2), SignedDuration::from_hours(1));
        let mut again = interval(Duration::from_millis(5));
        loop {
            let claims = store.claim("w", now(), 100, lease, hourly).await.unwrap();
            // All clocks stand still here, so a look that was not ordered must not come between.
            let (wanted, due): (Vec<_>, Vec<_>) = claims.into_iter().partition(|it| it.refresh);
            store.release(&due).await.unwrap();
            let count = u32::try_from(wanted.len()).unwrap();
            counted.fetch_add(count, Ordering::SeqCst);
            let finished = wanted.into_iter().map(|claim| Finished {
                look: look(claim.tenant.as_str()),
                next_due: now() + hourly,
                claim,
            });
            let finished: Vec<_> = finished.collect();
            store.finish(&finished).await.unwrap();
            again.tick().await;
        }
    });
    Collector { task, looked }
}

/// Brings a channel up to date whenever that is wanted.
fn syncer(store: &Store, failure: Option<(String, String)>) -> Collector {
    let looked = Arc::new(AtomicU32::new(0));
    let (store, counted) = (store.clone(), looked.clone());
    let task = tokio::spawn(async move {
        let (lease, soon) = (SignedDuration::from_mins(2), SignedDuration::from_secs(1));
        let mut again = interval(Duration::from_millis(5));
        loop {
            let at = now() + soon;
            if let Some(claim) = store.claim_channel("list", "w", at, lease).await.unwrap() {
                let synced = Synced {
                    hold: None,
                    next: at + lease,
                    failure: failure.clone(),
                    remarks: Vec::new(),
                };
                store.release_channel(&claim, &synced, at).await.unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
            }
            again.tick().await;
        }
    });
    Collector { task, looked }
}

fn fine(tenant: &str) -> Look {
    match tenant {
        "denied" => denied(now()),
        _ => seen(now(), vec![sku("PLENTY", 100, 42)], None),
    }
}

fn is_deprecated(answer: &Answer) {
    assert_eq!(answer.header("deprecation"), "true");
    let link = "</api/v2/refreshes>; rel=\"successor-version\"";
    assert_eq!(answer.header("link"), link);
}

#[tokio::test]
async fn one_tenant_is_asked_now_and_shown_in_plain_text() {
    let service = schools().await;
    let collector = collector(service.store(), fine);
    let answer = service.get(&format!("{PATH}/alpha")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(
        answer.json(),
        json!([{
            "skuid": sku("PLENTY", 0, 0).id.to_string(),
            "skupartnumber": "PLENTY (PLENTY)",
            "consumed_units": 42,
            "available_units": 100,
            "free_units": 58,
        }])
    );
    assert_eq!(answer.header("age"), "0");
    is_deprecated(&answer);
    assert_eq!(
        collector.looked.load(Ordering::SeqCst),
        1,
        "only the one that was asked for"
    );
}

#[tokio::test]
async fn all_tenants_are_asked_and_one_that_fails_is_named() {
    let service = schools().await;
    let _collector = collector(service.store(), fine);
    let answer = service.get(PATH).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let rows = answer.json();
    let mut tenants: Vec<&str> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["tenant"].as_str().unwrap())
        .collect();
    tenants.sort_unstable();
    assert_eq!(
        tenants,
        ["Alpha School", "New School", "Schule <b>Beta</b> 🏫"]
    );
    assert_eq!(answer.header("x-unseen-tenants"), "denied");
    is_deprecated(&answer);
    // What was kept of `show` keeps its own labels.
    let shown = service.get("/api/v1/licenses/status/show").await.json();
    assert_eq!(shown[0]["skupartnumber"], "PLENTY<br>(PLENTY)");
}

#[tokio::test]
async fn labels_are_no_html_and_nothing_in_them_is_changed() {
    let service = schools().await;
    let hostile = |_: &str| seen(now(), vec![sku("<img src=x onerror=…>", 5, 1)], None);
    let _collector = collector(service.store(), hostile);
    let row = service.get(&format!("{PATH}/beta")).await.json()[0].clone();
    let label = "<img src=x onerror=…> (<img src=x onerror=…>)";
    assert_eq!(row["skupartnumber"], label);
}

#[tokio::test]
async fn a_collection_that_fails_is_502_with_its_reason() {
    let service = schools().await;
    let _collector = collector(service.store(), |_| denied(now()));
    for path in [
        format!("{PATH}/alpha"),
        format!("{PATH}/denied"),
        PATH.to_owned(),
    ] {
        let answer = service.get(&path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem()),
            (502, "collection-failed".into())
        );
        let problem = answer.json();
        assert_eq!(problem["cause"], "denied");
        assert_eq!(problem["advice"], "Let an administrator consent.");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains("could not be collected just now. Graph refuses"),
            "{detail}"
        );
        is_deprecated(&answer);
    }
}

#[tokio::test]
async fn what_takes_too_long_is_504_and_goes_on() {
    let service = Service::schools().await;
    for path in [format!("{PATH}/alpha"), PATH.to_owned()] {
        let answer = service.get(&path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem()),
            (504, "collection-too-slow".into())
        );
        is_deprecated(&answer);
    }
    let due = service
        .store()
        .tenant(&key("alpha"))
        .await
        .unwrap()
        .unwrap()
        .due_at;
    assert!(
        due < now() - SignedDuration::from_hours(24 * 365),
        "it is next in line: {due}"
    );
}

/// Schools of which a list is told.
async fn with_list() -> Service {
    let told = |options: &mut web::Options| options.routes.push(crate::fixture::route("list"));
    schools().await.change(told)
}

#[tokio::test]
async fn a_list_that_is_not_in_use_any_more_is_not_waited_for() {
    let service = schools().await;
    let store = service.store();
    store.add_channel("list", now()).await.unwrap();
    let _collector = collector(store, fine);
    let answer = service.get(&format!("{PATH}/alpha")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
}

#[tokio::test]
async fn it_waits_until_the_lists_are_up_to_date() {
    let service = with_list().await;
    let store = service.store();
    store.add_channel("list", now()).await.unwrap();
    let _collector = collector(store, fine);
    let syncer = syncer(store, None);
    let answer = service.get(&format!("{PATH}/alpha")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(syncer.looked.load(Ordering::SeqCst) > 0);
    let list = store.channel("list").await.unwrap().unwrap();
    assert!(list.began_at.unwrap() > now());
}

#[tokio::test]
async fn a_list_that_cannot_be_brought_up_to_date_holds_nobody_up() {
    let service = with_list().await;
    let store = service.store();
    store.add_channel("list", now()).await.unwrap();
    let _collector = collector(store, fine);
    let failure = Some(("It refuses.".to_owned(), "Consent.".to_owned()));
    let _syncer = syncer(store, failure);
    assert_eq!(
        service.get(&format!("{PATH}/alpha")).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_list_that_nobody_syncs_is_504_and_says_that_the_numbers_are_there() {
    let service = with_list().await.change(|options| {
        options.fetch_within = Duration::from_secs(3);
    });
    let store = service.store();
    store.add_channel("list", now()).await.unwrap();
    let _collector = collector(store, fine);
    let answer = service.get(&format!("{PATH}/alpha")).await;
    assert_eq!(answer.problem(), "collection-too-slow");
    assert!(
        answer.text().contains("The numbers are there"),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn head_orders_nothing_and_answers_like_show() {
    let service = Service::schools().await;
    let before = service.store().revision().await.unwrap();
    for path in [PATH.to_owned(), format!("{PATH}/alpha")] {
        let head = service.send(Request::head(&path)).await;
        assert_eq!(
            (head.status, head.body.len()),
            (StatusCode::OK, 0),
            "{path}"
        );
        is_deprecated(&head);
    }
    assert_eq!(service.store().revision().await.unwrap(), before);
}

#[tokio::test]
async fn who_is_not_there_or_is_switched_off_is_not_waited_for() {
    let service = schools().await;
    let before = service.store().revision().await.unwrap();
    for (tenant, status, problem) in [
        ("nobody", 404, "unknown-tenant"),
        ("ALPHA", 404, "unknown-tenant"),
        ("off", 409, "tenant-disabled"),
    ] {
        let answer = service.get(&format!("{PATH}/{tenant}")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem()),
            (status, problem.into())
        );
        is_deprecated(&answer);
    }
    let odd = service.get(&format!("{PATH}?tenant=alpha")).await;
    assert_eq!(odd.problem(), "invalid-parameter");
    assert_eq!(
        service.store().revision().await.unwrap(),
        before,
        "nothing was ordered"
    );
    let nobody = Service::empty().await.get(PATH).await;
    assert_eq!(
        nobody.json(),
        Value::Array(vec![]),
        "no tenant, no licence, no waiting"
    );
}
