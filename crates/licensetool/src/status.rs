//! `licensetool status`: asks Microsoft now, keeps nothing, and answers by table and exit code.

mod data;
mod table;

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use domain::{Gap, Look, Policies, TenantKey};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pipeline::roster::Roster;

use crate::config::Config;
use crate::exit::Outcome;
use crate::microsoft::{self, Waiting};
use crate::rows::{Lens, TenantRows, outcome};
use crate::{catalog, clock, output, stored, tenants};

pub(crate) use table::table;

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Csv,
}

pub(crate) async fn status(
    config: &Config,
    only: Option<&TenantKey>,
    format: Format,
) -> anyhow::Result<Outcome> {
    let client = microsoft::client(&config.microsoft, Waiting::Person)?;
    let nobody_yet = Arc::new(Roster::new());
    let (home, mut roster) = tenants::load(&config.home, &client, &nobody_yet).await?;
    if roster.is_empty() {
        let problems: Vec<String> = home.problems.iter().map(ToString::to_string).collect();
        bail!(
            "nobody to ask in the home folder {} (--home chooses another; `licensetool demo` shows \
             what it would be like)\n{}",
            home.dir.display(),
            problems.join("\n")
        );
    }
    if let Some(key) = only {
        let known = roster
            .keys()
            .map(TenantKey::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        let entry = roster.remove(key).with_context(|| {
            format!(
                "there is no tenant {key} in {}; there are: {known}",
                home.dir.display()
            )
        })?;
        roster = Roster::from([(key.clone(), entry)]);
    }
    let looks = ask(&roster, config).await;
    let lens = Lens {
        names: catalog::names(config).await,
        language: config.language,
        policies: policies(config).await?,
    };
    let shown = shown(&roster, looks, &lens);
    let text = match format {
        Format::Table => table(&shown, clock::now(), output::width()),
        Format::Json => data::json(&shown)?,
        Format::Csv => data::csv(&shown)?,
    };
    output::say(text.trim_end())?;
    Ok(outcome(&shown))
}

/// The rules that people have made, if there is a store; else what the settings say.
async fn policies(config: &Config) -> anyhow::Result<Policies> {
    if stored::is_missing(config) {
        return Ok(Policies::new(config.policy));
    }
    let store = stored::opened(config).await?;
    let policies = store.policies(config.policy).await?;
    store.close().await;
    Ok(policies)
}

async fn ask(roster: &Roster, config: &Config) -> HashMap<TenantKey, Look> {
    let bar = progress(roster.len());
    let mut looks = HashMap::with_capacity(roster.len());
    let told = |key, look| {
        bar.inc(1);
        looks.insert(key, look);
    };
    let (at_once, deadline) = (config.collect.at_once, config.collect.deadline);
    pipeline::ask::ask_all(roster, at_once, deadline, &clock::shared(), told).await;
    bar.finish_and_clear();
    looks
}

/// A bar for a person who waits; nothing where nobody watches.
fn progress(tenants: usize) -> ProgressBar {
    let target = if output::is_watched() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(tenants as u64), target);
    let style =
        ProgressStyle::with_template("asking Microsoft {bar:30} {pos}/{len} tenants {elapsed}");
    bar.with_style(style.expect("the template is well formed"))
}

fn shown(roster: &Roster, mut looks: HashMap<TenantKey, Look>, lens: &Lens) -> Vec<TenantRows> {
    let now = clock::now();
    let show = |(key, entry): (&TenantKey, &pipeline::roster::Entry)| {
        let look: Result<domain::Snapshot, Gap> = looks.remove(key)?;
        let look = look.as_ref().map_err(Clone::clone);
        Some(lens.tenant(key.clone(), entry.name.clone(), look, now))
    };
    roster.iter().filter_map(show).collect()
}
