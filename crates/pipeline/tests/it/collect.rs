//! Rounds: who is asked, when, how often, and what is kept.

use std::time::Duration;

use domain::{Cause, SkuId};
use jiff::SignedDuration;
use microsoft_sim::{Call, Fault, FaultKind, Options, World};
use pipeline::collect::Report;
use pipeline::roster::Access;
use tokio_util::sync::CancellationToken;

use crate::fixture::{key, known, stage, stage_with, until};

fn fault(tenant: &str, call: Call, kind: FaultKind) -> Fault {
    Fault {
        tenant: Some(tenant.to_owned()),
        call,
        kind,
        times: None,
    }
}

#[tokio::test]
async fn a_round_keeps_what_microsoft_said_and_an_unchanged_one_adds_nothing() {
    let stage = stage(World::demo()).await;
    let report = stage
        .collector()
        .run_once(CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(
        (report.changed, report.unchanged, report.gaps),
        (2, 0, vec![])
    );
    for school in ["iseschool", "iseschool2013"] {
        let state = stage.state(school).await;
        assert_eq!(known(&state), stage.truth(school));
        let snapshot = state.snapshot.unwrap();
        assert!(
            snapshot
                .subscriptions
                .is_some_and(|purchases| !purchases.is_empty())
        );
        assert_eq!(snapshot.remarks, Vec::<String>::new());
    }

    stage.pass(SignedDuration::from_mins(15));
    let report = stage
        .collector()
        .run_once(CancellationToken::new())
        .await
        .unwrap();
    let expected = Report {
        unchanged: 2,
        ..Report::default()
    };
    assert_eq!(report, expected);
    for (id, _) in stage.truth("iseschool") {
        let school = key("iseschool");
        let (from, to) = (stage.now() - SignedDuration::from_hours(1), stage.now());
        let past = stage.store.history(&school, id, from, to).await.unwrap();
        assert_eq!(past.points.len(), 1, "{id}");
    }
    assert_eq!(
        stage.state("iseschool").await.snapshot.unwrap().taken_at,
        stage.now()
    );
}

#[tokio::test]
async fn tenants_that_cannot_be_asked_stand_beside_those_that_can() {
    let stage = stage(World::generate(5, 3, 1)).await;
    stage.change("school-00002", |entry| {
        entry.access = Access::Broken {
            message: "config-school-00002-profile.json: client_id: missing".to_owned(),
            advice: "Write the app's client id there".to_owned(),
        };
    });
    let denied = FaultKind::Status {
        status: 403,
        retry_after: None,
    };
    stage
        .sim
        .order(fault("school-00004", Call::SubscribedSkus, denied));
    let mut report = stage
        .collector()
        .run_once(CancellationToken::new())
        .await
        .unwrap();
    report.gaps.sort();
    assert_eq!(report.changed, 3);
    assert_eq!(
        report.gaps,
        [
            (key("school-00002"), Cause::Configuration),
            (key("school-00004"), Cause::Denied),
        ]
    );
    let gap = stage.state("school-00002").await.tenant.gap.unwrap();
    assert!(
        gap.message.contains("client_id: missing"),
        "{}",
        gap.message
    );
    assert!(gap.advice.contains("client id"), "{}", gap.advice);
}

#[tokio::test]
async fn one_round_asks_each_tenant_once_though_trouble_comes_due_again() {
    let mut stage = stage(World::generate(6, 2, 1)).await;
    stage.settings.pace.first_retry = SignedDuration::ZERO;
    stage.settings.at_once = 2;
    let away = FaultKind::Status {
        status: 500,
        retry_after: None,
    };
    stage
        .sim
        .order(fault("school-00001", Call::SubscribedSkus, away));
    let report = stage
        .collector()
        .run_once(CancellationToken::new())
        .await
        .unwrap();
    assert_eq!((report.changed, report.gaps.len()), (5, 1));
}

#[tokio::test]
async fn no_more_than_the_limit_are_in_the_air() {
    let options = Options {
        latency: Duration::from_millis(20),
        ..Options::default()
    };
    let mut stage = stage_with(World::generate(40, 1, 1), options).await;
    stage.settings.at_once = 4;
    let report = stage
        .collector()
        .run_once(CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(report.changed, 40);
    // Two calls a tenant at the same time, once its token is there.
    let peak = stage.sim.counts().peak_concurrent;
    assert!((4..=8).contains(&peak), "{peak}");
}

#[tokio::test]
async fn a_tenant_that_hangs_holds_up_nobody() {
    let mut stage = stage(World::generate(20, 1, 1)).await;
    stage.settings.at_once = 3;
    stage
        .sim
        .order(fault("school-00001", Call::Any, FaultKind::Hang));
    let stop = CancellationToken::new();
    let running = tokio::spawn(stage.collector().run(stop.clone()));
    until("all others were seen", async || {
        let states = stage.store.states().await.unwrap();
        states
            .iter()
            .filter(|state| state.snapshot.is_some())
            .count()
            == 19
    })
    .await;
    assert_eq!(stage.state("school-00001").await.snapshot, None);
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn subscriptions_are_asked_hourly_and_counts_each_quarter() {
    let stage = stage(World::generate(1, 2, 1)).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(stage.collector().run(stop.clone()));
    for (quarter, subscriptions) in [(0, 1), (1, 1), (2, 1), (3, 1), (4, 2), (5, 2)] {
        let asked = stage.now();
        until("the tenant was seen", async || {
            let tenants = stage.store.tenants().await.unwrap();
            tenants.iter().any(|tenant| tenant.seen_at >= Some(asked))
        })
        .await;
        let counts = stage.sim.counts();
        assert_eq!(counts.calls(Call::SubscribedSkus), quarter + 1);
        assert_eq!(
            counts.calls(Call::Subscriptions),
            subscriptions,
            "quarter {quarter}"
        );
        assert_eq!(counts.calls(Call::Token), 1);
        // Beyond the jitter of a tenth.
        stage.pass(SignedDuration::from_mins(17));
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_the_tenants() {
    let mut stage = stage(World::generate(30, 2, 1)).await;
    stage.settings.at_once = 4;
    let stop = CancellationToken::new();
    let one = tokio::spawn(stage.collector().run(stop.clone()));
    let two = tokio::spawn(stage.other_collector().await.run(stop.clone()));
    until("all were seen", async || {
        let states = stage.store.states().await.unwrap();
        states
            .iter()
            .filter(|state| state.snapshot.is_some())
            .count()
            == 30
    })
    .await;
    stop.cancel();
    let (one, two) = (one.await.unwrap().unwrap(), two.await.unwrap().unwrap());
    assert_eq!(one.changed + two.changed, 30);
    assert_eq!((one.lost, two.lost), (0, 0));
    assert_eq!(stage.sim.counts().calls(Call::SubscribedSkus), 30);
}

#[tokio::test]
async fn a_tenant_of_the_store_that_home_does_not_have_is_let_go() {
    let stage = stage(World::generate(2, 1, 1)).await;
    stage
        .collector()
        .run_once(CancellationToken::new())
        .await
        .unwrap();
    let mut fewer = pipeline::roster::Roster::clone(&stage.roster.borrow());
    fewer.remove(&key("school-00002"));
    stage.roster.send_replace(std::sync::Arc::new(fewer));
    stage.pass(SignedDuration::from_mins(20));
    let report = stage
        .collector()
        .run_once(CancellationToken::new())
        .await
        .unwrap();
    assert_eq!((report.unchanged, report.changed), (1, 0));
    let gone = stage.state("school-00002").await;
    assert!(gone.tenant.removed_at.is_some() && gone.snapshot.is_some());
}

#[tokio::test]
async fn numbers_that_move_become_history() {
    let stage = stage(World::generate(1, 20, 7)).await;
    stage
        .collector()
        .run_once(CancellationToken::new())
        .await
        .unwrap();
    let before: Vec<(SkuId, _)> = stage.truth("school-00001");
    assert_eq!(known(&stage.state("school-00001").await), before);
    assert!(
        before
            .iter()
            .all(|(_, units)| units.enabled.is_some_and(|seats| seats > 0))
    );
}
