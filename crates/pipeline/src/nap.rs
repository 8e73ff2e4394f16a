//! What a loop does between two turns: it sleeps until there is news, at most until it is to look
//! again by itself.

use std::time::Duration;

use store::Wakes;
use tokio_util::sync::CancellationToken;

/// Ends with news, after `poll`, or with a stop.
pub(crate) async fn nap(wakes: &mut Wakes, poll: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = wakes.next() => {}
        () = tokio::time::sleep(poll) => {}
    }
}
