//! The collect loop: claims the tenants that are due, asks Microsoft, keeps what was seen.
//!
//! One task, two halves joined by a bounded channel: the asking half holds at most
//! [`Settings::at_once`] questions in the air, the keeping half writes finished looks in batches.
//! So a slow tenant holds up nothing but its own place, and a slow disk slows the asking down
//! instead of filling memory.

mod asking;
mod keeping;
mod metrics;
mod schedule;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::Cause;
use jiff::{SignedDuration, Timestamp};
use store::Store;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::Clock;
use crate::roster::{Roster, entries};

pub use metrics::Metrics;
pub use schedule::{Pace, next_due};

/// How the loop works. The defaults are DESIGN's: 50 tenants at once, subscriptions hourly.
#[derive(Clone, Debug)]
pub struct Settings {
    pub pace: Pace,
    /// The longest age of a tenant's subscriptions before they are asked for again.
    pub subscriptions_every: SignedDuration,
    /// Tenants asked at the same time.
    pub at_once: usize,
    /// Bound for one tenant's whole look.
    pub deadline: Duration,
    /// How long the loop may sleep before it looks for work made by others, such as refresh
    /// requests, if nobody tells it of any.
    pub poll: Duration,
    /// How long a stop waits for questions in the air before it gives them back.
    pub grace: Duration,
    /// How long the store may be away before the loop gives up; `None`: as long as a claim lasts.
    pub patience: Option<SignedDuration>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pace: Pace::default(),
            subscriptions_every: SignedDuration::from_hours(1),
            at_once: 50,
            deadline: Duration::from_secs(120),
            poll: Duration::from_secs(1),
            grace: Duration::from_secs(5),
            patience: None,
        }
    }
}

impl Settings {
    /// A claim must outlive the wait for a place, the longest look and the writing of it, or work
    /// would be done twice. Each takes a deadline at most; the work of a worker that died lies for
    /// as long.
    fn lease(&self) -> SignedDuration {
        let deadline = SignedDuration::try_from(self.deadline).unwrap_or(SignedDuration::MAX);
        deadline.saturating_mul(3)
    }

    fn patience(&self) -> SignedDuration {
        self.patience.unwrap_or_else(|| self.lease())
    }
}

/// What a run of the loop did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Tenants whose numbers were the same as before.
    pub unchanged: u32,
    /// Tenants whose numbers had changed, or were seen for the first time.
    pub changed: u32,
    /// Tenants that could not be looked at.
    pub gaps: Vec<(domain::TenantKey, Cause)>,
    /// Looks that another process had taken over and that were not kept.
    pub lost: u32,
}

/// How long a stop waits for the store to take what is left, beyond [`Settings::grace`]. What it
/// does not take is asked anew when its claim expires.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The collect loop and what it needs.
#[derive(Clone)]
pub struct Collector {
    store: Store,
    roster: watch::Receiver<Arc<Roster>>,
    settings: Settings,
    clock: Clock,
    /// Tells this process's claims from those of others.
    worker: String,
    metrics: Metrics,
    turned_at: Arc<AtomicI64>,
}

impl std::fmt::Debug for Collector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collector")
            .field("worker", &self.worker)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// When the loop ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    /// Every tenant that was wanted has been asked.
    Asked,
    /// It is stopped.
    Stopped,
}

impl Collector {
    pub fn new(
        store: Store,
        roster: watch::Receiver<Arc<Roster>>,
        settings: Settings,
        clock: Clock,
    ) -> Self {
        Self {
            store,
            roster,
            settings,
            clock,
            worker: uuid::Uuid::new_v4().to_string(),
            metrics: Metrics::default(),
            turned_at: Arc::new(AtomicI64::new(0)),
        }
    }

    /// The loop's counters, to be registered by whoever serves metrics.
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// When the loop last turned, in milliseconds since 1970, 0 before the first turn. An idle
    /// loop turns every [`Settings::poll`].
    pub fn pulse(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.turned_at)
    }

    /// Works until `stop`, then finishes or gives back what it holds.
    ///
    /// # Errors
    /// The store stays away for longer than `Settings::patience`.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<Report> {
        self.work(Until::Stopped, stop).await
    }

    /// Asks every enabled tenant once, due or not, and ends.
    ///
    /// # Errors
    /// The store stays away for longer than `Settings::patience`.
    pub async fn run_once(self, stop: CancellationToken) -> anyhow::Result<Report> {
        self.take_over_roster().await?;
        self.store.request_refresh(&[], None, self.now()).await?;
        self.work(Until::Asked, stop).await
    }

    async fn work(self, until: Until, stop: CancellationToken) -> anyhow::Result<Report> {
        // Either half ending with an error ends the other: no look is asked for that nobody keeps.
        let halted = stop.child_token();
        let (send, receive) = mpsc::channel(2 * self.settings.at_once.max(1));
        let asking = async {
            let ended = self.ask_until(until, &halted, send).await;
            halted.cancel();
            ended
        };
        let keeping = async {
            let ended = tokio::select! {
                ended = self.keep_all(receive) => ended,
                () = self.too_late(&stop) => {
                    tracing::warn!("stopped while the store was away: its tenants are asked anew");
                    Ok(Report::default())
                }
            };
            halted.cancel();
            ended
        };
        let (asked, kept) = tokio::join!(asking, keeping);
        asked?;
        kept
    }

    /// Ends when a stop has waited long enough for a store that is away.
    async fn too_late(&self, stop: &CancellationToken) {
        stop.cancelled().await;
        tokio::time::sleep(self.settings.grace + LAST_WORDS).await;
    }

    /// Brings the store's list of tenants up to what home says now. A home without any tenant says
    /// nothing: a mount that is away must not end the alerts of all.
    async fn take_over_roster(&self) -> store::Result<Arc<Roster>> {
        let roster = Arc::clone(&self.roster.borrow());
        if !roster.is_empty() {
            self.store
                .sync_tenants(&entries(&roster), self.now())
                .await?;
        }
        Ok(roster)
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn turned(&self) {
        self.metrics.turned();
        self.turned_at
            .store(self.now().as_millisecond(), Ordering::Relaxed);
    }
}
