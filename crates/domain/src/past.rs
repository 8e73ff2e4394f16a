//! What a product's numbers were, and what can be said of the whole of a stretch of time.

use jiff::Timestamp;

use crate::Units;

/// Numbers that hold from a moment until the next reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    pub from: Timestamp,
    /// `None`: the tenant had no such product.
    pub units: Option<Units>,
}

/// A time in which nobody could look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unseen {
    pub from: Timestamp,
    /// `None`: it goes on.
    pub until: Option<Timestamp>,
}

/// A stretch of a product's past.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Oldest first.
    pub readings: Vec<Reading>,
    pub unseen: Vec<Unseen>,
}

impl Past {
    /// The numbers at a moment; `None`: not known, or there was no such product.
    pub fn at(&self, moment: Timestamp) -> Option<Units> {
        let after = self
            .readings
            .partition_point(|reading| reading.from <= moment);
        let hidden =
            |gap: &Unseen| gap.from < moment && gap.until.is_none_or(|until| moment < until);
        if self.unseen.iter().any(hidden) {
            return None;
        }
        self.readings[..after].last()?.units
    }
}

/// Seats that were free during all of `from` to `until`: nobody ever needed them. `None` if
/// history does not reach into the stretch, or a number of it is missing.
///
/// Where history begins later than the stretch, it is the answer for what is known of it.
pub fn unused(past: &Past, from: Timestamp, until: Timestamp) -> Option<i64> {
    let begins = past
        .readings
        .partition_point(|reading| reading.from <= from);
    let within = past.readings[begins.saturating_sub(1)..]
        .iter()
        .take_while(|reading| reading.from < until);
    let free = within.map(|reading| reading.units.and_then(|units| units.free()));
    let least = free.reduce(|least, free| Some(least?.min(free?)))??;
    Some(least.max(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn day(n: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n)
    }

    fn past(readings: &[(i64, Option<i64>)]) -> Past {
        let reading = |&(from, consumed): &(i64, Option<i64>)| Reading {
            from: day(from),
            units: Some(Units {
                enabled: Some(100),
                warning: Some(0),
                consumed,
                ..Units::default()
            }),
        };
        Past {
            readings: readings.iter().map(reading).collect(),
            unseen: Vec::new(),
        }
    }

    #[test]
    fn unused_is_what_was_free_all_the_time() {
        let check = |readings: &[(i64, Option<i64>)], from, until, expected| {
            let found = unused(&past(readings), day(from), day(until));
            assert_eq!(found, expected, "{readings:?} from {from} to {until}");
        };
        let year = [(0, Some(60)), (100, Some(90)), (200, Some(70))];
        check(&year, 0, 365, Some(10));
        check(&year, 150, 365, Some(10));
        check(&year, 200, 365, Some(30));
        check(&year, 0, 100, Some(40));
        check(&year, -50, 50, Some(40));
        check(&[(0, Some(60)), (10, None)], 0, 365, None);
        check(&[(0, Some(110))], 0, 365, Some(0));
        check(&[], 0, 365, None);
        check(&[(50, Some(1))], 0, 40, None);
    }

    #[test]
    fn nothing_is_known_of_a_time_in_which_nobody_could_look() {
        let mut past = past(&[(0, Some(60)), (10, Some(70))]);
        past.unseen.push(Unseen {
            from: day(3),
            until: Some(day(5)),
        });
        let consumed = |n| past.at(day(n)).map(|units| units.consumed);
        assert_eq!(consumed(-1), None);
        assert_eq!(consumed(2), Some(Some(60)));
        assert_eq!(consumed(4), None);
        assert_eq!(consumed(5), Some(Some(60)));
        assert_eq!(consumed(10), Some(Some(70)));
    }
}
