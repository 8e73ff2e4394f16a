//! `licensetool deliveries`: what fails is visible with its way out, and can be tried again.

use microsoft_sim::sink::{WebhookMode, WebhookSink};
use microsoft_sim::{Tls, World};
use serde_json::Value;

use crate::fixture::{Office, https, office};

async fn deliveries(office: &Office, more: &[&str]) -> (Option<i32>, Vec<Value>) {
    let all = [
        &[
            "deliveries",
            "list",
            "--channel",
            "hook",
            "--format",
            "json",
        ],
        more,
    ]
    .concat();
    let ended = office.licensetool(&all).await;
    let read: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:?}"));
    (ended.code, read["deliveries"].as_array().unwrap().clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dead_is_visible_until_somebody_lets_it_live_again() {
    let office = office(World::demo(), https()).await;
    let sink = WebhookSink::start(Tls::Off).await.unwrap();
    sink.set_mode(WebhookMode::status(401));
    office.webhook(&sink, "[deliver]\nmax_attempts = 1\n");
    let once = office.licensetool(&["run", "--once"]).await;
    assert_eq!(once.code, Some(1), "not everything was delivered: {once:?}");

    let (code, dead) = deliveries(&office, &["--state", "dead"]).await;
    assert_eq!(code, Some(1), "somebody should act");
    assert!(!dead.is_empty());
    assert!(
        dead[0]["error"].as_str().unwrap().contains("401"),
        "{dead:?}"
    );
    let table = office.licensetool(&["deliveries", "list"]).await;
    let advice = "Check the channel's url and secret";
    assert_eq!(
        table.out.matches(advice).count(),
        1,
        "once for all: {}",
        table.out
    );

    sink.set_mode(WebhookMode::status(200));
    let message = dead[0]["message"].as_str().unwrap();
    let retried = office
        .licensetool(&["deliveries", "retry", message, "hook"])
        .await;
    assert_eq!(retried.code, Some(0), "{retried:?}");
    let (_, pending) = deliveries(&office, &["--state", "pending"]).await;
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0]["message"], *message);
    let rest = office
        .licensetool(&["deliveries", "retry", "--dead", "--channel", "hook"])
        .await;
    let count = dead.len() - 1;
    assert!(
        rest.out.contains(&format!("{count} deliveries")),
        "{rest:?}"
    );
    let once = office.licensetool(&["run", "--once"]).await;
    assert_eq!(once.code, Some(0), "{once:?}");
    let (code, delivered) = deliveries(&office, &["--state", "delivered"]).await;
    assert_eq!((code, delivered.len()), (Some(0), dead.len()));

    let again = office
        .licensetool(&["deliveries", "retry", message, "hook"])
        .await;
    assert!(again.out.contains("already"), "{again:?}");
    let none = office.licensetool(&["deliveries", "retry", "--dead"]).await;
    assert!(none.out.contains("no delivery is dead"), "{none:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_said_with_the_way_out() {
    let office = office(World::demo(), https()).await;
    office.licensetool(&["run", "--once"]).await;
    let check = async |arguments: &[&str], words: &str| {
        let all = [&["deliveries"], arguments].concat();
        let ended = office.licensetool(&all).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains(words), "{}", ended.err);
    };
    check(&["retry", "x", "hook"], "deliveries list --channel hook").await;
    check(&["retry", "x"], "CHANNEL").await;
    check(&["retry"], "--dead").await;
    check(
        &["list", "--state", "lost"],
        "must be pending, delivered or dead",
    )
    .await;
}
