//! Once an hour the loop looks which tenants' history has grown old, and makes it smaller: a few
//! tenants a turn, so that whoever is to be judged does not wait, and nobody else who writes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::{TenantKey, beginning_of_day};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::Evaluator;

/// Between two rounds. What there is to do begins with a new day.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Before another try.
const AFTER_FAILURE: SignedDuration = SignedDuration::from_mins(5);

/// Tenants in one turn.
const AT_ONCE: u32 = 20;

/// How long tenants are claimed. A stretch takes milliseconds; the rest is for slow disks.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// How much of history is kept for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Retention {
    /// From what age on only what is read of a day is kept.
    pub compact_after: SignedDuration,
    /// From what age on nothing is kept.
    pub keep: SignedDuration,
    /// The same of tenants that have a time of their own.
    pub keep_of: BTreeMap<TenantKey, SignedDuration>,
    /// In which days begin and end.
    pub time_zone: TimeZone,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            compact_after: SignedDuration::from_hours(90 * 24),
            keep: SignedDuration::from_hours(1100 * 24),
            keep_of: BTreeMap::new(),
            time_zone: TimeZone::UTC,
        }
    }
}

impl Retention {
    fn keep_of(&self, tenant: &TenantKey) -> SignedDuration {
        self.keep_of.get(tenant).copied().unwrap_or(self.keep)
    }
}

/// When it is time again, in milliseconds since 1970.
#[derive(Clone, Debug, Default)]
pub(super) struct Compacting(Arc<AtomicI64>);

impl Evaluator {
    /// Makes the history of a few tenants smaller, if it is time. What goes wrong here keeps nobody
    /// from being judged: it is said, and tried again.
    pub(super) async fn compact(&self, now: Timestamp) {
        let due = &self.compacting.0;
        if now.as_millisecond() < due.load(Ordering::Relaxed) {
            return;
        }
        let pause = match self.compact_some(now).await {
            Ok(0) => EVERY,
            Ok(_) => SignedDuration::ZERO,
            Err(error) => {
                tracing::warn!(%error, "old history could not be made smaller; trying again");
                AFTER_FAILURE
            }
        };
        let next = now.saturating_add(pause).unwrap_or(Timestamp::MAX);
        due.store(next.as_millisecond(), Ordering::Relaxed);
    }

    /// Answers how many tenants there were to do.
    async fn compact_some(&self, now: Timestamp) -> store::Result<usize> {
        let (store, retention) = (&self.store, &self.settings.retention);
        let zone = &retention.time_zone;
        let before = |age| now.saturating_sub(age).unwrap_or(Timestamp::MIN);
        let until = beginning_of_day(before(retention.compact_after), zone);
        let began = Instant::now();
        let claims = store.claim_compaction(until, now, AT_ONCE, LEASE).await?;
        let (mut thinned, mut expired) = (0, 0);
        for claim in &claims {
            let forgotten = before(retention.keep_of(&claim.tenant));
            let compacted = store.compact(claim, until, forgotten, zone).await?;
            thinned += compacted.thinned;
            expired += compacted.expired;
        }
        let took = began.elapsed();
        self.metrics.compacted(thinned, expired, took);
        if (thinned, expired) != (0, 0) {
            let (tenants, ms) = (claims.len(), took.as_millis());
            tracing::info!(tenants, thinned, expired, ms, "made old history smaller");
        }
        Ok(claims.len())
    }
}
