//! `licensetool run`: services that start, answer, follow the home folder, and end on request.

use std::time::Duration;

use microsoft_sim::sink::WebhookSink;
use microsoft_sim::{Tls, World};
use serde_json::Value;

use crate::fixture::{Office, alone, https, office, program};
use crate::process::Running;

/// Starts all services of an office on free ports. Answers the address of pages and API.
pub(crate) fn run(office: &Office) -> (Running, String) {
    let (running, pages, _) = run_with(office, &[]);
    (running, pages)
}

/// The same with more arguments. Answers the address of metrics, too.
fn run_with(office: &Office, arguments: &[&str]) -> (Running, String, String) {
    let Started {
        running,
        pages,
        metrics,
        ..
    } = start(office, arguments, &[]);
    (running, pages, metrics)
}

/// The program, and where it is.
pub(crate) struct Started {
    pub(crate) running: Running,
    /// What it has said so far.
    pub(crate) log: Vec<String>,
    pub(crate) pages: String,
    pub(crate) metrics: String,
}

/// The same with settings from the environment, too.
pub(crate) fn start(office: &Office, arguments: &[&str], settings: &[(&str, &str)]) -> Started {
    let mut command = program(office.home.path());
    let any = "127.0.0.1:0";
    command.args(["run", "--listen", any, "--metrics-listen", any]);
    command.args(arguments).envs(settings.iter().copied());
    let running = Running::start(command);
    let log = running.lines_until("\"message\":\"ready\"");
    let ready: Value = serde_json::from_str(log.last().unwrap()).unwrap();
    let text = |member: &str| ready[member].as_str().unwrap().to_owned();
    let (pages, metrics) = (text("address"), text("metrics"));
    Started {
        running,
        log,
        pages,
        metrics,
    }
}

async fn rows(address: &str, school: &str) -> Option<Vec<Value>> {
    let url = format!("{address}/api/v1/licenses/status/show/{school}");
    let answer = reqwest::get(url).await.ok()?;
    if answer.status() != 200 {
        return None;
    }
    answer.json().await.ok()
}

/// Asks until there are rows.
pub(crate) async fn until_rows(address: &str, school: &str) -> Vec<Value> {
    let asking = async {
        loop {
            match rows(address, school).await {
                Some(rows) if !rows.is_empty() => return rows,
                _ => tokio::task::yield_now().await,
            }
        }
    };
    let asked = tokio::time::timeout(Duration::from_secs(60), asking).await;
    asked.unwrap_or_else(|_| panic!("no licence of {school} came"))
}

#[tokio::test(flavor = "multi_thread")]
async fn services_collect_answer_and_end_when_asked_to() {
    let office = office(World::demo(), https()).await;
    let (mut running, address) = run(&office);
    assert!(!until_rows(&address, "iseschool2013").await.is_empty());
    let ended = tokio::task::spawn_blocking(move || running.stop())
        .await
        .unwrap();
    assert_eq!(ended.code(), Some(0));
    assert!(office.home.path().join("licensetool.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_mended_is_picked_up_without_a_restart() {
    let office = office(World::demo(), https()).await;
    office.set("[home]\npoll = \"50ms\"\n");
    let profiles = office.home.path().join("config-profiles/tenants");
    let file = profiles.join("config-iseschool-profile.json");
    let sound = std::fs::read(&file).unwrap();
    std::fs::write(&file, "{}").unwrap();
    let (_running, address) = run(&office);
    until_rows(&address, "iseschool2013").await;
    assert_eq!(rows(&address, "iseschool").await, None);
    std::fs::write(&file, sound).unwrap();
    until_rows(&address, "iseschool").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_asks_everybody_keeps_it_and_ends() {
    let office = office(World::demo(), https()).await;
    let ended = office.licensetool(&["run", "--once"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let store = office.store().await;
    let states = store.states().await.unwrap();
    assert_eq!(states.len(), 2);
    assert!(states.iter().all(|state| state.snapshot.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_loops_turn_and_count() {
    let office = office(World::demo(), https()).await;
    let sink = WebhookSink::start(Tls::Off).await.unwrap();
    office.webhook(&sink, "");
    let (_running, pages, metrics) = run_with(&office, &["--role", "web,collect,evaluate,deliver"]);
    sink.received(1).await;
    let health = get(&format!("{}/healthz", metrics.trim_end_matches("/metrics"))).await;
    for name in ["collect", "evaluate", "deliver"] {
        assert!(health.contains(&format!("\"name\":\"{name}\"")), "{health}");
    }
    let counted = get(&metrics).await;
    for name in [
        "licensetool_evaluate_judgements_total{outcome=\"kept\"}",
        "licensetool_deliver_messages_total{channel=\"hook\",outcome=\"delivered\"}",
    ] {
        assert!(counted.contains(name), "{name} in {counted}");
    }
    let event: Value = serde_json::from_slice(&sink.hooks()[0].body).unwrap();
    assert_eq!(
        event["source"],
        format!("{pages}/"),
        "links lead to where pages are served"
    );
}

async fn get(url: &str) -> String {
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sharepoint_profile_that_is_mended_is_picked_up_without_a_restart() {
    let office = office(World::demo(), https()).await;
    office.set("[home]\npoll = \"50ms\"\n");
    let profiles = office.home.path().join("config-profiles/sharepoint");
    let file = profiles.join("sp-config-company-profile.json");
    let sound = std::fs::read(&file).unwrap();
    std::fs::write(&file, "{}").unwrap();
    let (mut running, address) = run(&office);
    until_rows(&address, "iseschool").await;
    let licences = office.sim.site().unwrap().licences;
    assert!(office.sim.rows(&licences).is_empty());
    std::fs::write(&file, sound).unwrap();
    let written = async {
        while office.sim.rows(&licences).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    let written = tokio::time::timeout(Duration::from_secs(60), written).await;
    assert!(written.is_ok(), "no row was written");
    let ended = tokio::task::spawn_blocking(move || running.stop());
    assert_eq!(ended.await.unwrap().code(), Some(0));
}

#[test]
fn an_address_beyond_this_machine_is_refused_until_there_is_sign_in() {
    let home = tempfile::tempdir().unwrap();
    let ended = alone(home.path(), &["run", "--listen", "0.0.0.0:0"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains("0.0.0.0") && ended.err.contains("listen on 127.0.0.1"),
        "{}",
        ended.err
    );
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
}

#[test]
fn split_services_need_another_database() {
    let home = tempfile::tempdir().unwrap();
    for some in ["web", "web,collect", "collect,evaluate,deliver"] {
        let ended = alone(home.path(), &["run", "--role", some]);
        assert_eq!(ended.code, Some(2));
        assert!(
            ended.err.contains("set store.url to a PostgreSQL"),
            "{}",
            ended.err
        );
        assert!(!home.path().join("licensetool.db").exists());
    }
}

#[test]
fn an_address_that_is_taken_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let home = tempfile::tempdir().unwrap();
    let ended = alone(home.path(), &["run", "--listen", &address]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains(&address) && ended.err.contains("port 0"),
        "{}",
        ended.err
    );
}
