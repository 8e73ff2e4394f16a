//! Turns a SKU, a policy and the time into a judgement. "We could not look" is a level of its own.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::{AppliesTo, Exclusion, Policy, Sku};

/// The judgement of a SKU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    Enough,
    /// Free seats at or under the policy's threshold.
    Low,
    /// No free seat.
    Exhausted,
    /// More assigned than bought.
    OverAssigned,
    /// The numbers say nothing about now.
    Unknown(Unknown),
}

/// Why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unknown {
    /// No collection has ever succeeded.
    NeverSeen,
    /// The newest snapshot is older than the policy allows.
    Stale {
        /// Its age in whole seconds.
        age_seconds: i64,
    },
    /// Microsoft left a number out, or wrote something else in its place.
    NumberMissing {
        /// The field in Microsoft's spelling.
        field: &'static str,
    },
}

impl Level {
    /// The stable word for rows, APIs, metrics and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enough => "enough",
            Self::Low => "low",
            Self::Exhausted => "exhausted",
            Self::OverAssigned => "over-assigned",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Whether somebody who needs a seat now would not get one.
    pub fn is_shortage(self) -> bool {
        matches!(self, Self::Exhausted | Self::OverAssigned)
    }

    /// What needs a person first has the highest rank. Not knowing stands above low: it may hide
    /// anything.
    pub fn rank(self) -> u8 {
        match self {
            Self::Enough => 0,
            Self::Low => 1,
            Self::Unknown(_) => 2,
            Self::Exhausted => 3,
            Self::OverAssigned => 4,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverSeen => f.write_str("never collected"),
            Self::Stale { age_seconds } => {
                let (hours, minutes) = (age_seconds / 3600, age_seconds % 3600 / 60);
                write!(f, "last seen {hours} h {minutes} min ago")
            }
            Self::NumberMissing { field } => write!(f, "Microsoft gave no number for {field}"),
        }
    }
}

/// Whether a snapshot of `taken_at` (`None`: there is none) still speaks for `now`.
pub fn freshness(
    taken_at: Option<Timestamp>,
    now: Timestamp,
    stale_after: SignedDuration,
) -> Result<(), Unknown> {
    let Some(taken_at) = taken_at else {
        return Err(Unknown::NeverSeen);
    };
    let age = now.duration_since(taken_at);
    if age > stale_after {
        Err(Unknown::Stale {
            age_seconds: age.as_secs(),
        })
    } else {
        Ok(())
    }
}

/// The level of `sku`, seen at `taken_at`, at the time `now`; `None` if it is not to be judged:
/// tenant-wide, excluded everywhere, or spent (see [`Sku::is_spent`]).
pub fn judge(sku: &Sku, policy: &Policy, taken_at: Timestamp, now: Timestamp) -> Option<Level> {
    judge_held(sku, policy, taken_at, now, None)
}

/// Like [`judge`], holding on to the `previous` level until free seats have cleared its margin.
pub fn judge_held(
    sku: &Sku,
    policy: &Policy,
    taken_at: Timestamp,
    now: Timestamp,
    previous: Option<Level>,
) -> Option<Level> {
    if sku.applies_to == AppliesTo::Company
        || policy.exclusion == Exclusion::Everywhere
        || sku.is_spent()
    {
        return None;
    }
    if let Err(unknown) = freshness(Some(taken_at), now, policy.stale_after) {
        return Some(Level::Unknown(unknown));
    }
    let (Some(assignable), Some(free)) = (sku.units.assignable(), sku.units.free()) else {
        let field = sku.units.missing().unwrap_or("prepaidUnits");
        return Some(Level::Unknown(Unknown::NumberMissing { field }));
    };
    Some(by_free_seats(
        free,
        policy.low.seats(assignable),
        policy.clear_margin,
        previous,
    ))
}

fn by_free_seats(free: i64, low: i64, margin: i64, previous: Option<Level>) -> Level {
    let held = previous
        .filter(|level| !matches!(level, Level::Unknown(_)))
        .map_or(0, Level::rank);
    [
        (Level::OverAssigned, -1),
        (Level::Exhausted, 0),
        (Level::Low, low),
    ]
    .into_iter()
    .find(|(level, fires_at)| {
        free <= *fires_at || (held >= level.rank() && free < fires_at.saturating_add(margin))
    })
    .map_or(Level::Enough, |(level, _)| level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SkuId, Status, Threshold, Units};
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn sku(assignable: i64, consumed: i64) -> Sku {
        Sku {
            id: SkuId::from_part_number("P"),
            part_number: "P".to_owned(),
            applies_to: AppliesTo::User,
            status: Status::Enabled,
            units: Units {
                enabled: Some(assignable),
                warning: Some(0),
                consumed: Some(consumed),
                ..Units::default()
            },
            subscription_ids: Vec::new(),
        }
    }

    fn policy(low: i64, clear_margin: i64) -> Policy {
        Policy {
            low: Threshold::Seats(low),
            clear_margin,
            ..Policy::BUILT_IN
        }
    }

    fn check(free: i64, previous: Option<Level>, expected: Level) {
        let level = judge_held(&sku(100, 100 - free), &policy(5, 2), NOW, NOW, previous);
        assert_eq!(level, Some(expected), "{free} free after {previous:?}");
    }

    #[test]
    fn levels_begin_where_the_policy_says() {
        check(-1, None, Level::OverAssigned);
        check(0, None, Level::Exhausted);
        check(1, None, Level::Low);
        check(5, None, Level::Low);
        check(6, None, Level::Enough);
    }

    #[test]
    fn one_returned_seat_does_not_flap() {
        check(1, Some(Level::Exhausted), Level::Exhausted);
        check(2, Some(Level::Exhausted), Level::Low);
        check(0, Some(Level::OverAssigned), Level::OverAssigned);
        check(1, Some(Level::OverAssigned), Level::Exhausted);
        check(6, Some(Level::Low), Level::Low);
        check(7, Some(Level::Low), Level::Enough);
        check(7, Some(Level::Exhausted), Level::Enough);
        check(6, Some(Level::Enough), Level::Enough);
        check(1, Some(Level::Unknown(Unknown::NeverSeen)), Level::Low);
    }

    #[test]
    fn what_is_no_stock_is_not_judged() {
        let company = Sku {
            applies_to: AppliesTo::Company,
            ..sku(1, 9)
        };
        assert_eq!(judge(&company, &Policy::BUILT_IN, NOW, NOW), None);
        assert_eq!(judge(&sku(0, 0), &Policy::BUILT_IN, NOW, NOW), None);
        let hidden = Policy {
            exclusion: Exclusion::Everywhere,
            ..Policy::BUILT_IN
        };
        assert_eq!(judge(&sku(1, 9), &hidden, NOW, NOW), None);
        let quiet = Policy {
            exclusion: Exclusion::AlertsOnly,
            ..Policy::BUILT_IN
        };
        assert_eq!(
            judge(&sku(1, 9), &quiet, NOW, NOW),
            Some(Level::OverAssigned)
        );
    }

    #[test]
    fn old_or_missing_numbers_are_unknown_and_say_why() {
        let later = NOW + SignedDuration::from_secs(3601);
        let stale = judge(&sku(100, 0), &Policy::BUILT_IN, NOW, later);
        let Some(Level::Unknown(why)) = stale else {
            panic!("{stale:?}")
        };
        assert_eq!(why.to_string(), "last seen 1 h 0 min ago");

        let on_time = NOW + SignedDuration::from_secs(3600);
        assert_eq!(
            judge(&sku(100, 0), &Policy::BUILT_IN, NOW, on_time),
            Some(Level::Enough)
        );

        let mut unsaid = sku(100, 0);
        unsaid.units.consumed = None;
        let level = judge(&unsaid, &Policy::BUILT_IN, NOW, NOW);
        let field = "consumedUnits";
        assert_eq!(
            level,
            Some(Level::Unknown(Unknown::NumberMissing { field }))
        );
        assert_eq!(
            freshness(None, NOW, SignedDuration::MAX),
            Err(Unknown::NeverSeen)
        );
    }

    proptest! {
        #[test]
        fn fewer_free_seats_are_never_judged_milder(
            free in -50..200_i64, fewer in 0..50_i64, low in 0..50_i64, margin in 0..10_i64,
            previous in proptest::sample::select(vec![
                None,
                Some(Level::Enough),
                Some(Level::Low),
                Some(Level::Exhausted),
                Some(Level::OverAssigned),
            ]),
        ) {
            let more = by_free_seats(free, low, margin, previous);
            let less = by_free_seats(free - fewer, low, margin, previous);
            prop_assert!(less.rank() >= more.rank(), "{more:?} with {free}, {less:?} with fewer");
        }

        #[test]
        fn a_level_once_reached_is_stable_at_the_same_numbers(
            free in -50..200_i64, low in 0..50_i64, margin in 0..10_i64,
        ) {
            let first = by_free_seats(free, low, margin, None);
            prop_assert_eq!(by_free_seats(free, low, margin, Some(first)), first);
        }

        #[test]
        fn a_shortage_is_exactly_no_free_seat(free in -50..200_i64, low in 0..50_i64) {
            prop_assert_eq!(by_free_seats(free, low, 0, None).is_shortage(), free <= 0);
        }
    }
}
