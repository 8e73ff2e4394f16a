//! The half of the collect loop that claims and asks.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use store::{Claim, News};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::{Collector, LAST_WORDS, Until};
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

/// Between two tries to reach a store that is away.
const STORE_AWAY: Duration = Duration::from_secs(1);

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
    /// Home says something new that the store has not been told yet.
    news: bool,
    /// Since when the store cannot be reached.
    away_since: Option<Timestamp>,
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
        let mut wakes = self.store.wakes(News::Looks);
        let mut news = self.roster.clone();
        news.mark_unchanged();
        let Some(mut roster) = self.first_roster(&mut hands, stop).await? else {
            return Ok(());
        };
        while !stop.is_cancelled() {
            self.turned();
            self.fill(&mut hands, &mut roster, until).await?;
            if until == Until::Asked && hands.is_idle() {
                return Ok(());
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Ok(()) = news.changed() => {
                    hands.news = true;
                    hands.look_at = Instant::now();
                }
                Some(asked) = hands.in_air.next(), if !hands.in_air.is_empty() => {
                    hands.claims.retain(|claim| claim.tenant != asked.claim.tenant);
                    if keep.send(asked).await.is_err() {
                        break;
                    }
                }
                // Whoever asks everybody once looks for what nobody else has to tell.
                () = wakes.next(), if until == Until::Stopped && self.needs_store(&hands) => {
                    hands.look_at = Instant::now();
                }
                () = tokio::time::sleep_until(hands.look_at), if self.needs_store(&hands) => {}
            }
        }
        self.wind_up(hands, keep).await
    }

    /// What home says at the beginning; `None`: a stop came before the store could be told.
    async fn first_roster(
        &self,
        hands: &mut Hands,
        stop: &CancellationToken,
    ) -> anyhow::Result<Option<Arc<Roster>>> {
        while !stop.is_cancelled() {
            self.turned();
            let failed = match self.take_over_roster().await {
                Ok(roster) => return Ok(Some(roster)),
                Err(error) => Err(error),
            };
            hands.endure(failed, self.now(), self.settings.patience())?;
            let nap = tokio::time::sleep_until(hands.look_at);
            stop.run_until_cancelled(nap).await;
        }
        Ok(None)
    }

    /// Takes over what home says now, and asks at once where an operator has mended something.
    async fn change_roster(&self, old: &Roster) -> store::Result<Arc<Roster>> {
        let new = self.take_over_roster().await?;
        let mended = changed(old, &new);
        if !mended.is_empty() {
            tracing::info!(tenants = mended.len(), "profiles or certificates changed");
            let now = self.now();
            self.store.request_refresh(&mended, None, now).await?;
        }
        Ok(new)
    }

    /// Puts questions into the air up to the limit, and claims what comes after them, so that no
    /// place in the air waits for the store.
    async fn fill(
        &self,
        hands: &mut Hands,
        roster: &mut Arc<Roster>,
        until: Until,
    ) -> anyhow::Result<()> {
        if self.needs_store(hands) && hands.look_at <= Instant::now() {
            let looked = self.look_for_work(hands, roster, until).await;
            hands.endure(looked, self.now(), self.settings.patience())?;
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

    async fn look_for_work(
        &self,
        hands: &mut Hands,
        roster: &mut Arc<Roster>,
        until: Until,
    ) -> store::Result<()> {
        if hands.news {
            *roster = self.change_roster(roster).await?;
            hands.news = false;
        }
        if self.has_room(hands) {
            self.claim(hands, until).await?;
        }
        Ok(())
    }

    /// Claims work if there is some; if not, says when to look again. Looking first only reads, so
    /// an idle loop never takes the store's right to write.
    async fn claim(&self, hands: &mut Hands, until: Until) -> store::Result<()> {
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

    fn needs_store(&self, hands: &Hands) -> bool {
        hands.news || self.has_room(hands)
    }

    fn question(&self, claim: Claim, roster: &Arc<Roster>) -> Question {
        let access = roster
            .get(&claim.tenant)
            .map_or_else(not_in_home, |entry| entry.access.clone());
        let (now, deadline, metrics) = (self.now(), self.settings.deadline, self.metrics.clone());
        Box::pin(async move {
            let began = Instant::now();
            metrics.began();
            let span = tracing::info_span!("look", tenant = %claim.tenant);
            let answer = ask(&access, claim.with_subscriptions, now, deadline);
            let answer = answer.instrument(span).await;
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
        match tokio::time::timeout(LAST_WORDS, self.store.release(&hands.claims)).await {
            Ok(Err(error)) if !matches!(error, store::Error::Unavailable(_)) => Err(error.into()),
            Ok(Ok(())) => Ok(()),
            _ => {
                let tenants = hands.claims.len();
                tracing::warn!(tenants, "claims stay until they expire: the store is away");
                Ok(())
            }
        }
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
            news: false,
            away_since: None,
        }
    }

    /// Nothing is at work, and the store has said that nothing is left to do.
    fn is_idle(&self) -> bool {
        self.in_air.is_empty() && self.waiting.is_empty() && self.away_since.is_none()
    }

    /// A store that is busy for a moment delays the next look for work; one that stays away for
    /// longer than `patience` ends the loop.
    fn endure(
        &mut self,
        looked: store::Result<()>,
        now: Timestamp,
        patience: SignedDuration,
    ) -> anyhow::Result<()> {
        let Err(error) = looked else {
            if self.away_since.take().is_some() {
                tracing::info!("the store is back");
            }
            return Ok(());
        };
        if self.away_since.is_none() {
            tracing::warn!(%error, "the store is away; trying again");
        }
        let since = *self.away_since.get_or_insert(now);
        let passes = matches!(error, store::Error::Unavailable(_));
        if !passes || now.duration_since(since) > patience {
            return Err(error).context("the store could not be asked for work");
        }
        self.look_at = Instant::now() + STORE_AWAY;
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: SignedDuration = SignedDuration::from_mins(6);

    fn away() -> store::Result<()> {
        Err(store::Error::Unavailable("database is locked".to_owned()))
    }

    fn minute(minute: i64) -> Timestamp {
        Timestamp::from_second(60 * minute).unwrap()
    }

    #[tokio::test]
    async fn a_store_that_is_away_is_waited_for_until_claims_have_run_out() {
        let mut hands = Hands::empty();
        assert!(hands.is_idle());
        hands.endure(away(), minute(0), PATIENCE).unwrap();
        assert!(hands.look_at > Instant::now(), "it would spin");
        assert!(!hands.is_idle(), "nobody knows whether work is left");
        hands.endure(away(), minute(6), PATIENCE).unwrap();
        let error = hands.endure(away(), minute(7), PATIENCE).unwrap_err();
        assert!(format!("{error:#}").contains("database is locked"));
    }

    #[tokio::test]
    async fn patience_begins_anew_when_the_store_is_back() {
        let mut hands = Hands::empty();
        hands.endure(away(), minute(0), PATIENCE).unwrap();
        hands.endure(Ok(()), minute(5), PATIENCE).unwrap();
        assert!(hands.is_idle());
        hands.endure(away(), minute(10), PATIENCE).unwrap();
    }

    #[tokio::test]
    async fn what_no_waiting_mends_ends_the_loop_at_once() {
        let detail = "the number is a text".to_owned();
        let broken = store::Error::Corrupt {
            table: "tenant",
            detail,
        };
        let mut hands = Hands::empty();
        hands.endure(Err(broken), minute(0), PATIENCE).unwrap_err();
    }
}
