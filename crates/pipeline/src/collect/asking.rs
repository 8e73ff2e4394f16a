//! The half of the collect loop that claims and asks.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::SignedDuration;
use store::Claim;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Collector, Until};
use crate::ask::{Answer, ask};
use crate::roster::{Access, Roster, changed};

/// A look that is over, on its way to the store.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) claim: Claim,
    pub(super) answer: Answer,
}

type Question = Pin<Box<dyn Future<Output = Asked> + Send>>;

/// What the asking half holds: claims that wait for a place, and questions in the air.
#[derive(Default)]
struct Hands {
    waiting: VecDeque<Claim>,
    in_air: FuturesUnordered<Question>,
    /// What is in the air, to be given back if a stop cannot wait for it.
    claims: Vec<Claim>,
}

impl Collector {
    /// Claims and asks until stopped, or until nothing is due.
    pub(super) async fn ask_until(
        &self,
        until: Until,
        stop: &CancellationToken,
        keep: mpsc::Sender<Asked>,
    ) -> anyhow::Result<()> {
        let mut hands = Hands::default();
        let mut roster = self.take_over_roster().await?;
        let mut news = self.roster.clone();
        news.mark_unchanged();
        let mut look_again = Duration::ZERO;
        loop {
            self.turned();
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(asked) = hands.in_air.next(), if !hands.in_air.is_empty() => {
                    hands.claims.retain(|claim| claim.tenant != asked.claim.tenant);
                    if keep.send(asked).await.is_err() {
                        break;
                    }
                }
                Ok(()) = news.changed() => {
                    roster = self.change_roster(&roster).await?;
                }
                () = tokio::time::sleep(look_again), if hands.is_idle() => {}
            }
            look_again = self.fill(&mut hands, &roster).await?;
            if until == Until::Idle && hands.is_idle() {
                return Ok(());
            }
        }
        self.wind_up(hands, keep).await
    }

    /// Takes over what home says now, and asks at once where an operator has mended something.
    async fn change_roster(&self, old: &Roster) -> anyhow::Result<Arc<Roster>> {
        let new = self.take_over_roster().await?;
        let mended = changed(old, &new);
        if !mended.is_empty() {
            tracing::info!(tenants = mended.len(), "profiles or certificates changed");
            self.store.request_refresh(&mended, self.now()).await?;
        }
        Ok(new)
    }

    /// Puts questions into the air up to the limit, claiming more work when it runs low. Returns
    /// how long to wait before looking for work again.
    async fn fill(&self, hands: &mut Hands, roster: &Arc<Roster>) -> anyhow::Result<Duration> {
        let at_once = self.settings.at_once.max(1);
        if hands.waiting.is_empty() && hands.in_air.len() < at_once.div_ceil(2) {
            let now = self.now();
            let due = self.store.next_due(now).await?;
            if due.is_none_or(|due| due > now) {
                let until_due = due.map_or(SignedDuration::MAX, |due| due.duration_since(now));
                let until_due = Duration::try_from(until_due).unwrap_or(Duration::ZERO);
                return Ok(self
                    .settings
                    .poll
                    .min(until_due.max(Duration::from_millis(10))));
            }
            let limit = u32::try_from(at_once).unwrap_or(u32::MAX);
            let (lease, every) = (self.settings.lease(), self.settings.subscriptions_every);
            hands.waiting.extend(
                self.store
                    .claim(&self.worker, now, limit, lease, every)
                    .await?,
            );
        }
        while hands.in_air.len() < at_once {
            let Some(claim) = hands.waiting.pop_front() else {
                break;
            };
            hands.claims.push(claim.clone());
            hands.in_air.push(self.question(claim, roster));
        }
        Ok(if hands.is_idle() {
            self.settings.poll
        } else {
            Duration::ZERO
        })
    }

    fn question(&self, claim: Claim, roster: &Arc<Roster>) -> Question {
        let access = roster
            .get(&claim.tenant)
            .map_or_else(not_in_home, |entry| entry.access.clone());
        let (now, deadline, metrics) = (self.now(), self.settings.deadline, self.metrics.clone());
        Box::pin(async move {
            let began = Instant::now();
            metrics.began();
            let answer = ask(&access, claim.with_subscriptions, now, deadline).await;
            metrics.ended(&answer.look, began.elapsed());
            Asked { claim, answer }
        })
    }

    /// After a stop: a short wait for what is in the air, then everything else is given back.
    async fn wind_up(&self, mut hands: Hands, keep: mpsc::Sender<Asked>) -> anyhow::Result<()> {
        let landing = async {
            while let Some(asked) = hands.in_air.next().await {
                hands
                    .claims
                    .retain(|claim| claim.tenant != asked.claim.tenant);
                if keep.send(asked).await.is_err() {
                    break;
                }
            }
        };
        let landed = tokio::time::timeout(self.settings.grace, landing).await;
        hands.claims.extend(hands.waiting);
        if landed.is_err() {
            tracing::info!(
                tenants = hands.claims.len(),
                "stopped while Microsoft still owed answers"
            );
        }
        Ok(self.store.release(&hands.claims).await?)
    }
}

impl Hands {
    fn is_idle(&self) -> bool {
        self.in_air.is_empty() && self.waiting.is_empty()
    }
}

/// A tenant that the store knows and this process's home does not, as while a new mount reaches
/// one process before another.
fn not_in_home() -> Access {
    Access::Broken {
        message: "this process has no profile for the tenant".to_owned(),
        advice: "Add config-profiles/tenants/config-<key>-profile.json to the home folder, \
                 or wait until the new mount has arrived"
            .to_owned(),
    }
}
