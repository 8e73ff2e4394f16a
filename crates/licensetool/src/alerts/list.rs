//! Shows alerts: all of them in a table, or one with its history and what was told of it.

use anyhow::bail;
use domain::{State, TenantKey};
use serde_json::{Value, json};
use store::{AlertFilter, DeliveryFilter, KeptAlert, Store};

use super::{Desk, data};
use crate::columns::{Format, columns, moment, moment_or_none, printable};
use crate::exit::Outcome;
use crate::stored::unknown_tenant;
use crate::{deliveries, output};

/// How many alerts are read at once.
const PAGE: u32 = 500;

pub(super) async fn list(
    desk: &Desk<'_>,
    tenant: Option<TenantKey>,
    all: bool,
    format: Format,
) -> anyhow::Result<Outcome> {
    if let Some(key) = &tenant
        && desk.store.tenant(key).await?.is_none()
    {
        bail!(unknown_tenant::sentence(&desk.store, key).await?);
    }
    let mut alerts = read(&desk.store, tenant.clone(), None).await?;
    if all {
        let over = State::Resolved.as_str().to_owned();
        alerts.extend(read(&desk.store, tenant, Some(over)).await?);
        alerts.sort_by_key(|kept| std::cmp::Reverse(kept.id));
    }
    let text = match format {
        Format::Table => table(desk, &alerts),
        Format::Json => {
            let alerts: Vec<Value> = alerts.iter().map(|kept| data::alert(kept, desk)).collect();
            serde_json::to_string_pretty(&json!({ "alerts": alerts }))?
        }
    };
    output::say(text.trim_end())?;
    let open = alerts.iter().any(|kept| kept.alert.state == State::Open);
    Ok(if open { Outcome::Found } else { Outcome::Fine })
}

async fn read(
    store: &Store,
    tenant: Option<TenantKey>,
    state: Option<String>,
) -> anyhow::Result<Vec<KeptAlert>> {
    let filter = AlertFilter {
        tenant,
        state,
        ..AlertFilter::default()
    };
    let mut alerts: Vec<KeptAlert> = Vec::new();
    loop {
        let before = alerts.last().map(|kept| kept.id);
        let page = store.alerts(&filter, before, PAGE).await?;
        if page.is_empty() {
            return Ok(alerts);
        }
        alerts.extend(page);
    }
}

fn table(desk: &Desk<'_>, alerts: &[KeptAlert]) -> String {
    if alerts.is_empty() {
        return "there is no such alert".to_owned();
    }
    let (words, zone) = (desk.words(), &desk.config.time_zone);
    let row = |kept: &KeptAlert| {
        [
            kept.id.to_string(),
            kept.alert.severity().to_string(),
            words.state(&kept.alert),
            kept.tenant.to_string(),
            words.what(&kept.alert),
            moment(kept.alert.opened_at, zone),
            moment(kept.alert.as_of, zone),
        ]
    };
    let head = [
        "Id",
        "Severity",
        "State",
        "Tenant",
        "What",
        "Since",
        "Numbers of",
    ];
    let table = columns(head, alerts.iter().map(row), &[0]);
    let next = "`licensetool alerts show ID` says more; ack, snooze and resolve act on one";
    format!("{table}\n\n{next}")
}

pub(super) async fn show(desk: &Desk<'_>, id: i64, format: Format) -> anyhow::Result<Outcome> {
    let Some(kept) = desk.store.alert(id).await? else {
        bail!(unknown(id));
    };
    let changes = desk.store.alert_changes(id).await?;
    let filter = DeliveryFilter {
        alert: Some(id),
        ..DeliveryFilter::default()
    };
    let told = desk.store.deliveries(&filter, None, PAGE).await?;
    if format == Format::Json {
        let mut alert = data::alert(&kept, desk);
        alert["history"] = changes.iter().map(data::change).collect();
        alert["deliveries"] = told.iter().map(deliveries::data).collect();
        output::say(&serde_json::to_string_pretty(&alert)?)?;
        return Ok(Outcome::Fine);
    }
    let zone = &desk.config.time_zone;
    let history = changes.iter().map(|change| {
        let (who, why) = (change.who.clone(), change.why.to_string());
        [
            moment(change.at, zone),
            change.what.as_str().to_owned(),
            who,
            why,
        ]
    });
    let history = columns(["When", "What", "Who", "Why"], history, &[]);
    let told = match told.is_empty() {
        true => "no channel was told".to_owned(),
        false => deliveries::table(&told, zone),
    };
    output::say(&format!("{}\n\n{history}\n\n{told}", head(desk, &kept)))?;
    Ok(Outcome::Fine)
}

fn head(desk: &Desk<'_>, kept: &KeptAlert) -> String {
    let (words, zone, alert) = (desk.words(), &desk.config.time_zone, &kept.alert);
    let what = words.what(alert);
    let over = match kept.resolved_at {
        Some(_) => format!(", over since {}", moment_or_none(kept.resolved_at, zone)),
        None => String::new(),
    };
    let lines = [
        format!("alert {}: {what}", kept.id),
        format!("  tenant      {} ({})", kept.tenant_name, kept.tenant),
        format!(
            "  state       {}, {}{over}",
            words.state(alert),
            alert.severity()
        ),
        format!(
            "  concern     {} {}",
            alert.concern.kind, alert.concern.subject
        ),
        format!("  since       {}", moment(alert.opened_at, zone)),
        format!("  numbers of  {}", moment(alert.as_of, zone)),
    ];
    lines.map(|line| printable(&line)).join("\n")
}

pub(super) fn unknown(id: i64) -> String {
    format!("there is no alert {id}; `licensetool alerts list --all` shows all there are")
}
