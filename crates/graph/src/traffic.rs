//! Counts what goes to Microsoft, for whoever shows it: this crate knows no metrics.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Call, Error};
use crate::exchange::Answer;

/// Counts of requests. Clones count together, so several clients can share one.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    counted: Arc<Mutex<Counted>>,
}

#[derive(Debug, Default)]
struct Counted {
    requests: BTreeMap<(Call, &'static str), u64>,
    took: BTreeMap<Call, Duration>,
    throttled: BTreeMap<Call, Duration>,
}

/// How many requests of a kind had the same outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// What was asked.
    pub call: Call,
    /// `ok`, `throttled` (429), `refused` (any other 3xx or 4xx), `failed` (5xx), or why there was
    /// no answer: `unreachable`, `timed_out`, `unreadable`.
    pub outcome: &'static str,
    /// Requests sent, repeated ones included.
    pub requests: u64,
}

impl Traffic {
    /// All requests so far.
    pub fn requests(&self) -> Vec<Tally> {
        let tally = |(&(call, outcome), &requests)| Tally {
            call,
            outcome,
            requests,
        };
        self.lock().requests.iter().map(tally).collect()
    }

    /// How long all requests of each kind took together, their bodies included.
    pub fn took(&self) -> Vec<(Call, Duration)> {
        self.lock()
            .took
            .iter()
            .map(|(&call, &it)| (call, it))
            .collect()
    }

    /// How long calls of each kind have waited because Microsoft had throttled them.
    pub fn throttled(&self) -> Vec<(Call, Duration)> {
        let counted = self.lock();
        counted
            .throttled
            .iter()
            .map(|(&call, &it)| (call, it))
            .collect()
    }

    pub(crate) fn count(&self, call: Call, result: &Result<Answer, Error>, took: Duration) {
        let mut counted = self.lock();
        *counted.requests.entry((call, outcome(result))).or_default() += 1;
        *counted.took.entry(call).or_default() += took;
    }

    /// A wait that begins now.
    pub(crate) fn wait(&self, error: &Error, wait: Duration) {
        if matches!(error, Error::Throttled { .. }) {
            *self
                .lock()
                .throttled
                .entry(error.failure().call)
                .or_default() += wait;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn outcome(result: &Result<Answer, Error>) -> &'static str {
    match result {
        Ok(answer) if answer.is_success() => "ok",
        Ok(Answer { status: 429, .. }) => "throttled",
        Ok(Answer { status: 500.., .. }) => "failed",
        Ok(_) => "refused",
        Err(Error::TimedOut { .. }) => "timed_out",
        Err(Error::Unreachable { .. }) => "unreachable",
        Err(_) => "unreadable",
    }
}
