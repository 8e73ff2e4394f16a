//! Claims: each tenant has one worker at a time, and a dead worker's tenants come free again.

use std::collections::BTreeMap;

use domain::Cause;
use jiff::SignedDuration;
use store::{Finished, Recorded, Store};

use crate::fixture::{claim, failed, key, keys, minute, seen, sku, with};

fn finished(claim: &store::Claim, next_due: i64) -> Finished {
    Finished {
        claim: claim.clone(),
        look: seen(minute(next_due - 1), &[sku("A3", 9, 5)]),
        next_due: minute(next_due),
    }
}

#[tokio::test]
async fn the_longest_overdue_come_first_and_none_twice() {
    let store = with(&["a", "b", "c"]).await;
    let first = claim(&store, "w", minute(0), 10).await;
    for (claim, next_due) in first.iter().zip([30, 10, 20]) {
        store.finish(&[finished(claim, next_due)]).await.unwrap();
    }
    assert_eq!(store.next_due(minute(1)).await.unwrap(), Some(minute(10)));
    assert_eq!(
        keys(&claim(&store, "w", minute(9), 10).await),
        Vec::<&str>::new()
    );
    assert_eq!(keys(&claim(&store, "w", minute(25), 1).await), ["b"]);
    assert_eq!(keys(&claim(&store, "v", minute(25), 10).await), ["c"]);
    assert_eq!(
        keys(&claim(&store, "w", minute(25), 10).await),
        Vec::<&str>::new()
    );
}

#[tokio::test]
async fn a_dead_workers_tenants_come_free_when_its_claim_expires() {
    let store = with(&["a"]).await;
    let dead = claim(&store, "dead", minute(0), 1).await;
    assert_eq!(
        keys(&claim(&store, "w", minute(1), 1).await),
        Vec::<&str>::new()
    );
    assert_eq!(store.next_due(minute(1)).await.unwrap(), Some(minute(2)));
    let taken = claim(&store, "w", minute(2), 1).await;
    assert_eq!(keys(&taken), ["a"]);

    // The dead one was only slow: what it brings now is refused, and the new claim still holds.
    let late = store.finish(&[finished(&dead[0], 17)]).await.unwrap();
    assert_eq!(late, [Recorded::ClaimLost]);
    assert_eq!(
        store.state(&key("a")).await.unwrap().unwrap().snapshot,
        None
    );
    let done = store.finish(&[finished(&taken[0], 17)]).await.unwrap();
    assert_eq!(done, [Recorded::Changed { skus: 1 }]);
}

#[tokio::test]
async fn a_slow_worker_may_finish_while_nobody_took_over() {
    let store = with(&["a"]).await;
    let slow = claim(&store, "w", minute(0), 1).await;
    let done = store.finish(&[finished(&slow[0], 60)]).await.unwrap();
    assert_eq!(done, [Recorded::Changed { skus: 1 }]);
}

#[tokio::test]
async fn released_claims_are_due_at_once() {
    let store = with(&["a", "b"]).await;
    let claims = claim(&store, "w", minute(0), 2).await;
    store.release(&claims[..1]).await.unwrap();
    store.release(&[]).await.unwrap();
    assert_eq!(keys(&claim(&store, "v", minute(0), 2).await), ["a"]);
    // Somebody else's claim is not given back by the one who lost it.
    store.release(&claims[..1]).await.unwrap();
    assert_eq!(
        keys(&claim(&store, "x", minute(0), 2).await),
        Vec::<&str>::new()
    );
}

#[tokio::test]
async fn a_failure_gives_the_claim_back_and_counts() {
    let store = with(&["a"]).await;
    for failures in 0..3 {
        let claims = claim(&store, "w", minute(failures), 1).await;
        assert_eq!(i64::from(claims[0].failures), failures);
        let look = Finished {
            claim: claims[0].clone(),
            look: failed(minute(failures), Cause::TimedOut),
            next_due: minute(failures + 1),
        };
        assert_eq!(store.finish(&[look]).await.unwrap(), [Recorded::Gap]);
    }
}

/// Workers in several processes are handles of their own on one file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_that_race_share_the_tenants_without_overlap() {
    let names: Vec<String> = (0..60).map(|number| format!("school-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fresh = with(&names).await;
    let mut workers = Vec::new();
    for worker in 0..4 {
        let store = Store::open(&fresh.place.url).await.unwrap();
        workers.push(tokio::spawn(work(store, worker)));
    }
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for worker in workers {
        for key in worker.await.unwrap() {
            *times.entry(key).or_default() += 1;
        }
    }
    assert_eq!(times.len(), 60);
    assert!(times.values().all(|&times| times == 1), "{times:?}");
}

async fn work(store: Store, worker: u32) -> Vec<String> {
    let mut mine = Vec::new();
    loop {
        let lease = SignedDuration::from_mins(2);
        let name = format!("w{worker}");
        let claims = store
            .claim(&name, minute(0), 3, lease, lease)
            .await
            .unwrap();
        if claims.is_empty() {
            return mine;
        }
        let batch: Vec<_> = claims.iter().map(|claim| finished(claim, 15)).collect();
        for recorded in store.finish(&batch).await.unwrap() {
            assert_eq!(recorded, Recorded::Changed { skus: 1 });
        }
        mine.extend(
            claims
                .into_iter()
                .map(|claim| claim.tenant.as_str().to_owned()),
        );
    }
}
