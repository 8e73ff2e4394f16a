//! History as the store tells it, the way the domain reads it; and how far back a term goes.

use domain::{Past, Reading, Subscription};
use jiff::{SignedDuration, Timestamp};
use store::History;

/// A term lasts a year at the most, whatever Microsoft says of when the purchase was made.
const LONGEST_TERM: SignedDuration = SignedDuration::from_hours(24 * 366);

pub(super) fn past(history: History) -> Past {
    let reading = |point: store::Point| Reading {
        from: point.from,
        units: point.units,
    };
    let unseen = |gap: store::Unseen| domain::Unseen {
        from: gap.from,
        until: gap.until,
    };
    Past {
        readings: history.points.into_iter().map(reading).collect(),
        unseen: history.unseen.into_iter().map(unseen).collect(),
    }
}

/// When a purchase's term began, as far as it can be told.
pub(super) fn term_began(purchase: &Subscription, now: Timestamp) -> Timestamp {
    let a_year_ago = now.saturating_sub(LONGEST_TERM).unwrap_or(Timestamp::MIN);
    purchase.created.map_or(a_year_ago, |at| at.max(a_year_ago))
}
