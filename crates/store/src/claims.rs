//! Who works on which tenant: claims that expire, so that a dead worker's tenants come free again.

use domain::TenantKey;
use jiff::{SignedDuration, Timestamp};

use crate::document::time;
use crate::tenants::key_of;
use crate::{News, Result, Store, sql};

/// The right to look at one tenant, until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub tenant: TenantKey,
    /// Whether the subscriptions are to be asked for too.
    pub with_subscriptions: bool,
    /// Failed looks in a row so far.
    pub failures: u32,
    /// Whether a person asked for this look and waits for it.
    pub refresh: bool,
    pub(crate) worker: String,
    pub(crate) claimed_at: i64,
    pub(crate) until: i64,
}

type Row = (String, i64, bool, bool, i64);

impl Store {
    /// Claims up to `limit` tenants that are due, those that a person waits for first, then the
    /// longest overdue.
    ///
    /// A tenant is due if it is enabled, present, not claimed by anybody else, and its time has
    /// come or a person asked. `lease` must outlive the look. Subscriptions are wanted if they
    /// are older than `subscriptions_every`, or a person asked.
    pub async fn claim(
        &self,
        worker: &str,
        now: Timestamp,
        limit: u32,
        lease: SignedDuration,
        subscriptions_every: SignedDuration,
    ) -> Result<Vec<Claim>> {
        let claimed_at = now.as_millisecond();
        let until = now
            .saturating_add(lease)
            .unwrap_or(Timestamp::MAX)
            .as_millisecond();
        let old = now
            .saturating_sub(subscriptions_every)
            .unwrap_or(Timestamp::MIN);
        let mut transaction = self.write_rows().await?;
        let sql = "WITH due AS MATERIALIZED (SELECT key FROM tenant \
                     WHERE removed_at IS NULL AND enabled \
                     AND due_at <= $3 AND (claimed_until IS NULL OR claimed_until <= $3) \
                     ORDER BY due_at LIMIT $4 /*pg FOR NO KEY UPDATE SKIP LOCKED */) \
                   UPDATE tenant SET claimed_by = $1, claimed_until = $2 \
                   WHERE key IN (SELECT key FROM due) \
                   RETURNING key, failures, wanted_at IS NOT NULL, \
                     subscriptions_at IS NULL OR subscriptions_at <= $5, due_at";
        let mut rows: Vec<Row> = sql::query_as(sql)
            .bind(worker)
            .bind(until)
            .bind(claimed_at)
            .bind(i64::from(limit))
            .bind(old.as_millisecond())
            .fetch_all(&mut transaction)
            .await?;
        transaction.commit().await?;
        rows.sort_by(|(a, .., a_due), (b, .., b_due)| (a_due, a).cmp(&(b_due, b)));
        let claim = |(key, failures, refresh, subscriptions_old, _): Row| {
            Ok(Claim {
                tenant: key_of(&key)?,
                with_subscriptions: subscriptions_old || refresh,
                failures: u32::try_from(failures).unwrap_or(u32::MAX),
                refresh,
                worker: worker.to_owned(),
                claimed_at,
                until,
            })
        };
        rows.into_iter().map(claim).collect()
    }

    /// Gives claims back, as a worker does that stops: the tenants are due for others at once.
    pub async fn release(&self, claims: &[Claim]) -> Result<()> {
        if claims.is_empty() {
            return Ok(());
        }
        let mut transaction = self
            .write_of(claims.iter().map(|claim| &claim.tenant))
            .await?;
        for claim in claims {
            let sql = "UPDATE tenant SET claimed_by = NULL, claimed_until = NULL \
                       WHERE key = $1 AND claimed_by = $2 AND claimed_until = $3";
            sql::query(sql)
                .bind(claim.tenant.as_str())
                .bind(&claim.worker)
                .bind(claim.until)
                .execute(&mut transaction)
                .await?;
        }
        transaction.tell(News::Looks);
        transaction.commit().await
    }

    /// Until when somebody holds a tenant or a message: as long, a process is at work, or one was
    /// killed. `None`: nobody does.
    pub async fn claimed_until(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let sql = "SELECT MAX(until) FROM ( \
                     SELECT MAX(claimed_until) AS until FROM tenant \
                     UNION ALL SELECT MAX(judging_until) FROM tenant \
                     UNION ALL SELECT MAX(claimed_until) FROM delivery) AS claims \
                   WHERE until > $1";
        let until: Option<i64> = sql::query_scalar(sql)
            .bind(now.as_millisecond())
            .fetch_one(self.readers())
            .await?;
        until.map(time).transpose()
    }

    /// When the next tenant can be claimed; `None` if there is none to ask at all.
    pub async fn next_due(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let sql = "SELECT MIN(CASE WHEN claimed_until > $1 AND claimed_until > due_at \
                     THEN claimed_until ELSE due_at END) \
                   FROM tenant WHERE removed_at IS NULL AND enabled";
        let due: Option<i64> = sql::query_scalar(sql)
            .bind(now.as_millisecond())
            .fetch_one(self.readers())
            .await?;
        due.map(time).transpose()
    }
}
