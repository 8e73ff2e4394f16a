//! A stop: what is finished is kept, what is not is given back at once.

use std::time::Duration;

use jiff::SignedDuration;
use microsoft_sim::{Call, Fault, FaultKind, World};
use tokio_util::sync::CancellationToken;

use crate::fixture::{stage, until};

#[tokio::test]
async fn what_is_in_the_air_is_given_back() {
    let mut stage = stage(World::generate(8, 1, 1)).await;
    stage.settings.at_once = 3;
    stage.settings.deadline = Duration::from_secs(60);
    stage.sim.order(Fault {
        tenant: None,
        call: Call::Any,
        kind: FaultKind::Hang,
        times: None,
    });
    let stop = CancellationToken::new();
    let running = tokio::spawn(stage.collector().run(stop.clone()));
    until("questions are in the air", async || {
        stage.sim.counts().calls(Call::Token) >= 3
    })
    .await;
    stop.cancel();
    let report = running.await.unwrap().unwrap();
    assert_eq!((report.changed, report.lost), (0, 0));

    // Somebody else may go on at the very same moment.
    let lease = SignedDuration::from_mins(1);
    let claims = stage
        .store
        .claim("other", stage.now(), 100, lease, lease)
        .await
        .unwrap();
    assert_eq!(claims.len(), 8);
}

#[tokio::test]
async fn what_lands_within_the_grace_is_kept() {
    let mut stage = stage(World::generate(2, 1, 1)).await;
    stage.settings.grace = Duration::from_secs(10);
    let late = FaultKind::Latency { ms: 150 };
    stage.sim.order(Fault {
        tenant: None,
        call: Call::SubscribedSkus,
        kind: late,
        times: None,
    });
    let stop = CancellationToken::new();
    let running = tokio::spawn(stage.collector().run(stop.clone()));
    until("both are asked", async || {
        stage.sim.counts().calls(Call::Subscriptions) == 2
    })
    .await;
    stop.cancel();
    assert_eq!(running.await.unwrap().unwrap().changed, 2);
    let states = stage.store.states().await.unwrap();
    assert!(states.iter().all(|state| state.snapshot.is_some()));
}

#[tokio::test]
async fn a_loop_that_was_stopped_before_it_began_does_nothing() {
    let stage = stage(World::generate(2, 1, 1)).await;
    let stop = CancellationToken::new();
    stop.cancel();
    let report = stage.collector().run(stop).await.unwrap();
    assert_eq!(report.changed, 0);
    let states = stage.store.states().await.unwrap();
    assert!(states.iter().all(|state| state.snapshot.is_none()));
}
