//! The half of the collect loop that claims and asks.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::SignedDuration;
use store::Claim;
use tokio::sync::mpsc;
use tokio::time::Instant;
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

/// Keeps a clock that stands or jumps from making the loop spin.
const SHORTEST_SLEEP: Duration = Duration::from_millis(10);

type Question = Pin<Box<dyn Future<Output = Asked> + Send>>;

/// What the asking half holds: claims that wait for a place, and questions in the air.
struct Hands {
    waiting: VecDeque<Claim>,
    in_air: FuturesUnordered<Question>,
    /// What is in the air, to be given back if a stop cannot wait for it.
    claims: Vec<Claim>,
    /// When to look for work again, if there is room for it.
    look_at: Instant,
    /// The last look for work found as much as it asked for: there is probably more.
    more: bool,
}

impl Collector {
    /// Claims and asks until stopped, or until every tenant that was wanted has been asked.
    pub(super) async fn ask_until(
        &self,
        until: Until,
        stop: &CancellationToken,
        keep: mpsc::Sender<Asked>,
    ) -> anyhow::Result<()> {
        let mut hands = Hands::empty();
        let mut roster = self.take_over_roster().await?;
        let mut news = self.roster.clone();
        news.mark_unchanged();
        while !stop.is_cancelled() {
            self.turned();
            self.fill(&mut hands, &roster, until).await?;
            if until == Until::Asked && hands.is_idle() {
                return Ok(());
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Ok(()) = news.changed() => {
                    roster = self.change_roster(&roster).await?;
                    hands.look_at = Instant::now();
                }
                Some(asked) = hands.in_air.next(), if !hands.in_air.is_empty() => {
                    hands.claims.retain(|claim| claim.tenant != asked.claim.tenant);
                    if keep.send(asked).await.is_err() {
                        break;
                    }
                }
                () = tokio::time::sleep_until(hands.look_at), if self.has_room(&hands) => {}
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

    /// Puts questions into the air up to the limit, and claims what comes after them, so that no
    /// place in the air waits for the store.
    async fn fill(
        &self,
        hands: &mut Hands,
        roster: &Arc<Roster>,
        until: Until,
    ) -> anyhow::Result<()> {
        if self.has_room(hands) && hands.look_at <= Instant::now() {
            self.claim(hands, until).await?;
        }
        while hands.in_air.len() < self.at_once() {
            let Some(claim) = hands.waiting.pop_front() else {
                break;
            };
            hands.claims.push(claim.clone());
            hands.in_air.push(self.question(claim, roster));
        }
        Ok(())
    }

    /// Claims work if there is some; if not, says when to look again. Looking first only reads, so
    /// an idle loop never takes the store's right to write.
    async fn claim(&self, hands: &mut Hands, until: Until) -> anyhow::Result<()> {
        let now = self.now();
        if !hands.more {
            let due = self.store.next_due(now).await?;
            if due.is_none_or(|due| due > now) {
                let wait = due.map_or(SignedDuration::MAX, |due| due.duration_since(now));
                let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO);
                let wait = wait.clamp(SHORTEST_SLEEP, self.settings.poll.max(SHORTEST_SLEEP));
                hands.look_at = Instant::now() + wait;
                return Ok(());
            }
        }
        let limit = self.at_once() - hands.waiting.len();
        let (lease, every) = (self.settings.lease(), self.settings.subscriptions_every);
        let most = u32::try_from(limit).unwrap_or(u32::MAX);
        let claims = self
            .store
            .claim(&self.worker, now, most, lease, every)
            .await?;
        hands.more = claims.len() == limit;
        let (mine, again): (Vec<_>, Vec<_>) = claims
            .into_iter()
            .partition(|claim| until == Until::Stopped || claim.refresh);
        if !again.is_empty() {
            // Those that nobody waits for come last, so all that were wanted have been asked.
            self.store.release(&again).await?;
            hands.look_at = Instant::now() + self.settings.deadline;
        }
        hands.waiting.extend(mine);
        Ok(())
    }

    fn at_once(&self) -> usize {
        self.settings.at_once.max(1)
    }

    fn has_room(&self, hands: &Hands) -> bool {
        hands.waiting.len() <= self.at_once() / 2
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
    fn empty() -> Self {
        Self {
            waiting: VecDeque::new(),
            in_air: FuturesUnordered::new(),
            claims: Vec::new(),
            look_at: Instant::now(),
            more: false,
        }
    }

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
