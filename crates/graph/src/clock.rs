//! The one place where this crate asks the clock: assertions and `Retry-After` dates need it.

use jiff::Timestamp;

#[expect(
    clippy::disallowed_methods,
    reason = "an assertion says when it was made"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
