//! A tenant's purchases that can be used and have a date, with what its policy says of them.

use std::sync::Arc;

use domain::{Exclusion, Policies, Sku, Subscription};
use jiff::{SignedDuration, Timestamp};
use store::State;

/// A purchase that comes to its date.
#[derive(Clone, Debug)]
pub(crate) struct Dated {
    pub(crate) purchase: Arc<Subscription>,
    pub(crate) at: Timestamp,
    /// `None`: nobody is told.
    pub(crate) told_from: Option<Timestamp>,
}

/// Those of one tenant, without products that are to be shown nowhere.
pub(super) fn dated(policies: &Policies, State { tenant, snapshot }: &State) -> Vec<Dated> {
    let Some(snapshot) = snapshot else {
        return Vec::new();
    };
    let purchases = snapshot.subscriptions.iter().flatten();
    let usable = purchases.filter(|purchase| purchase.status.is_usable());
    let dated = |purchase: &Subscription| {
        let at = purchase.next_lifecycle?;
        let sku = snapshot.skus.iter().find(|sku| sku.id == purchase.sku_id);
        let policy = match sku {
            Some(sku) => policies.effective(&tenant.key, sku),
            None => {
                let unseen = Sku::unseen(purchase.sku_id, &purchase.part_number);
                policies.effective(&tenant.key, &unseen)
            }
        };
        let lead = SignedDuration::from_hours(24 * i64::from(policy.renewal_lead_days));
        let told = policy.exclusion == Exclusion::None && tenant.settings.monitoring;
        (policy.exclusion != Exclusion::Everywhere).then(|| Dated {
            purchase: Arc::new(purchase.clone()),
            at,
            told_from: told.then(|| at.saturating_sub(lead).unwrap_or(Timestamp::MIN)),
        })
    };
    usable.filter_map(dated).collect()
}
