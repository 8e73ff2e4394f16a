//! Opens the store for commands that end.

use std::path::Path;

use anyhow::{Context as _, bail};
use store::Store;

use crate::config::Config;

/// The store, made if there is none, brought up to date.
pub(crate) async fn opened(config: &Config) -> anyhow::Result<Store> {
    let store = Store::open(&config.store_url).await;
    let store =
        store.with_context(|| format!("the store {} cannot be opened", config.store_url))?;
    let migrated = store.migrate().await;
    migrated.context("the store cannot be brought up to date")?;
    Ok(store)
}

/// The store, if there is one: an empty one would answer "nothing" to what nobody has looked at.
pub(crate) async fn there(config: &Config) -> anyhow::Result<Store> {
    if is_missing(config) {
        bail!(
            "nothing was collected yet, there is no store {}: start `licensetool run`, or \
             `licensetool run --once`",
            config.store_url
        );
    }
    opened(config).await
}

pub(crate) fn is_missing(config: &Config) -> bool {
    let file = config.store_url.strip_prefix("sqlite:").map(Path::new);
    file.is_some_and(|file| !file.exists())
}
