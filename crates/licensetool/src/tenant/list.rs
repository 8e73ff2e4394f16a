//! `licensetool tenant list`: what the home folder has and what the store last saw, side by side.

use std::collections::HashMap;

use domain::{Gap, TenantKey};
use home::{BrokenTenant, Certificate, Home, Rotation, Severity, StagedCertificate};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::off_thread;
use crate::columns::{Format, columns, date, moment, moment_or_none};
use crate::config::Config;
use crate::exit::Outcome;
use crate::{clock, output, stored};

pub(crate) async fn list(config: &Config, format: Format) -> anyhow::Result<Outcome> {
    let dir = config.home.clone();
    let (home, rotations) = off_thread(move || {
        let home = home::read(&dir, clock::now());
        let rotations = rotations(&home);
        (home, rotations)
    })
    .await?;
    let (seen, store) = seen(config).await;
    let rows = rows(&home, rotations, seen);
    let now = clock::now();
    output::say(&match format {
        Format::Table => table(config, &rows, &store, now),
        Format::Json => {
            let tenants: Vec<Value> = rows.iter().map(|row| row.json(now)).collect();
            serde_json::to_string_pretty(&json!({ "tenants": tenants, "store": store }))?
        }
    })?;
    Ok(Outcome::Fine)
}

/// A tenant of the home folder.
struct Row {
    key: TenantKey,
    name: String,
    tenant_id: Option<String>,
    certificate: Option<Certificate>,
    staged: Option<StagedCertificate>,
    waits_for_app: bool,
    /// Why it cannot be asked.
    problems: Vec<String>,
    seen: Option<store::Tenant>,
}

fn rotations(home: &Home) -> HashMap<TenantKey, Rotation> {
    let usable = home.tenants.iter().map(|tenant| &tenant.key);
    let keys = usable.chain(home.broken.iter().map(|tenant| &tenant.key));
    keys.filter_map(|key| Some((key.clone(), home::rotation(&home.dir, key).ok()?)))
        .collect()
}

/// What the store knows, or why it says nothing. Nothing is changed in it.
async fn seen(config: &Config) -> (HashMap<TenantKey, store::Tenant>, Option<String>) {
    if stored::is_missing(config) {
        let run = config.command("run");
        let why = format!("nothing was collected yet: `{run}` begins with it");
        return (HashMap::new(), Some(why));
    }
    let tenants = async {
        let store = stored::connected(config).await?;
        let tenants = store.tenants().await;
        store.close().await;
        anyhow::Ok(tenants?)
    };
    match tenants.await {
        Ok(tenants) => {
            let by_key = tenants
                .into_iter()
                .map(|tenant| (tenant.key.clone(), tenant));
            (by_key.collect(), None)
        }
        Err(error) => (
            HashMap::new(),
            Some(format!("the store does not say: {error:#}")),
        ),
    }
}

fn rows(
    home: &Home,
    mut rotations: HashMap<TenantKey, Rotation>,
    mut seen: HashMap<TenantKey, store::Tenant>,
) -> Vec<Row> {
    let mut row = |key: &TenantKey, name: Option<String>, broken: Option<&BrokenTenant>| {
        let rotation = rotations.remove(key);
        let fields = rotation.as_ref().map(|rotation| &rotation.fields);
        let problems = broken.iter().flat_map(|broken| &broken.problems);
        let problems = problems.filter(|problem| problem.severity == Severity::Error);
        Row {
            key: key.clone(),
            name: name.unwrap_or_else(|| key.to_string()),
            tenant_id: fields.and_then(|fields| fields.registration.tenant_id.clone()),
            waits_for_app: broken.is_some_and(BrokenTenant::waits_for_app),
            problems: problems.map(ToString::to_string).collect(),
            seen: seen.remove(key),
            certificate: rotation.as_ref().and_then(|it| it.certificate.clone()),
            staged: rotation.and_then(|it| it.staged),
        }
    };
    let usable = home.tenants.iter();
    let mut rows: Vec<Row> = usable
        .map(|tenant| row(&tenant.key, Some(tenant.name.clone()), None))
        .collect();
    let broken = home.broken.iter();
    rows.extend(broken.map(|tenant| row(&tenant.key, tenant.name.clone(), Some(tenant))));
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    rows
}

impl Row {
    fn gap(&self) -> Option<&Gap> {
        self.seen.as_ref()?.gap.as_ref()
    }

    fn seen_at(&self) -> Option<Timestamp> {
        self.seen.as_ref()?.seen_at
    }

    /// What is not finished or not well, in one line each.
    fn remarks(&self, config: &Config, now: Timestamp) -> Vec<String> {
        let (key, zone) = (&self.key, &config.time_zone);
        let mut remarks = Vec::new();
        if self.waits_for_app {
            let command = config.command(&format!("tenant new {key} --client-id …"));
            remarks.push(format!("waits for its app: `{command}`"));
        } else {
            remarks.extend(self.problems.iter().cloned());
        }
        let rotate = config.command(&format!("tenant rotate {key}"));
        if self.staged.is_some() {
            remarks.push(format!("a new certificate waits: `{rotate}`"));
        } else if let Some(certificate) = self.ending(now) {
            let days = days_left(certificate, now);
            remarks.push(format!("the certificate ends in {days} days: `{rotate}`"));
        }
        if let Some(gap) = self.gap().filter(|_| self.problems.is_empty()) {
            let since = moment(gap.at, zone);
            remarks.push(format!(
                "not seen since {since}: {} → {}",
                gap.message, gap.advice
            ));
        }
        remarks
    }

    /// The certificate, if it is time to replace it. Of one that has ended, a problem says so.
    fn ending(&self, now: Timestamp) -> Option<&Certificate> {
        let certificate = self.certificate.as_ref();
        certificate.filter(|is| self.problems.is_empty() && is.ends_soon(now))
    }

    /// The word in the table.
    fn state(&self, now: Timestamp) -> &'static str {
        if self.waits_for_app {
            "waits for its app"
        } else if !self.problems.is_empty() {
            "cannot be asked"
        } else if self.gap().is_some() {
            "not seen"
        } else if self.staged.is_some() {
            "certificate waits"
        } else if self.ending(now).is_some() {
            "certificate ends soon"
        } else if self.seen_at().is_some() {
            "fine"
        } else {
            "not asked yet"
        }
    }

    fn json(&self, now: Timestamp) -> Value {
        let certificate = self.certificate.as_ref().map(|is| {
            json!({
                "thumbprint_sha1": is.thumbprint_sha1,
                "ends": is.not_after.to_string(),
                "days_left": days_left(is, now),
                "ends_soon": is.ends_soon(now),
            })
        });
        let gap = self.gap().map(|gap| {
            json!({
                "cause": gap.cause.as_str(),
                "message": gap.message,
                "advice": gap.advice,
                "at": gap.at.to_string(),
            })
        });
        let staged = self.staged.as_ref().map(|staged| {
            json!({
                "thumbprint_sha1": staged.certificate.thumbprint_sha1,
                "upload": staged.upload.display().to_string(),
            })
        });
        json!({
            "tenant": self.key.as_str(),
            "name": self.name,
            "tenant_id": self.tenant_id,
            "certificate": certificate,
            "staged": staged,
            "waits_for_app": self.waits_for_app,
            "problems": self.problems,
            "seen_at": self.seen_at().map(|at| at.to_string()),
            "gap": gap,
        })
    }
}

/// Whole days; negative after the end.
fn days_left(certificate: &Certificate, now: Timestamp) -> i64 {
    certificate
        .not_after
        .duration_since(now)
        .as_hours()
        .div_euclid(24)
}

fn table(config: &Config, rows: &[Row], store: &Option<String>, now: Timestamp) -> String {
    let zone = &config.time_zone;
    let cells = |row: &Row| {
        let ends = row.certificate.as_ref().map(|is| {
            let days = days_left(is, now);
            format!("{} ({days} d)", date(is.not_after, zone))
        });
        [
            row.key.to_string(),
            row.name.clone(),
            row.tenant_id.clone().unwrap_or_default(),
            ends.unwrap_or_default(),
            moment_or_none(row.seen_at(), zone),
            row.state(now).to_owned(),
        ]
    };
    let head = [
        "Key",
        "Name",
        "Tenant id",
        "Certificate ends",
        "Last seen",
        "State",
    ];
    let mut text = columns(head, rows.iter().map(cells), &[]);
    for row in rows {
        for remark in row.remarks(config, now) {
            let remark = crate::columns::printable(&remark);
            text.push_str(&format!("\n{}: {remark}", row.key));
        }
    }
    if rows.is_empty() {
        let new = config.command("tenant new KEY --domain …");
        text = format!("there is no tenant yet: `{new}` adds one");
    }
    match store {
        Some(why) => format!("{text}\n{why}"),
        None => text,
    }
}
