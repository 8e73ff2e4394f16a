//! The evaluate loop: claims tenants whose judgement may have changed, judges them, and keeps what
//! changed of their alerts together with what is to be told of it.
//!
//! What a tenant is judged by is counted in the store, so a look, a switch or a rule that comes
//! while it is judged makes it due again; whatever time alone changes is due at its time. A kill
//! between any two steps leaves a claim that expires, and nothing half done.

mod gather;
mod forget;
mod compact;
mod metrics;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use domain::{Layer, Reason, State, Step, Verdict};
use jiff::{SignedDuration, Timestamp};
use store::{Judged, Judgement, Judging, Kept, News, Route, Store};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::Clock;
use crate::nap::nap;
use compact::Compacting;
pub use compact::Retention;
use forget::Forgetting;
pub use forget::Keep;
use gather::Gathered;
pub use metrics::Metrics;

/// How the loop works.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the configuration says for the whole company.
    pub company: Layer,
    /// Who is to be told what.
    pub routes: Vec<Route>,
    /// How long what is over is kept.
    pub keep: Keep,
    /// How much of history is kept for how long.
    pub retention: Retention,
    /// Tenants judged in one turn.
    pub batch: u32,
    /// How long a claim lasts. A turn takes milliseconds; the rest is for slow disks.
    pub lease: SignedDuration,
    /// How long the loop may sleep before it looks for work, if nobody tells it of any.
    pub poll: Duration,
    /// How long the store may be away before the loop gives up.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            company: Layer::default(),
            routes: Vec::new(),
            keep: Keep::default(),
            retention: Retention::default(),
            batch: 64,
            lease: SignedDuration::from_mins(2),
            poll: Duration::from_secs(1),
            patience: Duration::from_secs(360),
        }
    }
}

/// What a turn did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Tenants judged.
    pub tenants: u32,
    /// Changes of alerts that were kept.
    pub changes: u32,
    /// Messages put into the outbox.
    pub messages: u32,
    /// Judgements that came too late, and are made again.
    pub again: u32,
}

/// The evaluate loop and what it needs.
#[derive(Clone)]
pub struct Evaluator {
    store: Store,
    settings: Settings,
    clock: Clock,
    worker: String,
    metrics: Metrics,
    turned_at: Arc<AtomicI64>,
    forgetting: Forgetting,
    compacting: Compacting,
}

impl std::fmt::Debug for Evaluator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evaluator")
            .field("worker", &self.worker)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Evaluator {
    pub fn new(store: Store, settings: Settings, clock: Clock) -> Self {
        Self {
            store,
            settings,
            clock,
            worker: uuid::Uuid::new_v4().to_string(),
            metrics: Metrics::default(),
            turned_at: Arc::new(AtomicI64::new(0)),
            forgetting: Forgetting::default(),
            compacting: Compacting::default(),
        }
    }

    /// The same loop counting in the counters of another one, as of the one that it replaces.
    #[must_use]
    pub fn counting_in(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// The loop's counters, to be registered by whoever serves metrics.
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// When the loop last turned, in milliseconds since 1970, 0 before the first turn.
    pub fn pulse(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.turned_at)
    }

    /// Judges until `stop`.
    ///
    /// # Errors
    /// The store stays away for longer than [`Settings::patience`], or a row makes no sense.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut away = crate::away::Away::new(self.settings.patience);
        let mut wakes = self.store.wakes(News::Judgements);
        while !stop.is_cancelled() {
            let now = (self.clock)();
            self.metrics.turned();
            self.turned_at
                .store(now.as_millisecond(), Ordering::Relaxed);
            let turned = away.endure(self.turn().await).context("evaluate")?;
            if turned.is_some_and(|turn| turn.tenants > 0) {
                continue;
            }
            nap(&mut wakes, self.settings.poll, &stop).await;
        }
        Ok(())
    }

    /// Judges all that is due and ends.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn run_once(&self) -> store::Result<Turn> {
        let mut all = Turn::default();
        loop {
            let turn = self.turn().await?;
            if turn.tenants == 0 {
                return Ok(all);
            }
            all.add(turn);
        }
    }

    /// Judges as many tenants as one turn takes, if any are due.
    ///
    /// # Errors
    /// The store cannot be read or written. What was claimed comes free when the claim expires.
    pub async fn turn(&self) -> store::Result<Turn> {
        let now = (self.clock)();
        self.store.end_alerts_of_removed(now).await?;
        self.forget(now).await?;
        self.compact(now).await;
        let due = self.store.next_judging(now).await?;
        if due.is_none_or(|due| due > now) {
            return Ok(Turn::default());
        }
        let (batch, lease) = (self.settings.batch, self.settings.lease);
        let claims = self.store.claim_judging(&self.worker, now, batch, lease);
        let claims = claims.await?;
        let policies = self.store.policies(self.settings.company).await?;
        let mut judgements = Vec::with_capacity(claims.len());
        for claim in claims {
            let span = tracing::info_span!("judgement", tenant = %claim.tenant);
            let gathered = Gathered::of(&self.store, &claim.tenant, &policies, now);
            let gathered = gathered.instrument(span.clone()).await?;
            let judged = span.in_scope(|| Some(judge(claim, &gathered?, now)));
            judgements.extend(judged);
        }
        let routes = &self.settings.routes;
        let kept = self.store.keep_judgements(&judgements, routes, now).await?;
        let turn = Turn::of(&judgements, &kept);
        self.metrics.count(&judgements, &kept);
        Ok(turn)
    }
}

/// What becomes of the tenant's alerts.
fn judge(claim: Judging, gathered: &Gathered<'_>, now: Timestamp) -> Judgement {
    let assessment = gathered.assess(now);
    let telling = gathered.state.tenant.settings.monitoring;
    let known = gathered.kept.iter().map(|kept| &kept.alert.concern);
    let mut concerns: Vec<_> = known.chain(assessment.present()).collect();
    concerns.sort();
    concerns.dedup();
    let steps = concerns.into_iter().filter_map(|concern| {
        let before = gathered.kept.iter().find(|it| it.alert.concern == *concern);
        let alert = before.map(|before| &before.alert);
        let verdict = assessment.verdict(concern);
        let step = domain::step(concern, alert, &verdict, telling, now)?;
        Some(Judged {
            before: before.cloned(),
            why: why(&step, &verdict),
            step,
        })
    });
    Judgement {
        claim,
        steps: steps.collect(),
        next_turn: assessment.next_turn,
    }
}

/// For the history of the alert.
fn why(step: &Step, verdict: &Verdict) -> Reason {
    match (step.alert.state, verdict) {
        (State::Resolved, _) => Reason::Gone,
        (_, Verdict::Present(found)) if found.covered => Reason::Covered,
        _ => Reason::Numbers,
    }
}

impl Turn {
    fn of(judgements: &[Judgement], kept: &[Kept]) -> Self {
        let mut turn = Self {
            tenants: u32::try_from(judgements.len()).unwrap_or(u32::MAX),
            ..Self::default()
        };
        for (judgement, kept) in judgements.iter().zip(kept) {
            match kept {
                Kept::Done { messages } => {
                    turn.messages += messages;
                    turn.changes += u32::try_from(judgement.steps.len()).unwrap_or(u32::MAX);
                }
                Kept::ClaimLost | Kept::Overtaken => turn.again += 1,
            }
        }
        turn
    }

    fn add(&mut self, other: Self) {
        self.tenants += other.tenants;
        self.changes += other.changes;
        self.messages += other.messages;
        self.again += other.again;
    }
}
