//! People who ask for a look now, and operators who mend something.

use domain::Cause;
use jiff::SignedDuration;
use microsoft_sim::World;
use pipeline::roster::Access;
use tokio_util::sync::CancellationToken;

use crate::fixture::{key, stage, until};

#[tokio::test]
async fn a_request_from_the_store_is_served_while_nothing_is_due() {
    let stage = stage(World::generate(3, 1, 1)).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(stage.collector().run(stop.clone()));
    until("the first round is over", async || {
        let tenants = stage.store.tenants().await.unwrap();
        tenants.len() == 3 && tenants.iter().all(|tenant| tenant.seen_at.is_some())
    })
    .await;
    stage.pass(SignedDuration::from_secs(5));
    let wanted = [key("school-00002")];
    let id = stage
        .store
        .request_refresh(&wanted, None, stage.now())
        .await
        .unwrap();
    until("the request was served", async || {
        let refresh = stage.store.refresh(id).await.unwrap().unwrap();
        refresh.tenants[0].done_at.is_some()
    })
    .await;
    let refresh = stage.store.refresh(id).await.unwrap().unwrap();
    assert_eq!((refresh.tenants.len(), refresh.tenants[0].cause), (1, None));
    assert_eq!(
        stage.state("school-00002").await.tenant.seen_at,
        Some(stage.now())
    );
    assert_ne!(
        stage.state("school-00001").await.tenant.seen_at,
        Some(stage.now())
    );
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_an_operator_mends_is_asked_at_once() {
    let stage = stage(World::generate(2, 1, 1)).await;
    let mended = stage.roster.borrow()[&key("school-00001")].clone();
    stage.change("school-00001", |entry| {
        entry.access = Access::Broken {
            message: "mycert_school-00001.pem: no private key".to_owned(),
            advice: "Put the key into the file".to_owned(),
        };
        entry.made_of = "broken".to_owned();
    });
    let stop = CancellationToken::new();
    let running = tokio::spawn(stage.collector().run(stop.clone()));
    until("the trouble is known", async || {
        let tenants = stage.store.tenants().await.unwrap();
        let gap = tenants.first().and_then(|tenant| tenant.gap.as_ref());
        gap.is_some_and(|gap| gap.cause == Cause::Configuration)
    })
    .await;
    stage.pass(SignedDuration::from_secs(1));
    stage.change("school-00001", |entry| *entry = mended.clone());
    until("it was asked", async || {
        let tenant = stage.state("school-00001").await.tenant;
        tenant.gap.is_none() && tenant.seen_at.is_some()
    })
    .await;
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_tenant_that_is_new_is_asked_without_a_restart() {
    let stage = stage(World::generate(2, 1, 1)).await;
    let all = stage.roster.borrow().clone();
    let mut fewer = pipeline::roster::Roster::clone(&all);
    fewer.remove(&key("school-00002"));
    stage.roster.send_replace(std::sync::Arc::new(fewer));
    let stop = CancellationToken::new();
    let running = tokio::spawn(stage.collector().run(stop.clone()));
    until("the first was seen", async || {
        let states = stage.store.states().await.unwrap();
        states.len() == 1 && states[0].snapshot.is_some()
    })
    .await;
    stage.roster.send_replace(all);
    until("the second was seen", async || {
        let states = stage.store.states().await.unwrap();
        states.len() == 2 && states[1].snapshot.is_some()
    })
    .await;
    stop.cancel();
    running.await.unwrap().unwrap();
}
