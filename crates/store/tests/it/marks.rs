//! The mark by which readers know whether a tenant is still as they have read it.

use domain::{Cause, Layer, Pin, Scope};
use store::{Mark, Store, TenantEntry};

use crate::fixture::{
    by, claim, entry, failed, judge, key, minute, purchase, seen_with, sku, with,
};

async fn mark(store: &Store) -> Mark {
    let marks = store.marks().await.unwrap();
    let [(tenant, mark)] = &marks[..] else {
        panic!("one tenant is there: {marks:?}")
    };
    assert_eq!(*tenant, key("a"));
    mark.clone()
}

/// All that readers make of a tenant.
async fn read(store: &Store) -> String {
    let state = store.state(&key("a")).await.unwrap().unwrap();
    let rules = store.policies(Layer::default()).await.unwrap();
    let renewals = store.renewals(&key("a")).await.unwrap();
    format!("{state:?} {:?} {renewals:?}", rules.of_tenant(&key("a")))
}

/// Whether something moved the mark, and whether it moved what is seen. Fails if it changed what
/// readers read and left the mark.
async fn moved(store: &Store, what: &str, change: impl AsyncFnOnce(&Store)) -> (bool, bool) {
    let (before, was) = (mark(store).await, read(store).await);
    change(store).await;
    let after = mark(store).await;
    let same = was == read(store).await;
    assert!(before != after || same, "{what} is not seen");
    (before != after, !before.has_same_content(&after))
}

const CONTENT: (bool, bool) = (true, true);
const COURSE: (bool, bool) = (true, false);
const NOTHING: (bool, bool) = (false, false);

async fn record(store: &Store, at: i64, total: i64) {
    let bought = purchase("p", total, "2027-01-01T00:00:00Z");
    let look = seen_with(minute(at), &[sku("A3", total, 1)], &[bought]);
    store.record_all(&key("a"), &[look]).await.unwrap();
}

#[tokio::test]
async fn whatever_is_seen_of_a_tenant_moves_its_mark() {
    let store = with(&["a"]).await;
    let first = moved(&store, "a first look", async |store| {
        record(store, 1, 9).await;
    });
    assert_eq!(first.await, CONTENT);
    let same = moved(&store, "the same seen", async |store| {
        record(store, 2, 9).await;
    });
    assert_eq!(same.await, COURSE);
    let more = moved(&store, "more seats", async |store| {
        record(store, 3, 10).await;
    });
    assert_eq!(more.await, CONTENT);
    let judged = moved(&store, "a judgement", async |store| {
        judge(store, None, &[], minute(3)).await;
    });
    assert_eq!(judged.await, COURSE);
    let gap = moved(&store, "a failure", async |store| {
        let failure = failed(minute(4), Cause::Denied);
        store.record_all(&key("a"), &[failure]).await.unwrap();
    });
    assert!(gap.await.0);
    let claimed = moved(&store, "a claim", async |store| {
        assert_eq!(claim(store, "w", minute(99), 9).await.len(), 1);
    });
    assert_eq!(claimed.await, NOTHING);
}

#[tokio::test]
async fn whatever_people_change_about_a_tenant_moves_its_mark() {
    let store = with(&["a"]).await;
    record(&store, 1, 9).await;
    let pinned = moved(&store, "a pin", async |store| {
        let pin = Some(Pin::Ends);
        let a = key("a");
        let set = store.set_pin(&a, "p", pin, by("anna"), minute(4));
        set.await.unwrap();
    });
    assert_eq!(pinned.await, CONTENT);
    for (enabled, monitoring) in [(None, Some(false)), (Some(false), None), (Some(true), None)] {
        let switched = moved(&store, "a switch", async |store| {
            let a = key("a");
            let switch = store.switch(&a, enabled, monitoring, by("anna"), minute(5));
            assert!(switch.await.unwrap());
        });
        assert_eq!(switched.await, CONTENT);
    }
    let scope = Scope::Tenant(key("a"));
    let rule = moved(&store, "a rule", async |store| {
        let layer = Layer {
            renewal_lead_days: Some(7),
            ..Layer::default()
        };
        let set = store.set_policy(&scope, layer, None, by("anna"), minute(6));
        set.await.unwrap();
    });
    assert_eq!(rule.await, CONTENT);
    let wanted = moved(&store, "a wish for a look", async |store| {
        let tenants = [key("a")];
        let asked = store.request_refresh(&tenants, None, minute(7));
        asked.await.unwrap();
    });
    assert!(wanted.await.0);
    let renamed = moved(&store, "another name", async |store| {
        let renamed = TenantEntry {
            name: "Another".to_owned(),
            ..entry("a")
        };
        store.sync_tenants(&[renamed], minute(8)).await.unwrap();
    });
    assert_eq!(renamed.await, CONTENT);
    let back = moved(&store, "gone and back", async |store| {
        store.sync_tenants(&[], minute(9)).await.unwrap();
        assert_eq!(store.marks().await.unwrap(), []);
        store.sync_tenants(&[entry("a")], minute(9)).await.unwrap();
    });
    assert_eq!(back.await, CONTENT);
}
