//! Keeps looks: what was seen becomes history and the newest state, what was not becomes a gap.

mod gap;
mod snapshot;

use domain::{Look, TenantKey};
use jiff::Timestamp;

use crate::claims::Claim;
use crate::{Result, Store, refreshes, sql};

/// A look that was claimed and is over.
#[derive(Clone, Debug)]
pub struct Finished {
    pub claim: Claim,
    pub look: Look,
    /// When the tenant is to be asked again.
    pub next_due: Timestamp,
}

/// What became of a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// The same as the last one: no row of history was added.
    Unchanged,
    /// Numbers had changed, or were seen for the first time.
    Changed {
        /// Rows of history added.
        skus: u32,
    },
    /// Nothing was seen; the gap began or goes on.
    Gap,
    /// Somebody else has taken the tenant over. Nothing was written.
    ClaimLost,
    /// The look is not newer than the newest one, as after a clock was set back. It was not kept.
    Outdated,
}

impl Store {
    /// Keeps finished looks in one transaction and gives their claims back.
    ///
    /// When this returns, they are committed. On an error none of them is.
    pub async fn finish(&self, finished: &[Finished]) -> Result<Vec<Recorded>> {
        let mut transaction = self
            .write_of(finished.iter().map(|it| &it.claim.tenant))
            .await?;
        let mut recorded = Vec::with_capacity(finished.len());
        for it in finished {
            let Finished { claim, look, .. } = it;
            let outcome = keep(&mut transaction, &claim.tenant, look, Terms::of(it)).await?;
            if claim.refresh && outcome != Recorded::ClaimLost {
                let (at, cause) = match look {
                    Ok(snapshot) => (snapshot.taken_at, None),
                    Err(gap) => (gap.at, Some(gap.cause)),
                };
                refreshes::done(&mut transaction, claim, at.as_millisecond(), cause).await?;
            }
            recorded.push(outcome);
        }
        transaction.commit().await?;
        Ok(recorded)
    }

    /// Keeps looks of one tenant without a claim, in the order of their time, in one transaction.
    /// The tenant's schedule stays as it is.
    pub async fn record_all(&self, tenant: &TenantKey, looks: &[Look]) -> Result<Vec<Recorded>> {
        let mut transaction = self.write_of([tenant]).await?;
        let mut recorded = Vec::with_capacity(looks.len());
        for look in looks {
            recorded.push(keep(&mut transaction, tenant, look, Terms::default()).await?);
        }
        transaction.commit().await?;
        Ok(recorded)
    }
}

async fn keep(
    connection: &mut sql::Transaction,
    tenant: &TenantKey,
    look: &Look,
    terms: Terms<'_>,
) -> Result<Recorded> {
    match look {
        Ok(snapshot) => snapshot::keep(connection, tenant, snapshot, terms).await,
        Err(gap) => gap::keep(connection, tenant, gap, terms).await,
    }
}

/// The conditions under which a look may be kept: the tenant's row has not moved on, and whoever
/// looked still holds the claim. `$1` is the tenant, `$2` and `$3` the claim (both NULL: none).
macro_rules! if_still_claimed {
    () => {
        " WHERE key = $1 AND ($2 IS NULL OR (claimed_by = $2 AND claimed_until = $3))"
    };
}
use if_still_claimed;

/// Gives the claim back: the tenant is due at `$4` (NULL: as before), or at once if a person asked
/// after `$5`, of whom the look did not know.
macro_rules! give_back {
    () => {
        "claimed_by = NULL, claimed_until = NULL, \
         due_at = CASE WHEN $4 IS NULL OR wanted_at > $5 THEN due_at ELSE $4 END"
    };
}
use give_back;

/// What to bind to `$2` … `$5` of [`if_still_claimed`] and [`give_back`].
#[derive(Clone, Copy, Default)]
struct Terms<'a> {
    worker: Option<&'a str>,
    until: Option<i64>,
    next_due: Option<i64>,
    knows_until: Option<i64>,
}

impl<'a> Terms<'a> {
    fn of(finished: &'a Finished) -> Self {
        let claim = &finished.claim;
        // Who asks takes the time before waiting for a lock, so that a claim with a later time may
        // know nothing of it. When nobody had asked, whoever has since gets a look of their own,
        // with all there is.
        let knows_until = match claim.refresh {
            true => claim.claimed_at,
            false => i64::MIN,
        };
        Self {
            worker: Some(&claim.worker),
            until: Some(claim.until),
            next_due: Some(finished.next_due.as_millisecond()),
            knows_until: Some(knows_until),
        }
    }
}
