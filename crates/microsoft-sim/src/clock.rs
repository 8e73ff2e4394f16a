//! The one place that asks the clock: a server that judges tokens needs the time of its clients.

use jiff::Timestamp;

#[expect(
    clippy::disallowed_methods,
    reason = "clients stamp their assertions with the wall clock, so the judge reads the same one"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
