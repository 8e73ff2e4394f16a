//! How the text of a setting becomes a value, with a sentence for every text that is none.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use domain::{Exclusion, Language, Severity, TenantKey, Threshold};
use graph::Cloud;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use pipeline::tell::MailTls;
use url::Url;

/// A value that can be read from the text of a setting; the error says what would be right.
pub(crate) trait FromText: Sized {
    fn from_text(text: &str) -> Result<Self, String>;
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl FromText for LogFormat {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("must be text or json".to_owned()),
        }
    }
}

/// A port of some server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Port(pub(crate) u16);

impl FromText for Port {
    fn from_text(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(port @ 1..) => Ok(Self(port)),
            _ => Err("must be a port from 1 to 65535".to_owned()),
        }
    }
}

/// A number of whole days, for what is kept for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days(SignedDuration);

impl Days {
    pub(crate) fn span(self) -> SignedDuration {
        self.0
    }
}

impl FromText for Days {
    fn from_text(text: &str) -> Result<Self, String> {
        let number = text.trim().strip_suffix('d').map(str::trim_end);
        match number.and_then(|number| number.parse().ok()) {
            Some(days @ 1..=36_500_i64) => Ok(Self(SignedDuration::from_hours(24 * days))),
            _ => Err("must be a number of days such as 365d, at most 36500d".to_owned()),
        }
    }
}

/// What some tenants have instead of what all have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OfTenants<T>(pub(crate) BTreeMap<TenantKey, T>);

impl<T: FromText> FromText for OfTenants<T> {
    fn from_text(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim);
        let mut values = BTreeMap::new();
        for part in parts.filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').ok_or_else(|| {
                format!("must be keys with values such as iseschool=365d, and \"{part}\" is none")
            })?;
            let key = TenantKey::parse(key.trim()).map_err(|wrong| wrong.to_string())?;
            let value = T::from_text(value.trim()).map_err(|wrong| format!("of {key} {wrong}"))?;
            if values.insert(key.clone(), value).is_some() {
                return Err(format!("says two things of {key}"));
            }
        }
        Ok(Self(values))
    }
}

impl FromText for bool {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "must be true or false".to_owned())
    }
}

impl FromText for String {
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

/// An empty text is no value.
impl<T: FromText> FromText for Option<T> {
    fn from_text(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            Ok(None)
        } else {
            T::from_text(text).map(Some)
        }
    }
}

impl FromText for SocketAddr {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| "must be an address and a port, such as 127.0.0.1:5000".to_owned())
    }
}

impl FromText for Language {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "de" => Ok(Self::German),
            "en" => Ok(Self::English),
            _ => Err("must be de or en".to_owned()),
        }
    }
}

impl FromText for Url {
    fn from_text(text: &str) -> Result<Self, String> {
        let url = Self::parse(text).map_err(|error| format!("is no web address: {error}"))?;
        match url.scheme() {
            "https" | "http" => Ok(url),
            _ => Err("must begin with https://".to_owned()),
        }
    }
}

impl FromText for Cloud {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "global" => Ok(Self::global()),
            "us-government" => Ok(Self::us_government()),
            "us-government-dod" => Ok(Self::us_government_dod()),
            "china" => Ok(Self::china()),
            _ => Err("must be global, us-government, us-government-dod or china".to_owned()),
        }
    }
}

/// Whether people sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthWord {
    None,
    Entra,
}

impl FromText for AuthWord {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            "entra" => Ok(Self::Entra),
            _ => Err("must be entra or none".to_owned()),
        }
    }
}

/// Addresses and ranges, separated by commas.
impl FromText for Vec<web::Network> {
    fn from_text(text: &str) -> Result<Self, String> {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let networks = parts.map(|part| part.parse().map_err(|wrong| format!("{wrong}")));
        networks.collect()
    }
}

impl FromText for Severity {
    fn from_text(text: &str) -> Result<Self, String> {
        Self::from_word(text).ok_or_else(|| "must be notice, warning or critical".to_owned())
    }
}

impl FromText for Exclusion {
    fn from_text(text: &str) -> Result<Self, String> {
        Self::from_word(text).ok_or_else(|| "must be none, alerts-only or everywhere".to_owned())
    }
}

impl FromText for MailTls {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "starttls" => Ok(Self::StartTls),
            "tls" => Ok(Self::Implicit),
            "none" => Ok(Self::None),
            _ => Err("must be starttls, tls or none".to_owned()),
        }
    }
}

impl FromText for TimeZone {
    fn from_text(text: &str) -> Result<Self, String> {
        Self::get(text).map_err(|_| "must be a time zone such as Europe/Zurich".to_owned())
    }
}

/// A span of time longer than nothing.
impl FromText for SignedDuration {
    fn from_text(text: &str) -> Result<Self, String> {
        match text.parse::<Self>() {
            Ok(span) if span.is_positive() => Ok(span),
            _ => Err("must be a time such as 30s, 15m or 1h 30m".to_owned()),
        }
    }
}

impl FromText for Duration {
    fn from_text(text: &str) -> Result<Self, String> {
        SignedDuration::from_text(text).map(SignedDuration::unsigned_abs)
    }
}

impl FromText for Threshold {
    fn from_text(text: &str) -> Result<Self, String> {
        let wrong = || "must be a number of seats such as 5, or a share such as 5%".to_owned();
        match text.strip_suffix('%') {
            Some(share) => match share.trim().parse() {
                Ok(percent @ 0..=100) => Ok(Self::Percent(percent)),
                _ => Err(wrong()),
            },
            None => match text.parse() {
                Ok(seats @ 0..) => Ok(Self::Seats(seats)),
                _ => Err(wrong()),
            },
        }
    }
}

/// Whole numbers within bounds.
macro_rules! whole_number {
    ($type:ty, $bounds:expr) => {
        impl FromText for $type {
            fn from_text(text: &str) -> Result<Self, String> {
                let bounds = $bounds;
                let wrong = || {
                    format!(
                        "must be a whole number from {} to {}",
                        bounds.start(),
                        bounds.end()
                    )
                };
                text.parse()
                    .ok()
                    .filter(|n| bounds.contains(n))
                    .ok_or_else(wrong)
            }
        }
    };
}
whole_number!(usize, 1..=1000_usize);
whole_number!(u16, 0..=365_u16);
whole_number!(u32, 1..=1000_u32);
whole_number!(i64, 0..=1_000_000_i64);

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: FromText + std::fmt::Debug>(texts: &[&str], expected: &str) {
        for text in texts {
            let said = match T::from_text(text) {
                Ok(value) => format!("{value:?}"),
                Err(wrong) => wrong,
            };
            assert_eq!(said, expected, "{text:?}");
        }
    }

    #[test]
    fn texts_become_values_or_sentences() {
        check::<Threshold>(&["5%", "5 %"], "Percent(5)");
        check::<Threshold>(&["7"], "Seats(7)");
        check::<Threshold>(
            &["", "-1", "101%", "5.5", "many"],
            "must be a number of seats such as 5, or a share such as 5%",
        );
        check::<Duration>(&["90s", "1m30s", "1m 30s"], "90s");
        check::<Duration>(
            &["", "0s", "-5s", "5", "soon"],
            "must be a time such as 30s, 15m or 1h 30m",
        );
        check::<Days>(&["1d", " 1 d"], "Days(24h)");
        check::<Days>(
            &["", "0d", "-1d", "365", "2w", "36501d", "d"],
            "must be a number of days such as 365d, at most 36500d",
        );
        check::<OfTenants<Days>>(&["a=1d", " a = 1d ,"], "OfTenants({a: Days(24h)})");
        check::<OfTenants<Days>>(&["a=1d,a=2d"], "says two things of a");
        check::<OfTenants<Days>>(
            &["a=1w"],
            "of a must be a number of days such as 365d, at most 36500d",
        );
        check::<OfTenants<Days>>(
            &["a"],
            "must be keys with values such as iseschool=365d, and \"a\" is none",
        );
        check::<usize>(&["50"], "50");
        check::<usize>(
            &["0", "1001", "x", ""],
            "must be a whole number from 1 to 1000",
        );
        check::<Language>(&["fr"], "must be de or en");
        check::<LogFormat>(&["xml"], "must be text or json");
        check::<SocketAddr>(
            &["localhost", "1.2.3.4"],
            "must be an address and a port, such as 127.0.0.1:5000",
        );
        check::<Url>(&["ftp://x/"], "must begin with https://");
        check::<Option<usize>>(&[""], "None");
        check::<Port>(&["0", "65536", "x"], "must be a port from 1 to 65535");
        check::<AuthWord>(&["azure", ""], "must be entra or none");
        check::<Vec<web::Network>>(&["", " , "], "[]");
        check::<Vec<web::Network>>(
            &["10.0.0.1, proxy", "10.0.0.0/40"],
            "must be an address such as 10.0.0.7, or a range such as 10.0.0.0/8",
        );
        check::<bool>(&["yes", ""], "must be true or false");
        check::<Severity>(&["warning"], "Warning");
        check::<Severity>(&["mild"], "must be notice, warning or critical");
        check::<Exclusion>(&["all"], "must be none, alerts-only or everywhere");
        check::<MailTls>(&["tls"], "Implicit");
        check::<MailTls>(&["ssl"], "must be starttls, tls or none");
        check::<TimeZone>(&["Zurich"], "must be a time zone such as Europe/Zurich");
    }
}
