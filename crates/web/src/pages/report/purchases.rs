//! The purchases of a month: what became of them, and which come to their date soon.

use std::collections::BTreeMap;

use domain::{Outlook, Pin, PurchaseChange, Snapshot, Subscription};
use jiff::Timestamp;

use crate::format;
use crate::v2::Lens;
use crate::v2::then::{self, Sightings};
use crate::words::Words;

use super::month::Span;

/// A purchase that comes to its date.
pub(super) struct Renewal {
    pub(super) at: Timestamp,
    pub(super) product: String,
    pub(super) seats: Option<i64>,
    pub(super) is_trial: bool,
    pub(super) status: Option<String>,
    pub(super) outlook: Outlook,
    pub(super) because: String,
}

/// A purchase that is new or different.
pub(super) struct Change {
    pub(super) product: String,
    /// `None`: it was not there.
    pub(super) before: Option<Terms>,
    pub(super) after: Terms,
}

pub(super) struct Terms {
    pub(super) seats: Option<i64>,
    pub(super) status: Option<String>,
    pub(super) next: Option<Timestamp>,
}

/// What was known of purchases at the end of the month.
pub(super) struct Purchases {
    pub(super) renewals: Vec<Renewal>,
    pub(super) changes: Vec<Change>,
    /// From when on they are compared; `None`: they were not seen by then.
    pub(super) from: Option<Timestamp>,
    /// Purchases of which only the id is known, because they are gone by now.
    pub(super) gone: usize,
}

impl Purchases {
    pub(super) fn of(
        now: &Snapshot,
        sightings: &Sightings,
        pins: &BTreeMap<String, Pin>,
        (lens, span): (&Lens, &Span),
    ) -> Self {
        let first = then::first_sighting(sightings).filter(|first| *first < span.until);
        let (Some(first), Some(bought)) = (first, &now.subscriptions) else {
            return Self {
                renewals: Vec::new(),
                changes: Vec::new(),
                from: None,
                gone: 0,
            };
        };
        let is_gone = |id: &&String| bought.iter().all(|purchase| purchase.id != **id);
        let gone = sightings.keys().filter(is_gone).count();
        let from = first.max(span.from);
        let at = |moment| Snapshot {
            taken_at: moment,
            skus: Vec::new(),
            subscriptions: Some(then::purchases_at(bought, sightings, moment)),
            remarks: Vec::new(),
        };
        let (before, after) = (at(from), at(span.until));
        let changed = domain::differences(&before, &after).purchases;
        let coming = after.subscriptions.iter().flatten();
        let coming = coming.filter_map(|it| renewal(it, sightings, pins, (lens, span)));
        let mut renewals: Vec<Renewal> = coming.collect();
        renewals.sort_by_key(|renewal| renewal.at);
        Self {
            renewals,
            changes: changed.into_iter().map(|it| change(it, lens)).collect(),
            from: Some(from),
            gone,
        }
    }
}

/// `None`: its date is not among the next three months, or what it was about is over.
fn renewal(
    purchase: &Subscription,
    sightings: &Sightings,
    pins: &BTreeMap<String, Pin>,
    (lens, span): (&Lens, &Span),
) -> Option<Renewal> {
    let at = purchase.next_lifecycle?;
    let is_soon = span.until <= at && at < span.renewals_until();
    if !is_soon || !purchase.status.is_usable() {
        return None;
    }
    let seen = sightings.get(&purchase.id).map_or(&[][..], Vec::as_slice);
    let by_then = seen.partition_point(|seen| seen.seen_at <= span.until);
    let known = domain::renewal(&seen[..by_then], pins.get(&purchase.id).copied());
    let day = |at| format::date(at, &span.zone, lens.language);
    Some(Renewal {
        at,
        product: lens.product(purchase.sku_id, &purchase.part_number),
        seats: purchase.total,
        is_trial: purchase.is_trial == Some(true),
        status: purchase.status.as_graph().map(str::to_owned),
        outlook: known.outlook,
        because: Words(lens.language).because(&known, day),
    })
}

fn change(change: PurchaseChange, lens: &Lens) -> Change {
    let terms = |status: &domain::Status, seats, next| Terms {
        seats,
        status: status.as_graph().map(str::to_owned),
        next,
    };
    let (was, is) = change.status;
    let is = is.unwrap_or(domain::Status::Missing);
    Change {
        product: lens.product(change.sku_id, &change.part_number),
        before: was.map(|was| terms(&was, change.total.0, change.next_lifecycle.0)),
        after: terms(&is, change.total.1, change.next_lifecycle.1),
    }
}
