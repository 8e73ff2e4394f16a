//! When a tenant is asked again: soon after luck, later after trouble, never all at once.

use std::time::Duration;

use domain::{Cause, Look};
use jiff::{SignedDuration, Timestamp};

/// The pace of asking. All spans are meant for one tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two successful looks.
    pub interval: SignedDuration,
    /// After the first failure that time may cure; doubles with each further one.
    pub first_retry: SignedDuration,
    /// The longest wait that trouble may cause.
    pub longest_retry: SignedDuration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            interval: SignedDuration::from_mins(15),
            first_retry: SignedDuration::from_secs(30),
            longest_retry: SignedDuration::from_hours(1),
        }
    }
}

/// Share of a wait by which it is shortened or lengthened at random, so that tenants that began
/// together spread.
const JITTER: f64 = 0.1;

/// The moment to ask again after `look`, ended at `now`.
///
/// `failures` counts failures in a row including this one; `retry_after` is Microsoft's own wish,
/// which is never undercut; `chance` lies in 0..1.
pub fn next_due(
    now: Timestamp,
    look: &Look,
    failures: u32,
    retry_after: Option<Duration>,
    pace: &Pace,
    chance: f64,
) -> Timestamp {
    let wait = match look {
        Ok(_) => pace.interval,
        Err(gap) => after_trouble(gap.cause, failures, pace),
    };
    let spread = wait.mul_f64(1.0 + JITTER * (2.0 * chance - 1.0));
    let wished = retry_after.and_then(|wish| SignedDuration::try_from(wish).ok());
    let wait = wished.map_or(spread, |wish| spread.max(wish));
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// Trouble that a person must end is asked about at the usual pace first, since only asking shows
/// that it has ended, then ever more rarely.
fn after_trouble(cause: Cause, failures: u32, pace: &Pace) -> SignedDuration {
    let first = if cause.needs_a_person() {
        pace.interval
    } else {
        pace.first_retry
    };
    let doublings = failures.saturating_sub(1).min(20);
    let wait = first
        .checked_mul(1 << doublings)
        .unwrap_or(pace.longest_retry);
    wait.min(pace.longest_retry.max(pace.interval))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Gap, Snapshot};

    fn wait(cause: Option<Cause>, failures: u32, retry_after: Option<u64>, chance: f64) -> i64 {
        let at = Timestamp::UNIX_EPOCH;
        let look = match cause {
            None => Ok(Snapshot {
                taken_at: at,
                skus: Vec::new(),
                subscriptions: None,
                remarks: Vec::new(),
            }),
            Some(cause) => Err(Gap {
                at,
                cause,
                message: String::new(),
                advice: String::new(),
            }),
        };
        let retry_after = retry_after.map(Duration::from_secs);
        next_due(at, &look, failures, retry_after, &Pace::default(), chance).as_second()
    }

    #[test]
    fn success_is_followed_by_the_interval_give_or_take_a_tenth() {
        assert_eq!(wait(None, 0, None, 0.5), 900);
        assert_eq!(wait(None, 0, None, 0.0), 810);
        assert_eq!(wait(None, 0, None, 1.0), 990);
    }

    #[test]
    fn passing_trouble_is_retried_soon_then_ever_later() {
        let waits = [1, 2, 3, 6, 7, 8, 60].map(|n| wait(Some(Cause::Unreachable), n, None, 0.5));
        assert_eq!(waits, [30, 60, 120, 960, 1920, 3600, 3600]);
    }

    #[test]
    fn what_a_person_must_end_is_not_asked_every_half_minute() {
        let waits = [1, 2, 3, 4].map(|n| wait(Some(Cause::Denied), n, None, 0.5));
        assert_eq!(waits, [900, 1800, 3600, 3600]);
    }

    #[test]
    fn microsofts_own_wish_is_never_undercut() {
        assert_eq!(wait(Some(Cause::Throttled), 1, Some(7200), 0.5), 7200);
        assert_eq!(wait(Some(Cause::Throttled), 1, Some(5), 0.5), 30);
        let absurd = wait(Some(Cause::Throttled), 1, Some(u64::MAX), 0.5);
        assert!(absurd >= 30, "{absurd}");
    }
}
