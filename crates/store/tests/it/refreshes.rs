//! A person asks for a look and is told when it is over.

use domain::Cause;
use jiff::SignedDuration;
use store::{Claim, Finished, Store};

use crate::fixture::{by, claim, failed, key, keys, minute, seen, sku, with};

async fn finish(store: &Store, claim: &Claim, look: domain::Look) {
    let finished = Finished {
        claim: claim.clone(),
        look,
        next_due: minute(100),
    };
    store.finish(&[finished]).await.unwrap();
}

/// Whether each tenant's look is over, and the cause if nothing was seen.
async fn progress(store: &Store, id: uuid::Uuid) -> Vec<(bool, Option<Cause>)> {
    let refresh = store.refresh(id).await.unwrap().unwrap();
    let tenants = refresh.tenants.iter();
    tenants.map(|it| (it.done_at.is_some(), it.cause)).collect()
}

#[tokio::test]
async fn those_that_a_person_waits_for_go_first_with_all_there_is() {
    let store = with(&["a", "b", "c"]).await;
    for claim in claim(&store, "w", minute(0), 3).await {
        finish(&store, &claim, seen(minute(0), &[sku("A3", 9, 5)])).await;
    }
    let id = store
        .request_refresh(&[key("c"), key("b")], None, minute(5))
        .await
        .unwrap();
    assert_eq!(progress(&store, id).await, [(false, None), (false, None)]);

    let claims = claim(&store, "w", minute(6), 10).await;
    assert_eq!(claims.len(), 2);
    assert!(
        claims
            .iter()
            .all(|claim| claim.refresh && claim.with_subscriptions)
    );
    let (b, c) = if claims[0].tenant == key("b") {
        (0, 1)
    } else {
        (1, 0)
    };
    finish(&store, &claims[b], seen(minute(6), &[sku("A3", 9, 5)])).await;
    finish(&store, &claims[c], failed(minute(6), Cause::Denied)).await;
    assert_eq!(
        progress(&store, id).await,
        [(true, None), (true, Some(Cause::Denied))]
    );
    assert_eq!(store.next_due(minute(6)).await.unwrap(), Some(minute(100)));
}

#[tokio::test]
async fn a_request_for_all_leaves_out_those_that_are_never_asked() {
    let store = with(&["a", "b", "c"]).await;
    let b = key("b");
    let off = store.switch(&b, Some(false), None, by("test"), minute(0));
    assert!(off.await.unwrap());
    let all = store.request_refresh(&[], None, minute(0)).await.unwrap();
    let refresh = store.refresh(all).await.unwrap().unwrap();
    let named: Vec<_> = refresh.tenants.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(named, ["a", "c"]);
    assert_eq!(refresh.requested_at, minute(0));

    let keys = [key("b"), key("nobody"), key("a"), key("a")];
    let some = store.request_refresh(&keys, None, minute(0)).await.unwrap();
    assert_eq!(store.refresh(some).await.unwrap().unwrap().tenants.len(), 1);
    assert_eq!(store.refresh(uuid::Uuid::nil()).await.unwrap(), None);
}

#[tokio::test]
async fn a_request_during_a_look_gets_a_look_of_its_own() {
    let store = with(&["a"]).await;
    let running = claim(&store, "w", minute(0), 1).await;
    let later = minute(0) + SignedDuration::from_millis(1);
    let id = store
        .request_refresh(&[key("a")], None, later)
        .await
        .unwrap();
    finish(&store, &running[0], seen(minute(0), &[sku("A3", 9, 5)])).await;
    assert_eq!(progress(&store, id).await, [(false, None)]);

    let again = claim(&store, "w", minute(1), 1).await;
    assert_eq!(keys(&again), ["a"]);
    finish(&store, &again[0], seen(minute(1), &[sku("A3", 9, 5)])).await;
    assert_eq!(progress(&store, id).await, [(true, None)]);
    assert_eq!(store.next_due(minute(1)).await.unwrap(), Some(minute(100)));
}

/// Whoever asks takes the time first and then waits for the tenant, which meanwhile is claimed.
#[tokio::test]
async fn a_request_that_is_kept_after_a_later_claim_gets_a_look_at_once() {
    for look in [
        seen(minute(1), &[sku("A3", 9, 5)]),
        failed(minute(1), Cause::Denied),
    ] {
        let store = with(&["a"]).await;
        let running = claim(&store, "w", minute(1), 1).await;
        let wanted = [key("a")];
        let asked = store.request_refresh(&wanted, None, minute(0));
        let id = asked.await.unwrap();
        finish(&store, &running[0], look).await;
        assert_eq!(progress(&store, id).await, [(false, None)]);

        let again = claim(&store, "w", minute(2), 1).await;
        assert_eq!(keys(&again), ["a"], "it does not wait for its turn");
        assert!(again[0].refresh && again[0].with_subscriptions);
        finish(&store, &again[0], seen(minute(2), &[sku("A3", 9, 5)])).await;
        assert_eq!(progress(&store, id).await, [(true, None)]);
        assert_eq!(store.next_due(minute(2)).await.unwrap(), Some(minute(100)));
    }
}

#[tokio::test]
async fn two_people_are_served_by_one_look() {
    let store = with(&["a"]).await;
    let first = store
        .request_refresh(&[key("a")], None, minute(0))
        .await
        .unwrap();
    let second = store.request_refresh(&[], None, minute(1)).await.unwrap();
    let claims = claim(&store, "w", minute(2), 1).await;
    finish(&store, &claims[0], seen(minute(2), &[])).await;
    for id in [first, second] {
        assert_eq!(progress(&store, id).await, [(true, None)]);
    }
}

#[tokio::test]
async fn requests_are_forgotten_after_thirty_days() {
    let store = with(&["a"]).await;
    let days = |days: i64| minute(days * 24 * 60);
    let first = store.request_refresh(&[], None, days(0)).await.unwrap();
    let second = store.request_refresh(&[], None, days(1)).await.unwrap();
    store.request_refresh(&[], None, days(30)).await.unwrap();
    assert!(store.refresh(first).await.unwrap().is_some());
    store.request_refresh(&[], None, days(31)).await.unwrap();
    assert!(store.refresh(first).await.unwrap().is_none());
    assert!(store.refresh(second).await.unwrap().is_some());
    assert_eq!(claim(&store, "w", days(31), 9).await.len(), 1);
}
