//! The one place that asks the clock: a server that judges tokens needs the time of its clients.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// What time it is, twice: a world may stand still while the wall clock moves on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    /// For tokens and TLS, which clients date by their own clocks.
    pub(crate) wall: Timestamp,
    /// For the numbers of the world, and the certificates in it.
    pub(crate) world: Timestamp,
}

/// The clock of a world: the wall's, or one that stands still until somebody moves it.
#[derive(Debug)]
pub(crate) struct Clock(Mutex<Option<Timestamp>>);

impl Clock {
    pub(crate) fn new(frozen: Option<Timestamp>) -> Clock {
        Clock(Mutex::new(frozen))
    }

    /// Stands still there from now on.
    pub(crate) fn set(&self, at: Timestamp) {
        *self.frozen() = Some(at);
    }

    pub(crate) fn read(&self) -> Now {
        let (wall, frozen) = (now(), *self.frozen());
        Now {
            wall,
            world: frozen.unwrap_or(wall),
        }
    }

    fn frozen(&self) -> MutexGuard<'_, Option<Timestamp>> {
        // An instant is whole after every change, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "clients stamp their assertions with the wall clock, so the judge reads the same one"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
