//! A tenant's purchases that can be used and have a date, with what its policy says of them.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use domain::{Exclusion, Policies, Renewal, Sku, Subscription};
use jiff::{SignedDuration, Timestamp};
use store::State;

/// A purchase that comes to its date.
#[derive(Clone, Debug)]
pub(crate) struct Dated {
    pub(crate) purchase: Arc<Subscription>,
    pub(crate) at: Timestamp,
    /// `None`: nobody is told.
    pub(crate) told_from: Option<Timestamp>,
    pub(crate) renewal: Renewal,
}

/// Those of one tenant, without products that are to be shown nowhere.
pub(super) fn dated<'a>(
    policies: &Policies,
    State { tenant, snapshot }: &'a State,
    renewals: &BTreeMap<String, Renewal>,
) -> Vec<Dated> {
    let Some(snapshot) = snapshot else {
        return Vec::new();
    };
    let purchases = snapshot.subscriptions.iter().flatten();
    let usable = purchases.filter(|purchase| purchase.status.is_usable());
    // Microsoft should not repeat an id; a page must not depend on it.
    let mut ids = HashSet::new();
    let dated = |purchase: &'a Subscription| {
        let at = purchase.next_lifecycle?;
        if !ids.insert(purchase.id.as_str()) {
            return None;
        }
        let sku = snapshot.skus.iter().find(|sku| sku.id == purchase.sku_id);
        let policy = match sku {
            Some(sku) => policies.effective(&tenant.key, sku),
            None => {
                let unseen = Sku::unseen(purchase.sku_id, &purchase.part_number);
                policies.effective(&tenant.key, &unseen)
            }
        };
        let known = renewals.get(&purchase.id);
        let lead = SignedDuration::from_hours(24 * i64::from(policy.renewal_lead_days));
        let told = policy.exclusion == Exclusion::None && tenant.settings.monitoring;
        (policy.exclusion != Exclusion::Everywhere).then(|| Dated {
            purchase: Arc::new(purchase.clone()),
            at,
            renewal: known.cloned().unwrap_or_else(|| domain::renewal(&[], None)),
            told_from: told.then(|| at.saturating_sub(lead).unwrap_or(Timestamp::MIN)),
        })
    };
    usable.filter_map(dated).collect()
}
