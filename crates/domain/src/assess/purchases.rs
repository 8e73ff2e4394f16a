//! Renewals and trials: purchases that come to their date, or are in grace.

use jiff::{SignedDuration, Timestamp};

use super::{Assessment, View, lead, outlook};
use crate::{
    Concern, Exclusion, Facts, Kind, Policy, Purchase, Sku, Snapshot, Status, Subscription, stage,
    without,
};

/// Microsoft moves a date or a status up to so long after the date itself.
const LATE: SignedDuration = SignedDuration::from_hours(3 * 24);

pub(super) fn judge(
    view: &View<'_>,
    snapshot: &Snapshot,
    now: Timestamp,
    assessment: &mut Assessment,
) {
    for purchase in snapshot.subscriptions.iter().flatten() {
        let sku = snapshot.skus.iter().find(|sku| sku.id == purchase.sku_id);
        let policy = policy(view, sku, purchase);
        if policy.exclusion != Exclusion::None {
            continue;
        }
        let Some(next) = purchase.next_lifecycle else {
            continue;
        };
        for turn in [lead(next, policy.renewal_lead_days), next, late(next)] {
            assessment.turns_at(turn, now);
        }
        let stage = match purchase.status {
            Status::Warning => stage::IN_GRACE,
            Status::Enabled if is_near(next, &policy, now) => stage::COMING,
            _ => continue,
        };
        let kind = if purchase.is_trial == Some(true) {
            Kind::Trial
        } else {
            Kind::Renewal
        };
        let facts = Facts::Purchase(Purchase {
            sku_id: purchase.sku_id,
            part_number: purchase.part_number.clone(),
            status: purchase.status.clone(),
            total: purchase.total,
            next,
            outlook: outlook(view, &purchase.id),
            unused: view.unused.get(&purchase.id).copied(),
            free_without: sku.and_then(|sku| without(sku.units, purchase).free()),
        });
        let concern = Concern::new(kind, &*purchase.id);
        assessment.found(concern, stage, facts, snapshot.taken_at);
    }
}

fn is_near(next: Timestamp, policy: &Policy, now: Timestamp) -> bool {
    lead(next, policy.renewal_lead_days) <= now && now <= late(next)
}

fn late(next: Timestamp) -> Timestamp {
    next.saturating_add(LATE).unwrap_or(Timestamp::MAX)
}

/// The policy of the purchase's product, whether or not the tenant shows the product itself.
fn policy(view: &View<'_>, sku: Option<&Sku>, purchase: &Subscription) -> Policy {
    match sku {
        Some(sku) => view.policies.effective(view.tenant, sku),
        None => view.policies.effective(
            view.tenant,
            &Sku::unseen(purchase.sku_id, &purchase.part_number),
        ),
    }
}
