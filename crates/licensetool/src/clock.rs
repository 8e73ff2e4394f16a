//! The one clock of the program, handed to every part that needs the time.

use std::sync::Arc;

use jiff::Timestamp;

/// The system's time in whole milliseconds, as the store keeps it: a moment is the same on every
/// way through the program.
#[allow(
    clippy::disallowed_methods,
    reason = "this is where the program asks the clock"
)]
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// The same, as the loops take it.
pub(crate) fn shared() -> pipeline::Clock {
    Arc::new(now)
}
