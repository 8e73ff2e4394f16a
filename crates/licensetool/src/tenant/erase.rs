//! `licensetool tenant erase`: takes a tenant out of the store wholly, and proves it.

use anyhow::ensure;
use domain::TenantKey;
use serde_json::{Value, json};
use store::{By, Cleared, Erasure, Share, Store};

use super::off_thread;
use crate::columns::{Format, columns};
use crate::config::Config;
use crate::exit::Outcome;
use crate::{clock, output, stored};

pub(crate) async fn erase(
    config: &Config,
    by: By<'_>,
    key: &TenantKey,
    yes: bool,
    format: Format,
) -> anyhow::Result<Outcome> {
    let store = stored::there(config).await?;
    let ended = match yes {
        true => erased(config, &store, by, key, format).await,
        false => tried(config, &store, key, format).await,
    };
    store.close().await;
    ended
}

/// Says what would go.
async fn tried(
    config: &Config,
    store: &Store,
    key: &TenantKey,
    format: Format,
) -> anyhow::Result<Outcome> {
    let there = known(config, store, key).await?;
    output::say(&match format {
        Format::Json => serde_json::to_string_pretty(&json!({
            "tenant": key.as_str(),
            "erased": false,
            "tables": there.iter().map(|share| json!({
                "table": share.table,
                "rows": share.rows,
            })).collect::<Vec<_>>(),
        }))?,
        Format::Table => {
            let rows = there
                .iter()
                .map(|share| [share.table.to_owned(), share.rows.to_string()]);
            let table = columns(["Table", "Rows"], rows, &[1]);
            format!(
                "{table}\n\nNothing was erased. To erase all of it for good: `{}`",
                config.command(&format!("tenant erase {key} --yes"))
            )
        }
    })?;
    Ok(Outcome::Fine)
}

async fn erased(
    config: &Config,
    store: &Store,
    by: By<'_>,
    key: &TenantKey,
    format: Format,
) -> anyhow::Result<Outcome> {
    may_go(config, store, key).await?;
    known(config, store, key).await?;
    let erasure = store.erase_tenant(key, by, clock::now()).await?;
    let cleared = store.clear_removed().await;
    let cleared = cleared.map_err(|error| error.to_string());
    let files = files_left(config, key).await?;
    output::say(&match format {
        Format::Json => serde_json::to_string_pretty(&data(key, &erasure, &cleared, &files))?,
        Format::Table => table(config, &erasure, &cleared, &files),
    })?;
    let is_gone = erasure.left.iter().all(|share| share.rows == 0);
    let is_cleared = matches!(cleared, Ok(Cleared::Now | Cleared::ByServer));
    Ok(match is_gone && is_cleared {
        true => Outcome::Fine,
        false => Outcome::Found,
    })
}

/// What there is of a tenant in the store.
async fn known(config: &Config, store: &Store, key: &TenantKey) -> anyhow::Result<Vec<Share>> {
    let there = store.tenant_rows(key).await?;
    ensure!(
        there.iter().any(|share| share.rows > 0),
        "the store has nothing of a tenant {key}: `{}` shows the keys of home",
        config.command("tenant list")
    );
    Ok(there)
}

/// What home still has of a tenant whose profile is gone, relative to it.
async fn files_left(config: &Config, key: &TenantKey) -> anyhow::Result<Vec<String>> {
    let files = [
        format!("certs/{key}"),
        format!("certs/infos/cert-{key}-info.json"),
    ];
    let home = config.home.clone();
    let is_there = move |file: &String| home.join(file).exists();
    off_thread(move || files.into_iter().filter(is_there).collect()).await
}

/// A tenant that is still watched would be back at once.
async fn may_go(config: &Config, store: &Store, key: &TenantKey) -> anyhow::Result<()> {
    let (dir, of) = (config.home.clone(), key.clone());
    let home = off_thread(move || home::read_tenant(&dir, &of, clock::now())).await?;
    ensure!(
        home.tenants.is_empty() && home.broken.is_empty(),
        "{key} still has a profile and would be back at once: remove \
         config-profiles/tenants/config-{key}-profile.json, then certs/{key} and \
         certs/infos/cert-{key}-info.json, from {}, and begin again",
        config.home.display()
    );
    let tenant = store.tenant(key).await?;
    let is_watched = tenant.is_some_and(|tenant| tenant.removed_at.is_none());
    ensure!(
        !is_watched || !stored::is_shared(config),
        "no process that collects has seen yet that the profile of {key} is gone: it would write \
         the tenant anew. Remove the profile from their home folder too, wait a minute, and begin \
         again; if none runs, start one with `licensetool run --role collect`"
    );
    Ok(())
}

/// What became of the bytes, in words and in a word.
fn said(cleared: &Result<Cleared, String>) -> (String, &'static str) {
    match cleared {
        Ok(Cleared::Now) => (
            "The file was written anew, and its log is empty: no byte of the tenant is left in it."
                .to_owned(),
            "cleared",
        ),
        Ok(Cleared::LogIsRead) => (
            "The file was written anew, but another process still reads its log: the bytes are \
             gone from there when that process has ended."
                .to_owned(),
            "log-is-read",
        ),
        Ok(Cleared::ByServer) => (
            "PostgreSQL gives the space to others in its own time; \"VACUUM FULL\" does so at once \
             (docs/privacy.md)."
                .to_owned(),
            "by-server",
        ),
        Err(error) => (
            format!(
                "The rows are gone, but the file could not be written anew, so that bytes of them \
                 are left in it: {error}. Stop `licensetool run`, and erase another time."
            ),
            "failed",
        ),
    }
}

/// A private key is not removed unasked.
fn said_of_files(config: &Config, files: &[String]) -> String {
    if files.is_empty() {
        return String::new();
    }
    format!(
        "\nIn the home folder {} are still {}: a private key may be among them, which Entra \
         takes as long as the app has its certificate. Delete them there by hand, unless another \
         profile names them.",
        config.home.display(),
        files.join(" and ")
    )
}

fn table(
    config: &Config,
    erasure: &Erasure,
    cleared: &Result<Cleared, String>,
    files: &[String],
) -> String {
    let rows = erasure.removed.iter().zip(&erasure.left);
    let rows = rows.map(|(removed, left)| {
        [
            removed.table.to_owned(),
            removed.rows.to_string(),
            left.rows.to_string(),
        ]
    });
    let table = columns(["Table", "Removed", "Left"], rows, &[1, 2]);
    let Erasure {
        stands_for,
        unnamed,
        ..
    } = erasure;
    format!(
        "{table}\n\nThe audit keeps who erased it and when, as {stands_for}; {unnamed} rows there \
         do not name it any more.\n{}{}\nBackups, SharePoint's lists and what channels have sent \
         are not reached from here: docs/privacy.md.",
        said(cleared).0,
        said_of_files(config, files)
    )
}

fn data(
    key: &TenantKey,
    erasure: &Erasure,
    cleared: &Result<Cleared, String>,
    files: &[String],
) -> Value {
    let tables = erasure.removed.iter().zip(&erasure.left);
    let tables = tables.map(|(removed, left)| {
        json!({
            "table": removed.table,
            "removed": removed.rows,
            "left": left.rows,
        })
    });
    json!({
        "tenant": key.as_str(),
        "erased": true,
        "tables": tables.collect::<Vec<_>>(),
        "stands_for": erasure.stands_for,
        "audit_rows_unnamed": erasure.unnamed,
        "bytes": said(cleared).1,
        "left_in_home": files,
    })
}
