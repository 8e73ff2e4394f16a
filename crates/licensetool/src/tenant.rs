//! `licensetool tenant`: adds tenants, proves that they can be watched, replaces certificates, and
//! erases them.

mod steps;
mod audit;
mod new;
mod proof;
mod check;
mod rotate;
mod list;
mod erase;
mod desk;

use anyhow::Context as _;
use domain::TenantKey;
use store::By;

use crate::columns::Format;
use crate::config::Config;
use crate::exit::Outcome;

pub(crate) use desk::desk;
use new::NewTenant;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum TenantCommand {
    /// Make key, certificate and profile, and say what to do in Entra; run again to go on
    New(NewTenant),
    /// Prove step by step that a tenant can be watched; exit code 2 if it cannot
    Check {
        #[arg(value_parser = TenantKey::parse)]
        key: TenantKey,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Replace a certificate: once to make the new one, once more when it is uploaded
    Rotate {
        #[arg(value_parser = TenantKey::parse)]
        key: TenantKey,
        /// Give up the new certificate that waits for its upload
        #[arg(long, conflicts_with = "remove_old")]
        abandon: bool,
        /// Remove the files of earlier certificates, if the one in use works
        #[arg(long)]
        remove_old: bool,
    },
    /// Take a tenant out of the store wholly, with proof; without --yes say what would go
    Erase {
        #[arg(value_parser = TenantKey::parse)]
        key: TenantKey,
        /// Erase it for good
        #[arg(long)]
        yes: bool,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// All tenants: certificate, last look, what is not finished
    List {
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
}

pub(crate) async fn tenant(
    config: &Config,
    by: By<'_>,
    command: TenantCommand,
) -> anyhow::Result<Outcome> {
    match command {
        TenantCommand::New(wish) => new::new(config, by, wish).await,
        TenantCommand::Check { key, format } => check::check(config, &key, format).await,
        TenantCommand::Rotate {
            key, abandon: true, ..
        } => rotate::abandon(config, by, &key).await,
        TenantCommand::Rotate {
            key,
            remove_old: true,
            ..
        } => rotate::remove_old(config, &key).await,
        TenantCommand::Rotate { key, .. } => rotate::rotate(config, by, &key).await,
        TenantCommand::Erase { key, yes, format } => {
            erase::erase(config, by, &key, yes, format).await
        }
        TenantCommand::List { format } => list::list(config, format).await,
    }
}

/// Reads or writes the home folder off the async threads: disks can be slow, keys take seconds.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.context("working on the home folder")
}
