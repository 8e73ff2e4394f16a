//! Whoever waits for work is told when it is committed, long before they would look again.

use std::time::Duration;

use jiff::SignedDuration;
use store::{News, Settled, Wakes};

use crate::fixture::{by, claim, entry, judge, key, look, minute, with};

/// A wake that does not come within this time does not come at all.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn woken(wakes: &mut Wakes, by: &str) {
    let next = tokio::time::timeout(PATIENCE, wakes.next()).await;
    assert!(next.is_ok(), "{by} woke nobody");
}

#[tokio::test]
async fn looks_are_told_to_those_who_look() {
    let fresh = with(&["a"]).await;
    let waiting = fresh.place.waiting(&fresh).await;
    let mut looks = waiting.0.wakes(News::Looks);
    fresh.add_tenant(&entry("b"), minute(0)).await.unwrap();
    woken(&mut looks, "a new tenant").await;
    fresh.request_refresh(&[], None, minute(0)).await.unwrap();
    woken(&mut looks, "a request").await;
    let claims = claim(&fresh, "w", minute(1), 2).await;
    fresh.release(&claims).await.unwrap();
    woken(&mut looks, "what was given back").await;
    let (b, on) = (key("b"), Some(true));
    let switched = fresh.switch(&b, on, None, by("anna"), minute(1));
    assert!(switched.await.unwrap());
    woken(&mut looks, "a switch").await;
}

#[tokio::test]
async fn judgements_are_told_to_those_who_judge() {
    let fresh = with(&["a"]).await;
    let waiting = fresh.place.waiting(&fresh).await;
    let mut judgements = waiting.0.wakes(News::Judgements);
    look(&fresh, "a", 0, minute(2)).await;
    woken(&mut judgements, "new numbers").await;
    let (a, off) = (key("a"), Some(false));
    let switched = fresh.switch(&a, None, off, by("anna"), minute(3));
    assert!(switched.await.unwrap());
    woken(&mut judgements, "a switch").await;
    fresh.sync_tenants(&[], minute(4)).await.unwrap();
    woken(&mut judgements, "a tenant that is gone").await;
}

#[tokio::test]
async fn deliveries_are_told_to_those_who_deliver_and_everything_to_those_who_show() {
    let fresh = with(&["a"]).await;
    let waiting = fresh.place.waiting(&fresh).await;
    let [mut deliveries, mut content] =
        [News::Deliveries, News::Content].map(|of| waiting.0.wakes(of));
    judge(&fresh, Some(0), &["mail"], minute(3)).await;
    woken(&mut deliveries, "an alert").await;
    woken(&mut content, "an alert").await;
    let lease = SignedDuration::from_mins(1);
    let due = fresh.claim_deliveries("mail", "w", minute(3), 9, lease);
    let given_back = (due.await.unwrap().remove(0), Settled::Released);
    fresh.settle(&[given_back], minute(3)).await.unwrap();
    woken(&mut deliveries, "what was given back").await;
    fresh.want_sync(None, minute(4)).await.unwrap();
    woken(&mut deliveries, "an order of a sync").await;
}

#[tokio::test]
async fn what_changes_nothing_wakes_nobody() {
    let fresh = with(&["a"]).await;
    let waiting = fresh.place.waiting(&fresh).await;
    let mut earlier = waiting.0.wakes(News::Judgements);
    look(&fresh, "a", 5, minute(1)).await;
    woken(&mut earlier, "new numbers").await;

    let [mut looks, mut judgements] = [News::Looks, News::Judgements].map(|of| waiting.0.wakes(of));
    look(&fresh, "a", 5, minute(2)).await;
    fresh.sync_tenants(&[entry("a")], minute(3)).await.unwrap();
    // It is said after all that the others might have said.
    fresh.request_refresh(&[], None, minute(4)).await.unwrap();
    woken(&mut looks, "a request").await;
    let other = tokio::time::timeout(Duration::ZERO, judgements.next()).await;
    assert!(other.is_err(), "the same numbers woke somebody");
}
