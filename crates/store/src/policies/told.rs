//! What the audit says of rules and pins: what they were and what they are.

use domain::{Deed, Exclusion, Layer, Pin, Scope, TenantKey};
use jiff::Timestamp;

use super::threshold_text;
use crate::audit::{self, By, difference};
use crate::{Result, sql};

/// What stands in the place of a rule that a layer has not.
const NOTHING: &str = "–";

pub(super) async fn set(
    connection: &mut sql::Transaction,
    by: By<'_>,
    scope: &Scope,
    was: &Layer,
    is: &Layer,
    now: Timestamp,
) -> Result<()> {
    let what = match *is == Layer::default() {
        true => Deed::PolicyDropped,
        false => Deed::PolicySet,
    };
    audit::note(
        connection,
        by,
        what,
        &subject(scope),
        &changed(was, is),
        now,
    )
    .await
}

/// Nothing is said of a word that was taken back and never given.
pub(super) async fn pinned(
    connection: &mut sql::Transaction,
    by: By<'_>,
    tenant: &TenantKey,
    subscription: &str,
    (was, is): (Option<&str>, Option<Pin>),
    now: Timestamp,
) -> Result<()> {
    let what = match is {
        Some(_) => Deed::PinSet,
        None if was.is_some() => Deed::PinDropped,
        None => return Ok(()),
    };
    let word = is.map_or(NOTHING, Pin::as_str);
    let detail = difference("pin", was.unwrap_or(NOTHING), word);
    let subject = format!("{tenant}/{subscription}");
    audit::note(connection, by, what, &subject, &detail, now).await
}

fn subject(scope: &Scope) -> String {
    match scope {
        Scope::Company => String::new(),
        Scope::Tenant(tenant) => tenant.to_string(),
        Scope::Sku(tenant, sku) => format!("{tenant}/{sku}"),
    }
}

/// The rules that differ, such as "low: 5% → 10%".
fn changed(was: &Layer, is: &Layer) -> String {
    let pairs = rules(was).into_iter().zip(rules(is));
    let different = pairs.filter(|(was, is)| was != is);
    let said = different.map(|((name, was), (_, is))| {
        let word = |rule: Option<String>| rule.unwrap_or_else(|| NOTHING.to_owned());
        difference(name, &word(was), &word(is))
    });
    let said: Vec<_> = said.collect();
    match said.is_empty() {
        true => "nothing is different".to_owned(),
        false => said.join(", "),
    }
}

/// A layer's rules by their names in the API.
fn rules(layer: &Layer) -> [(&'static str, Option<String>); 5] {
    [
        ("low", layer.low.map(threshold_text)),
        (
            "clear_margin",
            layer.clear_margin.map(|seats| seats.to_string()),
        ),
        (
            "stale_after",
            layer.stale_after.map(|span| format!("{span:#}")),
        ),
        (
            "exclusion",
            layer.exclusion.map(Exclusion::as_str).map(str::to_owned),
        ),
        (
            "renewal_lead_days",
            layer.renewal_lead_days.map(|days| days.to_string()),
        ),
    ]
}
