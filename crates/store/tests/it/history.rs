//! Cuts of the past: what was in force at the beginning belongs to them.

use domain::{Cause, SkuId, Status};
use store::History;

use crate::fixture::{Fresh, failed, key, minute, seen, sku, with};

async fn cut(store: &Fresh, from: i64, until: i64) -> History {
    let id = SkuId::from_part_number("A3");
    store
        .history(&key("a"), id, minute(from), minute(until))
        .await
        .unwrap()
}

async fn with_a_past() -> Fresh {
    let store = with(&["a"]).await;
    let mut looks = vec![
        failed(minute(0), Cause::Refused),
        seen(minute(10), &[sku("A3", 9, 1)]),
        seen(minute(20), &[sku("A3", 9, 2)]),
        failed(minute(25), Cause::TimedOut),
    ];
    looks.push(seen(minute(30), &[sku("A3", 9, 3)]));
    looks.push(failed(minute(40), Cause::Throttled));
    store.record_all(&key("a"), &looks).await.unwrap();
    store
}

#[tokio::test]
async fn a_cut_begins_with_what_was_in_force() {
    let store = with_a_past().await;
    let cases: [((i64, i64), &[i64]); 7] = [
        ((0, 60), &[10, 20, 30]),
        ((10, 60), &[10, 20, 30]),
        ((19, 60), &[10, 20, 30]),
        ((20, 30), &[20]),
        ((29, 31), &[20, 30]),
        ((50, 60), &[30]),
        ((0, 10), &[]),
    ];
    for ((from, until), expected) in cases {
        let history = cut(&store, from, until).await;
        let minutes = |at: jiff::Timestamp| at.duration_since(minute(0)).as_mins();
        let found: Vec<_> = history
            .points
            .iter()
            .map(|point| minutes(point.from))
            .collect();
        assert_eq!(found, expected, "from {from} until {until}");
        assert!(
            history
                .points
                .iter()
                .all(|point| point.status == Status::Enabled)
        );
    }
}

#[tokio::test]
async fn a_cut_has_the_times_in_which_nobody_saw() {
    let store = with_a_past().await;
    type Gaps = &'static [(i64, Option<i64>)];
    let cases: [((i64, i64), Gaps); 5] = [
        ((0, 60), &[(0, Some(10)), (20, Some(30)), (30, None)]),
        ((10, 20), &[]),
        ((9, 20), &[(0, Some(10))]),
        ((29, 30), &[(20, Some(30))]),
        ((50, 60), &[(30, None)]),
    ];
    for ((from, until), expected) in cases {
        let unseen = cut(&store, from, until).await.unseen;
        let found: Vec<_> = unseen.iter().map(|gap| (gap.from, gap.until)).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(from, until)| (minute(*from), until.map(minute)))
            .collect();
        assert_eq!(found, expected, "from {from} until {until}");
    }
}

#[tokio::test]
async fn a_sku_or_tenant_never_seen_has_no_past() {
    let store = with(&["a"]).await;
    assert_eq!(cut(&store, 0, 60).await, History::default());
    let id = SkuId::from_part_number("A3");
    let nobody = store.history(&key("b"), id, minute(0), minute(1)).await;
    assert_eq!(nobody.unwrap(), History::default());
}
