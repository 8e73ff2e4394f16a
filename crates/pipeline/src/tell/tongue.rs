//! How each language writes numbers, times and plurals, so that no sentence has to know.

use domain::Language;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// One language at one place on earth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tongue<'a> {
    pub(super) language: Language,
    pub(super) zone: &'a TimeZone,
}

impl Tongue<'_> {
    /// The words of this language. Every text is written down in both, side by side.
    pub(super) fn say<'w>(self, german: &'w str, english: &'w str) -> &'w str {
        match self.language {
            Language::German => german,
            Language::English => english,
        }
    }

    /// As [`Tongue::say`], for texts that were made.
    pub(super) fn made(self, german: String, english: String) -> String {
        match self.language {
            Language::German => german,
            Language::English => english,
        }
    }

    /// `1'000` and `1,000`.
    pub(super) fn number(self, number: i64) -> String {
        let separator = self.say("'", ",");
        let digits = number.unsigned_abs().to_string();
        let mut text = String::from(if number < 0 { "−" } else { "" });
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push_str(separator);
            }
            text.push(digit);
        }
        text
    }

    /// A number that may not be known, which is never 0.
    pub(super) fn known(self, number: Option<i64>) -> String {
        number.map_or_else(
            || self.say("unbekannt", "unknown").to_owned(),
            |number| self.number(number),
        )
    }

    /// `1 Platz`, `2 Plätze`.
    pub(super) fn seats(self, number: i64) -> String {
        let noun = match number {
            1 => self.say("Platz", "seat"),
            _ => self.say("Plätze", "seats"),
        };
        format!("{} {noun}", self.number(number))
    }

    /// The verb for so many.
    pub(super) fn are(self, number: i64) -> &'static str {
        match (self.language, number) {
            (Language::German, 1) => "ist",
            (Language::German, _) => "sind",
            (Language::English, 1) => "is",
            (Language::English, _) => "are",
        }
    }

    /// `23.11.2026 14:05` and `23 Nov 2026 14:05`.
    pub(super) fn time(self, time: Timestamp) -> String {
        self.format(time, self.say("%d.%m.%Y %H:%M", "%-d %b %Y %H:%M"))
    }

    /// `23.11.2026` and `23 Nov 2026`.
    pub(super) fn date(self, time: Timestamp) -> String {
        self.format(time, self.say("%d.%m.%Y", "%-d %b %Y"))
    }

    fn format(self, time: Timestamp, pattern: &str) -> String {
        time.to_zoned_datetime(self.zone.clone())
            .strftime(pattern)
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_times_and_plurals_are_the_readers() {
        let zone = TimeZone::get("Europe/Zurich").unwrap();
        let [german, english] = [Language::German, Language::English].map(|language| Tongue {
            language,
            zone: &zone,
        });
        for (number, in_german, in_english) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_000, "1'000", "1,000"),
            (-12_345, "−12'345", "−12,345"),
            (1_234_567, "1'234'567", "1,234,567"),
            (
                i64::MIN,
                "−9'223'372'036'854'775'808",
                "−9,223,372,036,854,775,808",
            ),
        ] {
            assert_eq!(german.number(number), in_german);
            assert_eq!(english.number(number), in_english);
        }
        assert_eq!(german.seats(1), "1 Platz");
        assert_eq!(german.seats(2_000), "2'000 Plätze");
        assert_eq!(german.seats(0), "0 Plätze");
        assert_eq!(english.seats(1), "1 seat");
        assert_eq!(english.seats(-2), "−2 seats");
        assert_eq!(german.known(None), "unbekannt");

        let winter = "2026-11-23T13:05:00Z".parse().unwrap();
        let summer = "2026-07-03T22:30:00Z".parse().unwrap();
        assert_eq!(german.time(winter), "23.11.2026 14:05");
        assert_eq!(english.time(winter), "23 Nov 2026 14:05");
        assert_eq!(german.time(summer), "04.07.2026 00:30");
        assert_eq!(english.date(summer), "4 Jul 2026");
        assert_eq!(german.date(summer), "04.07.2026");
    }
}
