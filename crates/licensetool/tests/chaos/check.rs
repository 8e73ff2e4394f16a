//! What must be true in the end: compares what the store, the list and the hearer of messages have
//! with what Microsoft has said and with the model of alerts.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use crate::company::{Company, PART_NUMBER};
use crate::town::{BOUGHT, Pace, School, Town};

/// All numbers ever, in order.
const HISTORY: &str = "SELECT s.tenant, v.present, v.enabled, v.consumed \
    FROM sku_value v JOIN series s ON s.id = v.series ORDER BY s.tenant, v.since";

const ALERTS: &str = "SELECT tenant, kind, id, stage, resolved_at IS NULL FROM alert \
    WHERE kind IN ('stock', 'over-assignment') ORDER BY id";

const MESSAGES: &str = "SELECT m.id, m.seq, m.alert, m.event, \
    d.delivered_at IS NOT NULL, d.dead_at IS NOT NULL, a.kind \
    FROM delivery d JOIN message m ON m.seq = d.message JOIN alert a ON a.id = m.alert \
    WHERE d.channel = 'hook' ORDER BY m.seq";

const PENDING: &str = "SELECT COUNT(*) FROM delivery \
    WHERE delivered_at IS NULL AND dead_at IS NULL";

const UNDONE: &str = "SELECT COUNT(*) FROM refresh_tenant WHERE done_at IS NULL";

/// Tenants that were not asked since a moment.
fn unseen(since: i64) -> String {
    format!("SELECT COUNT(*) FROM tenant WHERE NOT enabled OR COALESCE(seen_at, 0) < {since}")
}

fn count(company: &Company, sql: &str) -> Option<u64> {
    company.rows(sql)?[0][0].parse().ok()
}

/// The server's time, in milliseconds.
pub(crate) fn now(company: &Company) -> i64 {
    let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
    company.rows(sql).unwrap()[0][0].parse().unwrap()
}

/// What still has to happen, now that trouble is over; nothing, if all is done.
pub(crate) async fn left(company: &Company, town: &Town, since: i64) -> Vec<String> {
    let unjudged = town.looks().await;
    let mut left = Vec::new();
    let mut say = |number: u64, what: &str| {
        if number > 0 {
            left.push(format!("{number} {what}"));
        }
    };
    say(
        u64::try_from(unjudged).unwrap(),
        "schools whose numbers were not judged",
    );
    let unseen = count(company, &unseen(since));
    say(
        unseen.unwrap_or(1),
        "schools that were not asked since trouble ended",
    );
    say(
        count(company, PENDING).unwrap_or(1),
        "messages that nobody was told",
    );
    say(
        count(company, UNDONE).unwrap_or(1),
        "schools of orders that nobody has served",
    );
    let rows = wrong_rows(company, &town.schools.lock().unwrap());
    say(u64::try_from(rows.len()).unwrap(), "wrong rows of the list");
    left
}

/// All that is wrong.
pub(crate) fn wrong(company: &Company, town: &Town) -> Vec<String> {
    let schools = town.schools.lock().unwrap();
    let mut wrong = wrong_history(company, &schools);
    wrong.extend(wrong_alerts(company, &schools));
    wrong.extend(wrong_messages(company, &schools));
    wrong.extend(wrong_rows(company, &schools));
    wrong
}

/// No snapshot is lost, doubled or out of order.
fn wrong_history(company: &Company, schools: &[School]) -> Vec<String> {
    let mut history: HashMap<String, Vec<i64>> = HashMap::new();
    let mut wrong = Vec::new();
    for row in company.rows(HISTORY).unwrap() {
        let [tenant, present, enabled, consumed] = row.try_into().unwrap();
        if present != "t" || enabled != BOUGHT.to_string() {
            wrong.push(format!(
                "{tenant}: nobody ever said {present} {enabled} {consumed}"
            ));
        }
        history
            .entry(tenant)
            .or_default()
            .push(consumed.parse().unwrap());
    }
    for school in schools {
        let kept = history.remove(&school.key).unwrap_or_default();
        let is_right = match school.pace {
            Pace::Steps | Pace::Rests => kept == school.used,
            // It has waited for nobody: some of its numbers were never asked for.
            Pace::Runs => {
                let rises = kept.windows(2).all(|pair| pair[0] < pair[1]);
                let known: HashSet<_> = school.used.iter().collect();
                let is_told = kept.iter().all(|it| known.contains(it));
                rises && is_told && kept.last() == school.used.last()
            }
        };
        if !is_right {
            let (key, used) = (&school.key, &school.used);
            wrong.push(format!(
                "{key}: Microsoft said {used:?}, history has {kept:?}"
            ));
        }
    }
    wrong
}

/// As many alerts as the model has, and those that go on are at its stage.
fn wrong_alerts(company: &Company, schools: &[School]) -> Vec<String> {
    let mut alerts: HashMap<(String, String), Vec<(String, bool)>> = HashMap::new();
    for row in company.rows(ALERTS).unwrap() {
        let [tenant, kind, _, stage, goes_on] = row.try_into().unwrap();
        alerts
            .entry((tenant, kind))
            .or_default()
            .push((stage, goes_on == "t"));
    }
    let mut wrong = Vec::new();
    for school in schools {
        let model = school.model;
        let stock = model.stock.map(|stage| Some(stage.0.to_string()));
        // Of over-assignment the model knows no stage.
        let over = model.over.then_some(None);
        let expected = [("stock", stock), ("over-assignment", over)];
        for ((kind, must), begun) in expected.into_iter().zip(school.begun) {
            let place = (school.key.clone(), kind.to_owned());
            let found = alerts.remove(&place).unwrap_or_default();
            let going_on: Vec<_> = found.iter().filter(|it| it.1).collect();
            let is_right = match (&must, &*going_on) {
                (None, []) | (Some(None), [_]) => true,
                (Some(Some(stage)), [(found, _)]) => stage == found,
                _ => false,
            };
            if found.len() != begun || !is_right {
                let (key, used) = (&school.key, &school.used);
                wrong.push(format!(
                    "{key}: {begun} alerts of {kind} must have begun, one goes on: {must:?}; \
                     there are {found:?} after {used:?}"
                ));
            }
        }
    }
    wrong
}

/// Whoever hears of alerts has heard of each beginning and each end, each alert in its order.
fn wrong_messages(company: &Company, schools: &[School]) -> Vec<String> {
    let hooks = company.sink.hooks();
    let heard = hooks.iter().map(|hook| hook.headers["webhook-id"].as_str());
    let heard: HashSet<&str> = heard.collect();
    let mut wrong = Vec::new();
    let (mut opened, mut known) = (BTreeMap::<String, usize>::new(), HashSet::new());
    for row in company.rows(MESSAGES).unwrap() {
        let [id, _, alert, event, delivered, dead, kind] = row.try_into().unwrap();
        if delivered != "t" || dead == "t" || !heard.contains(&*id) {
            wrong.push(format!(
                "message {id}, {event} of alert {alert}, was heard by nobody"
            ));
        }
        if event == "opened" {
            *opened.entry(kind).or_default() += 1;
        }
        known.insert(id);
    }
    for id in heard.iter().filter(|id| !known.contains(**id)) {
        wrong.push(format!("message {id} was heard and stands nowhere"));
    }
    for (at, kind) in ["stock", "over-assignment"].into_iter().enumerate() {
        let must: usize = schools.iter().map(|school| school.begun[at]).sum();
        let found = opened.get(kind).copied().unwrap_or(0);
        let covered: usize = match kind {
            "stock" => schools.iter().map(|school| school.covered).sum(),
            _ => 0,
        };
        // One that was covered is told when what covers it ends, and it does not.
        if !(must - covered..=must).contains(&found) {
            wrong.push(format!("{must} alerts of {kind} began, {found} were told"));
        }
    }
    wrong
}

/// Every school has its one row, with its numbers, and asks for help where it must.
fn wrong_rows(company: &Company, schools: &[School]) -> Vec<String> {
    let list = company.office.sim.site().unwrap().licences;
    let mut rows: HashMap<String, Vec<microsoft_sim::Row>> = HashMap::new();
    for row in company.office.sim.rows(&list) {
        let tenant = row.fields["Tenant"].as_str().unwrap().to_owned();
        rows.entry(tenant).or_default().push(row);
    }
    let title = json!(format!("{PART_NUMBER} ({PART_NUMBER})"));
    let mut wrong = Vec::new();
    for school in schools {
        let found = rows.remove(&school.name).unwrap_or_default();
        let used = school.newest();
        let is_right = found.len() == 1 && {
            let row = &found[0].fields;
            let numbers = [&row["Verf_x00fc_gbar"], &row["Gebraucht"], &row["Frei"]];
            let asks = row.get("Infosup") == Some(&json!(true));
            row["Title"] == title
                && numbers == [&json!(BOUGHT), &json!(used), &json!(BOUGHT - used)]
                && asks == school.model.is_shortage()
        };
        if !is_right {
            let name = &school.name;
            wrong.push(format!(
                "{name}: {used} seats of {BOUGHT} are used, rows: {found:?}"
            ));
        }
    }
    wrong.extend(
        rows.into_keys()
            .map(|name| format!("a row of {name}, who is nobody")),
    );
    wrong
}
