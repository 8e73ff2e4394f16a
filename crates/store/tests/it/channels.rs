//! Channels that one worker at a time brings up to date, and lists that switch tenants.

use domain::Settings;
use jiff::{SignedDuration, Timestamp};
use store::{Agreed, ChannelClaim, Store, Synced};

use crate::fixture::{by, judge, key, look, minute, with};

async fn claim(store: &Store, worker: &str, now: Timestamp) -> Option<ChannelClaim> {
    let lease = SignedDuration::from_mins(2);
    let claimed = store.claim_channel("list", worker, now, lease).await;
    claimed.unwrap()
}

fn done(next: Timestamp) -> Synced {
    Synced {
        next,
        hold: None,
        failure: None,
        remarks: vec!["two rows are alike".to_owned()],
    }
}

#[tokio::test]
async fn one_worker_at_a_time_brings_a_channel_up_to_date() {
    let store = with(&["a"]).await;
    assert_eq!(claim(&store, "w", minute(0)).await, None);
    store.add_channel("list", minute(0)).await.unwrap();
    store.add_channel("list", minute(5)).await.unwrap();

    let mut slow = claim(&store, "slow", minute(0)).await.unwrap();
    assert_eq!(claim(&store, "quick", minute(1)).await, None);
    assert!(store.extend_channel(&mut slow, minute(3)).await.unwrap());
    assert_eq!(claim(&store, "quick", minute(2)).await, None);
    let stopped = claim(&store, "stopped", minute(3)).await.unwrap();
    store.give_channel_back(&stopped).await.unwrap();
    let quick = claim(&store, "quick", minute(3)).await.unwrap();
    assert!(!store.extend_channel(&mut slow, minute(9)).await.unwrap());
    assert!(
        !store
            .release_channel(&slow, &done(minute(9)), minute(4))
            .await
            .unwrap()
    );
    assert!(
        store
            .release_channel(&quick, &done(minute(9)), minute(4))
            .await
            .unwrap()
    );

    let state = store.channel("list").await.unwrap().unwrap();
    assert_eq!(
        (state.began_at, state.synced_at),
        (Some(minute(3)), Some(minute(4)))
    );
    assert_eq!(state.remarks, ["two rows are alike"]);
    assert_eq!(claim(&store, "w", minute(8)).await, None);
    assert!(claim(&store, "w", minute(9)).await.is_some());
}

#[tokio::test]
async fn a_failed_sync_is_told_and_tried_when_it_says() {
    let store = with(&["a"]).await;
    store.add_channel("list", minute(0)).await.unwrap();
    let first = claim(&store, "w", minute(0)).await.unwrap();
    let failure = Some(("denied".to_owned(), "consent".to_owned()));
    let failed = Synced {
        failure,
        ..done(minute(4))
    };
    store
        .release_channel(&first, &failed, minute(0))
        .await
        .unwrap();
    let state = store.channel("list").await.unwrap().unwrap();
    assert_eq!(
        (state.error.as_deref(), state.failures),
        (Some("denied"), 1)
    );
    assert_eq!(state.synced_at, None);

    // A new message does not hurry a channel that is in trouble.
    look(&store, "a", 0, minute(1)).await;
    judge(&store, Some(0), &["list"], minute(1)).await;
    assert_eq!(claim(&store, "w", minute(2)).await, None);
    let again = claim(&store, "w", minute(4)).await.unwrap();
    assert_eq!(again.failures, 1);
    assert_eq!(store.undelivered("list").await.unwrap().len(), 1);
    store
        .release_channel(&again, &done(minute(99)), minute(4))
        .await
        .unwrap();
    assert_eq!(store.channel("list").await.unwrap().unwrap().error, None);
    // It is well, and its message still waits.
    assert!(claim(&store, "w", minute(5)).await.is_some());
}

#[tokio::test]
async fn a_sync_asked_for_during_a_sync_comes_after_it() {
    let store = with(&["a"]).await;
    store.add_channel("list", minute(0)).await.unwrap();
    let first = claim(&store, "w", minute(0)).await.unwrap();
    store.want_sync(None, minute(1)).await.unwrap();
    store
        .release_channel(&first, &done(minute(99)), minute(2))
        .await
        .unwrap();
    assert!(claim(&store, "w", minute(2)).await.is_some());
}

#[tokio::test]
async fn what_a_list_says_is_taken_over_and_remembered() {
    let store = with(&["a"]).await;
    let both = Settings::default();
    let off = Settings {
        enabled: true,
        monitoring: false,
    };
    let agreed = Agreed {
        item: "7".to_owned(),
        settings: off,
        writing: None,
    };
    let a = key("a");
    let switched_at = async || store.tenant(&a).await.unwrap().unwrap().switched_at;
    assert_eq!(switched_at().await, None);
    let taken = store.agree("list", &a, &agreed, both, minute(1)).await;
    assert!(taken.unwrap());
    assert_eq!(store.tenant(&a).await.unwrap().unwrap().settings, off);
    assert_eq!(switched_at().await, Some(minute(1)));
    let switched = store.tenant(&a).await.unwrap().unwrap();
    assert_eq!(switched.switched_by.as_deref(), Some("list"));
    assert_eq!(store.agreed("list").await.unwrap()[&a], agreed);
    assert!(store.agreed("other").await.unwrap().is_empty());

    // What is about to be written is remembered until it is agreed on.
    let writes = [(a.clone(), both)];
    store.about_to_write("list", &writes).await.unwrap();
    assert_eq!(store.agreed("list").await.unwrap()[&a].writing, Some(both));
    let again = store.agree("list", &a, &agreed, off, minute(2)).await;
    assert!(again.unwrap());
    assert_eq!(store.agreed("list").await.unwrap()[&a], agreed);
}

#[tokio::test]
async fn parameters_are_those_last_read() {
    let store = with(&["a"]).await;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let first = [pair("Mail", "a@x.example"), pair("Other", "1")];
    store.set_parameters("list", &first).await.unwrap();
    assert_eq!(store.parameters("list").await.unwrap(), first);
    let second = [pair("Mail", "b@x.example")];
    store.set_parameters("list", &second).await.unwrap();
    assert_eq!(store.parameters("list").await.unwrap(), second);
    assert!(store.parameters("other").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_switch_that_somebody_has_moved_meanwhile_is_not_moved_back() {
    let store = with(&["a"]).await;
    let a = key("a");
    let both = Settings::default();
    let off = Settings {
        enabled: false,
        ..both
    };
    let agreed = Agreed {
        item: "7".to_owned(),
        settings: off,
        writing: None,
    };
    // The list says that it is off; between reading and agreeing somebody stops the telling here.
    let switched = store.switch(&a, None, Some(false), by("anna"), minute(1));
    assert!(switched.await.unwrap());
    let taken = store.agree("list", &a, &agreed, both, minute(2)).await;
    assert!(!taken.unwrap());
    let tenant = store.tenant(&a).await.unwrap().unwrap();
    let settings = (tenant.settings.enabled, tenant.settings.monitoring);
    assert_eq!(settings, (true, false));
    assert!(store.agreed("list").await.unwrap().is_empty());
}

#[tokio::test]
async fn nobody_syncs_while_something_may_be_under_way() {
    let store = with(&["a"]).await;
    store.add_channel("list", minute(0)).await.unwrap();
    let first = claim(&store, "w", minute(0)).await.unwrap();
    let held = Synced {
        hold: Some(minute(3)),
        ..done(minute(1))
    };
    store
        .release_channel(&first, &held, minute(1))
        .await
        .unwrap();
    store.want_sync(None, minute(1)).await.unwrap();
    assert_eq!(claim(&store, "w", minute(2)).await, None);
    assert!(claim(&store, "w", minute(3)).await.is_some());
}

#[tokio::test]
async fn a_list_catches_up_with_what_it_has_missed_and_answers_once() {
    let store = with(&["a"]).await;
    store.add_channel("list", minute(0)).await.unwrap();
    look(&store, "a", 0, minute(1)).await;
    // The list's profile could not be read when the shortage began.
    judge(&store, Some(0), &["mail"], minute(1)).await;
    assert_eq!(store.undelivered("list").await.unwrap(), []);
    assert_eq!(store.catch_up("list", minute(2)).await.unwrap(), 1);
    assert_eq!(store.catch_up("list", minute(2)).await.unwrap(), 0);
    let missed = store.undelivered("list").await.unwrap();
    let id = missed[0].alert_id;
    assert!(!store.asked("list").await.unwrap()[&id].is_open());

    let told = missed
        .into_iter()
        .map(|it| (it, store::Settled::Delivered { remark: None }));
    let told: Vec<_> = told.collect();
    store.settle(&told, minute(3)).await.unwrap();
    assert!(store.asked("list").await.unwrap()[&id].is_open());
    let act = domain::Action::Acknowledge;
    store
        .act(id, None, act, by("list"), &"".into(), &[], minute(4))
        .await
        .unwrap();
    store
        .act(
            id,
            None,
            domain::Action::Reopen,
            by("anna"),
            &"".into(),
            &[],
            minute(5),
        )
        .await
        .unwrap();
    assert!(
        !store.asked("list").await.unwrap()[&id].is_open(),
        "it has answered"
    );
}
