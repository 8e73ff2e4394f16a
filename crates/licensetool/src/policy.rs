//! `licensetool policy`: when numbers are worth a person's attention, and who says so.

mod pin;
mod product;
mod rule;
mod set;
mod show;

use domain::TenantKey;
use store::{By, Store};

use crate::columns::Format;
use crate::config::Config;
use crate::exit::Outcome;
use crate::stored;

use pin::Word;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum PolicyCommand {
    /// What holds, and which layer says it
    Show {
        /// For this tenant [default: for the company]
        #[arg(value_parser = TenantKey::parse)]
        tenant: Option<TenantKey>,
        /// For this product of the tenant, by part number or id
        sku: Option<String>,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Change rules for the company, a tenant, or a product of a tenant
    Set {
        /// For this tenant [default: for the company]
        #[arg(long, value_parser = TenantKey::parse)]
        tenant: Option<TenantKey>,
        /// For this product of the tenant, by part number or id
        #[arg(long, requires = "tenant")]
        sku: Option<String>,
        /// low=5% clear-margin=2 stale-after=2h exclude=none|alerts-only|everywhere
        /// renewal-lead=30; `low=inherit` takes a rule back
        #[arg(required = true, value_name = "RULE=VALUE")]
        rules: Vec<String>,
    },
    /// Say whether a subscription renews, which no date does
    Pin {
        #[arg(value_parser = TenantKey::parse)]
        tenant: TenantKey,
        /// Its id, as `licensetool alerts list --format json` and the API show it
        subscription: String,
        word: Word,
    },
}

/// What all of these commands work with.
struct Desk<'a> {
    config: &'a Config,
    store: Store,
    /// Who acts.
    by: By<'a>,
}

pub(crate) async fn policy(
    config: &Config,
    by: By<'_>,
    command: PolicyCommand,
) -> anyhow::Result<Outcome> {
    let desk = Desk {
        config,
        // Rules may be made before anything was collected.
        store: stored::opened(config).await?,
        by,
    };
    let outcome = match command {
        PolicyCommand::Show {
            tenant,
            sku,
            format,
        } => {
            let place = product::place(&desk.store, tenant, sku.as_deref()).await?;
            show::show(&desk, &place, format).await?
        }
        PolicyCommand::Set { tenant, sku, rules } => {
            let place = product::place(&desk.store, tenant, sku.as_deref()).await?;
            set::set(&desk, &place, &rules).await?
        }
        PolicyCommand::Pin {
            tenant,
            subscription,
            word,
        } => pin::pin(&desk, &tenant, &subscription, word).await?,
    };
    desk.store.close().await;
    Ok(outcome)
}
