//! Which readings of days long past nobody misses: what stays of a day is what held at the moments
//! at which the past is read, and when the fewest seats were free.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::Reading;

/// Midnight and noon in UTC: Microsoft's dates begin with the one, forecasts look at the other.
const HALF_A_DAY: i64 = 43_200;

/// The beginnings of readings that can go. `readings` are those of one product, oldest first, from
/// the first of a day to the last of a day in `zone`; what came after them is not needed.
///
/// What stays changes nothing in the numbers at the beginning and the end of any day in `zone`, and
/// at midnight and noon in UTC. Nor does it in the fewest free seats of a day, in the moment from
/// which on there were so few, and in whether a number was missing. Doing it again takes nothing
/// more.
pub fn superfluous(readings: &[Reading], zone: &TimeZone) -> Vec<Timestamp> {
    let mut goes = Vec::new();
    let mut rest = readings;
    while let Some(first) = rest.first() {
        let tomorrow = next_day(first.from, zone);
        let today = rest.partition_point(|reading| reading.from < tomorrow);
        let (day, after) = rest.split_at(today.max(1));
        let notable = [fewest_free(day), first_unknown(day)];
        let ends = rest.iter().skip(1).map(|reading| reading.from);
        for (reading, end) in day.iter().zip(ends) {
            let is_notable = notable.contains(&Some(reading.from));
            if !is_notable && !is_read(reading.from, end, zone) {
                goes.push(reading.from);
            }
        }
        rest = after;
    }
    goes
}

/// The beginning of the day in which a moment lies.
pub fn beginning_of_day(at: Timestamp, zone: &TimeZone) -> Timestamp {
    let day = at.to_zoned_datetime(zone.clone()).date();
    begin(day, zone).unwrap_or(at)
}

fn begin(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let begun = day.to_zoned_datetime(zone.clone()).ok()?;
    Some(begun.timestamp())
}

fn next_day(at: Timestamp, zone: &TimeZone) -> Timestamp {
    let tomorrow = at.to_zoned_datetime(zone.clone()).date().tomorrow();
    let begun = tomorrow.ok().and_then(|day| begin(day, zone));
    begun.unwrap_or(Timestamp::MAX)
}

/// Whether anybody who reads the past asks for what held from `from` until before `end`: the first
/// and the last moment of a day in `zone`, midnight and noon in UTC.
fn is_read(from: Timestamp, end: Timestamp, zone: &TimeZone) -> bool {
    let begins_a_day = beginning_of_day(from, zone) == from;
    begins_a_day || next_half(from) < end || next_day(from, zone) <= end
}

/// Midnight or noon in UTC, at `at` or next after it.
fn next_half(at: Timestamp) -> Timestamp {
    let passed = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
    let halves = passed.div_euclid(HALF_A_DAY) + i64::from(passed.rem_euclid(HALF_A_DAY) > 0);
    Timestamp::from_second(halves * HALF_A_DAY).unwrap_or(Timestamp::MAX)
}

/// From when on there were the fewest free seats of these.
fn fewest_free(day: &[Reading]) -> Option<Timestamp> {
    let free = |reading: &Reading| Some((reading.units?.free()?, reading.from));
    day.iter().filter_map(free).min().map(|(_, from)| from)
}

/// From when on nobody could say how many seats are free.
fn first_unknown(day: &[Reading]) -> Option<Timestamp> {
    let is_unknown = |reading: &&Reading| reading.units.is_none_or(|it| it.free().is_none());
    day.iter().find(is_unknown).map(|reading| reading.from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Past, Units, unused};
    use jiff::SignedDuration;
    use proptest::prelude::*;

    fn zurich() -> TimeZone {
        TimeZone::get("Europe/Zurich").unwrap()
    }

    /// Minutes after the beginning of the day in Zurich on which summer time ends.
    fn minute(minutes: i64) -> Timestamp {
        let begun: Timestamp = "2026-10-24T22:00:00Z".parse().unwrap();
        begun + SignedDuration::from_mins(minutes)
    }

    /// One of 100 seats in use each; `None`: the tenant had no such product.
    fn readings(seen: &[(i64, Option<i64>)]) -> Vec<Reading> {
        let reading = |&(minutes, consumed): &(i64, Option<i64>)| Reading {
            from: minute(minutes),
            units: consumed.map(|consumed| Units {
                enabled: Some(100),
                warning: Some(0),
                consumed: Some(consumed),
                ..Units::default()
            }),
        };
        seen.iter().map(reading).collect()
    }

    fn thinned(readings: &[Reading]) -> Vec<Reading> {
        let goes = superfluous(readings, &zurich());
        let stays = readings.iter().filter(|it| !goes.contains(&it.from));
        stays.copied().collect()
    }

    #[test]
    fn of_a_day_stays_what_is_read() {
        let check = |seen: &[(i64, Option<i64>)], stays: &[i64]| {
            let thinned = thinned(&readings(seen));
            let stayed = thinned.iter().map(|it| it.from.duration_since(minute(0)));
            let stayed: Vec<_> = stayed.map(|it| it.as_mins()).collect();
            assert_eq!(stayed, stays, "{seen:?}");
        };
        check(&[], &[]);
        check(&[(7, Some(1))], &[7]);
        // The last before midnight UTC (two hours in), before noon and of the day.
        let rising: Vec<_> = (0..24).map(|hour| (60 * hour + 1, Some(hour))).collect();
        check(&rising, &[61, 60 * 13 + 1, 60 * 23 + 1]);
        // The fewest were free from 8:01 on.
        let peak = [1, 2, 3, 8, 9, 20].map(|hour| (60 * hour + 181, Some(hour)));
        let mut peak = peak.to_vec();
        peak[3].1 = Some(90);
        peak[4].1 = Some(90);
        check(&peak, &[60 * 8 + 181, 60 * 9 + 181, 60 * 20 + 181]);
        // It was gone for an hour.
        let gone = [(200, Some(1)), (230, None), (290, None), (300, Some(1))];
        check(&gone, &[200, 230, 300]);
        // What held until midnight UTC is not read, what held from then on is.
        let around = [(0, Some(9)), (60, Some(2)), (120, Some(3)), (130, Some(1))];
        check(&around, &[0, 120, 130]);
        // Winter time begins: the day has 25 hours.
        check(
            &[(1490, Some(5)), (1495, Some(4)), (1505, Some(3))],
            &[1490, 1495, 1505],
        );
    }

    proptest! {
        #[test]
        fn nobody_who_reads_the_past_sees_a_difference(
            seen in proptest::collection::btree_map(
                0..6_000_i64, proptest::option::weighted(0.9, 0..120_i64), 0..200,
            ),
        ) {
            let seen: Vec<_> = seen.into_iter().collect();
            let before = readings(&seen);
            let after = thinned(&before);
            prop_assert_eq!(&thinned(&after), &after, "once is enough");
            let past = |readings: &[Reading]| Past {
                readings: readings.to_vec(),
                unseen: Vec::new(),
            };
            let (was, is) = (past(&before), past(&after));
            let days = [0, 1500, 2940, 4380, 5820, 7260];
            for [from, until] in days.windows(2).map(|day| [day[0], day[1]].map(minute)) {
                for at in [from, until - SignedDuration::from_millis(1)] {
                    prop_assert_eq!(was.at(at), is.at(at), "at {}", at);
                }
                prop_assert_eq!(unused(&was, from, until), unused(&is, from, until));
                let fewest = |past: &Past| {
                    let is_within = |it: &&Reading| it.from >= from && it.from < until;
                    let within = past.readings.iter().filter(is_within);
                    within.filter_map(|it| Some((it.units?.free()?, it.from))).min()
                };
                prop_assert_eq!(fewest(&was), fewest(&is));
            }
            for half in (120..6_000).step_by(720).map(minute) {
                prop_assert_eq!(was.at(half), is.at(half), "at {}", half);
            }
            // Four that are read, the fewest and the first unknown of each day, and no more.
            for day in days.windows(2) {
                let of_the_day = minute(day[0])..minute(day[1]);
                let stay = after.iter().filter(|it| of_the_day.contains(&it.from)).count();
                prop_assert!(stay <= 6, "{} stay", stay);
            }
        }
    }
}
