//! Pages put together are the whole list, whatever their size, and nothing stands in two.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use crate::fixture::{Service, entry, key, minutes_ago, purchase, seen, sku};

/// Tenants with so many products and subscriptions each.
async fn service(sizes: &[usize]) -> Service {
    let service = Service::empty().await;
    let entries: Vec<_> = (0..sizes.len())
        .map(|i| entry(&format!("t{i:02}"), &format!("School {i}")))
        .collect();
    service
        .store()
        .sync_tenants(&entries, minutes_ago(9))
        .await
        .unwrap();
    for (i, size) in sizes.iter().enumerate() {
        let skus = (0..*size).map(|n| sku(&format!("P{n}"), 10, i64::try_from(n).unwrap()));
        let bought = (0..*size).map(|n| {
            purchase(
                &format!("{n}/ü?"),
                &format!("P{n}"),
                10,
                "2027-01-01T00:00:00Z",
            )
        });
        let look = seen(minutes_ago(1), skus.collect(), Some(bought.collect()));
        service
            .store()
            .record_all(&key(&format!("t{i:02}")), &[look])
            .await
            .unwrap();
    }
    service
}

/// All items of a list, page by page; every page but the last is full.
async fn walk(service: &Service, list: &str, limit: usize) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = format!("{list}limit={limit}");
    loop {
        let page = service.get(&next).await.json();
        let here = page["items"].as_array().unwrap();
        items.extend(here.clone());
        let Some(cursor) = page["next_cursor"].as_str() else {
            return items;
        };
        assert_eq!(here.len(), limit);
        next = format!("{list}limit={limit}&cursor={cursor}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn pages_put_together_are_the_whole_list(
        sizes in proptest::collection::vec(0..6_usize, 0..8),
        limit in 1..9_usize,
        low_only in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let service = Arc::new(service(&sizes).await);
            let filter = if low_only { "level=enough&" } else { "" };
            for list in [format!("/api/v2/licenses?{filter}"), "/api/v2/subscriptions?".into()] {
                let whole = walk(&service, &list, 1000).await;
                assert_eq!(whole.len(), sizes.iter().sum::<usize>(), "{list}");
                assert_eq!(walk(&service, &list, limit).await, whole, "{list}");
            }
        });
    }
}

#[tokio::test]
async fn a_tenant_that_goes_in_between_takes_only_its_own_with_it() {
    let service = service(&[3, 3, 3]).await;
    let first = service.get("/api/v2/licenses?limit=4").await.json();
    let cursor = first["next_cursor"].as_str().unwrap().to_owned();
    let left = [entry("t00", "School 0"), entry("t02", "School 2")];
    service
        .store()
        .sync_tenants(&left, minutes_ago(0))
        .await
        .unwrap();
    let rest = service
        .get(&format!("/api/v2/licenses?limit=9&cursor={cursor}"))
        .await
        .json();
    let rest = rest["items"].as_array().unwrap();
    assert_eq!(rest.len(), 3);
    assert!(rest.iter().all(|item| item["tenant"] == "t02"));
}
