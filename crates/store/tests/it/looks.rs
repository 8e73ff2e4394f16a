//! What a look leaves behind: nothing new, new rows, or the honest note that nothing was seen.

use domain::{AppliesTo, Cause, SkuId, Snapshot, Status, Units};
use store::{Finished, Recorded, Store};

use crate::fixture::{Fresh, claim, failed, key, minute, purchase, seen, seen_with, sku, with};

async fn record(store: &Store, look: domain::Look) -> Recorded {
    let recorded = store.record_all(&key("a"), &[look]).await;
    recorded.unwrap().pop().unwrap()
}

async fn points(store: &Fresh, part_number: &str) -> Vec<(i64, Option<Option<i64>>)> {
    let id = SkuId::from_part_number(part_number);
    let (from, until) = (minute(-9_999), minute(9_999));
    let past = store.history(&key("a"), id, from, until).await;
    let points = past.unwrap().points;
    let point = |point: store::Point| {
        let minutes = point.from.duration_since(minute(0)).as_mins();
        (minutes, point.units.map(|units| units.consumed))
    };
    points.into_iter().map(point).collect()
}

#[tokio::test]
async fn an_unchanged_look_adds_no_row_and_a_changed_sku_adds_its_own() {
    let store = with(&["a"]).await;
    let (a3, e3) = (sku("A3", 100, 50), sku("E3", 10, 1));
    assert_eq!(
        record(&store, seen(minute(0), &[a3.clone(), e3.clone()])).await,
        Recorded::Changed { skus: 2 }
    );
    for at in [1, 2, 3] {
        let look = seen(minute(at), &[a3.clone(), e3.clone()]);
        assert_eq!(record(&store, look).await, Recorded::Unchanged);
    }
    let look = seen(minute(4), &[a3.clone(), sku("E3", 10, 2)]);
    assert_eq!(record(&store, look).await, Recorded::Changed { skus: 1 });
    assert_eq!(points(&store, "A3").await, [(0, Some(Some(50)))]);
    assert_eq!(
        points(&store, "E3").await,
        [(0, Some(Some(1))), (4, Some(Some(2)))]
    );
}

#[tokio::test]
async fn a_sku_that_goes_and_comes_back_leaves_a_hole_and_not_a_zero() {
    let store = with(&["a"]).await;
    record(&store, seen(minute(0), &[sku("A3", 9, 5)])).await;
    assert_eq!(
        record(&store, seen(minute(1), &[])).await,
        Recorded::Changed { skus: 1 }
    );
    assert_eq!(
        record(&store, seen(minute(2), &[])).await,
        Recorded::Unchanged
    );
    record(&store, seen(minute(3), &[sku("A3", 9, 5)])).await;
    assert_eq!(
        points(&store, "A3").await,
        [(0, Some(Some(5))), (1, None), (3, Some(Some(5))),]
    );
}

#[tokio::test]
async fn what_microsoft_left_out_or_made_up_comes_back_as_it_was() {
    let store = with(&["a"]).await;
    let mut odd = sku("A3", 1, 1);
    odd.units = Units {
        consumed: None,
        enabled: Some(i64::MAX),
        warning: None,
        suspended: Some(i64::MIN),
        locked_out: None,
    };
    odd.status = Status::from_graph(Some("Foo"));
    odd.applies_to = AppliesTo::from_graph(Some("Gerät"));
    odd.part_number = "A\"3\u{0}'; DROP TABLE tenant; --".to_owned();
    let mut bought = purchase("p", 1, "2027-01-01T00:00:00Z");
    (bought.total, bought.is_trial) = (None, None);
    (bought.created, bought.next_lifecycle) = (None, None);
    bought.status = Status::from_graph(None);
    let snapshot = Snapshot {
        remarks: vec!["value[0].consumedUnits: expected a number".to_owned()],
        ..seen_with(minute(0), &[odd], &[bought]).unwrap()
    };
    record(&store, Ok(snapshot.clone())).await;
    let state = store.state(&key("a")).await.unwrap().unwrap();
    assert_eq!(state.snapshot, Some(snapshot));
}

#[tokio::test]
async fn gaps_with_one_cause_are_one_and_a_new_cause_is_a_new_one() {
    let store = with(&["a"]).await;
    record(&store, seen(minute(0), &[sku("A3", 9, 5)])).await;
    for (at, cause) in [
        (5, Cause::TimedOut),
        (10, Cause::TimedOut),
        (15, Cause::Denied),
    ] {
        assert_eq!(
            record(&store, failed(minute(at), cause)).await,
            Recorded::Gap
        );
    }
    record(&store, seen(minute(20), &[sku("A3", 9, 5)])).await;
    let id = SkuId::from_part_number("A3");
    let past = store
        .history(&key("a"), id, minute(0), minute(30))
        .await
        .unwrap();
    let unseen: Vec<_> = past
        .unseen
        .iter()
        .map(|gap| (gap.from, gap.until, gap.cause))
        .collect();
    assert_eq!(
        unseen,
        [
            (minute(0), Some(minute(15)), Cause::TimedOut),
            (minute(15), Some(minute(20)), Cause::Denied),
        ]
    );
    assert_eq!(past.points.len(), 1, "no failure becomes a number");
}

#[tokio::test]
async fn a_look_from_before_the_last_one_changes_nothing() {
    let store = with(&["a"]).await;
    record(&store, seen(minute(10), &[sku("A3", 9, 5)])).await;
    for look in [
        seen(minute(10), &[sku("A3", 9, 6)]),
        seen(minute(9), &[sku("A3", 9, 5)]),
    ] {
        assert_eq!(record(&store, look).await, Recorded::Outdated);
    }
    assert_eq!(
        record(&store, failed(minute(9), Cause::Denied)).await,
        Recorded::Outdated
    );
    let state = store.state(&key("a")).await.unwrap().unwrap();
    assert_eq!(state.snapshot.unwrap().taken_at, minute(10));
    assert_eq!((state.tenant.failures, state.tenant.gap), (0, None));
}

#[tokio::test]
async fn the_time_of_the_last_change_stays_while_all_is_the_same() {
    let store = with(&["a"]).await;
    let changed = async || {
        let tenant = store.tenant(&key("a")).await.unwrap().unwrap();
        (tenant.seen_at, tenant.changed_at)
    };
    assert_eq!(changed().await, (None, None));
    record(&store, seen(minute(0), &[sku("A3", 9, 5)])).await;
    record(&store, seen(minute(15), &[sku("A3", 9, 5)])).await;
    assert_eq!(changed().await, (Some(minute(15)), Some(minute(0))));
    record(&store, seen(minute(30), &[sku("A3", 9, 6)])).await;
    assert_eq!(changed().await, (Some(minute(30)), Some(minute(30))));
}

#[tokio::test]
async fn subscriptions_are_kept_until_they_are_seen_again() {
    let store = with(&["a"]).await;
    let seats = [sku("A3", 9, 5)];
    let first = purchase("p", 9, "2027-07-31T00:00:00Z");
    record(
        &store,
        seen_with(minute(0), &seats, std::slice::from_ref(&first)),
    )
    .await;
    record(&store, seen(minute(15), &seats)).await;
    let state = store.state(&key("a")).await.unwrap().unwrap();
    assert_eq!(state.snapshot.unwrap().subscriptions, Some(vec![first]));
    assert_eq!(state.tenant.subscriptions_seen_at, Some(minute(0)));

    let renewed = purchase("p", 9, "2028-07-31T00:00:00Z");
    record(
        &store,
        seen_with(minute(60), &seats, std::slice::from_ref(&renewed)),
    )
    .await;
    record(&store, seen_with(minute(120), &seats, &[renewed])).await;
    let sightings = store.sightings(&key("a")).await.unwrap();
    let dates: Vec<_> = sightings["p"]
        .iter()
        .map(|it| (it.seen_at, it.next_lifecycle))
        .collect();
    assert_eq!(
        dates,
        [
            (minute(0), Some("2027-07-31T00:00:00Z".parse().unwrap())),
            (minute(60), Some("2028-07-31T00:00:00Z".parse().unwrap())),
        ]
    );
}

#[tokio::test]
async fn looks_of_one_batch_are_kept_together() {
    let store = with(&["a", "b", "c"]).await;
    let claims = claim(&store, "w", minute(0), 3).await;
    let looks = [
        seen(minute(0), &[sku("A3", 9, 5)]),
        failed(minute(0), Cause::Refused),
        seen(minute(0), &[]),
    ];
    let batch: Vec<Finished> = claims
        .into_iter()
        .zip(looks)
        .map(|(claim, look)| Finished {
            claim,
            look,
            next_due: minute(15),
        })
        .collect();
    let recorded = store.finish(&batch).await.unwrap();
    assert_eq!(
        recorded,
        [
            Recorded::Changed { skus: 1 },
            Recorded::Gap,
            Recorded::Unchanged,
        ]
    );
    // A tenant without any product was seen all the same.
    let state = store.state(&key("c")).await.unwrap().unwrap();
    assert_eq!(state.snapshot.unwrap().skus, []);
    // The claims are used up.
    let again = store.finish(&batch).await.unwrap();
    assert_eq!(
        again,
        [
            Recorded::ClaimLost,
            Recorded::ClaimLost,
            Recorded::ClaimLost
        ]
    );
}
