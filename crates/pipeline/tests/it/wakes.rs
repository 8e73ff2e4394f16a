//! Loops that look for work once an hour do it at once when somebody makes some.

use std::sync::Arc;
use std::time::Duration;

use domain::{Severity, Snapshot};
use jiff::SignedDuration;
use microsoft_sim::sink::WebhookSink;
use microsoft_sim::{Tls, World};
use pipeline::deliver::{self, Deliverer, Named};
use pipeline::evaluate::{self, Evaluator};
use store::{Route, Store};
use throwaway_postgres::shared;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::deliver::webhook;
use crate::fixture::{Stage, key, stage, until};
use crate::office::sku;

const POLL: Duration = Duration::from_secs(3600);
const A: &str = "school-00001";

#[tokio::test]
async fn what_the_same_process_makes_is_done_at_once() {
    let mut stage = stage(World::generate(1, 1, 1)).await;
    let store = stage.store.clone();
    is_done_at_once(&mut stage, &store, &store).await;
}

#[tokio::test]
async fn what_another_process_makes_is_done_at_once() {
    let mut stage = stage(World::generate(1, 1, 1)).await;
    let url = shared().database();
    let (here, there) = (Store::open(&url).await, Store::open(&url).await);
    let (here, there) = (here.unwrap(), there.unwrap());
    here.migrate().await.unwrap();
    tokio::select! {
        () = here.listen() => unreachable!("it goes on until it is dropped"),
        () = is_done_at_once(&mut stage, &here, &there) => {}
    }
}

/// Loops work here; somebody there orders a look, and sees that a school has run out.
async fn is_done_at_once(stage: &mut Stage, here: &Store, there: &Store) {
    stage.settings.poll = POLL;
    let sink = WebhookSink::start(Tls::Off).await.unwrap();
    let stop = CancellationToken::new();
    let loops = loops(stage, here, &sink, &stop);
    until("all is seen and judged", async || {
        let tenants = here.tenants().await.unwrap();
        tenants.iter().any(|tenant| tenant.seen_at.is_some())
            && !here.is_judging_due(stage.now()).await.unwrap()
    })
    .await;

    stage.pass(SignedDuration::from_secs(5));
    let ordered = there.request_refresh(&[key(A)], None, stage.now()).await;
    let ordered = ordered.unwrap();
    until("the look that was ordered is done", async || {
        let refresh = there.refresh(ordered).await.unwrap().unwrap();
        refresh.tenants[0].done_at.is_some()
    })
    .await;

    stage.pass(SignedDuration::from_secs(5));
    let look = Ok(Snapshot {
        taken_at: stage.now(),
        skus: vec![sku("RUN_OUT", 100, 100)],
        subscriptions: None,
        remarks: Vec::new(),
    });
    there.record_all(&key(A), &[look]).await.unwrap();
    until("the alert is judged and told", async || {
        let hooks = sink.hooks();
        let mut told = hooks.iter().map(|hook| String::from_utf8_lossy(&hook.body));
        told.any(|body| body.contains("RUN_OUT"))
    })
    .await;
    stop.cancel();
    loops.join_all().await;
}

fn loops(
    stage: &Stage,
    store: &Store,
    sink: &WebhookSink,
    stop: &CancellationToken,
) -> JoinSet<()> {
    let now = stage.clock();
    let settings = evaluate::Settings {
        poll: POLL,
        routes: vec![Route {
            channel: "hook".to_owned(),
            least: Severity::Notice,
            only_seats: false,
        }],
        ..evaluate::Settings::default()
    };
    let evaluator = Evaluator::new(store.clone(), settings, Arc::clone(&now));
    let settings = deliver::Settings {
        poll: POLL,
        ..deliver::Settings::new("https://licences.example".parse().unwrap())
    };
    let hook = Named {
        name: "hook".to_owned(),
        channel: webhook(sink.url(), None),
        recipients_from: None,
    };
    let deliverer = Deliverer::new(store.clone(), vec![hook], Vec::new(), settings, now);
    let collector = stage.collector_of(store.clone());
    let (collecting, judging, telling) = (stop.clone(), stop.clone(), stop.clone());
    let mut loops = JoinSet::new();
    loops.spawn(async { drop(collector.run(collecting).await.unwrap()) });
    loops.spawn(async { evaluator.run(judging).await.unwrap() });
    loops.spawn(async { deliverer.run(telling).await.unwrap() });
    loops
}
