//! The one clock of the program, handed to every part that needs the time.

use std::sync::Arc;

use jiff::Timestamp;

/// The system's time.
#[allow(
    clippy::disallowed_methods,
    reason = "this is where the program asks the clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The same, as the loops take it.
pub(crate) fn shared() -> pipeline::Clock {
    Arc::new(now)
}
