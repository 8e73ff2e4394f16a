//! A store that cannot be used yet, or any more: loops that may wait for it do, and work when it is
//! there.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::SignedDuration;
use microsoft_sim::World;
use pipeline::deliver::{self, Deliverer};
use pipeline::evaluate::{self, Evaluator};
use tokio_util::sync::CancellationToken;

use crate::fixture::{stage, until};

#[tokio::test]
async fn loops_wait_for_their_store_and_work_when_it_is_there() {
    let mut stage = stage(World::generate(2, 1, 1)).await;
    stage.settings.patience = Some(SignedDuration::MAX);
    let (collector, store) = stage.early_collector().await;
    let clock: pipeline::Clock = {
        let now = stage.now();
        std::sync::Arc::new(move || now)
    };
    let settings = evaluate::Settings {
        patience: Duration::MAX,
        poll: Duration::from_millis(20),
        ..evaluate::Settings::default()
    };
    let evaluator = Evaluator::new(store.clone(), settings, clock.clone());
    let settings = deliver::Settings {
        patience: Duration::MAX,
        poll: Duration::from_millis(20),
        ..deliver::Settings::new("https://licences.example".parse().unwrap())
    };
    let deliverer = Deliverer::new(store.clone(), Vec::new(), Vec::new(), settings, clock);
    let pulses = [collector.pulse(), evaluator.pulse(), deliverer.pulse()];
    let stop = CancellationToken::new();
    let collecting = tokio::spawn(collector.run(stop.clone()));
    let judging = tokio::spawn(evaluator.run(stop.clone()));
    let telling = tokio::spawn(deliverer.run(stop.clone()));
    until("all loops turn", async || {
        pulses.iter().all(|pulse| pulse.load(Ordering::SeqCst) > 0)
    })
    .await;
    store.migrate().await.unwrap();
    until("everybody is seen and judged", async || {
        let states = store.states().await.unwrap();
        let seen = states.iter().filter(|state| state.snapshot.is_some());
        seen.count() == 2 && !store.is_judging_due(stage.now()).await.unwrap()
    })
    .await;
    stop.cancel();
    assert_eq!(collecting.await.unwrap().unwrap().changed, 2);
    judging.await.unwrap().unwrap();
    telling.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_store_that_is_away() {
    let mut stage = stage(World::generate(2, 1, 1)).await;
    stage.settings.patience = Some(SignedDuration::MAX);
    let (collector, _store) = stage.early_collector().await;
    let pulse = collector.pulse();
    let stop = CancellationToken::new();
    let collecting = tokio::spawn(collector.run(stop.clone()));
    until("the loop turns", async || pulse.load(Ordering::SeqCst) > 0).await;
    stop.cancel();
    assert_eq!(collecting.await.unwrap().unwrap().changed, 0);
}
