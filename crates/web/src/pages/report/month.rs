//! A month as people name it, and the moments between which it lies at the reader's place.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::words::Words;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month {
    first: Date,
}

impl Month {
    /// From `2026-10`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
            return None;
        }
        let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
        // Whatever is reckoned with stays within the calendar.
        (1900..=9000)
            .contains(&first.year())
            .then_some(Self { first })
    }

    /// The month in which a moment lies.
    pub(super) fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let day = at.to_zoned_datetime(zone.clone()).date();
        Self {
            first: day.first_of_month(),
        }
    }

    pub(super) fn previous(self) -> Self {
        self.moved(-1)
    }

    pub(super) fn next(self) -> Self {
        self.moved(1)
    }

    pub(super) fn moved(self, months: i64) -> Self {
        let first = self.first.checked_add(months.months());
        Self {
            first: first.unwrap_or(self.first),
        }
    }

    /// Its first moment.
    pub(super) fn begins(self, zone: &TimeZone) -> Timestamp {
        let begins = self.first.to_zoned_datetime(zone.clone());
        begins.map_or(Timestamp::MIN, |zoned| zoned.timestamp())
    }

    /// Its last day.
    pub(super) fn last_day(self) -> Date {
        self.first.last_of_month()
    }

    /// As addresses write it: `2026-10`.
    pub(super) fn text(self) -> String {
        self.first.strftime("%Y-%m").to_string()
    }

    /// `Oktober 2026`.
    pub(super) fn name(self, words: Words) -> String {
        format!("{} {}", words.month(self.first.month()), self.first.year())
    }
}

/// The stretch of time that a report is about.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) month: Month,
    pub(super) from: Timestamp,
    /// The month's end; of a month that goes on: now.
    pub(super) until: Timestamp,
    pub(super) goes_on: bool,
    pub(super) zone: TimeZone,
}

impl Span {
    /// `None`: the month has not begun.
    pub(super) fn of(month: Month, zone: &TimeZone, now: Timestamp) -> Option<Self> {
        let (from, end) = (month.begins(zone), month.next().begins(zone));
        (from <= now).then(|| Self {
            month,
            from,
            until: end.min(now),
            goes_on: now < end,
            zone: zone.clone(),
        })
    }

    /// Up to when renewals are told: three months after.
    pub(super) fn renewals_until(&self) -> Timestamp {
        let zoned = self.until.to_zoned_datetime(self.zone.clone());
        let later = zoned.checked_add(3.months());
        later.map_or(Timestamp::MAX, |later| later.timestamp())
    }

    /// The end of the next month: what runs out before it is to be ordered.
    pub(super) fn order_before(&self) -> Timestamp {
        self.month.moved(2).begins(&self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Language;

    #[test]
    fn a_month_is_read_strictly_and_moves_over_years() {
        let month = Month::parse("2026-12").unwrap();
        assert_eq!(month.next().text(), "2027-01");
        assert_eq!(month.previous().text(), "2026-11");
        assert_eq!(month.last_day().to_string(), "2026-12-31");
        assert_eq!(month.name(Words(Language::German)), "Dezember 2026");
        for odd in [
            "",
            "2026",
            "2026-13",
            "2026-00",
            "26-01",
            "2026-1",
            "2026-01-01",
            "+026-01",
        ] {
            assert_eq!(Month::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn it_begins_at_midnight_of_the_place() {
        let zurich = TimeZone::get("Europe/Zurich").unwrap();
        let november = Month::parse("2026-11").unwrap();
        assert_eq!(november.begins(&zurich).to_string(), "2026-10-31T23:00:00Z");
        let late: Timestamp = "2026-10-31T23:30:00Z".parse().unwrap();
        assert_eq!(Month::of(late, &zurich), november);
    }
}
