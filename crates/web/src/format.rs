//! Numbers, dates and ages as Swiss Germans and the English write them.

use domain::Language;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::words::{Words, messages};

messages! {
    age_now: "gerade eben", "just now";
    in_a_moment: "gleich", "in a moment";
    age_minutes[n]: "vor 1 min" | "vor {n} min", "1 min ago" | "{n} min ago";
    age_hours[n]: "vor 1 h" | "vor {n} h", "1 h ago" | "{n} h ago";
    age_days[n]: "vor 1 Tag" | "vor {n} Tagen", "1 day ago" | "{n} days ago";
    in_minutes[n]: "in 1 min" | "in {n} min", "in 1 min" | "in {n} min";
    in_hours[n]: "in 1 h" | "in {n} h", "in 1 h" | "in {n} h";
    in_days[n]: "in 1 Tag" | "in {n} Tagen", "in 1 day" | "in {n} days";
}

/// `1'000` and `1,000`; `−5` with a minus, not a hyphen.
pub(crate) fn number(number: i64, language: Language) -> String {
    let separator = match language {
        Language::German => '\'',
        Language::English => ',',
    };
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 3);
    if number < 0 {
        text.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// `23.11.2026` and `23 Nov 2026`.
pub(crate) fn date(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    day(at.to_zoned_datetime(zone.clone()).date(), language)
}

/// The same of a day that is not a moment.
pub(crate) fn day(day: jiff::civil::Date, language: Language) -> String {
    match language {
        Language::German => day.strftime("%d.%m.%Y").to_string(),
        Language::English => day.strftime("%-d %b %Y").to_string(),
    }
}

/// `23.11.` and `23 Nov`.
pub(crate) fn short_day(day: jiff::civil::Date, language: Language) -> String {
    match language {
        Language::German => day.strftime("%-d.%-m.").to_string(),
        Language::English => day.strftime("%-d %b").to_string(),
    }
}

/// `23.11.2026, 14:05` and `23 Nov 2026, 14:05`.
pub(crate) fn time(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let zoned = at.to_zoned_datetime(zone.clone());
    format!(
        "{}, {}",
        day(zoned.date(), language),
        zoned.strftime("%H:%M")
    )
}

/// How long something is ago, or ahead, in the unit that says most.
pub(crate) fn age(at: Timestamp, now: Timestamp, words: Words) -> String {
    let away = now.duration_since(at);
    let ahead = away.is_negative();
    let span = away.abs();
    let (minutes, hours) = (span.as_mins(), span.as_hours());
    let days = hours / 24;
    match (ahead, minutes, hours, days) {
        (_, 0, ..) => words.age_now().to_owned(),
        (false, n, 0, _) => words.age_minutes(n),
        (false, _, n, 0..=1) => words.age_hours(n),
        (false, _, _, n) => words.age_days(n),
        (true, n, 0, _) => words.in_minutes(n),
        (true, _, n, 0..=1) => words.in_hours(n),
        (true, _, _, n) => words.in_days(n),
    }
}

/// When something is due: [`age`], but never in the past.
pub(crate) fn due(at: Timestamp, now: Timestamp, words: Words) -> String {
    let soon = now.saturating_add(SignedDuration::from_mins(1));
    match soon.is_ok_and(|soon| at < soon) {
        true => words.in_a_moment().to_owned(),
        false => age(at, now, words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Language; 2] = [Language::German, Language::English];

    #[test]
    fn numbers_are_grouped_by_three() {
        for (given, german, english) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1000, "1'000", "1,000"),
            (-1_234_567, "−1'234'567", "−1,234,567"),
            (
                i64::MIN,
                "−9'223'372'036'854'775'808",
                "−9,223,372,036,854,775,808",
            ),
        ] {
            assert_eq!(
                BOTH.map(|language| number(given, language)),
                [german, english]
            );
        }
    }

    #[test]
    fn times_are_those_of_the_place() {
        let at: Timestamp = "2026-11-23T23:05:59Z".parse().unwrap();
        let zurich = TimeZone::get("Europe/Zurich").unwrap();
        assert_eq!(
            BOTH.map(|language| time(at, &zurich, language)),
            ["24.11.2026, 00:05", "24 Nov 2026, 00:05"]
        );
        assert_eq!(
            BOTH.map(|language| date(at, &TimeZone::UTC, language)),
            ["23.11.2026", "23 Nov 2026"]
        );
    }

    #[test]
    fn ages_use_the_unit_that_says_most() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let words = Words(Language::English);
        for (seconds_ago, said) in [
            (0, "just now"),
            (59, "just now"),
            (-59, "just now"),
            (60, "1 min ago"),
            (3599, "59 min ago"),
            (3600, "1 h ago"),
            (47 * 3600, "47 h ago"),
            (48 * 3600, "2 days ago"),
            (-60, "in 1 min"),
            (-7200, "in 2 h"),
            (-86_400 * 30, "in 30 days"),
        ] {
            let at = now - SignedDuration::from_secs(seconds_ago);
            assert_eq!(age(at, now, words), said, "{seconds_ago}");
        }
        for (seconds_ahead, said) in [(-600, "in a moment"), (59, "in a moment"), (60, "in 1 min")]
        {
            let at = now + SignedDuration::from_secs(seconds_ahead);
            assert_eq!(due(at, now, words), said, "{seconds_ahead}");
        }
    }
}
