//! What is kept between answers never shows: an answer put together from kept parts is the one
//! that a new process would give.

use axum::body::Body;
use axum::http::Request;
use store::TenantEntry;

use crate::fixture::{Service, TEST, ask, denied, entry, key, minutes_ago, seen, sku};

const PATH: &str = "/api/v1/licenses/status/show";

/// Twenty schools, every third without a product.
async fn twenty() -> (Service, Vec<TenantEntry>) {
    let service = Service::empty().await;
    let keys = (0..20).map(|n| format!("t{n:02}"));
    let entries: Vec<_> = keys.map(|key| entry(&key, &key)).collect();
    let store = service.store();
    store.sync_tenants(&entries, minutes_ago(60)).await.unwrap();
    for (n, entry) in entries.iter().enumerate() {
        let skus = (0..n % 3).map(|n| sku(&format!("P{n}"), 9, 5)).collect();
        let look = [seen(minutes_ago(50), skus, None)];
        store.record_all(&entry.key, &look).await.unwrap();
    }
    (service, entries)
}

async fn check(service: &Service, what: &str) {
    let new_process = web::app(service.options.clone());
    let anew = ask(&new_process, Request::get(PATH), Body::empty()).await;
    // Twice: put together, and kept whole.
    for _ in 0..2 {
        let kept = service.get(PATH).await;
        assert_eq!(kept.text(), anew.text(), "{what}");
        for header in ["age", "etag", "x-unseen-tenants"] {
            assert_eq!(kept.header(header), anew.header(header), "{what}");
        }
    }
    assert!(anew.json().is_array());
}

#[tokio::test]
async fn a_list_put_together_from_kept_parts_is_the_list_made_anew() {
    let (service, mut entries) = twenty().await;
    let store = service.store();
    check(&service, "at first").await;
    let gone = seen(minutes_ago(40), vec![], None);
    service.look("t05", gone).await;
    check(&service, "the last product of a tenant has gone").await;
    service.look("t06", denied(minutes_ago(39))).await;
    check(&service, "a look failed").await;
    service
        .look("t07", seen(minutes_ago(38), vec![sku("P9", 9, 9)], None))
        .await;
    check(&service, "another product").await;
    entries[2].name = "Renamed <b>".to_owned();
    store.sync_tenants(&entries, minutes_ago(37)).await.unwrap();
    check(&service, "a tenant has another name").await;
    for enabled in [false, true] {
        let tenant = key("t08");
        let switched = store.switch(&tenant, Some(enabled), None, TEST, minutes_ago(36));
        assert!(switched.await.unwrap());
        check(&service, "a tenant was switched").await;
    }
    let hidden = domain::Layer {
        exclusion: Some(domain::Exclusion::Everywhere),
        ..domain::Layer::default()
    };
    for (layer, what) in [
        (hidden, "hidden"),
        (domain::Layer::default(), "shown again"),
    ] {
        let scope = domain::Scope::Tenant(key("t09"));
        let set = store.set_policy(&scope, layer, None, TEST, minutes_ago(36));
        set.await.unwrap();
        check(&service, what).await;
    }
    let removed = entries.remove(11);
    store.sync_tenants(&entries, minutes_ago(36)).await.unwrap();
    check(&service, "a tenant is gone").await;
    entries.push(removed);
    entries.push(entry("new", "New"));
    store.sync_tenants(&entries, minutes_ago(35)).await.unwrap();
    check(&service, "one is back, one is new").await;
    for n in 0..15 {
        let look = seen(minutes_ago(30), vec![sku("P0", 9, n)], None);
        service.look(&format!("t{n:02}"), look).await;
    }
    check(&service, "most have changed").await;
}
