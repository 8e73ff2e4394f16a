//! Several workers at once, each with a handle of its own: each thing is done once, and whoever
//! reads before it writes has read what still is so.

use std::collections::BTreeMap;

use domain::{Action, Layer, Scope};
use jiff::SignedDuration;
use store::{Acted, Claim, Finished, PolicySet, Recorded, Settled, Store};

use crate::fixture::{Fresh, by, judge, key, look, minute, seen, sku, the_alert, with};

/// Lets so many workers do the same at once. Answers what each of them got.
async fn at_once<T, F>(fresh: &Fresh, workers: usize, work: impl Fn(Store, usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut running = Vec::new();
    for worker in 0..workers {
        let store = Store::open(&fresh.place.url).await.unwrap();
        running.push(tokio::spawn(work(store, worker)));
    }
    let mut results = Vec::new();
    for worker in running {
        results.push(worker.await.unwrap());
    }
    results
}

async fn claims(store: &Store, worker: usize, at: i64) -> Vec<Claim> {
    let lease = SignedDuration::from_mins(2);
    let worker = format!("w{worker}");
    let claims = store.claim(&worker, minute(at), 7, lease, lease).await;
    claims.unwrap()
}

/// Asks and keeps until nothing is due. Answers whose turn it was.
async fn collect(store: Store, worker: usize) -> Vec<String> {
    let mut mine = Vec::new();
    // All see the same products for the first time, each worker in another order.
    let mut products: Vec<_> = (0..20).map(|it| sku(&format!("A{it}"), 9, 5)).collect();
    products.rotate_left(worker);
    loop {
        let claims = claims(&store, worker, 1).await;
        if claims.is_empty() {
            return mine;
        }
        let finished = claims.iter().map(|claim| Finished {
            claim: claim.clone(),
            look: seen(minute(1), &products),
            next_due: minute(15),
        });
        let finished: Vec<_> = finished.collect();
        for recorded in store.finish(&finished).await.unwrap() {
            assert_eq!(recorded, Recorded::Changed { skus: 20 });
        }
        mine.extend(claims.into_iter().map(|claim| claim.tenant.to_string()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_workers_ask_two_hundred_tenants_once_each_and_take_over_from_a_dead_one() {
    let names: Vec<String> = (0..200).map(|number| format!("school-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fresh = with(&names).await;
    let dead = claims(&fresh, 99, 0).await;
    assert_eq!(dead.len(), 7);

    let asked = at_once(&fresh, 8, collect).await;
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for key in asked.into_iter().flatten() {
        *times.entry(key).or_default() += 1;
    }
    assert_eq!(times.len(), 193, "the dead worker's are not free yet");
    assert!(times.values().all(|&times| times == 1), "{times:?}");

    let free = claims(&fresh, 1, 3).await;
    let of = |claims: &[Claim]| {
        let mut keys: Vec<_> = claims.iter().map(|claim| claim.tenant.clone()).collect();
        keys.sort();
        keys
    };
    assert_eq!(of(&free), of(&dead));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_set_a_rule_that_they_have_not_seen_one_succeeds() {
    let fresh = with(&["a"]).await;
    for scope in [Scope::Company, Scope::Tenant(key("a"))] {
        let set = at_once(&fresh, 6, |store, _| {
            let scope = scope.clone();
            async move {
                let layer = Layer::default();
                let set = store.set_policy(&scope, layer, Some(0), by("anna"), minute(0));
                set.await.unwrap()
            }
        });
        let set = set.await;
        let done = set.iter().filter(|set| matches!(set, PolicySet::Done(_)));
        assert_eq!(done.count(), 1, "{set:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_act_on_an_alert_one_is_in_time() {
    let fresh = with(&["a"]).await;
    look(&fresh, "a", 0, minute(0)).await;
    judge(&fresh, Some(0), &["mail"], minute(0)).await;
    let alert = the_alert(&fresh, "a").await;
    let (id, version) = (alert.id, alert.version);
    let acted = at_once(&fresh, 6, |store, _| async move {
        let why = "seen".into();
        let acknowledge = Action::Acknowledge;
        let acted = store.act(
            id,
            Some(version),
            acknowledge,
            by("anna"),
            &why,
            &[],
            minute(1),
        );
        acted.await.unwrap()
    });
    let acted = acted.await;
    let done = acted.iter().filter(|acted| matches!(acted, Acted::Done(_)));
    assert_eq!(done.count(), 1, "{acted:?}");
    assert_eq!(fresh.alert_changes(id).await.unwrap().len(), 2);
}

/// Takes all there is, a few at a time, and settles it. Answers the messages in their order.
async fn deliver(store: Store, worker: usize) -> Vec<i64> {
    let mut mine = Vec::new();
    let (worker, lease) = (format!("w{worker}"), SignedDuration::from_mins(1));
    while store
        .queues()
        .await
        .unwrap()
        .iter()
        .any(|queue| queue.pending > 0)
    {
        let claimed = store
            .claim_deliveries("mail", &worker, minute(90), 2, lease)
            .await;
        let claimed = claimed.unwrap();
        mine.extend(claimed.iter().map(|delivery| delivery.seq));
        let delivered = claimed.into_iter().map(|delivery| {
            let settled = Settled::Delivered { remark: None };
            (delivery, settled)
        });
        let tries: Vec<_> = delivered.collect();
        store.settle(&tries, minute(90)).await.unwrap();
    }
    mine
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_message_is_sent_by_one_of_several_and_none_before_an_earlier_one() {
    let fresh = with(&["a"]).await;
    for round in 0..10 {
        look(&fresh, "a", 0, minute(4 * round)).await;
        judge(&fresh, Some(0), &["mail"], minute(4 * round)).await;
        look(&fresh, "a", 9, minute(4 * round + 2)).await;
        judge(&fresh, None, &["mail"], minute(4 * round + 2)).await;
    }
    let sent = at_once(&fresh, 4, deliver).await;
    for mine in &sent {
        assert!(mine.is_sorted(), "{sent:?}");
    }
    let mut all: Vec<i64> = sent.into_iter().flatten().collect();
    all.sort_unstable();
    let once = all.len();
    all.dedup();
    assert_eq!((once, all.len()), (20, 20));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_need_the_same_tenants_in_another_order_do_not_wait_for_each_other_for_ever() {
    let names = ["a", "b", "c", "d"];
    let fresh = with(&names).await;
    let kept = at_once(&fresh, 4, |store, worker| async move {
        for round in 0..20 {
            let (all, at) = (worker == 0, minute(round));
            let wanted = match worker % 2 {
                _ if all => Vec::new(),
                0 => names.map(key).to_vec(),
                _ => names.iter().rev().map(|name| key(name)).collect(),
            };
            store.request_refresh(&wanted, None, at).await.unwrap();
        }
    });
    assert_eq!(kept.await.len(), 4);
}
