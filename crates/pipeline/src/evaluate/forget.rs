//! Once an hour the loop forgets what is over for longer than the settings want it kept, and ends
//! what waits for channels that they do not name any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

use super::Evaluator;

/// Between two rounds of forgetting: nobody notices an hour more of a year.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Alerts forgotten in one transaction, so that nobody waits for long.
const AT_ONCE: u32 = 200;

/// How long a message waits for a channel that the settings do not name: somebody may be changing
/// them, or another process may have read newer ones.
const GRACE: SignedDuration = SignedDuration::from_hours(24);

/// How long what is over is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// What people and programs did, from when they did it.
    pub audit: SignedDuration,
    /// Alerts with their history and messages, from when they ended.
    pub alerts: SignedDuration,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            audit: SignedDuration::from_hours(365 * 24),
            alerts: SignedDuration::from_hours(730 * 24),
        }
    }
}

/// When it is time again, in milliseconds since 1970.
#[derive(Clone, Debug, Default)]
pub(super) struct Forgetting(Arc<AtomicI64>);

impl Evaluator {
    /// Forgets, if it is time.
    pub(super) async fn forget(&self, now: Timestamp) -> store::Result<()> {
        let due = &self.forgetting.0;
        if now.as_millisecond() < due.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (keep, store) = (self.settings.keep, &self.store);
        let before = |age| now.saturating_sub(age).unwrap_or(Timestamp::MIN);
        let audit = store.forget_audit(before(keep.audit)).await?;
        let mut alerts = 0;
        loop {
            let forgotten = store.forget_alerts(before(keep.alerts), AT_ONCE).await?;
            alerts += forgotten;
            if forgotten < u64::from(AT_ONCE) {
                break;
            }
        }
        let routes = self.settings.routes.iter();
        let channels: Vec<_> = routes.map(|route| route.channel.as_str()).collect();
        let ended = store.end_unroutable(&channels, before(GRACE), now).await?;
        if (audit, alerts, ended) != (0, 0, 0) {
            tracing::info!(audit, alerts, ended, "forgot what is old");
        }
        let next = now.saturating_add(EVERY).unwrap_or(Timestamp::MAX);
        due.store(next.as_millisecond(), Ordering::Relaxed);
        Ok(())
    }
}
