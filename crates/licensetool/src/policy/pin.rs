//! An operator's word on whether a subscription renews.

use anyhow::bail;
use domain::{Pin, TenantKey};

use super::Desk;
use crate::exit::Outcome;
use crate::stored::unknown_tenant;
use crate::{clock, output};

/// What will happen at the subscription's date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Word {
    Renews,
    Ends,
    /// Take the word back
    Clear,
}

pub(super) async fn pin(
    desk: &Desk<'_>,
    tenant: &TenantKey,
    subscription: &str,
    word: Word,
) -> anyhow::Result<Outcome> {
    if desk.store.tenant(tenant).await?.is_none() {
        bail!(unknown_tenant::sentence(&desk.store, tenant).await?);
    }
    let known = desk.store.sightings(tenant).await?;
    if !known.contains_key(subscription) {
        let known: Vec<&str> = known.keys().map(String::as_str).collect();
        let known = match known.is_empty() {
            true => "no subscription of it was seen yet".to_owned(),
            false => format!("it has {}", known.join(", ")),
        };
        bail!("{tenant} has no subscription {subscription}; {known}");
    }
    let pin = match word {
        Word::Renews => Some(Pin::Renews),
        Word::Ends => Some(Pin::Ends),
        Word::Clear => None,
    };
    let set = desk
        .store
        .set_pin(tenant, subscription, pin, desk.by, clock::now());
    set.await?;
    output::say(&match pin {
        Some(pin) => {
            format!(
                "the subscription {subscription} of {tenant} {}, whatever is seen",
                pin.as_str()
            )
        }
        None => {
            format!("what was seen of the subscription {subscription} of {tenant} counts again")
        }
    })?;
    Ok(Outcome::Fine)
}
