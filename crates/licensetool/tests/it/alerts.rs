//! `licensetool alerts`: what was found is listed, and people act on it.

use microsoft_sim::sink::WebhookSink;
use microsoft_sim::{Tls, World};
use serde_json::Value;
use store::{AuditFilter, Origin};

use crate::fixture::{Office, alone, https, office};

/// One school whose only product is exhausted.
const SOLD_OUT: &str = r#"
    [[tenant]]
    key = "a"
    name = "A"
    [[tenant.sku]]
    part_number = "STANDARDWOFFPACK_STUDENT"
    sku_id = "314c4481-f395-4525-be8b-2ec4bb1e9d91"
    enabled = 100
    consumed = 100
"#;

/// An office in which everybody was asked once and judged.
pub(crate) async fn judged(world: &str) -> Office {
    let office = office(World::parse(world).unwrap(), https()).await;
    let ended = office.licensetool(&["run", "--once"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    office
}

async fn alerts(office: &Office, more: &[&str]) -> (Option<i32>, Vec<Value>) {
    let all = [&["alerts", "list", "--format", "json"], more].concat();
    let ended = office.licensetool(&all).await;
    let read: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:?}"));
    (ended.code, read["alerts"].as_array().unwrap().clone())
}

/// The state of the only alert of an office.
async fn state(office: &Office) -> String {
    let (_, alerts) = alerts(office, &["--all"]).await;
    alerts[0]["state"].as_str().unwrap().to_owned()
}

#[test]
fn before_anything_was_collected_nothing_is_said_to_be_well() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [["alerts", "list"], ["deliveries", "list"]] {
        let ended = alone(home.path(), &arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
        assert!(ended.err.contains("licensetool run"), "{}", ended.err);
        assert!(!home.path().join("licensetool.db").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shortage_is_listed_and_shown() {
    let office = judged(SOLD_OUT).await;
    let listed = office.licensetool(&["alerts", "list"]).await;
    assert_eq!(listed.code, Some(1), "one is open: {listed:?}");
    for words in [
        "critical",
        "open",
        "exhausted: 0 free of 100",
        "alerts show ID",
    ] {
        assert!(listed.out.contains(words), "{words} in {}", listed.out);
    }
    let (code, found) = alerts(&office, &["--tenant", "a"]).await;
    assert_eq!((code, found.len()), (Some(1), 1));
    assert_eq!(found[0]["kind"], "stock");
    assert_eq!(found[0]["facts"]["seats"]["free"], 0);
    let id = found[0]["id"].to_string();
    let shown = office.licensetool(&["alerts", "show", &id]).await;
    assert_eq!(shown.code, Some(0), "{shown:?}");
    for words in ["A (a)", "opened", "no channel was told"] {
        assert!(shown.out.contains(words), "{words} in {}", shown.out);
    }
    let stranger = office
        .licensetool(&["alerts", "list", "--tenant", "b"])
        .await;
    assert!(
        stranger.err.contains("there is no tenant b; there are: a"),
        "{}",
        stranger.err
    );
    let shown = office.licensetool(&["alerts", "show", "99"]).await;
    assert_eq!(shown.code, Some(2));
    assert!(shown.err.contains("there is no alert 99"), "{}", shown.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_acknowledge_snooze_and_reopen() {
    let office = judged(SOLD_OUT).await;
    let ack = ["alerts", "ack", "1", "--reason", "ordered"];
    let acked = office.licensetool(&ack).await;
    assert_eq!(acked.code, Some(0), "{acked:?}");
    assert!(
        acked.out.contains("alert 1 of a is acknowledged"),
        "{}",
        acked.out
    );
    let again = office.licensetool(&ack).await;
    assert!(again.out.contains("already"), "{}", again.out);
    let (code, _) = alerts(&office, &[]).await;
    assert_eq!(code, Some(0), "somebody takes care of it");

    let snooze = |arguments: &'static [&'static str]| {
        let all = [&["alerts", "snooze", "1"], arguments].concat();
        let office = &office;
        async move { office.licensetool(&all).await }
    };
    let snoozed = snooze(&["--for", "3d"]).await;
    assert!(snoozed.out.contains("is snoozed until "), "{snoozed:?}");
    let past = snooze(&["--until", "2020-01-01"]).await;
    assert_eq!(past.code, Some(2));
    assert!(
        past.err.contains("a snooze must end in the future"),
        "{}",
        past.err
    );
    let both = snooze(&["--for", "3d", "--until-change"]).await;
    assert_eq!(both.code, Some(2));
    let until_change = snooze(&["--until-change"]).await;
    assert!(
        until_change.out.contains("until a change"),
        "{until_change:?}"
    );

    let reopened = office.licensetool(&["alerts", "reopen", "1"]).await;
    assert_eq!(reopened.code, Some(0), "{reopened:?}");
    assert_eq!(state(&office).await, "open");
    let shown = office
        .licensetool(&["alerts", "show", "1", "--format", "json"])
        .await;
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    let history = shown["history"].as_array().unwrap();
    let what: Vec<&str> = history
        .iter()
        .map(|it| it["what"].as_str().unwrap())
        .collect();
    assert_eq!(
        what,
        ["opened", "acknowledged", "snoozed", "snoozed", "reopened"]
    );
    assert_eq!(history[1]["why"], "ordered");
    assert_eq!(history[1]["who"], "tester");
    let (store, all) = (office.store().await, AuditFilter::default());
    let audit = store.audit(&all, None, 9).await.unwrap();
    assert_eq!(audit.len(), 4, "what was refused is not there: {audit:?}");
    for row in audit {
        let by = (&*row.who, row.from, &*row.subject);
        assert_eq!(by, ("tester", Some(Origin::CommandLine), "1"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_resolves_is_told_to_those_who_heard_of_it() {
    let office = office(World::parse(SOLD_OUT).unwrap(), https()).await;
    let sink = WebhookSink::start(Tls::Off).await.unwrap();
    office.webhook(&sink, "");
    office.licensetool(&["run", "--once"]).await;
    assert_eq!(sink.hooks().len(), 1);
    let resolved = office
        .licensetool(&["alerts", "resolve", "1", "--reason", "a mistake"])
        .await;
    assert_eq!(resolved.code, Some(0), "{resolved:?}");
    assert_eq!(state(&office).await, "resolved");
    let refused = office.licensetool(&["alerts", "ack", "1"]).await;
    assert_eq!(refused.code, Some(2));
    assert!(
        refused
            .err
            .contains("alert 1: the alert is resolved already"),
        "{}",
        refused.err
    );

    // The seats are as exhausted as before, so a new alert opens.
    office.licensetool(&["run", "--once"]).await;
    let told: Vec<String> = sink.hooks().iter().map(event).collect();
    assert_eq!(told[0], "opened");
    let mut later = told[1..].to_vec();
    later.sort();
    assert_eq!(later, ["opened", "resolved"]);
}

fn event(hook: &microsoft_sim::sink::Hook) -> String {
    let body: Value = serde_json::from_slice(&hook.body).unwrap();
    body["data"]["event"].as_str().unwrap().to_owned()
}
