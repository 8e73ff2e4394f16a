//! Reads how long a receiver asks to wait, as Microsoft does.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The wait that an answer asks for; `None` if it asks for none that can be understood.
pub(super) fn asked_wait(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    graph::retry_after(text(RETRY_AFTER)?, text(DATE), now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_receivers_own_clock_counts() {
        let headers = HeaderMap::from_iter([
            (
                RETRY_AFTER,
                "Mon, 10 Aug 2026 06:00:09 GMT".parse().unwrap(),
            ),
            (DATE, "Mon, 10 Aug 2026 06:00:05 GMT".parse().unwrap()),
        ]);
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(asked_wait(&headers, now), Some(Duration::from_secs(4)));
        assert_eq!(asked_wait(&HeaderMap::new(), now), None);
    }
}
