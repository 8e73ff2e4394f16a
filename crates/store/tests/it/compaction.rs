//! Old history becomes small, and nobody who reads it sees a difference.

use std::collections::BTreeMap;

use domain::{Cause, Look, Past, SkuId, TenantKey, Units};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::{Compacted, History, Store};

use crate::fixture::{Fresh, failed, key, minute, purchase, seen, seen_with, sku, with};

const DAY: i64 = 24 * 60;

fn zone() -> TimeZone {
    TimeZone::get("Europe/Zurich").unwrap()
}

/// The beginning of a day in Zurich, counted from the first day of the fixture.
fn day(number: i64) -> Timestamp {
    domain::beginning_of_day(minute(DAY * number), &zone())
}

/// Looks at two products every three hours; the second has changed once, on the tenth day.
fn looks(days: i64) -> Vec<Look> {
    let mut used = 50;
    let mut looks = Vec::new();
    for look in 0..days * 8 {
        // A walk without a pattern that a day would follow.
        used = (used + 1 + look * look % 90) % 101;
        let still = if look < 80 { 3 } else { 4 };
        let skus = [sku("A3", 100, used), sku("E5", 9, still)];
        looks.push(seen(minute(look * 180), &skus));
    }
    looks
}

async fn kept(store: &Store, tenant: &str, part_number: &str) -> History {
    let id = SkuId::from_part_number(part_number);
    let ever = (minute(-DAY), minute(DAY * 4000));
    let history = store.history(&key(tenant), id, ever.0, ever.1).await;
    history.unwrap()
}

/// Compacts everything before a day as one process does, and adds up what that took away.
async fn compact(store: &Store, until: i64, forgotten: i64) -> Compacted {
    let mut all = Compacted::default();
    let lease = SignedDuration::from_mins(5);
    loop {
        let claims = store.claim_compaction(day(until), minute(0), 1, lease);
        let Some(claim) = claims.await.unwrap().pop() else {
            return all;
        };
        let (until, forgotten, zone) = (day(until), day(forgotten), zone());
        let done = store.compact(&claim, until, forgotten, &zone).await;
        let done = done.unwrap();
        all.thinned += done.thinned;
        all.expired += done.expired;
        all.is_done = done.is_done;
    }
}

fn closing(history: History, days: i64) -> BTreeMap<i64, Option<Units>> {
    let past = Past::from(history);
    let last = |number| day(number + 1) - SignedDuration::from_millis(1);
    (0..days)
        .map(|number| (number, past.at(last(number))))
        .collect()
}

async fn with_a_long_past() -> Fresh {
    let store = with(&["a", "b"]).await;
    store.record_all(&key("a"), &looks(100)).await.unwrap();
    store.record_all(&key("b"), &looks(3)).await.unwrap();
    store
}

#[tokio::test]
async fn days_of_long_ago_end_as_they_did_and_the_newer_ones_are_left_alone() {
    let store = with_a_long_past().await;
    let (before, still) = (kept(&store, "a", "A3").await, kept(&store, "a", "E5").await);
    assert_eq!(before.points.len(), 800);
    let done = compact(&store, 60, -4000).await;
    let after = kept(&store, "a", "A3").await;
    assert_eq!(
        kept(&store, "a", "E5").await,
        still,
        "two rows for a hundred days"
    );
    assert_eq!(closing(after.clone(), 100), closing(before.clone(), 100));
    let newer = |history: &History| {
        let points = history.points.iter().filter(|point| point.from >= day(60));
        points.cloned().collect::<Vec<_>>()
    };
    assert_eq!(newer(&after), newer(&before));
    let gone = before.points.len() - after.points.len();
    assert!(after.points.len() < 320 + 60 * 5, "{}", after.points.len());
    let of_b = 24 - kept(&store, "b", "A3").await.points.len();
    assert_eq!(done.thinned, (gone + of_b) as u64);
    assert!(done.is_done && done.expired == 0);
    let points = after.points.iter();
    assert!(
        points.clone().all(|point| before.points.contains(point)),
        "none has changed"
    );
}

#[tokio::test]
async fn doing_it_again_takes_nothing_more() {
    let store = with_a_long_past().await;
    compact(&store, 60, -4000).await;
    let after = kept(&store, "a", "A3").await;
    assert_eq!(
        compact(&store, 60, -4000).await,
        Compacted::default(),
        "none is due"
    );
    store
        .place
        .sql("UPDATE tenant SET compacted_until = 0")
        .await;
    let again = compact(&store, 60, -4000).await;
    assert_eq!((again.thinned, again.expired), (0, 0));
    assert_eq!(kept(&store, "a", "A3").await, after);
    // A day later a day more.
    let next = compact(&store, 61, -4000).await;
    assert!((3..=7).contains(&next.thinned), "{next:?}");
}

#[tokio::test]
async fn two_at_once_and_one_that_was_killed_leave_the_same() {
    let alone = with_a_long_past().await;
    compact(&alone, 60, 30).await;
    let store = with_a_long_past().await;
    let lease = SignedDuration::from_mins(5);
    // It takes a claim and dies.
    let lost = store.claim_compaction(day(60), minute(-6), 9, lease);
    assert_eq!(lost.await.unwrap().len(), 2);
    let held = store.claim_compaction(day(60), minute(-2), 9, lease);
    assert_eq!(held.await.unwrap(), [], "somebody has them");
    let both = tokio::join!(compact(&store, 60, 30), compact(&store, 60, 30));
    assert!(both.0.thinned + both.1.thinned > 0);
    for tenant in ["a", "b"] {
        let (there, here) = (
            kept(&alone, tenant, "A3").await,
            kept(&store, tenant, "A3").await,
        );
        assert_eq!(here, there);
    }
    // Who comes late with a claim of before does no harm.
    let late = store
        .claim_compaction(day(99), minute(0), 9, lease)
        .await
        .unwrap();
    compact(&store, 60, 30).await;
    for claim in &late {
        for _ in 0..2 {
            store
                .compact(claim, day(60), day(30), &zone())
                .await
                .unwrap();
        }
    }
    assert_eq!(kept(&store, "a", "A3").await, kept(&alone, "a", "A3").await);
}

#[tokio::test]
async fn what_is_too_old_goes_but_for_what_was_in_force_at_the_limit() {
    let store = with(&["a"]).await;
    let ends = "2027-01-01T00:00:00Z";
    let mut looks = vec![
        failed(minute(-60), Cause::Refused),
        seen_with(
            minute(-30),
            &[],
            &[purchase("gone", 1, ends), purchase("here", 1, ends)],
        ),
        seen_with(minute(-20), &[], &[purchase("here", 1, ends)]),
    ];
    looks.extend(self::looks(400));
    looks.push(failed(minute(DAY * 401), Cause::TimedOut));
    store.record_all(&key("a"), &looks).await.unwrap();
    let before = kept(&store, "a", "A3").await;
    let done = compact(&store, 300, 200).await;
    let after = kept(&store, "a", "A3").await;
    assert!(done.expired > 400, "{done:?}");
    let first = after.points[0].from;
    assert!(first < day(200) && after.points[1].from >= day(200));
    let (mut is, mut was) = (closing(after.clone(), 400), closing(before, 400));
    is.retain(|day, _| *day >= 200);
    was.retain(|day, _| *day >= 200);
    assert_eq!(is, was);
    assert_eq!(kept(&store, "a", "E5").await.points.len(), 1);
    let unseen: Vec<_> = after.unseen.iter().map(|gap| gap.until).collect();
    assert_eq!(unseen, [None], "the gap that goes on is left");
    let sightings = store.sightings(&key("a")).await.unwrap();
    let purchases: Vec<_> = sightings.keys().map(String::as_str).collect();
    assert_eq!(purchases, ["here"]);
    assert_eq!(store.check(&[], day(402)).await.unwrap(), []);
}

#[tokio::test]
async fn each_tenant_has_its_turn() {
    let store = with(&["a", "b", "c"]).await;
    let (lease, mut turns) = (SignedDuration::from_mins(5), Vec::new());
    let claim = async |limit| {
        let claims = store.claim_compaction(day(60), minute(0), limit, lease);
        claims.await.unwrap()
    };
    for _ in 0..3 {
        let claims = claim(2).await;
        let tenants: Vec<TenantKey> = claims.iter().map(|it| it.tenant.clone()).collect();
        for claim in &claims {
            let done = store.compact(claim, day(60), day(0), &zone()).await;
            assert!(done.unwrap().is_done, "nothing was ever seen");
        }
        turns.push(tenants.len());
    }
    assert_eq!(turns, [2, 1, 0]);
}
