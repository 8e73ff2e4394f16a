//! Notes in the audit what commands have done to the home folder, which no transaction covers.

use anyhow::bail;
use domain::{Deed, TenantKey};
use store::By;

use crate::config::Config;
use crate::{clock, output, stored};

/// Call it when it is done. What keeps the row away is said and is no failure: home is prepared
/// before anything is collected, and elsewhere than where that is kept.
pub(super) async fn note(config: &Config, by: By<'_>, what: Deed, key: &TenantKey, detail: &str) {
    if let Err(error) = noted(config, by, what, key, detail).await {
        output::complain(&format!("the audit has no row \"{what}\": {error:#}"));
    }
}

async fn noted(
    config: &Config,
    by: By<'_>,
    what: Deed,
    key: &TenantKey,
    detail: &str,
) -> anyhow::Result<()> {
    if stored::is_missing(config) {
        bail!("there is no store {} yet", config.store.url);
    }
    let store = stored::opened(config).await?;
    let noted = store
        .note(by, what, key.as_str(), detail, clock::now())
        .await;
    store.close().await;
    Ok(noted?)
}
