//! One school's first weeks, as every database must tell them.

use domain::{Cause, Settings, SkuId};
use store::Recorded;

use crate::fixture::{
    by, claim, entry, failed, key, keys, minute, purchase, seen, seen_with, sku, with,
};

#[tokio::test]
async fn a_school_is_watched_from_its_first_day() {
    let store = with(&["iseschool"]).await;
    let school = key("iseschool");

    // Nothing is known at first, and that is what the store says.
    let state = store.state(&school).await.unwrap().unwrap();
    assert_eq!(state.snapshot, None);
    assert_eq!((state.tenant.asked_at, state.tenant.seen_at), (None, None));

    // The first look: everything is new.
    let claims = claim(&store, "w", minute(0), 10).await;
    assert!(claims[0].with_subscriptions);
    let a3 = sku("A3", 100, 90);
    let bought = purchase("p", 100, "2027-07-31T00:00:00Z");
    let look = seen_with(
        minute(0),
        std::slice::from_ref(&a3),
        std::slice::from_ref(&bought),
    );
    let recorded = finish(&store, &claims[0], look, 15).await;
    assert_eq!(recorded, Recorded::Changed { skus: 1 });
    assert_eq!(store.next_due(minute(0)).await.unwrap(), Some(minute(15)));

    // A quarter of an hour later nothing has changed; the subscriptions are not due again.
    let claims = claim(&store, "w", minute(15), 10).await;
    assert!(!claims[0].with_subscriptions);
    let look = seen(minute(15), std::slice::from_ref(&a3));
    assert_eq!(
        finish(&store, &claims[0], look, 30).await,
        Recorded::Unchanged
    );

    // Microsoft is away; what was known stays known, with its age.
    let claims = claim(&store, "w", minute(30), 10).await;
    let look = failed(minute(30), Cause::Unavailable);
    assert_eq!(finish(&store, &claims[0], look, 45).await, Recorded::Gap);
    let state = store.state(&school).await.unwrap().unwrap();
    let snapshot = state.snapshot.unwrap();
    assert_eq!((snapshot.taken_at, snapshot.skus), (minute(15), vec![a3]));
    assert_eq!(snapshot.subscriptions, Some(vec![bought]));
    assert_eq!(state.tenant.failures, 1);
    assert_eq!(state.tenant.gap.unwrap().cause, Cause::Unavailable);

    // It comes back, and seats are gone.
    let claims = claim(&store, "w", minute(45), 10).await;
    assert_eq!(claims[0].failures, 1);
    let look = seen(minute(45), &[sku("A3", 100, 100)]);
    let recorded = finish(&store, &claims[0], look, 60).await;
    assert_eq!(recorded, Recorded::Changed { skus: 1 });
    let tenant = store.tenant(&school).await.unwrap().unwrap();
    assert_eq!((tenant.failures, tenant.gap), (0, None));

    let id = SkuId::from_part_number("A3");
    let past = store
        .history(&school, id, minute(0), minute(60))
        .await
        .unwrap();
    let consumed: Vec<_> = past
        .points
        .iter()
        .map(|it| it.units.unwrap().consumed)
        .collect();
    assert_eq!(consumed, [Some(90), Some(100)]);
    assert_eq!(past.unseen.len(), 1);
    let unseen = (past.unseen[0].from, past.unseen[0].until);
    assert_eq!(unseen, (minute(15), Some(minute(45))));
}

async fn finish(
    store: &store::Store,
    claim: &store::Claim,
    look: domain::Look,
    next: i64,
) -> Recorded {
    let finished = store::Finished {
        claim: claim.clone(),
        look,
        next_due: minute(next),
    };
    let mut recorded = store.finish(&[finished]).await.unwrap();
    recorded.pop().unwrap()
}

#[tokio::test]
async fn a_tenant_that_leaves_keeps_its_past_and_may_come_back() {
    let store = with(&["a", "b"]).await;
    store
        .record_all(&key("b"), &[seen(minute(1), &[sku("A3", 5, 1)])])
        .await
        .unwrap();
    store.sync_tenants(&[entry("a")], minute(10)).await.unwrap();

    assert_eq!(store.tenants().await.unwrap().len(), 1);
    assert_eq!(store.states().await.unwrap().len(), 1);
    let gone = store.state(&key("b")).await.unwrap().unwrap();
    assert_eq!(gone.tenant.removed_at, Some(minute(10)));
    assert!(gone.snapshot.is_some());
    assert_eq!(keys(&claim(&store, "w", minute(10), 10).await), ["a"]);

    let renamed = store::TenantEntry {
        name: "School of B".to_owned(),
        ..entry("b")
    };
    store
        .sync_tenants(&[entry("a"), renamed], minute(11))
        .await
        .unwrap();
    let back = store.tenant(&key("b")).await.unwrap().unwrap();
    assert_eq!((back.removed_at, back.due_at), (None, minute(11)));
    assert_eq!(back.name, "School of B");
    assert_eq!(keys(&claim(&store, "w", minute(11), 10).await), ["b"]);
}

#[tokio::test]
async fn a_tenant_that_is_switched_off_is_not_asked() {
    let store = with(&["a", "b"]).await;
    let off = Settings {
        enabled: false,
        monitoring: false,
    };
    for (tenant, is_there) in [("a", true), ("nobody", false)] {
        let tenant = key(tenant);
        let switched = store.switch(&tenant, Some(false), Some(false), by("test"), minute(0));
        assert_eq!(switched.await.unwrap(), is_there);
    }
    assert_eq!(keys(&claim(&store, "w", minute(0), 10).await), ["b"]);
    assert_eq!(
        store.tenant(&key("a")).await.unwrap().unwrap().settings,
        off
    );

    // A new list of tenants says nothing of switches.
    store
        .sync_tenants(&[entry("a"), entry("b")], minute(5))
        .await
        .unwrap();
    assert_eq!(
        store.tenant(&key("a")).await.unwrap().unwrap().settings,
        off
    );
}

#[tokio::test]
async fn one_tenant_is_added_beside_the_others() {
    let store = with(&["a"]).await;
    store.add_tenant(&entry("b"), minute(3)).await.unwrap();
    let known: Vec<_> = store
        .tenants()
        .await
        .unwrap()
        .into_iter()
        .map(|it| it.key)
        .collect();
    assert_eq!(known, [key("a"), key("b")]);
}

#[tokio::test]
async fn pages_of_states_hold_each_tenant_once() {
    let names: Vec<String> = (0..7).map(|number| format!("school-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let store = with(&names).await;
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let page = store.states_page(after.as_ref(), 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.tenant.key.clone());
        walked.extend(
            page.into_iter()
                .map(|state| state.tenant.key.as_str().to_owned()),
        );
    }
    assert_eq!(walked, names);
}

#[tokio::test]
async fn licences_kept_by_hand_are_numbered_in_order() {
    let store = with(&[]).await;
    let first = store
        .add_manual_license("Adobe CC", 25, by("anna"), minute(0))
        .await
        .unwrap();
    let second = store
        .add_manual_license("Größe <L>", -1, by("anna"), minute(0))
        .await
        .unwrap();
    assert!(first.id < second.id);
    assert_eq!(
        store.manual_licenses().await.unwrap(),
        [first, second.clone()]
    );
    assert_eq!(store.manual_license(second.id).await.unwrap(), Some(second));
    assert_eq!(store.manual_license(4711).await.unwrap(), None);
}

#[tokio::test]
async fn imported_names_are_counted_when_they_change() {
    let store = with(&[]).await;
    let id = SkuId::from_part_number("A3");
    let table = |name: &str| [(id, "A3".to_owned(), name.to_owned())];
    assert_eq!(
        store
            .import_names(&table("Office A3"), by("anna"), minute(0))
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        store
            .import_names(&table("Office A3"), by("anna"), minute(1))
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        store
            .import_names(&table("Microsoft A3"), by("anna"), minute(2))
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        store.names().await.unwrap(),
        [(id, "Microsoft A3".to_owned())]
    );
}

#[tokio::test]
async fn tenants_stand_in_the_order_of_the_bytes_of_their_keys() {
    // People's order would not see the dashes, nor look at digits as at other characters.
    let names = ["a-z", "a0", "a1", "a10", "a2", "aa", "ab"];
    let store = with(&["ab", "a10", "a2", "aa", "a1", "a-z", "a0"]).await;
    let tenants = store.tenants().await.unwrap();
    let found: Vec<&str> = tenants.iter().map(|tenant| tenant.key.as_str()).collect();
    assert_eq!(found, names);
    let page = store.states_page(Some(&key("a10")), 2).await.unwrap();
    let found: Vec<&str> = page.iter().map(|state| state.tenant.key.as_str()).collect();
    assert_eq!(found, ["a2", "aa"]);
}
