//! When a product runs out, if it goes on as it did: a date with an interval, or a plain "cannot
//! be told", never a bare guess.
//!
//! The slope is the median of the slopes between all pairs of days (Theil and Sen), which the
//! jump of a first school day does not carry away; its interval comes from the ranks (Sen 1968).
//! Only working days count, because nobody hands out licences at weekends.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::Past;

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Forecast {
    /// Too few working days with numbers.
    NotEnoughHistory {
        days: u32,
        needed: u32,
    },
    /// No seat is free already.
    Exhausted,
    /// Within a year it does not run out at this pace.
    NotInSight {
        seats_per_week: f64,
    },
    RunsOut(RunOut),
}

/// When the last free seat goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunOut {
    pub earliest: Date,
    pub likely: Date,
    /// `None`: at the slower pace it does not run out within a year.
    pub latest: Option<Date>,
    /// Seats handed out in a working week.
    pub seats_per_week: f64,
}

/// How far back the pace is looked for: a school term.
const WINDOW_DAYS: i64 = 90;

/// Working days with numbers that a pace needs: three weeks.
const NEEDED: usize = 15;

/// Beyond it, a pace of a term says nothing.
const HORIZON_WORKING_DAYS: f64 = 261.0;

/// Half of the interval in standard deviations: 90 of 100 intervals hold the true slope, if days
/// are independent of one another.
const Z: f64 = 1.645;

const WORKING_DAYS_A_WEEK: f64 = 5.0;

/// Looks ahead from `now`.
pub fn forecast(past: &Past, now: Timestamp) -> Forecast {
    let days = consumed_by_day(past, now);
    let free = past.at(now).and_then(|units| units.free());
    if free.is_some_and(|free| free <= 0) {
        return Forecast::Exhausted;
    }
    let (Some(free), true) = (free, days.len() >= NEEDED) else {
        let days = u32::try_from(days.len()).unwrap_or(u32::MAX);
        let needed = u32::try_from(NEEDED).unwrap_or(u32::MAX);
        return Forecast::NotEnoughHistory { days, needed };
    };
    let slope = slope(&days);
    let seats_per_week = slope.median * WORKING_DAYS_A_WEEK;
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    // Whole seats are exact in a f64 far beyond what any tenant has.
    let free = free as f64;
    let date = |slope: f64| {
        let working_days = free / slope;
        (slope > 0.0 && working_days <= HORIZON_WORKING_DAYS)
            .then(|| after_working_days(today, working_days))
            .flatten()
    };
    match (date(slope.high), date(slope.median)) {
        (Some(earliest), Some(likely)) => Forecast::RunsOut(RunOut {
            earliest,
            likely,
            latest: date(slope.low),
            seats_per_week,
        }),
        _ => Forecast::NotInSight { seats_per_week },
    }
}

/// Seats in use at noon of each working day of which the number is known: the day's place in the
/// row of all working days, and the number.
fn consumed_by_day(past: &Past, now: Timestamp) -> Vec<(f64, f64)> {
    const DAY: i64 = 86_400;
    let noon_today = now.as_second().div_euclid(DAY) * DAY + DAY / 2;
    let mut days = Vec::new();
    let mut place = 0_u32;
    for ago in (0..=WINDOW_DAYS).rev() {
        let Ok(noon) = Timestamp::from_second(noon_today - ago * DAY) else {
            continue;
        };
        if !is_working(noon.to_zoned_datetime(TimeZone::UTC).date()) {
            continue;
        }
        place += 1;
        let known = past.at(noon.min(now)).and_then(|units| units.consumed);
        if let Some(consumed) = known {
            days.push((f64::from(place), consumed as f64));
        }
    }
    days
}

fn is_working(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The first working day that lies so many of them ahead; `None`: beyond all calendars.
fn after_working_days(from: Date, days: f64) -> Option<Date> {
    let mut left = days.ceil();
    let mut date = from;
    while left >= 1.0 {
        date = date.checked_add(1.day()).ok()?;
        if is_working(date) {
            left -= 1.0;
        }
    }
    Some(date)
}

/// Seats a working day.
struct Slope {
    low: f64,
    median: f64,
    high: f64,
}

fn slope(days: &[(f64, f64)]) -> Slope {
    let mut slopes = Vec::with_capacity(days.len() * (days.len() - 1) / 2);
    for (index, one) in days.iter().enumerate() {
        slopes.extend(
            days[index + 1..]
                .iter()
                .map(|other| (other.1 - one.1) / (other.0 - one.0)),
        );
    }
    slopes.sort_by(f64::total_cmp);
    let n = days.len() as f64;
    let all = slopes.len() as f64;
    let spread = Z * (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
    Slope {
        low: ranked(&slopes, (all - spread) / 2.0),
        median: ranked(&slopes, (all - 1.0) / 2.0),
        high: ranked(&slopes, (all + spread) / 2.0),
    }
}

/// The value at a rank, between two of them in proportion.
fn ranked(sorted: &[f64], rank: f64) -> f64 {
    let last = sorted.len() - 1;
    let rank = rank.clamp(0.0, last as f64);
    // A rank within the length of a slice fits an index.
    let below = rank.floor() as usize;
    let above = (below + 1).min(last);
    let part = rank - rank.floor();
    sorted[below] * (1.0 - part) + sorted[above] * part
}

/// How far back a forecast looks.
pub(crate) const REACH: SignedDuration = SignedDuration::from_hours(24 * (WINDOW_DAYS + 1));

impl Forecast {
    /// How far back history is worth reading for it.
    pub fn reach() -> SignedDuration {
        REACH
    }

    /// The stable word for APIs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotEnoughHistory { .. } => "not-enough-history",
            Self::Exhausted => "exhausted",
            Self::NotInSight { .. } => "not-in-sight",
            Self::RunsOut(_) => "runs-out",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Reading, Units, past::Unseen};
    use proptest::prelude::*;

    /// Noon of a Friday.
    fn now() -> Timestamp {
        "2026-11-06T12:00:00Z".parse().unwrap()
    }

    fn ago(days: i64) -> Timestamp {
        now() - SignedDuration::from_hours(24 * days)
    }

    fn past(days: i64, enabled: i64, consumed: impl Fn(i64) -> i64) -> Past {
        let reading = |ago_days: i64| Reading {
            from: ago(ago_days) - SignedDuration::from_hours(3),
            units: Some(Units {
                enabled: Some(enabled),
                warning: Some(0),
                consumed: Some(consumed(days - ago_days)),
                ..Units::default()
            }),
        };
        Past {
            readings: (0..=days).rev().map(reading).collect(),
            unseen: Vec::new(),
        }
    }

    #[test]
    fn a_steady_pace_runs_out_on_its_day() {
        // A seat a calendar day: seven a week, so 1.4 a working day.
        let found = forecast(&past(60, 100, |day| day), now());
        let Forecast::RunsOut(out) = found else {
            panic!("{found:?}")
        };
        // 40 free, 7 a week: in about six weeks.
        assert!((6.5..=7.5).contains(&out.seats_per_week), "{out:?}");
        let likely: Date = "2026-12-16".parse().unwrap();
        let days_off = (out.likely - likely).get_days().abs();
        assert!(days_off <= 2, "{out:?}");
        assert!(out.earliest <= out.likely && Some(out.likely) <= out.latest);
    }

    #[test]
    fn what_does_not_grow_does_not_run_out() {
        for course in [|_| 50, |day: i64| 90 - day] {
            let found = forecast(&past(60, 100, course), now());
            assert!(matches!(found, Forecast::NotInSight { .. }), "{found:?}");
        }
    }

    #[test]
    fn one_jump_is_no_pace() {
        let jump = |day| if day < 20 { 50 } else { 80 };
        let found = forecast(&past(80, 100, jump), now());
        assert!(matches!(found, Forecast::NotInSight { .. }), "{found:?}");
    }

    #[test]
    fn too_little_is_said_to_be_too_little() {
        let check = |past: &Past, days: u32| {
            let expected = Forecast::NotEnoughHistory { days, needed: 15 };
            assert_eq!(forecast(past, now()), expected);
        };
        check(&Past::default(), 0);
        check(&past(4, 100, |day| day), 5);
        check(&past(17, 100, |day| day), 14);
        let mut blind = past(60, 100, |day| day);
        blind.unseen.push(Unseen {
            from: ago(58),
            until: Some(ago(3)),
        });
        check(&blind, 7);
    }

    #[test]
    fn what_has_run_out_is_not_forecast() {
        assert_eq!(
            forecast(&past(60, 40, |day| day), now()),
            Forecast::Exhausted
        );
    }

    #[test]
    fn weekends_are_jumped_over() {
        let friday: Date = "2026-11-06".parse().unwrap();
        let check = |days, expected: &str| {
            let date = after_working_days(friday, days).unwrap();
            assert_eq!(date.to_string(), expected, "{days}");
        };
        check(0.0, "2026-11-06");
        check(0.2, "2026-11-09");
        check(5.0, "2026-11-13");
        check(6.0, "2026-11-16");
    }

    proptest! {
        #[test]
        fn any_history_gives_an_ordered_interval(
            consumed in proptest::collection::vec(0..2_000_i64, 1..91), enabled in 0..2_000_i64,
        ) {
            let days = i64::try_from(consumed.len()).unwrap() - 1;
            let at = |day: i64| consumed[usize::try_from(day).unwrap()];
            if let Forecast::RunsOut(out) = forecast(&past(days, enabled, at), now()) {
                prop_assert!(out.earliest <= out.likely);
                prop_assert!(out.latest.is_none_or(|latest| out.likely <= latest));
                prop_assert!(out.seats_per_week > 0.0);
            }
        }
    }
}
