//! What is over for long is forgotten with all that hangs on it; what nobody will fetch is dead.

use jiff::SignedDuration;
use store::{AlertFilter, DeliveryFilter, DeliveryState, KeptDelivery, Store};

use crate::fixture::{by, judge, key, look, minute, the_alert, with};

/// Opens an alert at a minute and ends it two minutes later.
async fn comes_and_goes(store: &Store, at: i64) -> i64 {
    look(store, "a", 0, minute(at)).await;
    judge(store, Some(0), &["mail", "hook"], minute(at)).await;
    let id = the_alert(store, "a").await.id;
    look(store, "a", 9, minute(at + 2)).await;
    judge(store, None, &["mail", "hook"], minute(at + 2)).await;
    id
}

async fn deliveries(store: &Store) -> Vec<KeptDelivery> {
    store
        .deliveries(&DeliveryFilter::default(), None, 100)
        .await
        .unwrap()
}

#[tokio::test]
async fn alerts_are_forgotten_whole_and_those_that_go_on_are_not() {
    let store = with(&["a"]).await;
    let (first, second) = (
        comes_and_goes(&store, 0).await,
        comes_and_goes(&store, 10).await,
    );
    look(&store, "a", 0, minute(20)).await;
    judge(&store, Some(0), &["mail"], minute(20)).await;
    let third = the_alert(&store, "a").await.id;
    assert_eq!(store.forget_alerts(minute(2), 10).await.unwrap(), 0);
    assert_eq!(store.forget_alerts(minute(3), 10).await.unwrap(), 1);
    assert_eq!(store.alert(first).await.unwrap(), None);
    assert_eq!(store.alert_changes(first).await.unwrap(), []);
    let left = deliveries(&store).await;
    assert_eq!(left.len(), 5, "{left:#?}");
    assert!(left.iter().all(|it| it.alert != first));
    assert_eq!(store.alert_changes(second).await.unwrap().len(), 2);

    let later = minute(1_000_000);
    assert_eq!(store.forget_alerts(later, 10).await.unwrap(), 1);
    assert_eq!(store.alert(second).await.unwrap(), None);
    assert!(store.alert(third).await.unwrap().is_some());
    assert_eq!(store.check(&["mail", "hook"], later).await.unwrap(), []);
}

#[tokio::test]
async fn many_are_forgotten_a_few_at_a_time_the_oldest_first() {
    let store = with(&["a"]).await;
    for round in 0..5 {
        comes_and_goes(&store, 10 * round).await;
    }
    let over = AlertFilter {
        state: Some("resolved".to_owned()),
        ..AlertFilter::default()
    };
    for (forgotten, left) in [(2, 3), (2, 1), (1, 0), (0, 0)] {
        let done = store.forget_alerts(minute(100), 2).await.unwrap();
        assert_eq!(done, forgotten);
        let alerts = store.alerts(&over, None, 10).await.unwrap();
        assert_eq!(alerts.len(), left);
        let newest = minute(42);
        assert!(alerts.is_empty() || alerts[0].resolved_at == Some(newest));
    }
}

#[tokio::test]
async fn what_waits_for_a_channel_that_is_gone_is_dead_with_a_sentence() {
    let store = with(&["a"]).await;
    store.add_channel("list", minute(0)).await.unwrap();
    look(&store, "a", 0, minute(1)).await;
    judge(&store, Some(0), &["mail", "hook", "list"], minute(1)).await;
    let end = async |before| {
        let ended = store.end_unroutable(&["mail"], before, minute(9)).await;
        ended.unwrap()
    };
    assert_eq!(end(minute(1)).await, 0, "it may come back");
    assert_eq!(end(minute(2)).await, 1);
    assert_eq!(end(minute(2)).await, 0);
    let found = deliveries(&store).await;
    let dead: Vec<_> = found
        .iter()
        .filter(|it| it.state == DeliveryState::Dead)
        .collect();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].channel, "hook");
    let error = dead[0].error.as_deref().unwrap();
    assert!(error.contains("no channel of this name"), "{error}");
    let queues = store.queues().await.unwrap();
    let named: Vec<_> = queues.iter().map(|it| it.channel.as_str()).collect();
    assert_eq!(named, ["list", "mail"], "nobody has to do anything of hook");
    let lease = SignedDuration::from_mins(1);
    let claimed = store.claim_deliveries("mail", "w", minute(2), 9, lease);
    assert_eq!(claimed.await.unwrap()[0].tenant, key("a"));
    assert_eq!(
        store
            .end_unroutable(&[], minute(2), minute(9))
            .await
            .unwrap(),
        1
    );
}

#[tokio::test]
async fn what_waits_of_a_tenant_that_is_gone_is_ended_even_where_its_alerts_are_over() {
    let store = with(&["a"]).await;
    comes_and_goes(&store, 0).await;
    assert_eq!(deliveries(&store).await.len(), 4);
    store.sync_tenants(&[], minute(3)).await.unwrap();
    let waiting = store.queues().await.unwrap();
    assert_eq!(waiting.len(), 2);
    for queue in waiting {
        assert_eq!((queue.pending, queue.oldest), (2, None), "nobody tells it");
    }

    let ended = store.end_alerts_of_removed(minute(4)).await.unwrap();
    assert_eq!(ended, 0, "no alert went on");
    for delivery in deliveries(&store).await {
        assert_eq!(delivery.state, DeliveryState::Dead);
        let error = delivery.error.unwrap();
        assert!(error.contains("profile was removed"), "{error}");
    }
    assert_eq!(store.queues().await.unwrap(), [], "nobody has to act");
}

#[tokio::test]
async fn what_is_held_is_not_the_oldest_that_waits() {
    let store = with(&["a"]).await;
    comes_and_goes(&store, 0).await;
    let oldest = async || {
        let queues = store.queues().await.unwrap();
        (queues[0].pending, queues[0].oldest)
    };
    assert_eq!(oldest().await, (2, Some(minute(0))));
    let tenant = key("a");
    let switch = async |enabled, monitoring| {
        let done = store.switch(&tenant, enabled, monitoring, by("anna"), minute(5));
        assert!(done.await.unwrap());
    };
    switch(Some(false), None).await;
    assert_eq!(oldest().await, (2, None));
    switch(Some(true), Some(false)).await;
    assert_eq!(oldest().await, (2, None));
    switch(None, Some(true)).await;
    assert_eq!(oldest().await, (2, Some(minute(0))));
}
