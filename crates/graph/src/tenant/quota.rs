//! Spends SharePoint's quota evenly, so that this program is not the one that gets throttled.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The part of a minute's units that can be taken at once: 1 000 units a minute and 250 at once
/// are never more than the 1 250 that SharePoint allows in any minute.
const AT_ONCE: f64 = 0.25;

/// A bucket of resource units that fills evenly. Whoever takes more than there is waits, in the
/// order of asking, and leaves a debt to the next.
#[derive(Debug)]
pub(crate) struct Quota {
    units_per_second: f64,
    most: f64,
    level: Mutex<Level>,
}

#[derive(Debug)]
struct Level {
    /// Below 0 if units have been promised that are still to come.
    units: f64,
    at: Instant,
}

impl Quota {
    /// A full bucket; 0 units a minute count as 1.
    pub(crate) fn new(units_per_minute: u32) -> Quota {
        let units = f64::from(units_per_minute.max(1));
        Quota {
            units_per_second: units / 60.0,
            most: units * AT_ONCE,
            level: Mutex::new(Level {
                units: units * AT_ONCE,
                at: Instant::now(),
            }),
        }
    }

    /// Takes units and says how long to wait before using them; or takes none and says how long it
    /// would have been, if that is not less than `patience`.
    pub(crate) fn reserve(&self, units: u32, patience: Duration) -> Result<Duration, Duration> {
        let units = f64::from(units);
        let now = Instant::now();
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let since = now.saturating_duration_since(level.at).as_secs_f64();
        let filled = (level.units + since * self.units_per_second).min(self.most);
        // What never fits into the bucket is given to whoever finds it full, and owed.
        let lacking = units.min(self.most) - filled;
        let wait = Duration::try_from_secs_f64(lacking.max(0.0) / self.units_per_second)
            .unwrap_or(Duration::MAX);
        if !wait.is_zero() && wait >= patience {
            return Err(wait);
        }
        *level = Level {
            units: filled - units,
            at: now,
        };
        Ok(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    async fn take(quota: &Quota, units: u32) {
        tokio::time::sleep(quota.reserve(units, HOUR).unwrap()).await;
    }

    /// When each of so many takers had its units, in seconds.
    async fn times(quota: &Quota, units: u32, takers: usize) -> Vec<f64> {
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..takers {
            take(quota, units).await;
            times.push(start.elapsed().as_secs_f64());
        }
        times
    }

    #[tokio::test(start_paused = true)]
    async fn a_quarter_is_there_at_once_and_the_rest_comes_evenly() {
        let times = times(&Quota::new(1_000), 40, 100).await;
        assert!(times[5] < 0.01, "6 batches of 40 are within 250");
        assert!((times[6] - 1.8).abs() < 0.01, "280 - 250 at 16.7 a second");
        assert!(
            (times[99] - 225.0).abs() < 0.5,
            "4000 - 250 at 16.7 a second"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn no_minute_sees_more_than_sharepoint_allows() {
        for (units, takers) in [(2, 3_000), (40, 150), (1, 3_000)] {
            let quota = Quota::new(1_000);
            let times = times(&quota, units, takers).await;
            for (first, start) in times.iter().enumerate() {
                let within = times[first..]
                    .iter()
                    .take_while(|time| *time - start < 60.0);
                let spent = within.count() * usize::try_from(units).unwrap();
                assert!(
                    spent <= 1_250 + 40,
                    "{spent} units in the minute from {start} s"
                );
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_used_is_not_saved_up() {
        let quota = Quota::new(60);
        tokio::time::advance(HOUR).await;
        let times = times(&quota, 5, 5).await;
        assert!(times[2] < 0.01 && times[4] > 9.9, "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_cannot_wait_takes_nothing() {
        let quota = Quota::new(60);
        assert_eq!(quota.reserve(15, Duration::ZERO), Ok(Duration::ZERO));
        let (ten, refused) = (Duration::from_secs(10), Duration::from_secs(9));
        assert_eq!(quota.reserve(10, refused), Err(ten));
        assert_eq!(quota.reserve(10, HOUR), Ok(ten));
        assert_eq!(
            quota.reserve(10, HOUR),
            Ok(ten * 2),
            "in the order of asking"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_larger_than_the_bucket_is_let_through_when_it_is_full() {
        let quota = Quota::new(40);
        let times = times(&quota, 40, 3).await;
        let near = |at: f64, expected: f64| (at - expected).abs() < 0.1;
        assert!(near(times[0], 0.0) && near(times[1], 60.0) && near(times[2], 120.0));
        let never = Quota::new(0).reserve(u32::MAX, HOUR);
        assert!(never.is_ok(), "a full bucket gives to everybody once");
    }
}
