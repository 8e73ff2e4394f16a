//! `licensetool store check`: what contradicts itself, what it means, and what to do.

use serde_json::{Value, json};
use store::Inconsistency;

use crate::columns::{Format, printable};
use crate::config::Config;
use crate::exit::Outcome;
use crate::sharepoint::Profiles;
use crate::{clock, outlets, output, stored};

pub(super) async fn check(config: &Config, format: Format) -> anyhow::Result<Outcome> {
    let store = stored::to_read(config).await?;
    let profiles = Profiles::names_only(&config.home).await?;
    let routes = outlets::routes(config, &profiles);
    let channels: Vec<&str> = routes.iter().map(|route| route.channel.as_str()).collect();
    let found = store.check(&channels, clock::now()).await?;
    store.close().await;
    let url = &config.store.url;
    output::say(&match format {
        Format::Json => {
            let found: Vec<Value> = found.iter().map(data).collect();
            serde_json::to_string_pretty(&json!({ "store": url, "inconsistencies": found }))?
        }
        Format::Table if found.is_empty() => format!("the store {url} is sound"),
        Format::Table => found.iter().map(said).collect::<Vec<_>>().join("\n\n"),
    })?;
    Ok(match found.is_empty() {
        true => Outcome::Fine,
        false => Outcome::Found,
    })
}

fn said(of: &Inconsistency) -> String {
    let found = printable(&of.found);
    format!("{}: {found}\n  {}\n  → {}", of.kind, of.means, of.advice)
}

fn data(of: &Inconsistency) -> Value {
    json!({ "kind": of.kind, "found": of.found, "means": of.means, "advice": of.advice })
}
