//! Bounds on waiting that a stopped process does not use up.

use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

/// A bound is waited for in so many parts.
const PARTS: u32 = 20;

/// What a future answers, or nothing if it takes longer than `bound`.
///
/// Only time counts in which this process runs: whoever is stopped for a while (by a signal, with
/// the container, or with a machine that is moved) finds its clock gone on, and would give up
/// what nobody has kept from it. Of such a gap one part of the bound counts at most.
pub(super) async fn within<T>(bound: Duration, answer: impl Future<Output = T>) -> Option<T> {
    let mut answer = pin!(answer);
    for _ in 0..PARTS {
        if let Ok(answer) = timeout(bound / PARTS, answer.as_mut()).await {
            return Some(answer);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, advance, sleep};

    use super::*;

    const BOUND: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_given_up() {
        let began = Instant::now();
        assert_eq!(within(BOUND, std::future::pending::<()>()).await, None);
        let waited = began.elapsed();
        assert!(
            BOUND <= waited && waited < BOUND + BOUND / PARTS,
            "{waited:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_in_time_is_handed_on() {
        let answer = async {
            sleep(Duration::from_secs(4)).await;
            7
        };
        assert_eq!(within(BOUND, answer).await, Some(7));
    }

    #[tokio::test(start_paused = true)]
    async fn time_in_which_the_process_was_stopped_does_not_count() {
        let answer = async {
            sleep(Duration::from_secs(1)).await;
            // All at once, as a process finds it that goes on.
            advance(Duration::from_secs(60)).await;
            sleep(Duration::from_secs(3)).await;
            7
        };
        assert_eq!(within(BOUND, answer).await, Some(7));
    }
}
