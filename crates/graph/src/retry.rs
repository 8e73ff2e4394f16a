//! When a failed request is sent again, and how long to wait before.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::time::Instant;
use uuid::Uuid;

use crate::error::Error;
use crate::settings::Settings;
use crate::traffic::Traffic;

/// The first backoff; each further one is twice as long.
const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LONGEST_BACKOFF: Duration = Duration::from_secs(20);
/// Even "at once" means not in the same breath.
const SHORTEST_WAIT: Duration = Duration::from_millis(50);
/// A `Retry-After` beyond this is a mistake of the sender.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the caller of one call can wait.
#[derive(Debug, Clone)]
pub(crate) struct Patience {
    until: Instant,
    max_attempts: u32,
    traffic: Traffic,
}

impl Patience {
    pub(crate) fn start(settings: &Settings) -> Patience {
        Patience::lasting(settings.deadline, settings)
    }

    /// For a call that may last longer than others.
    pub(crate) fn lasting(deadline: Duration, settings: &Settings) -> Patience {
        Patience {
            until: Instant::now() + deadline,
            max_attempts: settings.max_attempts,
            traffic: settings.traffic.clone(),
        }
    }

    /// How long to wait before something is sent again that has been sent `made` times, or `None`
    /// if it should not be.
    pub(crate) fn again(&self, error: &Error, made: u32) -> Option<Duration> {
        let wait = wait(error, made, jitter())?;
        (made < self.max_attempts && wait < self.left()).then_some(wait)
    }

    /// What is left of it.
    pub(crate) fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// Starts counting the attempts of one request.
    pub(crate) fn attempts(&self) -> Attempts<'_> {
        Attempts {
            patience: self,
            made: 0,
        }
    }
}

/// The attempts of one request.
#[derive(Debug)]
pub(crate) struct Attempts<'p> {
    patience: &'p Patience,
    made: u32,
}

impl Attempts<'_> {
    /// Waits until the request may be sent again, or gives the error back if it should not be.
    pub(crate) async fn again_after(&mut self, error: Error) -> Result<(), Error> {
        self.made += 1;
        let Some(wait) = self.patience.again(&error, self.made) else {
            return Err(error);
        };
        tracing::debug!(%error, wait_ms = wait.as_millis(), "sent again after a wait");
        self.patience.traffic.wait(&error, wait);
        tokio::time::sleep(wait).await;
        Ok(())
    }
}

/// How long to wait after attempt number `made` (from 1), or `None` if waiting does not help.
/// `jitter` is from 0 to 1.
fn wait(error: &Error, made: u32, jitter: f64) -> Option<Duration> {
    let backoff = FIRST_BACKOFF.saturating_mul(1 << made.saturating_sub(1).min(16));
    let backoff = backoff.min(LONGEST_BACKOFF);
    match error {
        Error::Throttled { retry_after, .. } | Error::Unavailable { retry_after, .. } => {
            Some(match retry_after {
                Some(asked) => asked.max(&SHORTEST_WAIT).mul_f64(1.0 + jitter * 0.1),
                None => backoff.mul_f64(0.5 + jitter * 0.5),
            })
        }
        Error::Unreachable { broke: true, .. } => Some(backoff.mul_f64(0.5 + jitter * 0.5)),
        _ => None,
    }
}

/// From 0 to 1, by the random bits of a UUID: enough to keep clients apart.
fn jitter() -> f64 {
    let (bits, _) = Uuid::new_v4().as_u64_pair();
    f64::from((bits >> 32) as u32) / f64::from(u32::MAX)
}

/// Reads `Retry-After`: seconds, seconds with a fraction (Graph sends them), or an HTTP date, which
/// counts from the answer's own `Date` so that the clock of this machine does not matter.
pub fn retry_after(value: &str, date: Option<&str>, now: Timestamp) -> Option<Duration> {
    let wait = match value.trim().parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds.clamp(-1.0, 1e9)).ok()?,
        Err(_) => {
            let now = date.and_then(http_date).unwrap_or(now);
            Duration::try_from(http_date(value)?.duration_since(now)).unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST_RETRY_AFTER))
}

fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new()
        .parse_timestamp(text.trim())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Call, Failure};

    #[test]
    fn retry_after_is_read_in_every_form_that_exists() {
        let now: Timestamp = "2026-08-10T06:00:00Z".parse().unwrap();
        let check = |value: &str, date: Option<&str>, millis: Option<u64>| {
            let expected = millis.map(Duration::from_millis);
            assert_eq!(retry_after(value, date, now), expected, "{value}");
        };
        check("12", None, Some(12_000));
        check(" 1.5 ", None, Some(1_500));
        check("0", None, Some(0));
        check("Mon, 10 Aug 2026 06:00:09 GMT", None, Some(9_000));
        check("Mon, 10 Aug 2026 05:00:00 GMT", None, Some(0));
        let date = Some("Mon, 10 Aug 2026 06:00:05 GMT");
        check("Mon, 10 Aug 2026 06:00:09 GMT", date, Some(4_000));
        check(
            "Mon, 10 Aug 2026 06:00:09 GMT",
            Some("nonsense"),
            Some(9_000),
        );
        let day = 24 * 60 * 60 * 1000;
        for huge in [
            "1e300",
            "inf",
            "999999999999999999999",
            "Mon, 10 Aug 2099 06:00:09 GMT",
        ] {
            check(huge, None, Some(day));
        }
        for nonsense in [
            "",
            "-1",
            "NaN",
            "soon",
            "12 s",
            "Mon, 99 Aug 2026 06:00:09 GMT",
        ] {
            check(nonsense, None, None);
        }
    }

    fn throttled(retry_after: Option<u64>) -> Error {
        let failure = Failure::new(Call::SubscribedSkus);
        Error::throttled(failure, retry_after.map(Duration::from_millis))
    }

    #[test]
    fn the_wait_is_what_was_asked_for_or_grows() {
        let check = |error: &Error, made, jitter, millis: Option<u64>| {
            let got = wait(error, made, jitter).map(|wait| wait.as_millis());
            assert_eq!(got, millis.map(u128::from), "{error:?}");
        };
        check(&throttled(Some(12_000)), 1, 0.0, Some(12_000));
        check(&throttled(Some(12_000)), 3, 1.0, Some(13_200));
        check(&throttled(Some(0)), 1, 0.0, Some(50));
        check(&throttled(None), 1, 0.0, Some(250));
        check(&throttled(None), 1, 1.0, Some(500));
        check(&throttled(None), 3, 1.0, Some(2_000));
        check(&throttled(None), 4_000_000_000, 1.0, Some(20_000));
        let failure = || Failure::new(Call::Token);
        check(&Error::unavailable(failure(), None), 2, 1.0, Some(1_000));
        check(
            &Error::broke(failure(), "host", "reset"),
            2,
            1.0,
            Some(1_000),
        );
        check(
            &Error::cannot_connect(failure(), "host", "refused"),
            1,
            1.0,
            None,
        );
        check(&Error::timed_out(failure(), Duration::ZERO), 1, 1.0, None);
        check(&Error::denied(failure(), "no"), 1, 1.0, None);
        check(&Error::unreadable(failure(), "no"), 1, 1.0, None);
        check(&Error::gone(failure()), 1, 1.0, None);
    }

    #[test]
    fn jitter_stays_between_0_and_1() {
        assert!(
            (0..1000)
                .map(|_| jitter())
                .all(|jitter| (0.0..=1.0).contains(&jitter))
        );
    }

    async fn attempts(deadline: u64, max_attempts: u32, error: Error) -> (u32, Duration) {
        let patience = Patience {
            until: Instant::now() + Duration::from_millis(deadline),
            max_attempts,
            traffic: Traffic::default(),
        };
        let start = Instant::now();
        let mut attempts = patience.attempts();
        while attempts.again_after(error.clone()).await.is_ok() {}
        (attempts.made, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_end_at_their_number_and_at_the_deadline() {
        let (made, waited) = attempts(60_000, 4, throttled(Some(1_000))).await;
        assert_eq!(made, 4);
        assert!(waited >= Duration::from_secs(3) && waited < Duration::from_millis(3_310));

        let (made, waited) = attempts(5_000, 4, throttled(Some(30_000))).await;
        assert_eq!(
            (made, waited),
            (1, Duration::ZERO),
            "a wait that is too long is not begun"
        );

        let (made, waited) = attempts(5_000, 100, throttled(Some(2_000))).await;
        assert!(made == 3 && waited < Duration::from_secs(5));

        let timed_out = Error::timed_out(Failure::new(Call::Token), Duration::ZERO);
        assert_eq!(attempts(60_000, 4, timed_out).await, (1, Duration::ZERO));
    }
}
