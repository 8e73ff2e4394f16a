//! What is over for long is forgotten with all that hangs on it; what nobody will fetch is dead.

use jiff::SignedDuration;
use store::{AlertFilter, DeliveryFilter, DeliveryState, KeptDelivery, Store};

use crate::fixture::{judge, key, look, minute, the_alert, with};

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
