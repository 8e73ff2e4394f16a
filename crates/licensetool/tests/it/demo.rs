//! The demo: a newcomer's first minute.

use std::collections::BTreeMap;

use microsoft_sim::World;
use serde_json::Value;

use crate::fixture::program;
use crate::process::Running;

/// Starts the demo on free ports. Answers its address and all that it said so far.
fn demo() -> (Running, String, Vec<String>) {
    let nowhere = tempfile::tempdir().unwrap();
    let mut command = program(nowhere.path());
    let any = "127.0.0.1:0";
    command.args(["demo", "--listen", any, "--metrics-listen", any]);
    let running = Running::start(command);
    let mut said = running.lines_until("licensetool is running on ");
    let line = said.last().unwrap();
    let address = line.rsplit(' ').next().unwrap().to_owned();
    said.extend(running.lines_until("Ctrl-C"));
    (running, address, said)
}

async fn get(url: &str) -> Value {
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status(), 200, "{url}");
    answer.json().await.unwrap()
}

/// Consumed and enabled units by school and part number, as v1 tells them.
type Numbers = BTreeMap<(String, String), (Option<i64>, Option<i64>)>;

fn told(rows: &Value) -> Numbers {
    let row = |row: &Value| {
        let text = row["skupartnumber"].as_str().unwrap();
        let part = text.rsplit_once('(').unwrap().1.trim_end_matches(')');
        let tenant = row["tenant"].as_str().unwrap().to_owned();
        let numbers = (
            row["consumed_units"].as_i64(),
            row["available_units"].as_i64(),
        );
        ((tenant, part.to_owned()), numbers)
    };
    rows.as_array().unwrap().iter().map(row).collect()
}

fn truth(world: &World) -> Numbers {
    let mut numbers = Numbers::new();
    for tenant in world.tenants() {
        let body = world
            .subscribed_skus_body(&tenant.key, world.today())
            .unwrap();
        let answer: Value = serde_json::from_slice(&body).unwrap();
        for row in answer["value"].as_array().unwrap() {
            let part = row["skuPartNumber"].as_str().unwrap().to_owned();
            let told = (
                row["consumedUnits"].as_i64(),
                row["prepaidUnits"]["enabled"].as_i64(),
            );
            numbers.insert((tenant.name.clone(), part), told);
        }
    }
    numbers
}

/// Holds what the metrics listener says against the table in `docs/api.md`.
async fn every_metric_is_documented(said: &[String]) {
    let line = said.iter().find(|line| line.contains("metrics")).unwrap();
    let answer = reqwest::get(line.rsplit(' ').next().unwrap()).await;
    let text = answer.unwrap().text().await.unwrap();
    let documented = include_str!("../../../../docs/api.md");
    let families = text.lines().filter_map(|line| {
        let (name, kind) = line.strip_prefix("# TYPE ")?.split_once(' ')?;
        // OpenMetrics gives the family's name, the table the series'.
        let suffix = match kind {
            "counter" => "_total",
            "info" => "_info",
            _ => "",
        };
        Some(format!("{name}{suffix}"))
    });
    let (mut ours, others): (Vec<_>, Vec<_>) =
        families.partition(|name| name.starts_with("licensetool_"));
    assert!(
        others.iter().all(|name| name.starts_with("process_")),
        "{others:?}"
    );
    assert!(ours.len() > 10, "{text}");
    ours.retain(|name| !documented.contains(&format!("`{name}`")));
    assert!(ours.is_empty(), "not in docs/api.md: {ours:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_two_schools_by_table_and_http() {
    let (mut running, address, said) = tokio::task::spawn_blocking(demo).await.unwrap();
    let table = said.join("\n");
    for words in [
        "ISE School 2013",
        "exhausted",
        "low",
        "over-assigned",
        "trial",
    ] {
        assert!(table.contains(words), "{words} in {table}");
    }
    let rows = get(&format!("{address}/api/v1/licenses/status/show")).await;
    assert_eq!(told(&rows), truth(&World::demo()));

    let one = get(&format!("{address}/api/v1/licenses/status/show/iseschool")).await;
    assert!(
        one.as_array()
            .unwrap()
            .iter()
            .all(|row| row.get("tenant").is_none())
    );

    let url = format!("{address}/api/v2/licenses?tenant=iseschool");
    let licenses = get(&url).await;
    let sku = licenses["items"][0]["sku_id"].as_str().unwrap();
    let history = get(&format!(
        "{address}/api/v2/licenses/iseschool/{sku}/history"
    ))
    .await;
    assert!(!history["points"].as_array().unwrap().is_empty());

    every_metric_is_documented(&said).await;

    let page = reqwest::get(&address).await.unwrap();
    assert_eq!(page.status(), 200);
    let ready = reqwest::get(format!("{address}/readyz")).await.unwrap();
    assert_eq!(ready.status(), 200);
    let ended = tokio::task::spawn_blocking(move || running.stop())
        .await
        .unwrap();
    assert_eq!(ended.code(), Some(0));
}
