//! What to order: what is short, and what will be before the next month is over.

use domain::{AppliesTo, Forecast, Threshold};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::format;
use crate::words::Words;

use super::licences::Licence;
use super::month::Span;

/// A product of which there are too few seats.
pub(super) struct Order {
    pub(super) product: String,
    pub(super) free: i64,
    pub(super) why: Why,
    /// At this many free seats or fewer the product counts as low.
    pub(super) low_at: i64,
    /// So many more leave more than that; `None`: no number does, the threshold being what it is.
    pub(super) seats: Option<i64>,
}

pub(super) enum Why {
    /// No seat is free.
    Short,
    /// In the words of the forecast.
    RunsOut(String),
}

const SECONDS_A_WEEK: f64 = 7.0 * 86_400.0;

impl Order {
    /// `None`: nothing is to be ordered, or nobody is told of the product, or its numbers are not
    /// known.
    pub(super) fn of(licence: &Licence, span: &Span, words: Words) -> Option<Self> {
        let sku = licence.sku.as_ref()?;
        let judged = licence.level.is_some_and(|level| {
            !matches!(level, domain::Level::Unknown(_)) && sku.applies_to != AppliesTo::Company
        });
        if !judged || licence.is_quiet() {
            return None;
        }
        let (free, assignable) = (sku.units.free()?, sku.units.assignable()?);
        let (why, used) = match licence.forecast {
            _ if free <= 0 => (Why::Short, 0),
            Some(Forecast::RunsOut(out)) if is_before(out.likely, span) => {
                let day = |day| format::day(day, words.0);
                let says = words.forecast(licence.forecast.as_ref(), day);
                (Why::RunsOut(says), needed(out.seats_per_week, span))
            }
            _ => return None,
        };
        let low = licence.policy.low;
        Some(Self {
            product: licence.product.clone(),
            free,
            why,
            low_at: low.seats(assignable),
            seats: missing(free.saturating_sub(used), assignable, low),
        })
    }
}

fn is_before(day: jiff::civil::Date, span: &Span) -> bool {
    let at = day
        .to_zoned_datetime(TimeZone::UTC)
        .map(|zoned| zoned.timestamp());
    at.is_ok_and(|at| at < span.order_before())
}

/// Seats that the pace takes until the next month is over.
fn needed(seats_per_week: f64, span: &Span) -> i64 {
    let seconds = seconds_between(span.until, span.order_before());
    // A pace of seats that exist, over some weeks, is far from the end of an i64.
    (seats_per_week * seconds / SECONDS_A_WEEK).ceil() as i64
}

fn seconds_between(from: Timestamp, until: Timestamp) -> f64 {
    until.duration_since(from).as_secs_f64().max(0.0)
}

/// The fewest seats that lift `free` over the threshold, which moves with what can be assigned.
fn missing(free: i64, assignable: i64, low: Threshold) -> Option<i64> {
    let mut seats = 0_i64;
    for _ in 0..64 {
        let low_at = low.seats(assignable.saturating_add(seats));
        let lacking = low_at
            .saturating_add(1)
            .checked_sub(free.checked_add(seats)?)?;
        if lacking <= 0 {
            return Some(seats);
        }
        seats = seats.checked_add(lacking)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_order_leaves_more_than_the_threshold() {
        let check = |free, assignable, low, seats| {
            assert_eq!(
                missing(free, assignable, low),
                seats,
                "{free} {assignable} {low:?}"
            );
        };
        check(0, 10, Threshold::Seats(0), Some(1));
        check(0, 10, Threshold::Seats(5), Some(6));
        check(-2, 10, Threshold::Seats(5), Some(8));
        check(6, 10, Threshold::Seats(5), Some(0));
        check(0, 100, Threshold::Percent(5), Some(6));
        check(0, 1000, Threshold::Percent(5), Some(53));
        check(0, 10, Threshold::Percent(100), None);
    }

    proptest! {
        #[test]
        fn no_smaller_order_would_do(
            free in -500..500_i64, assignable in 0..5_000_i64, percent in 0..50_u8,
        ) {
            let low = Threshold::Percent(percent);
            let enough = |seats: i64| free + seats > low.seats(assignable + seats);
            let seats = missing(free, assignable, low).unwrap();
            prop_assert!(enough(seats));
            prop_assert!(seats == 0 || !enough(seats - 1));
        }
    }
}
