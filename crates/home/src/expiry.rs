//! Understands the day on which a certificate ends, as people and tools write it.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

/// Notations of dates that are no ISO 8601: Swiss and German; openssl's `-enddate`.
const OTHER_NOTATIONS: [&str; 4] = [
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%b %d %H:%M:%S %Y GMT",
];

/// X.509 knows no earlier one; what looks like one is a year without its century.
const FIRST_YEAR: i16 = 1950;

/// The day, in UTC where a time zone is given: RFC 3339, `2027-08-01` (with or without a time),
/// `01.08.2027`, or openssl's `notAfter=Aug  1 12:00:00 2027 GMT`.
pub(crate) fn parse(text: &str) -> Option<Date> {
    let text = text.strip_prefix("notAfter=").unwrap_or(text).trim();
    in_any_notation(text).filter(|day| day.year() >= FIRST_YEAR)
}

fn in_any_notation(text: &str) -> Option<Date> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(day(timestamp));
    }
    text.parse::<DateTime>()
        .map(DateTime::date)
        .or_else(|_| text.parse::<Date>())
        .ok()
        .or_else(|| {
            OTHER_NOTATIONS
                .iter()
                .find_map(|format| in_notation(format, text))
        })
}

/// The day of a moment, in UTC.
pub(crate) fn day(moment: Timestamp) -> Date {
    moment.to_zoned_datetime(TimeZone::UTC).date()
}

/// Whether two days are the same, give or take the one that a time zone makes.
pub(crate) fn agrees(one: Date, other: Date) -> bool {
    one.until((Unit::Day, other))
        .is_ok_and(|span| span.get_days().abs() <= 1)
}

fn in_notation(format: &str, text: &str) -> Option<Date> {
    strtime::parse(format, text).ok()?.to_date().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn every_notation_of_a_day_is_read() {
        let expected = Some(date(2027, 8, 1));
        for text in [
            "2027-08-01",
            "2027-08-01T12:00:00Z",
            "2027-08-01T12:00:00.123+02:00",
            "2027-08-01T12:00:00",
            "2027-08-01 12:00:00",
            "2027-08-01 12:00:00Z",
            "01.08.2027",
            "1.8.2027",
            "01.08.2027 12:00",
            "01.08.2027 12:00:00",
            "Aug  1 12:00:00 2027 GMT",
            "notAfter=Aug  1 12:00:00 2027 GMT",
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_not_guessed() {
        for text in [
            "",
            "soon",
            "08/01/2027",
            "01/08/2027",
            "2027",
            "31.02.2027",
            "1.8.27",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_zone_makes_a_day_of_difference_and_no_more() {
        let check = |other, expected| assert_eq!(agrees(date(2027, 8, 1), other), expected);
        check(date(2027, 8, 1), true);
        check(date(2027, 7, 31), true);
        check(date(2027, 8, 2), true);
        check(date(2027, 8, 3), false);
        check(date(2026, 8, 1), false);
        check(Date::MIN, false);
        check(Date::MAX, false);
    }

    proptest! {
        #[test]
        fn every_day_is_read_back(days in 0..40_000) {
            let day = date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            prop_assert_eq!(parse(&day.to_string()), Some(day));
            prop_assert_eq!(parse(&day.strftime("%d.%m.%Y").to_string()), Some(day));
        }

        #[test]
        fn no_text_panics(text in "[-0-9.:TZ+ A-z]{0,40}|.{0,40}") {
            prop_assert!(parse(&text).is_none_or(|day| day.year() >= FIRST_YEAR));
        }
    }
}
