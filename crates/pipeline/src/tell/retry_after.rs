//! Reads how long a receiver asks to wait.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Who asks for more is not believed.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The wait that an answer asks for; `None` if it asks for none that can be understood.
pub(super) fn asked_wait(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    wait(text(RETRY_AFTER)?, text(DATE), now)
}

/// Seconds, or a date that is compared with the receiver's own clock where it says its time.
fn wait(value: &str, date: Option<&str>, now: Timestamp) -> Option<Duration> {
    let wait = match value.trim().parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds.clamp(-1.0, 1e9)).ok()?,
        Err(_) => {
            let now = date.and_then(http_date).unwrap_or(now);
            Duration::try_from(http_date(value)?.duration_since(now)).unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST))
}

fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new()
        .parse_timestamp(text.trim())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_exists_is_read() {
        let now: Timestamp = "2026-08-10T06:00:00Z".parse().unwrap();
        let check = |value: &str, date: Option<&str>, expected: Option<u64>| {
            let expected = expected.map(Duration::from_millis);
            assert_eq!(wait(value, date, now), expected, "{value}");
        };
        check("12", None, Some(12_000));
        check(" 1.5 ", None, Some(1_500));
        check("0", None, Some(0));
        check("Mon, 10 Aug 2026 06:00:09 GMT", None, Some(9_000));
        check("Mon, 10 Aug 2026 05:00:00 GMT", None, Some(0));
        let date = Some("Mon, 10 Aug 2026 06:00:05 GMT");
        check("Mon, 10 Aug 2026 06:00:09 GMT", date, Some(4_000));
        let day = 24 * 60 * 60 * 1000;
        for huge in ["1e300", "inf", "999999999", "Mon, 10 Aug 2099 06:00:09 GMT"] {
            check(huge, None, Some(day));
        }
        for nonsense in ["", "-1", "NaN", "soon", "12 s"] {
            check(nonsense, None, None);
        }
    }
}
