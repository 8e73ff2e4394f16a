//! What `docs/observability.md` says of metrics against what the program tells, and what rules and
//! dashboard ask for against both.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use microsoft_sim::sink::{SmtpMode, SmtpOptions, SmtpSink, WebhookSink};
use microsoft_sim::{Call, Fault, FaultKind, RetryAfter, Tls, World};

use crate::fixture::{https, office};
use crate::run::{Started, start};

/// Type, unit and labels of metrics, by name.
type Metrics = BTreeMap<String, (String, String, BTreeSet<String>)>;

fn file(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// What the table says.
fn documented() -> Metrics {
    let page = file("docs/observability.md");
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, name, kind, unit, labels, meaning, _] = cells.as_slice() else {
            return None;
        };
        let name = name.strip_prefix('`')?.strip_suffix('`')?;
        assert!(!meaning.is_empty(), "{name} means nothing");
        let labels = labels.split(", ").map(|label| label.trim_matches('`'));
        let labels = labels.filter(|label| !label.is_empty()).map(str::to_owned);
        let of = ((*kind).to_owned(), (*unit).to_owned(), labels.collect());
        Some((name.to_owned(), of))
    });
    rows.collect()
}

/// What an answer in OpenMetrics has series of.
fn told(text: &str) -> Metrics {
    let mut told = Metrics::new();
    let (mut family, mut kind) = ("", "");
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            (family, kind) = rest.split_once(' ').unwrap();
        }
        if line.starts_with('#') {
            continue;
        }
        assert!(line.starts_with(family), "{line} is not of {family}");
        let suffix = match kind {
            "counter" => "_total",
            "info" => "_info",
            _ => "",
        };
        let unit = ["seconds", "bytes"].into_iter();
        let unit = unit.filter(|unit| family.ends_with(unit)).collect();
        let of = told.entry(format!("{family}{suffix}"));
        let (.., labels) = of.or_insert_with(|| (kind.to_owned(), unit, BTreeSet::new()));
        labels.extend(labels_of(line).filter(|label| label != "le"));
    }
    told
}

/// The names of a series' labels, whose values may hold anything but an unescaped quote.
fn labels_of(line: &str) -> impl Iterator<Item = String> {
    let inside = line.split_once('{').map_or("", |(_, rest)| rest);
    let inside = inside.replace("\\\"", "");
    let parts: Vec<String> = inside.split('"').step_by(2).map(str::to_owned).collect();
    let names = parts.into_iter().filter_map(|part| {
        let name = part.strip_suffix('=')?;
        Some(name.trim_start_matches(',').to_owned())
    });
    names.collect::<Vec<_>>().into_iter()
}

async fn get(url: &str) -> String {
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_metrics_is_what_the_program_tells() {
    let office = office(World::demo(), https()).await;
    let sink = WebhookSink::start(Tls::Off).await.unwrap();
    office.webhook(&sink, "");
    let mails = SmtpSink::start(SmtpOptions::default()).await.unwrap();
    mails.set_mode(SmtpMode::RefuseRecipients);
    let port = mails.address().port();
    office.set(&format!(
        "[channel.desk]\nkind = \"mail\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n\
         from = \"licences@company.example\"\nto = \"desk@company.example\"\n"
    ));
    office.sim.order(Fault {
        tenant: None,
        call: Call::Subscriptions,
        kind: FaultKind::Status {
            status: 429,
            retry_after: Some(RetryAfter::Seconds(0.05)),
        },
        times: Some(1),
    });
    let Started {
        running: _running,
        pages,
        metrics,
        ..
    } = start(&office, &[], &[]);
    get(&format!("{pages}/licenses")).await;

    let documented = documented();
    assert!(documented.len() > 40, "{documented:?}");
    let missing = async || {
        let told = told(&get(&metrics).await);
        let names = documented.keys().filter(|name| !told.contains_key(*name));
        let names: Vec<String> = names.cloned().collect();
        (names, told)
    };
    let all_told = async {
        loop {
            match missing().await {
                (names, told) if names.is_empty() => return told,
                _ => tokio::task::yield_now().await,
            }
        }
    };
    let Ok(told) = tokio::time::timeout(Duration::from_secs(60), all_told).await else {
        panic!("never told: {:?}", missing().await.0);
    };
    for (name, of) in &told {
        assert_eq!(documented.get(name), Some(of), "{name}");
    }
}

/// The names of metrics in a text.
fn named(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let ours = |word: &&str| {
        ["licensetool_", "process_"]
            .iter()
            .any(|prefix| word.len() > prefix.len() && word.starts_with(prefix))
    };
    words.filter(ours).collect()
}

#[test]
fn rules_and_dashboard_ask_for_metrics_that_there_are() {
    let documented = documented();
    let exists = |name: &str| {
        let series = ["_bucket", "_count", "_sum"].iter();
        let mut histograms = series.filter_map(|suffix| name.strip_suffix(suffix));
        let is_histogram = |name| documented.get(name).is_some_and(|it| it.0 == "histogram");
        documented.contains_key(name) || histograms.any(is_histogram)
    };
    for path in [
        "observability/prometheus-rules.yaml",
        "observability/prometheus-rules.test.yaml",
        "observability/grafana-dashboard.json",
    ] {
        let text = file(path);
        let names = named(&text);
        assert!(names.len() > 10, "{path}: {names:?}");
        let strange: Vec<&&str> = names.iter().filter(|name| !exists(name)).collect();
        assert!(strange.is_empty(), "{path}: {strange:?}");
    }
}

/// The values of all members of a name, as the file writes them, one a line.
fn members<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let lines = text.lines().map(|line| line.trim_start_matches([' ', '-']));
    let values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    values.collect()
}

#[test]
fn every_alert_says_what_to_do_and_is_tried() {
    let rules = file("observability/prometheus-rules.yaml");
    let tests = file("observability/prometheus-rules.test.yaml");
    let alerts = members(&rules, "alert");
    assert!(alerts.len() > 10, "{alerts:?}");
    for member in ["summary", "description", "labels", "expr"] {
        assert_eq!(members(&rules, member).len(), alerts.len(), "{member}");
    }
    for alert in alerts {
        let fires = format!("alertname=\"{alert}\"");
        assert!(tests.contains(&fires), "no test lets {alert} fire");
        let quiet = format!("eval_time: 3h, alertname: {alert}}}");
        assert!(tests.contains(&quiet), "no test lets {alert} be quiet");
    }
}
