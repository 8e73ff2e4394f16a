//! Requests of people to look now: written by whoever answers them, served by the collect loop.

use domain::{Cause, Deed, TenantKey};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::claims::Claim;
use crate::document::time;
use crate::tenants::key_of;
use crate::{By, Error, News, Result, Store, audit, sql};

/// A request and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    pub id: Uuid,
    pub requested_at: Timestamp,
    /// By key.
    pub tenants: Vec<RefreshedTenant>,
}

/// One tenant of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshedTenant {
    pub key: TenantKey,
    /// `None`: not looked at yet.
    pub done_at: Option<Timestamp>,
    /// Why nothing was seen, if nothing was.
    pub cause: Option<Cause>,
}

/// The moment before all others: a tenant due then is next in line.
const AT_ONCE: i64 = 0;

/// How long a request can be asked about: they are no history, and scripts make many.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// So many tenants of an order are named in the audit; more are counted.
const NAMED: usize = 10;

impl Store {
    /// Makes tenants due at once, all enabled ones if `keys` is empty. Keys that are unknown,
    /// removed or not enabled are left out of the request. Requests of more than 30 days ago are
    /// forgotten. `by` is who asks; `None`: the program itself, of which the audit says nothing.
    pub async fn request_refresh(
        &self,
        keys: &[TenantKey],
        by: Option<By<'_>>,
        now: Timestamp,
    ) -> Result<Uuid> {
        let id = Uuid::new_v4();
        let old = now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
        let some_are_old = self.has_refreshes_before(old).await?;
        let mut transaction = match keys.is_empty() || some_are_old {
            true => self.write().await?,
            false => self.write_of(keys).await?,
        };
        if some_are_old {
            forget(&mut transaction, old).await?;
        }
        sql::query("INSERT INTO refresh (id, requested_at) VALUES ($1, $2)")
            .bind(id.to_string())
            .bind(now.as_millisecond())
            .execute(&mut transaction)
            .await?;
        if keys.is_empty() {
            want(&mut transaction, id, None, now).await?;
        }
        for key in keys {
            want(&mut transaction, id, Some(key), now).await?;
        }
        if let Some(by) = by {
            let (what, (subject, detail)) = (Deed::RefreshOrdered, ordered(keys));
            audit::note(&mut transaction, by, what, subject, &detail, now).await?;
        }
        transaction.commit().await?;
        Ok(id)
    }

    async fn has_refreshes_before(&self, moment: Timestamp) -> Result<bool> {
        sql::query_scalar("SELECT EXISTS (SELECT 1 FROM refresh WHERE requested_at < $1)")
            .bind(moment.as_millisecond())
            .fetch_one(self.readers())
            .await
    }

    /// How far a request is.
    pub async fn refresh(&self, id: Uuid) -> Result<Option<Refresh>> {
        let requested_at: Option<i64> =
            sql::query_scalar("SELECT requested_at FROM refresh WHERE id = $1")
                .bind(id.to_string())
                .fetch_optional(self.readers())
                .await?;
        let Some(requested_at) = requested_at else {
            return Ok(None);
        };
        let sql = "SELECT tenant, done_at, cause FROM refresh_tenant \
                   WHERE refresh = $1 ORDER BY tenant";
        let rows: Vec<(String, Option<i64>, Option<String>)> = sql::query_as(sql)
            .bind(id.to_string())
            .fetch_all(self.readers())
            .await?;
        let tenant = |(key, done_at, cause): (String, Option<i64>, Option<String>)| {
            let cause = cause.map(|word| {
                Cause::from_word(&word)
                    .ok_or_else(|| Error::corrupt("refresh_tenant", format!("cause \"{word}\"")))
            });
            Ok(RefreshedTenant {
                key: key_of(&key)?,
                done_at: done_at.map(time).transpose()?,
                cause: cause.transpose()?,
            })
        };
        let tenants = rows.into_iter().map(tenant).collect::<Result<_>>()?;
        Ok(Some(Refresh {
            id,
            requested_at: time(requested_at)?,
            tenants,
        }))
    }
}

/// Subject and detail of an order, for the audit.
fn ordered(keys: &[TenantKey]) -> (&str, String) {
    match keys {
        [] => ("", "all tenants".to_owned()),
        [only] => (only.as_str(), String::new()),
        [some @ .., last] if keys.len() <= NAMED => {
            let some: Vec<_> = some.iter().map(TenantKey::as_str).collect();
            ("", format!("{} and {last}", some.join(", ")))
        }
        _ => ("", format!("{} tenants", keys.len())),
    }
}

async fn forget(connection: &mut sql::Transaction, old: Timestamp) -> Result<()> {
    for sql in [
        "DELETE FROM refresh_tenant \
         WHERE refresh IN (SELECT id FROM refresh WHERE requested_at < $1)",
        "DELETE FROM refresh WHERE requested_at < $1",
    ] {
        sql::query(sql)
            .bind(old.as_millisecond())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn want(
    connection: &mut sql::Transaction,
    id: Uuid,
    key: Option<&TenantKey>,
    now: Timestamp,
) -> Result<()> {
    connection.tell(News::Looks);
    let key = key.map(TenantKey::as_str);
    let due = "UPDATE tenant SET wanted_at = $2, due_at = $3 \
               WHERE removed_at IS NULL AND enabled AND ($1 IS NULL OR key = $1)";
    sql::query(due)
        .bind(key)
        .bind(now.as_millisecond())
        .bind(AT_ONCE)
        .execute(&mut *connection)
        .await?;
    let row = "INSERT INTO refresh_tenant (refresh, tenant) SELECT $2, key FROM tenant \
               WHERE removed_at IS NULL AND enabled AND ($1 IS NULL OR key = $1) \
               ON CONFLICT DO NOTHING";
    sql::query(row)
        .bind(key)
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes that a look that people waited for has ended. Requests made after the look had begun
/// stay open: their people want to see what is true after their click.
pub(crate) async fn done(
    connection: &mut sql::Transaction,
    claim: &Claim,
    at: i64,
    cause: Option<Cause>,
) -> Result<()> {
    connection.tell(News::Content);
    let sql = "UPDATE refresh_tenant SET done_at = $2, cause = $3 \
               WHERE tenant = $1 AND done_at IS NULL AND refresh IN \
               (SELECT id FROM refresh WHERE requested_at <= $4)";
    sql::query(sql)
        .bind(claim.tenant.as_str())
        .bind(at)
        .bind(cause.map(Cause::as_str))
        .bind(claim.claimed_at)
        .execute(&mut *connection)
        .await?;
    sql::query("UPDATE tenant SET wanted_at = NULL WHERE key = $1 AND wanted_at <= $2")
        .bind(claim.tenant.as_str())
        .bind(claim.claimed_at)
        .execute(connection)
        .await?;
    Ok(())
}
