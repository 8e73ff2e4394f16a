//! The demo: a newcomer's first minute, its story, and its year.

use std::collections::{BTreeMap, HashSet};

use microsoft_sim::World;
use serde_json::Value;

use crate::fixture::{Ended, program};
use crate::process::Running;

/// Starts the demo on free ports, with so much time between the acts of its story. Answers its
/// address and all that it said so far.
fn demo(pace: &str) -> (Running, String, Vec<String>) {
    let nowhere = tempfile::tempdir().unwrap();
    let mut command = program(nowhere.path());
    let any = "127.0.0.1:0";
    command.args([
        "demo",
        "--no-sign-in",
        "--listen",
        any,
        "--metrics-listen",
        any,
        "--pace",
        pace,
    ]);
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

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_two_schools_by_table_and_http() {
    // The story begins when the test is over: the numbers are those of the world.
    let started = tokio::task::spawn_blocking(|| demo("1h"));
    let (mut running, address, said) = started.await.unwrap();
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

    let line = said.iter().find(|line| line.contains("metrics")).unwrap();
    let metrics = reqwest::get(line.rsplit(' ').next().unwrap()).await;
    let metrics = metrics.unwrap().text().await.unwrap();
    assert!(metrics.contains("licensetool_license_units{"), "{metrics}");

    let page = reqwest::get(&address).await.unwrap();
    assert_eq!(page.status(), 200);
    let ready = reqwest::get(format!("{address}/readyz")).await.unwrap();
    assert_eq!(ready.status(), 200);
    let ended = tokio::task::spawn_blocking(move || running.stop())
        .await
        .unwrap();
    assert_eq!(ended.code(), Some(0));
}

/// The lines of the story as they must follow one another; what happens at the same time may come
/// in any order.
const ACTS: [&[&str]; 9] = [
    &["the first look found 7 alerts"],
    &["ISE School 2013 hands out its last seats"],
    &["Microsoft is asked, and says: 15 of 15 in use"],
    &["opens (critical): http://"],
    &[
        "  webhook      \"Microsoft Teams Phone Standard for Faculty exhausted\", signed",
        "  Teams        card 1 that leads to /alerts/",
        "Frei 0, Infosup true",
        "to support@schulservice.example, over TLS",
    ],
    &["the flow mails a technician: ISE School 2013"],
    &["is acknowledged by sharepoint-company: technician_informed is set in SharePoint"],
    &["buys 10 seats more", "says: 15 of 25 in use", "is resolved"],
    &[
        "  webhook      \"Resolved: shortage of Microsoft Teams Phone",
        "  Teams        card 2 that leads to /alerts/",
        "Frei 10, Infosup false, technician_informed false",
        "to support@schulservice.example, over TLS",
    ],
];

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_tells_its_story_in_order() {
    let played = tokio::task::spawn_blocking(|| {
        let (running, address, _) = demo("0s");
        let said = running.lines_until("  its alert ");
        (running, address, said)
    });
    let (mut running, address, said) = played.await.unwrap();
    let mut rest = &said[..];
    for act in ACTS {
        let place = |words: &&str| {
            let place = rest.iter().position(|line| line.contains(words));
            place.unwrap_or_else(|| panic!("no \"{words}\" where it belongs in {said:#?}"))
        };
        let end = act.iter().map(place).max().unwrap();
        rest = &rest[end + 1..];
    }

    // The store says the same as the story.
    let id = said.last().unwrap().rsplit('/').next().unwrap().to_owned();
    let alert = get(&format!("{address}/api/v2/alerts/{id}")).await;
    assert_eq!(alert["state"], "resolved", "{alert}");
    let deliveries = get(&format!("{address}/api/v2/deliveries?alert={id}")).await;
    let deliveries = deliveries["items"].as_array().unwrap().clone();
    assert_eq!(deliveries.len(), 8, "two messages by four channels");
    assert!(deliveries.iter().all(|it| it["state"] == "delivered"));
    let page = reqwest::get(format!("{address}/alerts/{id}")).await;
    assert_eq!(page.unwrap().status(), 200);
    let ended = tokio::task::spawn_blocking(move || running.stop());
    assert_eq!(ended.await.unwrap().code(), Some(0));
}

/// A line of the year's timeline.
#[derive(Debug)]
struct Line {
    date: String,
    word: String,
    alert: Option<String>,
    what: String,
    told: Vec<String>,
}

/// Its columns stand two spaces apart or more, but for school, word and alert.
fn line(text: &str) -> Option<Line> {
    let date = text.get(..10).filter(|date| date.starts_with("202"))?;
    let (word, rest) = (text.get(29..41)?, text.get(42..)?);
    let (alert, rest) = rest.split_at(4);
    let (what, told) = rest.trim().split_once("   ").unwrap_or((rest.trim(), ""));
    let told = told.trim().split(", ").filter(|it| !it.is_empty());
    Some(Line {
        date: date.to_owned(),
        word: word.trim().to_owned(),
        alert: Some(alert.trim().to_owned()).filter(|it| !it.is_empty()),
        what: what.to_owned(),
        told: told.map(str::to_owned).collect(),
    })
}

/// The first number behind a word of the summary.
fn number(out: &str, word: &str) -> usize {
    let summary = out.split("The year in numbers").nth(1).unwrap();
    let line = summary.lines().find(|it| it.trim().starts_with(word));
    let line = line.unwrap_or_else(|| panic!("no {word} in {summary}"));
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_year_ends_by_itself_and_its_numbers_are_those_of_its_lines() {
    let nowhere = tempfile::tempdir().unwrap();
    let mut command = program(nowhere.path());
    command.args(["demo", "--fast"]);
    let ended = Ended::from(command.output().unwrap());
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    let out = &ended.out;
    let lines: Vec<Line> = out.lines().filter_map(line).collect();
    assert!(lines.is_sorted_by_key(|line| &line.date), "{out}");

    let of = |word: &str| lines.iter().filter(|line| line.word == word).count();
    assert_eq!(number(out, "shortages"), of("shortage"), "{out}");
    assert_eq!(number(out, "flow"), of("flow"), "{out}");
    for channel in ["mail", "webhook", "Teams", "SharePoint"] {
        let told = lines
            .iter()
            .filter(|line| line.told.iter().any(|it| it == channel));
        assert_eq!(number(out, channel), told.count(), "{channel} in {out}");
    }
    assert!(out.contains(" 0 told twice, 0 not delivered"), "{out}");

    let mut said = HashSet::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(alert) = &line.alert else { continue };
        // A certificate gets nearer to its end in stages of one name.
        let day = (line.word == "certificate").then_some(&line.date);
        assert!(said.insert((alert, &line.word, day)), "twice: {line:?}");
        let ends = |later: &Line| later.word == "over" && later.alert.as_ref() == Some(alert);
        let over = lines[at..].iter().any(ends);
        let must_end = ["low", "shortage", "unseen", "trial"].contains(&line.word.as_str());
        assert!(over || !must_end, "without an end: {line:?}");
        assert!(!line.what.is_empty(), "without words: {line:?}");
    }
    for word in [
        "forecast",
        "bought",
        "outage",
        "grace",
        "renewal",
        "certificate",
    ] {
        assert!(of(word) > 0, "no {word} in {out}");
    }
}
