//! When there was no database, so that it can be told whether an answer may have been 503.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So long after a database is back it may still be said that it is not: whoever waited for it has
/// waited up to its own bound, and hears of the end of that.
const AFTER: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct Weather(Mutex<Vec<(Instant, Option<Instant>)>>);

impl Weather {
    pub(crate) fn turns_bad(&self) {
        self.with(|spans| spans.push((Instant::now(), None)));
    }

    pub(crate) fn is_fine(&self) {
        self.with(|spans| {
            if let Some((_, end)) = spans.last_mut() {
                *end = Some(Instant::now());
            }
        });
    }

    /// Whether there was no database at any moment of this span.
    pub(crate) fn was_bad(&self, from: Instant, to: Instant) -> bool {
        self.with(|spans| {
            let mut spans = spans.iter();
            spans.any(|(begin, end)| *begin <= to && end.is_none_or(|end| from <= end + AFTER))
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<(Instant, Option<Instant>)>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
