//! Makes old history smaller, a stretch of one tenant at a time: of days long past only what
//! somebody reads is kept, and in the end nothing but what was in force at the limit.
//!
//! Rows of history never change and are added at the end alone, so which of them can go is decided
//! without a lock. Whoever comes second takes away what is gone already, and leaves the same.

use std::collections::{BTreeMap, HashSet};

use domain::{Reading, TenantKey, beginning_of_day, superfluous};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::document::{read_subscriptions, time, units};
use crate::tenants::key_of;
use crate::{Result, Store, sql};

/// How much of a tenant's past is read at once.
const STRETCH: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Rows taken away in one transaction, so that nobody waits for long.
const AT_ONCE: usize = 2000;

/// Values bound to one statement.
const BOUND: usize = 500;

/// The right to compact the history of one tenant, until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compaction {
    pub tenant: TenantKey,
    from: i64,
}

/// What was taken away, in rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Of days of which less is kept.
    pub thinned: u64,
    /// Of days of which nothing is kept.
    pub expired: u64,
    /// Whether the tenant's history is now as small as it should be.
    pub is_done: bool,
}

/// The beginning of a row, of which product, and how many seats there are.
type Row = (
    i64,
    i64,
    bool,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

impl Store {
    /// Claims up to `limit` tenants whose history before `until` has not been compacted, those
    /// first that have waited the longest. Only reads if there are none.
    pub async fn claim_compaction(
        &self,
        until: Timestamp,
        now: Timestamp,
        limit: u32,
        lease: SignedDuration,
    ) -> Result<Vec<Compaction>> {
        let any = "SELECT EXISTS (SELECT 1 FROM tenant WHERE compacted_until < $1 \
                   AND (compacting_until IS NULL OR compacting_until <= $2))";
        let any: bool = sql::query_scalar(any)
            .bind(until.as_millisecond())
            .bind(now.as_millisecond())
            .fetch_one(self.readers())
            .await?;
        if !any {
            return Ok(Vec::new());
        }
        let mut transaction = self.write_rows().await?;
        let sql = "WITH due AS MATERIALIZED (SELECT key FROM tenant WHERE compacted_until < $1 \
                     AND (compacting_until IS NULL OR compacting_until <= $2) \
                     ORDER BY compacted_until LIMIT $3 \
                     /*pg FOR NO KEY UPDATE SKIP LOCKED */) \
                   UPDATE tenant SET compacting_until = $4 WHERE key IN (SELECT key FROM due) \
                   RETURNING key, compacted_until";
        let free_at = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let rows: Vec<(String, i64)> = sql::query_as(sql)
            .bind(until.as_millisecond())
            .bind(now.as_millisecond())
            .bind(limit)
            .bind(free_at.as_millisecond())
            .fetch_all(&mut transaction)
            .await?;
        transaction.commit().await?;
        let claim = |(key, from): (String, i64)| {
            let tenant = key_of(&key)?;
            Ok(Compaction { tenant, from })
        };
        rows.into_iter().map(claim).collect()
    }

    /// Compacts the next stretch of a tenant's history, at most up to `until`, the beginning of a
    /// day in `zone`; see [`superfluous`]. At the end takes away what had ended before `forgotten`.
    /// Gives the claim back.
    pub async fn compact(
        &self,
        claim: &Compaction,
        until: Timestamp,
        forgotten: Timestamp,
        zone: &TimeZone,
    ) -> Result<Compacted> {
        let tenant = &claim.tenant;
        let mut compacted = Compacted::default();
        let end = match self.first_value(tenant, claim.from).await? {
            Some(first) if first < until.as_millisecond() => {
                let first = time(first)?;
                let end = first.saturating_add(STRETCH).unwrap_or(until).min(until);
                let end = beginning_of_day(end, zone);
                compacted.thinned = self.thin(tenant, (first, end), zone).await?;
                end
            }
            _ => until,
        };
        compacted.is_done = end >= until;
        if compacted.is_done {
            compacted.expired = self.expire(tenant, forgotten).await?;
        }
        let mut transaction = self.write_rows().await?;
        let sql = "UPDATE tenant SET compacting_until = NULL, compacted_until = $3 \
                   WHERE key = $1 AND compacted_until = $2";
        sql::query(sql)
            .bind(tenant.as_str())
            .bind(claim.from)
            .bind(end.as_millisecond())
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(compacted)
    }

    /// When the first row of a tenant's numbers begins that does not begin before `from`.
    async fn first_value(&self, tenant: &TenantKey, from: i64) -> Result<Option<i64>> {
        let sql = "SELECT MIN(since) FROM (SELECT (SELECT MIN(v.since) FROM sku_value v \
                     WHERE v.series = s.id AND v.since >= $2) AS since \
                   FROM series s WHERE s.tenant = $1) firsts";
        sql::query_scalar(sql)
            .bind(tenant.as_str())
            .bind(from)
            .fetch_one(self.readers())
            .await
    }

    /// Takes away the rows of a stretch of whole days that nobody misses. Answers how many.
    async fn thin(
        &self,
        tenant: &TenantKey,
        (from, until): (Timestamp, Timestamp),
        zone: &TimeZone,
    ) -> Result<u64> {
        let sql = "SELECT v.series, v.since, v.present, v.enabled, v.warning, v.suspended, \
                     v.locked_out, v.consumed FROM series s JOIN sku_value v ON v.series = s.id \
                   WHERE s.tenant = $1 AND v.since >= $2 AND v.since < $3 \
                   ORDER BY v.series, v.since";
        let rows: Vec<Row> = sql::query_as(sql)
            .bind(tenant.as_str())
            .bind(from.as_millisecond())
            .bind(until.as_millisecond())
            .fetch_all(self.readers())
            .await?;
        let mut series: BTreeMap<i64, Vec<Reading>> = BTreeMap::new();
        for (number, since, present, enabled, warning, suspended, locked_out, consumed) in rows {
            let units = units([enabled, warning, suspended, locked_out, consumed]);
            series.entry(number).or_default().push(Reading {
                from: time(since)?,
                units: present.then_some(units),
            });
        }
        let mut goes = Vec::new();
        for (number, readings) in series {
            let superfluous = superfluous(&readings, zone).into_iter();
            goes.extend(superfluous.map(|at| (number, at.as_millisecond())));
        }
        let mut thinned = 0;
        for rows in goes.chunks(AT_ONCE) {
            let mut transaction = self.write_of([tenant]).await?;
            for rows in rows.chunk_by(|(one, _), (other, _)| one == other) {
                for rows in rows.chunks(BOUND) {
                    thinned += take_away(&mut transaction, rows).await?;
                }
            }
            transaction.commit().await?;
        }
        Ok(thinned)
    }

    /// Takes away what had ended before a moment. Of each product stays what was in force then; of
    /// a purchase everything, as long as the tenant has it. Answers how many rows went.
    async fn expire(&self, tenant: &TenantKey, before: Timestamp) -> Result<u64> {
        let mut expired = 0;
        while let Some(ended) = self.first_ended(tenant, before).await? {
            let end = time(ended)?.saturating_add(STRETCH * 3).unwrap_or(before);
            let values = "DELETE FROM sku_value WHERE since < $2 \
                          AND series IN (SELECT id FROM series WHERE tenant = $1) \
                          AND since < (SELECT MAX(o.since) FROM sku_value o \
                            WHERE o.series = sku_value.series AND o.since <= $2)";
            expired += self.take(tenant, values, end.min(before)).await?;
        }
        let gaps = "DELETE FROM gap WHERE tenant = $1 AND ended_at < $2";
        expired += self.take(tenant, gaps, before).await?;
        Ok(expired + self.expire_sightings(tenant, before).await?)
    }

    /// When the first row of a tenant's numbers ended, if that was at or before a moment.
    async fn first_ended(&self, tenant: &TenantKey, before: Timestamp) -> Result<Option<i64>> {
        let sql = "SELECT MIN(ended) FROM (SELECT (SELECT v.since FROM sku_value v \
                     WHERE v.series = s.id ORDER BY v.since LIMIT 1 OFFSET 1) AS ended \
                   FROM series s WHERE s.tenant = $1) firsts WHERE ended <= $2";
        sql::query_scalar(sql)
            .bind(tenant.as_str())
            .bind(before.as_millisecond())
            .fetch_one(self.readers())
            .await
    }

    async fn expire_sightings(&self, tenant: &TenantKey, before: Timestamp) -> Result<u64> {
        let old = "SELECT subscription FROM sighting WHERE tenant = $1 \
                   GROUP BY subscription HAVING MAX(seen_at) < $2";
        let old: Vec<(String,)> = sql::query_as(old)
            .bind(tenant.as_str())
            .bind(before.as_millisecond())
            .fetch_all(self.readers())
            .await?;
        let newest = sql::query_scalar("SELECT subscriptions FROM latest WHERE tenant = $1")
            .bind(tenant.as_str())
            .fetch_optional(self.readers())
            .await?;
        let newest: Option<String> = newest.flatten();
        let newest = newest.as_deref().map(read_subscriptions).transpose()?;
        let has: HashSet<String> = newest.into_iter().flatten().map(|it| it.id).collect();
        let gone = old.into_iter().map(|(subscription,)| subscription);
        let gone: Vec<String> = gone.filter(|it| !has.contains(it)).collect();
        let mut expired = 0;
        for some in gone.chunks(BOUND) {
            let mut transaction = self.write_of([tenant]).await?;
            let mut delete = sql::QueryBuilder::new("DELETE FROM sighting WHERE tenant = ");
            delete.push_bind(tenant.as_str());
            delete.push(" AND subscription IN ").push_list(some);
            let done = delete.build().execute(&mut transaction).await?;
            transaction.commit().await?;
            expired += done.rows_affected();
        }
        Ok(expired)
    }

    /// One statement about a tenant and a moment, by itself. Answers how many rows it took away.
    async fn take(&self, tenant: &TenantKey, sql: &'static str, before: Timestamp) -> Result<u64> {
        let mut transaction = self.write_of([tenant]).await?;
        let done = sql::query(sql)
            .bind(tenant.as_str())
            .bind(before.as_millisecond())
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }
}

/// Takes rows of one series away, which are told by their beginnings. Answers how many were there.
async fn take_away(connection: &mut sql::Transaction, rows: &[(i64, i64)]) -> Result<u64> {
    let Some((series, _)) = rows.first() else {
        return Ok(0);
    };
    let mut delete = sql::QueryBuilder::new("DELETE FROM sku_value WHERE series = ");
    delete.push_bind(*series).push(" AND since IN ");
    delete.push_list(rows.iter().map(|(_, since)| *since));
    let done = delete.build().execute(connection).await?;
    Ok(done.rows_affected())
}
