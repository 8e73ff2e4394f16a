//! `licensetool run`: services in one process or in several, each a supervised task.

mod roles;
mod gate;
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
use crate::stored;

pub(crate) use once::once;
pub(crate) use parts::{Addresses, Parts};
pub(crate) use roles::{Role, Roles};
pub(crate) use supervise::stopped_by_signal;

/// `run`: until a signal says stop.
pub(crate) async fn run(config: Config, roles: &[Role]) -> anyhow::Result<Outcome> {
    let roles = Roles::of(roles);
    roles.check(&config)?;
    let stop = stopped_by_signal()?;
    let named = roles.to_string();
    let is_shared = stored::is_shared(&config);
    let store = match is_shared {
        // It may be away, and come back.
        true => {
            let address = stored::address(&config.store, &roles.application())?;
            Store::prepare(&address).await?
        }
        false => stored::opened(&config).await?,
    };
    let parts = Parts::open(config, roles, store).await?;
    parts
        .run(stop, |Addresses { pages, metrics }| {
            let version = crate::cli::VERSION;
            // A store that others share is waited for; loops begin when it can be used.
            let word = if is_shared { "listening" } else { "ready" };
            tracing::info!(address = pages, metrics, roles = named, version, "{word}");
        })
        .await
}

/// `migrate`: brings the store's schema up to date and ends.
pub(crate) async fn migrate(config: &Config) -> anyhow::Result<Outcome> {
    let store = stored::connected(config).await?;
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
