//! The outbox: every message once for each channel, in the order of its alert, until it is
//! delivered or dead.

use domain::{Event, Severity};
use jiff::{SignedDuration, Timestamp};
use store::{
    Delivery, DeliveryFilter, DeliveryState, Failure, Retry, Route, Settled, Store, Telling,
};

use crate::fixture::{by, claim_judging, judge, judgement, key, look, minute, with};

const DELIVERED: Settled = Settled::Delivered { remark: None };

async fn claim(store: &Store, channel: &str, now: Timestamp) -> Vec<Delivery> {
    let lease = SignedDuration::from_mins(1);
    let claimed = store.claim_deliveries(channel, "w", now, 100, lease).await;
    claimed.unwrap()
}

fn events(deliveries: &[Delivery]) -> Vec<Event> {
    deliveries.iter().map(|delivery| delivery.event).collect()
}

fn failed(retry: Retry) -> Settled {
    Settled::Failed {
        error: "it is away".to_owned(),
        advice: "wait".to_owned(),
        retry,
    }
}

async fn settle(
    store: &Store,
    deliveries: Vec<Delivery>,
    settled: &Settled,
    now: Timestamp,
) -> u32 {
    let tries: Vec<_> = deliveries
        .into_iter()
        .map(|delivery| (delivery, settled.clone()))
        .collect();
    store.settle(&tries, now).await.unwrap()
}

/// Tells that A3 of tenant a is short, and then over.
async fn shortage(store: &Store, channels: &[&str]) {
    look(store, "a", 0, minute(1)).await;
    judge(store, Some(0), channels, minute(1)).await;
    look(store, "a", 9, minute(2)).await;
    judge(store, None, channels, minute(2)).await;
}

#[tokio::test]
async fn a_message_is_delivered_once_to_each_channel() {
    let store = with(&["a"]).await;
    shortage(&store, &["mail", "hook"]).await;
    for channel in ["mail", "hook"] {
        let claimed = claim(&store, channel, minute(3)).await;
        assert_eq!(events(&claimed), [Event::Opened, Event::Resolved]);
        assert_eq!((claimed[0].at, claimed[0].attempts), (minute(1), 0));
        assert_eq!(claim(&store, channel, minute(3)).await, []);
        assert_eq!(settle(&store, claimed, &DELIVERED, minute(3)).await, 2);
        assert_eq!(claim(&store, channel, minute(99)).await, []);
    }
    assert_eq!(claim(&store, "other", minute(99)).await, []);
    assert_eq!(store.queues().await.unwrap(), []);
}

#[tokio::test]
async fn a_channel_says_when_it_last_took_something_and_why_not() {
    let store = with(&["a"]).await;
    assert_eq!(store.telling("m").await.unwrap(), Telling::default());
    shortage(&store, &["m"]).await;
    let mut claimed = claim(&store, "m", minute(3)).await;
    let later = claimed.split_off(1);
    settle(&store, claimed, &DELIVERED, minute(3)).await;
    settle(&store, later, &failed(Retry::Never), minute(4)).await;
    let telling = store.telling("m").await.unwrap();
    let failure = Failure {
        at: minute(4),
        error: "it is away".to_owned(),
        advice: Some("wait".to_owned()),
    };
    assert_eq!(telling.delivered_at, Some(minute(3)));
    assert_eq!(telling.failure, Some(failure));
    assert_eq!(store.telling("other").await.unwrap(), Telling::default());
}

#[tokio::test]
async fn what_failed_is_tried_again_and_what_follows_waits_for_it() {
    let store = with(&["a"]).await;
    shortage(&store, &["m"]).await;
    let mut claimed = claim(&store, "m", minute(3)).await;
    let later = claimed.split_off(1);
    let retry = failed(Retry::At(minute(5)));
    settle(&store, claimed, &retry, minute(3)).await;
    settle(&store, later, &Settled::Released, minute(3)).await;

    assert_eq!(claim(&store, "m", minute(4)).await, []);
    let listed = store
        .deliveries(&DeliveryFilter::default(), None, 10)
        .await
        .unwrap();
    let told = (
        listed[1].attempts,
        listed[1].next_at,
        listed[1].error.as_deref(),
    );
    assert_eq!(told, (1, Some(minute(5)), Some("it is away")));
    assert_eq!(listed[0].attempts, 0);

    let claimed = claim(&store, "m", minute(5)).await;
    assert_eq!(events(&claimed), [Event::Opened, Event::Resolved]);
    assert_eq!(claimed[0].attempts, 1);
}

#[tokio::test]
async fn a_dead_delivery_is_visible_and_holds_nothing_up() {
    let store = with(&["a"]).await;
    shortage(&store, &["m"]).await;
    let mut claimed = claim(&store, "m", minute(3)).await;
    let later = claimed.split_off(1);
    let id = claimed[0].id;
    settle(&store, claimed, &failed(Retry::Never), minute(3)).await;
    settle(&store, later, &Settled::Released, minute(3)).await;
    assert_eq!(
        events(&claim(&store, "m", minute(4)).await),
        [Event::Resolved]
    );

    let dead = DeliveryFilter {
        state: Some(DeliveryState::Dead),
        ..DeliveryFilter::default()
    };
    let listed = store.deliveries(&dead, None, 10).await.unwrap();
    assert_eq!((listed.len(), listed[0].message), (1, id));
    let queues = store.queues().await.unwrap();
    assert_eq!((queues[0].pending, queues[0].dead), (1, 1));

    assert!(store.revive(id, "m", by("anna"), minute(5)).await.unwrap());
    assert!(
        !store
            .revive(id, "other", by("anna"), minute(5))
            .await
            .unwrap()
    );
    assert_eq!(
        events(&claim(&store, "m", minute(6)).await),
        [Event::Opened, Event::Resolved]
    );
}

#[tokio::test]
async fn the_work_of_a_dead_worker_is_taken_over_and_its_word_not_heard() {
    let store = with(&["a"]).await;
    shortage(&store, &["m"]).await;
    let slow = claim(&store, "m", minute(3)).await;
    let quick = claim(&store, "m", minute(4)).await;
    assert_eq!(quick.len(), 2);
    assert_eq!(settle(&store, slow, &DELIVERED, minute(4)).await, 0);
    assert_eq!(settle(&store, quick, &DELIVERED, minute(4)).await, 2);
}

#[tokio::test]
async fn of_a_tenant_that_is_not_monitored_nothing_is_told_until_it_is() {
    let store = with(&["a"]).await;
    shortage(&store, &["m"]).await;
    let a = key("a");
    for (enabled, monitoring) in [(true, false), (false, true)] {
        let switched = store.switch(&a, Some(enabled), Some(monitoring), by("t"), minute(3));
        switched.await.unwrap();
        assert_eq!(claim(&store, "m", minute(3)).await, []);
        let listed = store
            .deliveries(&DeliveryFilter::default(), None, 10)
            .await
            .unwrap();
        assert!(listed.iter().all(|delivery| delivery.held));
    }
    store
        .switch(&a, Some(true), Some(true), by("t"), minute(4))
        .await
        .unwrap();
    assert_eq!(claim(&store, "m", minute(4)).await.len(), 2);
}

#[tokio::test]
async fn a_channel_hears_what_it_wants_to_hear() {
    let store = with(&["a"]).await;
    let route = |channel: &str, least, only_seats| Route {
        channel: channel.to_owned(),
        least,
        only_seats,
    };
    let routes = [
        route("all", Severity::Notice, false),
        route("urgent", Severity::Critical, false),
        route("list", Severity::Notice, true),
    ];
    for (minutes, free) in [(1, Some(3)), (2, Some(0)), (3, Some(3)), (4, None)] {
        look(&store, "a", free.unwrap_or(20), minute(minutes)).await;
        let claims = claim_judging(&store, "w", minute(minutes)).await;
        let judged = judgement(&store, &claims[0], free, minute(minutes)).await;
        store
            .keep_judgements(&[judged], &routes, minute(minutes))
            .await
            .unwrap();
    }
    let all = [
        Event::Opened,
        Event::Worsened,
        Event::Eased,
        Event::Resolved,
    ];
    assert_eq!(events(&claim(&store, "all", minute(9)).await), all);
    assert_eq!(events(&claim(&store, "list", minute(9)).await), all);
    // It has heard of it, so it hears how it goes on.
    let urgent = [Event::Worsened, Event::Eased, Event::Resolved];
    assert_eq!(events(&claim(&store, "urgent", minute(9)).await), urgent);
}

#[tokio::test]
async fn deliveries_are_listed_in_pages() {
    let store = with(&["a"]).await;
    shortage(&store, &["x", "y", "z"]).await;
    let mut seen = Vec::new();
    let mut after: Option<(i64, String)> = None;
    loop {
        let place = after
            .as_ref()
            .map(|(seq, channel)| (*seq, channel.as_str()));
        let page = store
            .deliveries(&DeliveryFilter::default(), place, 2)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        let (seq, channel) = last.place();
        after = Some((seq, channel.to_owned()));
        seen.extend(page.iter().map(|it| (it.event, it.channel.clone())));
    }
    let both = [Event::Resolved, Event::Opened];
    let expected: Vec<_> = both
        .into_iter()
        .flat_map(|event| ["z", "y", "x"].map(|channel| (event, channel.to_owned())))
        .collect();
    assert_eq!(seen, expected);
}
