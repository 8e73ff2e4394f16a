//! SharePoint's lists: the state that the company's flows depend on, brought up to date as a whole
//! by one worker at a time.
//!
//! A sync reads the lists, takes over what people and flows set there, compares with what the
//! store says, and writes what differs. It keeps no memory of rows: whatever went wrong before,
//! the next one starts from what stands there. Creating a row cannot be repeated safely, so a row
//! whose answer was lost is created by a later sync, if it is not there then, and nothing is sent
//! that could arrive after the claim has expired.

mod admin;
mod outcome;
mod plan;
mod rows;
mod switches;
mod tenants;
mod wish;

#[cfg(test)]
mod specimen;

use std::time::Instant;

use domain::Reason;
use graph::{Site, Write, WriteError};
use jiff::{SignedDuration, Timestamp};
use store::{By, ChannelClaim, Delivery, Retry, Settled, Synced};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::{Deliverer, backoff};
pub use admin::{Checked, check, duplicates, init, merge};
use outcome::Outcome;
pub use plan::Duplicate;
use plan::{Plan, plan};
pub use rows::LicenseColumns;
use rows::Row;
pub use switches::TenantColumns;
use wish::Known;

/// The lists of one SharePoint profile.
#[derive(Clone, Debug)]
pub struct Sharepoint {
    /// The channel's name.
    pub name: String,
    pub site: Site,
    pub lists: Lists,
    /// Between two syncs that nobody asked for.
    pub interval: SignedDuration,
}

/// Which lists, and how their columns are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lists {
    pub licenses: String,
    pub license_columns: LicenseColumns,
    pub tenants: String,
    pub tenant_columns: TenantColumns,
    pub parameters: Option<String>,
}

impl Sharepoint {
    /// So many requests, each as long as one may take.
    fn requests(&self, number: i32) -> SignedDuration {
        let one = SignedDuration::try_from(self.site.request_timeout());
        one.unwrap_or(SignedDuration::MAX).saturating_mul(number)
    }
}

/// The columns of the parameter list.
pub(crate) const PARAMETER_COLUMNS: [&str; 2] = ["Parameter", "Parameterwert"];

/// How long a claim lasts, in requests that take as long as they may. It is extended as long as
/// there is something to write.
const LEASE: i32 = 8;

/// Nothing is sent that could still be under way when the claim expires.
const MARGIN: i32 = 4;

/// How often a sync starts anew because somebody else changed rows meanwhile, or an answer was
/// lost.
const PASSES: u32 = 4;

/// Rows that could not be written are tried again after so long.
const SOON: SignedDuration = SignedDuration::from_mins(1);

/// A request whose answer was lost has arrived after so long, or never will.
const UNDER_WAY: i32 = 2;

/// Graph takes so many writes in one request.
const BATCH: usize = 20;

/// Why a sync ended early.
#[derive(Debug)]
enum Ended {
    /// In words for an operator.
    Failed {
        error: String,
        advice: String,
    },
    /// Somebody else has taken the channel over.
    ClaimLost,
    Stopped,
    Store(store::Error),
}

impl From<store::Error> for Ended {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<graph::Error> for Ended {
    fn from(error: graph::Error) -> Self {
        Self::Failed {
            advice: error.advice(),
            error: error.to_string(),
        }
    }
}

impl Deliverer {
    /// Brings the lists up to date if that is due. Answers `true` if it did and may have more to
    /// do.
    pub(super) async fn sync(
        &self,
        sharepoint: &Sharepoint,
        stop: &CancellationToken,
    ) -> store::Result<bool> {
        let (now, name) = ((self.clock)(), &sharepoint.name);
        let lease = sharepoint.requests(LEASE);
        let claimed = self.store.claim_channel(name, &self.worker, now, lease);
        let Some(mut claim) = claimed.await? else {
            return Ok(false);
        };
        let began = Instant::now();
        let mut outcome = Outcome::default();
        let synced = self.bring_up_to_date(sharepoint, &mut claim, &mut outcome, stop);
        let span = tracing::info_span!("sync", channel = name);
        let synced = synced.instrument(span).await;
        self.metrics.took(name, began.elapsed());
        let now = (self.clock)();
        let failure = match synced {
            Ok(()) => None,
            Err(Ended::ClaimLost) => return Ok(false),
            Err(Ended::Store(error)) => return Err(error),
            Err(Ended::Stopped) => {
                // What may be under way has arrived by the time the claim expires.
                if outcome.doubtful.is_empty() {
                    self.store.give_channel_back(&claim).await?;
                }
                return Ok(false);
            }
            Err(Ended::Failed { error, advice }) => {
                tracing::warn!(
                    channel = name,
                    error,
                    advice,
                    "SharePoint is not up to date"
                );
                Some((error, advice))
            }
        };
        self.settle_all(&claim, &outcome, failure.as_ref(), now)
            .await?;
        let next = match failure {
            None if outcome.failed.is_empty() => sharepoint.interval,
            None => SOON.min(sharepoint.interval),
            Some(_) => backoff(claim.failures + 1, self.settings.longest_wait),
        };
        let later = |span| now.saturating_add(span).unwrap_or(Timestamp::MAX);
        let synced = Synced {
            next: later(next),
            hold: (!outcome.doubtful.is_empty()).then(|| later(sharepoint.requests(UNDER_WAY))),
            failure,
            remarks: outcome.remarks,
        };
        self.store.release_channel(&claim, &synced, now).await?;
        Ok(false)
    }

    async fn bring_up_to_date(
        &self,
        sharepoint: &Sharepoint,
        claim: &mut ChannelClaim,
        outcome: &mut Outcome,
        stop: &CancellationToken,
    ) -> Result<(), Ended> {
        let read = self.take_over_parameters(sharepoint).await;
        let parameters = beside("parameter list", read)?;
        let switched = self.switch_all(sharepoint, claim, outcome, stop).await;
        let tenants = beside("tenant list", switched)?;
        let mut remarks = std::mem::take(&mut outcome.remarks);
        remarks.extend(parameters.into_iter().chain(tenants));
        let now = (self.clock)();
        self.store.catch_up(&sharepoint.name, now).await?;
        for _ in 1..=PASSES {
            outcome.remarks.clone_from(&remarks);
            outcome.failed.clear();
            let again = self.licenses(sharepoint, claim, outcome, stop).await?;
            if !again {
                return outcome.sum_up();
            }
        }
        Err(Ended::Failed {
            error: unsettled("licence list"),
            advice: "Nothing needs to be done: the next sync goes on.".to_owned(),
        })
    }

    async fn switch_all(
        &self,
        sharepoint: &Sharepoint,
        claim: &mut ChannelClaim,
        outcome: &mut Outcome,
        stop: &CancellationToken,
    ) -> Result<(), Ended> {
        for _ in 1..=PASSES {
            outcome.remarks.clear();
            if !self.tenants(sharepoint, claim, outcome, stop).await? {
                return Ok(());
            }
        }
        outcome.remarks.push(unsettled("tenant list"));
        Ok(())
    }

    /// Takes over what flows answered, and writes what differs. Answers whether the list must be
    /// read again.
    async fn licenses(
        &self,
        sharepoint: &Sharepoint,
        claim: &mut ChannelClaim,
        outcome: &mut Outcome,
        stop: &CancellationToken,
    ) -> Result<bool, Ended> {
        let Lists {
            licenses: list,
            license_columns: columns,
            ..
        } = &sharepoint.lists;
        let items = sharepoint.site.items(list, &columns.all()).await?.items;
        let rows: Vec<Row> = items
            .into_iter()
            .map(|item| Row::read(item, columns))
            .collect();
        let known = Known::of(&self.store, &sharepoint.name, self.settings.policy).await?;
        let names = self.names().await?;
        let wish = known.wish(&names, self.settings.language, &outcome.asked);
        let found = plan(&rows, &wish, columns);
        self.acknowledge(sharepoint, &known, &found).await?;
        outcome.remarks.extend(outcome::remarks(&found));
        outcome.pending = known.pending;
        let mut again = found.unfinished;
        let writes = outcome.without_doubtful(found.writes);
        for chunk in writes.chunks(BATCH) {
            let writes: Vec<Write> = chunk.iter().map(|(_, write)| write.clone()).collect();
            let written = self.write(sharepoint, list, &writes, claim, stop).await?;
            for ((target, write), written) in chunk.iter().zip(written) {
                match written {
                    Ok(_) => outcome.written += 1,
                    Err(error) => {
                        again |= is_worth_a_look(&error);
                        outcome.note(target.as_ref(), write, &error);
                    }
                }
            }
        }
        let asked = found.asked.into_iter();
        let asked = asked.filter(|target| !outcome.failed.contains_key(target));
        outcome.asked.extend(asked);
        Ok(again)
    }

    /// One batch, under a claim that outlives it.
    async fn write(
        &self,
        sharepoint: &Sharepoint,
        list: &str,
        writes: &[Write],
        claim: &mut ChannelClaim,
        stop: &CancellationToken,
    ) -> Result<Vec<Result<graph::Written, WriteError>>, Ended> {
        if stop.is_cancelled() {
            return Err(Ended::Stopped);
        }
        let now = (self.clock)();
        let after = |span| now.saturating_add(span).unwrap_or(Timestamp::MAX);
        if after(sharepoint.requests(MARGIN)) > claim.expires {
            let until = after(sharepoint.requests(LEASE));
            if now >= claim.expires || !self.store.extend_channel(claim, until).await? {
                return Err(Ended::ClaimLost);
            }
        }
        let written = sharepoint.site.write(list, writes).await;
        for written in &written {
            self.metrics.wrote(&sharepoint.name, written.is_ok());
        }
        Ok(written)
    }

    /// Somebody whom the company's flow has informed takes care of the shortage.
    async fn acknowledge(
        &self,
        sharepoint: &Sharepoint,
        known: &Known,
        found: &Plan,
    ) -> Result<(), Ended> {
        for target in &found.informed {
            for (id, version) in known.to_acknowledge(target) {
                let by = By {
                    who: &sharepoint.name,
                    from: None,
                };
                let why = &Reason::TechnicianInformed.into();
                let act = domain::Action::Acknowledge;
                let now = (self.clock)();
                self.store
                    .act(id, Some(version), act, by, why, &[], now)
                    .await?;
            }
        }
        Ok(())
    }

    /// A list is brought up to date as a whole, so what is told by it never dies: as long as the
    /// list is not right, it is tried.
    fn later(&self, delivery: &Delivery, now: Timestamp) -> Retry {
        let failed = delivery.attempts.saturating_add(1);
        let wait = backoff(failed, self.settings.longest_wait);
        Retry::At(now.saturating_add(wait).unwrap_or(Timestamp::MAX))
    }

    /// Notes what became of everything that was to be delivered.
    async fn settle_all(
        &self,
        claim: &ChannelClaim,
        outcome: &Outcome,
        failure: Option<&(String, String)>,
        now: Timestamp,
    ) -> store::Result<()> {
        let pending = match failure {
            // What was pending may not have been read yet.
            Some(_) => self.store.undelivered(&claim.channel).await?,
            None => outcome.pending.clone(),
        };
        let tries = pending.into_iter().map(|delivery| {
            let of_row = wish::target(&delivery).and_then(|target| outcome.failed.get(&target));
            let settled = match failure.or(of_row) {
                None => Settled::Delivered { remark: None },
                // A sync that this message was not due for is no try of it.
                Some(_) if delivery.next_at > now => Settled::Released,
                Some((error, advice)) => Settled::Failed {
                    retry: self.later(&delivery, now),
                    error: error.clone(),
                    advice: advice.clone(),
                },
            };
            (delivery, settled)
        });
        let tries: Vec<_> = tries.collect();
        self.store.settle(&tries, now).await?;
        Ok(())
    }
}

/// A list that only stands beside the licence list must not keep it from being right: what went
/// wrong with it becomes a remark.
fn beside(list: &str, done: Result<(), Ended>) -> Result<Option<String>, Ended> {
    match done {
        Ok(()) => Ok(None),
        Err(Ended::Failed { error, advice }) => Ok(Some(format!(
            "the {list} was left alone: {error}. {advice}"
        ))),
        Err(ended) => Err(ended),
    }
}

/// Whether reading the list again may lead further.
fn is_worth_a_look(error: &WriteError) -> bool {
    match error {
        WriteError::Changed | WriteError::Gone | WriteError::Unclear(_) => true,
        WriteError::Exists | WriteError::NotDone(_) => false,
    }
}

fn unsettled(list: &str) -> String {
    format!("the {list} changed while it was written, {PASSES} times in a row")
}
