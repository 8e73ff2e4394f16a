//! `licensetool alerts`: what is wrong, and what people do about it.

mod act;
mod data;
mod list;
mod words;

use domain::{ProductNames, TenantKey};
use store::{By, Store};

use crate::catalog;
use crate::columns::Format;
use crate::config::Config;
use crate::exit::Outcome;
use crate::stored;

use act::Until;
use words::Words;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum AlertsCommand {
    /// What goes on; exit code 1 if any alert is open
    List {
        /// Only of this tenant
        #[arg(long, value_parser = TenantKey::parse)]
        tenant: Option<TenantKey>,
        /// Those that are over, too
        #[arg(long)]
        all: bool,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// One alert with its history and what was told of it
    Show {
        id: i64,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Somebody takes care of it
    Ack {
        id: i64,
        /// Stands in the alert's history
        #[arg(long)]
        reason: Option<String>,
    },
    /// Be quiet about it for a while; it wakes earlier if it gets worse
    Snooze {
        id: i64,
        #[command(flatten)]
        until: Until,
        /// Stands in the alert's history
        #[arg(long)]
        reason: Option<String>,
    },
    /// Back to open
    Reopen {
        id: i64,
        /// Stands in the alert's history
        #[arg(long)]
        reason: Option<String>,
    },
    /// End it; if the concern is still there, a new alert opens
    Resolve {
        id: i64,
        /// Stands in the alert's history
        #[arg(long)]
        reason: Option<String>,
    },
}

/// What all of these commands work with.
struct Desk<'a> {
    config: &'a Config,
    store: Store,
    names: ProductNames,
    /// Who acts.
    by: By<'a>,
}

impl Desk<'_> {
    fn words(&self) -> Words<'_> {
        Words {
            names: &self.names,
            language: self.config.language,
            zone: &self.config.time_zone,
        }
    }
}

pub(crate) async fn alerts(
    config: &Config,
    by: By<'_>,
    command: AlertsCommand,
) -> anyhow::Result<Outcome> {
    let desk = Desk {
        config,
        store: stored::there(config).await?,
        names: catalog::names(config).await,
        by,
    };
    let outcome = match command {
        AlertsCommand::List {
            tenant,
            all,
            format,
        } => list::list(&desk, tenant, all, format).await?,
        AlertsCommand::Show { id, format } => list::show(&desk, id, format).await?,
        AlertsCommand::Ack { id, reason } => {
            act::act(&desk, id, domain::Action::Acknowledge, reason).await?
        }
        AlertsCommand::Snooze { id, until, reason } => {
            let snooze = until.snooze(crate::clock::now(), &config.time_zone)?;
            act::act(&desk, id, domain::Action::Snooze(snooze), reason).await?
        }
        AlertsCommand::Reopen { id, reason } => {
            act::act(&desk, id, domain::Action::Reopen, reason).await?
        }
        AlertsCommand::Resolve { id, reason } => {
            act::act(&desk, id, domain::Action::Resolve, reason).await?
        }
    };
    desk.store.close().await;
    Ok(outcome)
}
