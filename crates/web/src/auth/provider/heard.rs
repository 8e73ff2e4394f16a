//! What the provider said and when, so that it is not asked with every request, whether it answers
//! or is away.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::auth::refusal::Refusal;

/// What it said is asked again after this long.
const HOLDS: SignedDuration = SignedDuration::from_hours(12);

/// A provider that was asked in vain is left alone for this long: each try may take seconds, and
/// whoever asks meanwhile would wait for it.
const RESTS: SignedDuration = SignedDuration::from_secs(30);

/// The newest word on one thing.
#[derive(Debug)]
pub(super) struct Heard<T> {
    said: Option<(Timestamp, Arc<T>)>,
    /// When it was asked in vain, since it said something.
    silent_at: Option<Timestamp>,
}

impl<T> Default for Heard<T> {
    fn default() -> Self {
        Self {
            said: None,
            silent_at: None,
        }
    }
}

impl<T> Heard<T> {
    /// What need not be asked again.
    pub(super) fn fresh(&self, now: Timestamp) -> Option<Arc<T>> {
        let said = self.said.as_ref().filter(|(at, _)| within(HOLDS, *at, now));
        said.map(|(_, said)| said.clone())
    }

    /// Whether asking again has to wait.
    pub(super) fn rests(&self, now: Timestamp) -> bool {
        self.silent_at.is_some_and(|at| within(RESTS, at, now))
    }

    /// What it said last, however long ago.
    pub(super) fn last(&self) -> Result<Arc<T>, Refusal> {
        let last = self.said.as_ref().map(|(_, said)| said.clone());
        last.ok_or(Refusal::Away)
    }

    /// Takes in what came of asking. Its last word stands if it was in vain.
    pub(super) fn hear(
        &mut self,
        answer: Result<T, Refusal>,
        now: Timestamp,
    ) -> Result<Arc<T>, Refusal> {
        match answer {
            Ok(said) => {
                self.said = Some((now, Arc::new(said)));
                self.silent_at = None;
            }
            Err(_) => self.silent_at = Some(now),
        }
        self.last()
    }
}

fn within(span: SignedDuration, at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at).abs() < span
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_silent_provider_rests_and_its_last_word_stands() {
        let twelve_hours = 12 * 60 * 60;
        let mut heard = Heard::default();
        assert!(!heard.rests(at(0)), "it was never asked");
        assert_eq!(heard.hear(Err(Refusal::Away), at(0)), Err(Refusal::Away));
        assert!(heard.rests(at(29)) && !heard.rests(at(30)));
        assert_eq!(heard.hear(Ok(1), at(30)), Ok(Arc::new(1)));
        assert!(!heard.rests(at(31)), "it answers again");
        assert_eq!(heard.fresh(at(twelve_hours)), Some(Arc::new(1)));
        let later = at(30 + twelve_hours);
        assert_eq!(heard.fresh(later), None);
        assert_eq!(heard.hear(Err(Refusal::Away), later), Ok(Arc::new(1)));
        assert!(heard.rests(later));
    }
}
