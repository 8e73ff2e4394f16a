//! `licensetool run`: all services in one process, each a supervised task.

mod parts;
mod services;
mod telling;
mod renewed;
pub(crate) mod tls;
mod serve;
mod supervise;
mod once;

use std::path::Path;

use store::Store;

use crate::config::Config;
use crate::exit::Outcome;

pub(crate) use once::once;
pub(crate) use parts::{Addresses, Parts};
pub(crate) use supervise::stopped_by_signal;

/// The services of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Role {
    /// Answers people and programs from the store.
    Web,
    /// Asks Microsoft.
    Collect,
    /// Judges what was seen.
    Evaluate,
    /// Tells people and systems.
    Deliver,
}

/// `run`: until a signal says stop.
pub(crate) async fn run(config: Config, roles: &[Role]) -> anyhow::Result<Outcome> {
    check_roles(roles)?;
    let stop = stopped_by_signal()?;
    let parts = Parts::open(config).await?;
    parts
        .run(stop, |Addresses { pages, metrics }| {
            let version = crate::cli::VERSION;
            tracing::info!(address = pages, metrics, version, "ready");
        })
        .await
}

/// SQLite lives in one process, so all services do too.
fn check_roles(roles: &[Role]) -> anyhow::Result<()> {
    let mut all = <Role as clap::ValueEnum>::value_variants().iter();
    let all = all.all(|role| roles.contains(role));
    anyhow::ensure!(
        roles.is_empty() || all,
        "with SQLite all services run in one process: leave --role out. Services of their own need \
         PostgreSQL, which this version cannot use yet"
    );
    Ok(())
}

/// `migrate`: brings the store's schema up to date and ends.
pub(crate) async fn migrate(store_url: &str) -> anyhow::Result<Outcome> {
    let store = Store::open(store_url).await?;
    let before = store.schema().await?;
    store.migrate().await?;
    let after = store.schema().await?;
    store.close().await;
    let (from, to) = (before.found, after.found);
    crate::output::say(&if from == to {
        format!("the store is at version {to} already")
    } else {
        format!("the store went from version {from} to {to}")
    })?;
    Ok(Outcome::Fine)
}

/// Where the demo keeps its store and home: a folder that goes when it ends.
pub(crate) fn store_in(dir: &Path) -> String {
    format!("sqlite:{}", dir.join("licensetool.db").display())
}
