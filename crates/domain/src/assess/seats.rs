//! Stock and over-assignment: whether somebody who needs a seat would get one.

use jiff::Timestamp;

use super::{Assessment, View, next_change};
use crate::{
    AppliesTo, Concern, Exclusion, Facts, Kind, Level, Seats, Sku, Snapshot, Unknown, judge_held,
    stage,
};

pub(super) fn judge(
    view: &View<'_>,
    snapshot: &Snapshot,
    sku: &Sku,
    now: Timestamp,
    assessment: &mut Assessment,
) {
    let policy = view.policies.effective(view.tenant, sku);
    if policy.exclusion != Exclusion::None || sku.applies_to == AppliesTo::Company {
        return;
    }
    let subject = sku.id.to_string();
    let stock = Concern::new(Kind::Stock, &*subject);
    let over = Concern::new(Kind::OverAssignment, &*subject);
    let held = held_level(view, &subject);
    let seats = || {
        let assignable = sku.units.assignable().unwrap_or(0);
        Facts::Seats(Seats {
            sku_id: sku.id,
            part_number: sku.part_number.clone(),
            units: sku.units,
            low_at: policy.low.seats(assignable),
            next: next_change(view, snapshot, sku),
        })
    };
    let at = snapshot.taken_at;
    match judge_held(sku, &policy, at, now, held) {
        None | Some(Level::Enough) => {}
        Some(Level::Low) => assessment.found(stock, stage::LOW, seats(), at),
        Some(Level::Exhausted) => assessment.found(stock, stage::EXHAUSTED, seats(), at),
        Some(Level::OverAssigned) => {
            assessment.found(stock.clone(), stage::EXHAUSTED, seats(), at);
            assessment.found(over, stage::ONLY, seats(), at);
            if let Some(found) = assessment.present.get_mut(&stock) {
                found.covered = true;
            }
        }
        Some(Level::Unknown(why)) => {
            assessment.unknown.extend([stock, over]);
            if let Unknown::NumberMissing { field } = why {
                let facts = Facts::NumberMissing {
                    sku_id: sku.id,
                    part_number: sku.part_number.clone(),
                    field: field.to_owned(),
                };
                let concern = Concern::new(Kind::Staleness, subject);
                assessment.found(concern, stage::ONLY, facts, at);
            }
        }
    }
}

/// The level at which the alerts that are going on hold the product.
fn held_level(view: &View<'_>, subject: &str) -> Option<Level> {
    let of_this = view
        .alerts
        .iter()
        .filter(|alert| alert.is_active() && alert.concern.subject == subject);
    of_this
        .filter_map(|alert| match (alert.concern.kind, alert.stage) {
            (Kind::OverAssignment, _) => Some(Level::OverAssigned),
            (Kind::Stock, stage::LOW) => Some(Level::Low),
            (Kind::Stock, _) => Some(Level::Exhausted),
            _ => None,
        })
        .max_by_key(|level| level.rank())
}
