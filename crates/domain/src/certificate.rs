//! How near the end of the tool's own certificate is.

use jiff::{SignedDuration, Timestamp};

use crate::{Stage, stage};

/// A certificate with which the tool signs in to a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 of the DER form, as people compare it.
    pub thumbprint: String,
    /// The certificate's own `notAfter`.
    pub ends: Timestamp,
}

/// Days before the end at which each stage begins.
const DAYS: [(i64, Stage); 4] = [(30, Stage(1)), (14, Stage(2)), (7, Stage(3)), (1, Stage(4))];

impl Certificate {
    /// The stage that its end has come to; `None`: it is far away.
    pub fn stage(&self, now: Timestamp) -> Option<Stage> {
        if now >= self.ends {
            return Some(stage::EXPIRED);
        }
        let begun = DAYS
            .into_iter()
            .rev()
            .find(|(days, _)| now >= before(self.ends, *days));
        begun.map(|(_, stage)| stage)
    }

    /// When the next stage begins; `None`: there is none any more.
    pub(crate) fn next_turn(&self, now: Timestamp) -> Option<Timestamp> {
        let begins = DAYS.into_iter().map(|(days, _)| before(self.ends, days));
        begins.chain([self.ends]).find(|turn| *turn > now)
    }
}

/// So many days of 24 hours before a time.
pub(crate) fn before(time: Timestamp, days: i64) -> Timestamp {
    let span = SignedDuration::from_hours(24 * days);
    time.saturating_sub(span).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stages_begin_at_30_14_7_and_1_days() {
        let ends = Timestamp::from_second(100 * 86_400).unwrap();
        let certificate = Certificate {
            thumbprint: "AB".to_owned(),
            ends,
        };
        let check = |days: i64, seconds: i64, stage: Option<u8>, next: Option<i64>| {
            let now = before(ends, days) + SignedDuration::from_secs(seconds);
            assert_eq!(certificate.stage(now), stage.map(Stage), "{days} days");
            let turn = next.map(|days| before(ends, days));
            assert_eq!(certificate.next_turn(now), turn, "{days} days");
        };
        check(90, 0, None, Some(30));
        check(30, -1, None, Some(30));
        check(30, 0, Some(1), Some(14));
        check(14, 0, Some(2), Some(7));
        check(7, 0, Some(3), Some(1));
        check(1, 0, Some(4), Some(0));
        check(0, -1, Some(4), Some(0));
        check(0, 0, Some(5), None);
    }
}
