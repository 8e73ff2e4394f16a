//! The one place that asks the clock: a server that judges tokens needs the time of its clients.

use jiff::Timestamp;

/// What time it is, twice: a world may stand still while the wall clock moves on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    /// For tokens and TLS, which clients date by their own clocks.
    pub(crate) wall: Timestamp,
    /// For the numbers of the world, and the certificates in it.
    pub(crate) world: Timestamp,
}

impl Now {
    pub(crate) fn read(frozen: Option<Timestamp>) -> Now {
        let wall = now();
        Now {
            wall,
            world: frozen.unwrap_or(wall),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "clients stamp their assertions with the wall clock, so the judge reads the same one"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
