//! The half of the collect loop that keeps finished looks.

use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use store::{Finished, Recorded};
use tokio::sync::mpsc;

use super::asking::Asked;
use super::{Collector, Report, next_due};

/// The most looks written in one transaction: enough to share its cost, few enough that readers
/// and other writers never wait long.
const BATCH: usize = 64;

/// Before the first new try to keep what was seen.
const SHORTEST_WAIT: Duration = Duration::from_millis(50);

impl Collector {
    /// Writes looks as they come, as many together as are ready, until the asking half is gone.
    pub(super) async fn keep_all(
        &self,
        mut receive: mpsc::Receiver<Asked>,
    ) -> anyhow::Result<Report> {
        let mut report = Report::default();
        let mut batch = Vec::with_capacity(BATCH);
        while receive.recv_many(&mut batch, BATCH).await > 0 {
            let finished: Vec<Finished> =
                batch.drain(..).map(|asked| self.finished(asked)).collect();
            let recorded = self.keep(&finished).await?;
            for (finished, recorded) in finished.iter().zip(recorded) {
                if recorded == Recorded::Outdated {
                    let tenant = &finished.claim.tenant;
                    tracing::warn!(
                        %tenant,
                        "a look older than the newest was not kept: was the clock set back?"
                    );
                }
                report.count(finished, &recorded);
            }
        }
        Ok(report)
    }

    fn finished(&self, asked: Asked) -> Finished {
        let Asked { claim, answer } = asked;
        let failures = claim.failures + 1;
        if let Err(gap) = &answer.look {
            log_gap(&claim.tenant, failures, gap);
        }
        let next_due = next_due(
            self.now(),
            &answer.look,
            failures,
            answer.retry_after,
            &self.settings.pace,
            chance(),
        );
        Finished {
            claim,
            look: answer.look,
            next_due,
        }
    }

    /// A look that was seen must not be lost to a store that is busy for a moment: tries again
    /// for as long as the loop has patience. What somebody else has asked anew meanwhile is lost.
    async fn keep(&self, finished: &[Finished]) -> anyhow::Result<Vec<Recorded>> {
        let patience = self.settings.patience();
        let give_up = self
            .now()
            .saturating_add(patience)
            .unwrap_or(Timestamp::MAX);
        let mut wait = SHORTEST_WAIT;
        loop {
            match self.store.finish(finished).await {
                Ok(recorded) => return Ok(recorded),
                Err(error @ store::Error::Unavailable { .. }) if self.now() < give_up => {
                    let looks = finished.len();
                    if wait == SHORTEST_WAIT {
                        tracing::warn!(%error, looks, "the store is away; trying again");
                    }
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(Duration::from_secs(5));
                }
                Err(error) => {
                    return Err(error).context("finished looks could not be kept");
                }
            }
        }
    }
}

impl Report {
    fn count(&mut self, finished: &Finished, recorded: &Recorded) {
        match recorded {
            Recorded::Unchanged => self.unchanged += 1,
            Recorded::Changed { .. } => self.changed += 1,
            Recorded::Gap => {
                if let Err(gap) = &finished.look {
                    self.gaps.push((finished.claim.tenant.clone(), gap.cause));
                }
            }
            Recorded::ClaimLost | Recorded::Outdated => self.lost += 1,
        }
    }
}

/// Said once when trouble begins; its repeats are for those who look closer.
fn log_gap(tenant: &domain::TenantKey, failures: u32, gap: &domain::Gap) {
    let (cause, error, advice) = (gap.cause, &gap.message, &gap.advice);
    if failures == 1 {
        tracing::warn!(%tenant, %cause, error, advice, "a tenant could not be looked at");
    } else {
        tracing::debug!(%tenant, %cause, failures, error, "a tenant still cannot be looked at");
    }
}

/// A number in 0..1 from the random bits of a version 4 UUID.
fn chance() -> f64 {
    let (bits, _) = uuid::Uuid::new_v4().as_u64_pair();
    f64::from(u32::try_from(bits >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}
