//! The newest state of tenants, as domain values.

use domain::{Snapshot, TenantKey};

use crate::tenants::{TENANT_WIDTH, select_tenant, tenant_of};
use crate::{Result, Store, Tenant, document, sql};

/// A tenant and the newest that was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub tenant: Tenant,
    /// `None`: never seen. `taken_at` is the last look that saw something, changed or not;
    /// the subscriptions are the newest seen (see [`Tenant::subscriptions_seen_at`]).
    pub snapshot: Option<Snapshot>,
}

/// A query that [`state_of`] reads.
macro_rules! select_state {
    ($rest:literal) => {
        select_tenant!(
            also ", l.skus, l.subscriptions, l.remarks "
            from "LEFT JOIN latest l ON l.tenant = t.key ",
            $rest
        )
    };
}

fn state_of(row: &sql::Row) -> Result<State> {
    let tenant = tenant_of(row)?;
    let skus: Option<&str> = row.try_get(TENANT_WIDTH)?;
    let snapshot = match (tenant.seen_at, skus) {
        (Some(taken_at), Some(skus)) => {
            let subscriptions: Option<&str> = row.try_get(TENANT_WIDTH + 1)?;
            Some(Snapshot {
                taken_at,
                skus: document::read_skus(skus)?,
                subscriptions: subscriptions
                    .map(document::read_subscriptions)
                    .transpose()?,
                remarks: document::read_remarks(row.try_get(TENANT_WIDTH + 2)?)?,
            })
        }
        _ => None,
    };
    Ok(State { tenant, snapshot })
}

impl Store {
    /// One tenant's state, removed or not.
    pub async fn state(&self, key: &TenantKey) -> Result<Option<State>> {
        let sql = select_state!("WHERE t.key = $1");
        let row = sql::query(sql)
            .bind(key.as_str())
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(state_of).transpose()
    }

    /// The states of all tenants that the home folder has, by key.
    pub async fn states(&self) -> Result<Vec<State>> {
        let sql = select_state!("WHERE t.removed_at IS NULL ORDER BY t.key");
        let rows = sql::query(sql).fetch_all(self.readers()).await?;
        rows.iter().map(state_of).collect()
    }

    /// The same in pages: up to `limit` tenants whose keys come after `after`.
    pub async fn states_page(&self, after: Option<&TenantKey>, limit: u32) -> Result<Vec<State>> {
        let sql = select_state!(
            "WHERE t.removed_at IS NULL AND ($1 IS NULL OR t.key > $1) ORDER BY t.key LIMIT $2"
        );
        let rows = sql::query(sql)
            .bind(after.map(TenantKey::as_str))
            .bind(i64::from(limit))
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(state_of).collect()
    }
}
