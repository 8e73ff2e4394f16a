//! Collecting from 1 to 10 000 tenants: wall time against the ideal, calls, processor, memory.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pipeline::collect::{Collector, Settings};
use pipeline::roster::{Access, Entry, Roster};
use serde_json::{Value, json};
use store::Store;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::process::{cpu_seconds, peak_resident};
use crate::report::{heading, mebibytes, row, seconds};
use crate::simulator::Microsoft;
use crate::worker::{self, tell};

const AT_ONCE: usize = 50;
const SKUS: usize = 40;

/// First all is new, with tokens to get; then nothing has changed and tokens are known.
const ROUNDS: [&str; 3] = ["first", "unchanged", "unchanged again"];

pub(crate) fn run() {
    for latency_ms in [50, 0] {
        heading(
            &format!(
                "Collecting, {SKUS} SKUs a tenant, {latency_ms} ms latency, {AT_ONCE} at once"
            ),
            &[
                "tenants, round",
                "wall",
                "× ideal",
                "Graph calls",
                "CPU/tenant",
                "peak memory",
                "simulator CPU",
            ],
        );
        for tenants in [1, 10, 100, 1_000, 10_000] {
            measure(tenants, latency_ms);
        }
    }
}

fn measure(tenants: usize, latency_ms: u64) {
    let microsoft = Microsoft::start(tenants, SKUS, latency_ms);
    let order = json!({ "work": "collect", "home": microsoft.home() });
    let mut child = worker::start(&order);
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut wants = child.stdin.take().unwrap();
    let ready: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
    assert_eq!(ready["tenants"], tenants);
    for round in ROUNDS {
        let (calls, simulator) = (microsoft.graph_calls(), microsoft.cpu_seconds());
        std::io::Write::write_all(&mut wants, b"go\n").unwrap();
        let answer: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["seen"], tenants, "{answer}");
        let wall = answer["wall"].as_f64().unwrap();
        let each = tenants as f64;
        let ideal =
            Duration::from_millis(latency_ms).as_secs_f64() * (each / AT_ONCE as f64).ceil();
        row(&[
            format!("{tenants}, {round}"),
            seconds(wall),
            if ideal > 0.0 {
                format!("{:.2}", wall / ideal)
            } else {
                "–".to_owned()
            },
            (microsoft.graph_calls() - calls).to_string(),
            seconds(answer["cpu"].as_f64().unwrap() / each),
            mebibytes(answer["peak"].as_u64().unwrap()),
            seconds((microsoft.cpu_seconds() - simulator) / each),
        ]);
    }
    drop(wants);
    child.wait().unwrap();
}

/// A round at each line of its input, until there is none.
pub(crate) fn work(order: &Value) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(rounds(Path::new(order["home"].as_str().unwrap())));
}

async fn rounds(home: &Path) {
    let roster = Arc::new(roster(home));
    let url = format!("sqlite:{}", home.join("bench.db").display());
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    let (_roster, watched) = watch::channel(Arc::clone(&roster));
    let settings = settings();
    tell(&json!({ "tenants": roster.len() }));
    let id = std::process::id();
    for line in std::io::stdin().lines() {
        line.unwrap();
        let clock: pipeline::Clock = Arc::new(now);
        let collector = Collector::new(store.clone(), watched.clone(), settings.clone(), clock);
        let (began, cpu) = (Instant::now(), cpu_seconds(id));
        let report = collector.run_once(CancellationToken::new()).await.unwrap();
        tell(&json!({
            "wall": began.elapsed().as_secs_f64(),
            "cpu": cpu_seconds(id) - cpu,
            "peak": peak_resident(id),
            "seen": report.changed + report.unchanged,
        }));
    }
    store.close().await;
}

/// How the loop works in benchmarks.
pub(crate) fn settings() -> Settings {
    Settings {
        at_once: AT_ONCE,
        ..Settings::default()
    }
}

/// All tenants of a home folder, as the program makes them.
pub(crate) fn roster(dir: &Path) -> Roster {
    let settings: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(&std::fs::read_to_string(dir.join("licensetool.toml")).unwrap()).unwrap();
    let microsoft = &settings["microsoft"];
    let cloud = graph::Cloud {
        authority: microsoft["authority"].parse().unwrap(),
        graph: microsoft["graph"].parse().unwrap(),
    };
    let mut settings = graph::Settings::new(cloud);
    settings.extra_ca = Some(std::fs::read(dir.join("ca.pem")).unwrap());
    let client = graph::Client::new(&settings).unwrap();
    let home = home::read(dir, now());
    let entry = |profile: home::TenantProfile| {
        let certificate = &profile.certificate;
        let key = certificate.key_pem.expose();
        let (tenant, app) = (&profile.tenant_id, &profile.client_id);
        let credential = graph::Credential::new(tenant, app, &certificate.der, key).unwrap();
        let entry = Entry {
            name: profile.name,
            tenant_id: profile.tenant_id,
            access: Access::Ready(client.tenant(credential)),
            certificate: None,
            made_of: String::new(),
        };
        (profile.key, entry)
    };
    home.tenants.into_iter().map(entry).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark is its own program, with its own clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
