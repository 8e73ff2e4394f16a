//! What cannot be is found and explained, whatever it is.

use store::Store;

use crate::fixture::{Fresh, empty, minute};
use crate::variety::fill;

/// Everything that happens in these stores is over by then.
const NOW: i64 = 60;

async fn kinds(store: &Store) -> Vec<&'static str> {
    let found = store.check(&["mail"], minute(NOW)).await.unwrap();
    for it in &found {
        for text in [it.found.as_str(), it.means, it.advice] {
            assert!(text.len() > 20 && !text.contains("  "), "{text}");
        }
    }
    found.into_iter().map(|it| it.kind).collect()
}

async fn full() -> Fresh {
    let fresh = empty().await;
    fill(&fresh).await;
    fresh
}

#[tokio::test]
async fn a_store_that_is_well_says_nothing() {
    for fresh in [empty().await, full().await] {
        let found = fresh.check(&["mail"], minute(NOW)).await.unwrap();
        assert_eq!(found, []);
    }
}

/// What a kind is called, and how one is planted.
type Planted = (&'static str, String);

/// What was seen contradicts itself.
fn of_what_was_seen() -> Vec<Planted> {
    let later = minute(NOW).as_millisecond() + 3 * 24 * 3_600_000;
    vec![
        (
            "contract",
            "INSERT INTO contract SELECT * FROM contract".to_owned(),
        ),
        (
            "history-order",
            format!(
                "UPDATE sku_value SET since = {later} WHERE since = \
                     (SELECT MAX(since) FROM sku_value)"
            ),
        ),
        (
            "sighting-order",
            format!("UPDATE sighting SET seen_at = {later}"),
        ),
        (
            "look-order",
            "UPDATE tenant SET asked_at = seen_at - 1 WHERE key = 'b'".to_owned(),
        ),
        (
            "look-ahead",
            format!("UPDATE tenant SET asked_at = {later}, seen_at = {later} WHERE key = 'a'"),
        ),
        (
            "gap-order",
            "UPDATE gap SET ended_at = began_at - 1 WHERE id = \
             (SELECT MIN(id) FROM gap)"
                .to_owned(),
        ),
        (
            "failures",
            "UPDATE tenant SET failures = 0 WHERE key = 'c'".to_owned(),
        ),
        (
            "latest-missing",
            "DELETE FROM latest WHERE tenant = 'b'".to_owned(),
        ),
        (
            "latest-differs",
            "UPDATE sku_value SET consumed = 8 WHERE since = \
             (SELECT MAX(since) FROM sku_value)"
                .to_owned(),
        ),
    ]
}

/// What follows from it does.
fn of_what_follows() -> Vec<Planted> {
    let later = minute(NOW).as_millisecond() + 3 * 24 * 3_600_000;
    let long_ago = minute(NOW).as_millisecond() - 3 * 24 * 3_600_000;
    vec![
        (
            "alert-state",
            "UPDATE alert SET resolved_at = changed_at WHERE state <> 'resolved'".to_owned(),
        ),
        (
            "gap-overlap",
            "UPDATE gap SET ended_at = ended_at + 1 WHERE id = \
             (SELECT MIN(id) FROM gap)"
                .to_owned(),
        ),
        (
            "latest-unreadable",
            "UPDATE latest SET skus = 'x' WHERE tenant = 'a'".to_owned(),
        ),
        (
            "alert-history",
            "DELETE FROM alert_change WHERE id = (SELECT MAX(id) FROM alert_change)".to_owned(),
        ),
        (
            "alert-without-tenant",
            format!("UPDATE tenant SET removed_at = {long_ago} WHERE key = 'a'"),
        ),
        ("alert-without-product", "DELETE FROM product".to_owned()),
        (
            "delivery-alert",
            "UPDATE delivery SET alert = CASE alert WHEN 1 THEN 2 ELSE 1 END".to_owned(),
        ),
        (
            "delivery-state",
            "UPDATE delivery SET dead_at = 1 WHERE delivered_at IS NOT NULL".to_owned(),
        ),
        (
            "delivery-without-channel",
            "UPDATE delivery SET channel = 'pager' WHERE channel = 'mail'".to_owned(),
        ),
        (
            "claim-half",
            "UPDATE tenant SET judging_by = 'w' WHERE key = 'a'".to_owned(),
        ),
        (
            "policy-without-tenant",
            "UPDATE policy SET tenant = 'x' WHERE tenant = 'a'".to_owned(),
        ),
        (
            "claim-expired",
            format!("UPDATE tenant SET claimed_by = 'w', claimed_until = {long_ago}"),
        ),
        (
            "claim-ahead",
            format!("UPDATE delivery SET claimed_by = 'w', claimed_until = {later}"),
        ),
    ]
}

/// So many that do not mind each other are planted in one store.
const TOGETHER: usize = 5;

#[tokio::test]
async fn each_inconsistency_is_found_and_nothing_else() {
    let cases = [of_what_was_seen(), of_what_follows()].concat();
    for cases in cases.chunks(TOGETHER) {
        let fresh = full().await;
        for (_, plant) in cases {
            fresh.place.sql(plant).await;
        }
        let mut planted: Vec<&str> = cases.iter().map(|(kind, _)| *kind).collect();
        let mut found = kinds(&fresh).await;
        planted.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, planted);
    }
}
