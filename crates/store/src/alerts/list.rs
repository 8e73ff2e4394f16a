//! Which alerts there are: by state, tenant, kind and severity, in pages, and counted.

use std::collections::BTreeMap;

use domain::{Kind, Severity, SkuId, State, TenantKey};
use jiff::Timestamp;

use super::{KeptAlert, alert_of, select_alert};
use crate::facts::known;
use crate::tenants::key_of;
use crate::{Result, Store, sql};

/// Which alerts are wanted. Empty: all that are going on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertFilter {
    pub tenant: Option<TenantKey>,
    pub kind: Option<Kind>,
    /// `open`, `acknowledged`, `snoozed` or `resolved`; `None`: all but resolved.
    pub state: Option<String>,
    pub severity: Option<Severity>,
    /// Only those that began then or later.
    pub since: Option<Timestamp>,
    /// Only those that each of these takes in.
    pub about: Vec<About>,
}

/// Alerts of any of these tenants, or about any of these products, as a search by name has found
/// them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub tenants: Vec<TenantKey>,
    pub products: Vec<SkuId>,
}

/// If a search has found more than these, alerts are read in their order until a page is full;
/// else those that were found are looked up, and brought into their order.
const FEW: usize = 50;

impl AlertFilter {
    /// Whether it asks for what is over.
    pub(super) fn is_over(&self) -> bool {
        self.state.as_deref() == Some(State::Resolved.as_str())
    }
}

/// How many alerts of a tenant go on, of one kind, severity and state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertCount {
    pub tenant: TenantKey,
    pub kind: Kind,
    pub severity: Severity,
    pub state: String,
    pub count: i64,
}

/// How many alerts of all tenants go on, of one severity and state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertTotal {
    pub severity: Severity,
    pub state: String,
    pub count: i64,
}

/// The query of all alerts that the filter lets through, without an order.
pub(super) fn wanted(filter: &AlertFilter) -> sql::QueryBuilder {
    let mut query = sql::QueryBuilder::new(select_alert!("WHERE "));
    // Each in the words of an index: what is over is far more than what goes on.
    match &filter.state {
        None => query.push("a.resolved_at IS NULL"),
        Some(_) if filter.is_over() => query.push("a.resolved_at IS NOT NULL"),
        Some(state) => query
            .push("a.resolved_at IS NULL AND a.state = ")
            .push_bind(state),
    };
    match &filter.tenant {
        None => query.push(" AND t.removed_at IS NULL"),
        Some(tenant) => query.push(" AND a.tenant = ").push_bind(tenant.as_str()),
    };
    if let Some(kind) = filter.kind {
        query.push(" AND a.kind = ").push_bind(kind.as_str());
    }
    if let Some(severity) = filter.severity {
        query
            .push(" AND a.severity = ")
            .push_bind(severity.as_str());
    }
    if let Some(since) = filter.since {
        let since = since.as_millisecond();
        query.push(" AND a.opened_at >= ").push_bind(since);
    }
    for about in &filter.about {
        about.narrow(&mut query, filter.is_over());
    }
    query
}

impl About {
    fn narrow(&self, query: &mut sql::QueryBuilder, over: bool) {
        if self.tenants.len() + self.products.len() > FEW {
            self.either(query, " AND (a.tenant", " OR a.product");
        } else if over {
            let by_product =
                " UNION SELECT id FROM alert WHERE resolved_at IS NOT NULL AND product";
            let by_tenant = " AND a.id IN (SELECT id FROM alert WHERE resolved_at IS NOT NULL \
                             AND tenant";
            self.either(query, by_tenant, by_product);
        } else {
            let by_product = " UNION SELECT id FROM alert WHERE resolved_at IS NULL AND product";
            let by_tenant = " AND a.id IN (SELECT id FROM alert WHERE resolved_at IS NULL \
                             AND tenant";
            self.either(query, by_tenant, by_product);
        }
        query.push(")");
    }

    fn either(
        &self,
        query: &mut sql::QueryBuilder,
        tenant_is: &'static str,
        product_is: &'static str,
    ) {
        query.push(tenant_is).push(" IN ");
        query.push_list(self.tenants.iter().map(TenantKey::as_str));
        query.push(product_is).push(" IN ");
        query.push_list(self.products.iter().map(SkuId::to_string));
    }
}

/// The query of [`Store::alerts`].
pub(super) fn newest(filter: &AlertFilter, before: Option<i64>, limit: u32) -> sql::QueryBuilder {
    // The plus keeps SQLite from walking through all that is over, id by id.
    let id = if filter.is_over() { "a.id" } else { "+a.id" };
    let mut query = wanted(filter);
    if let Some(before) = before {
        query.push(" AND ").push(id).push(" < ").push_bind(before);
    }
    query.push(" ORDER BY ").push(id).push(" DESC LIMIT ");
    query.push_bind(limit);
    query
}

impl Store {
    /// Up to `limit` alerts, the newest first, from before the id `before`. Alerts of tenants that
    /// are gone are among them only if they are asked for by tenant.
    pub async fn alerts(
        &self,
        filter: &AlertFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<KeptAlert>> {
        let query = newest(filter, before, limit);
        let rows = query.build().fetch_all(self.readers()).await?;
        rows.iter().map(alert_of).collect()
    }

    /// How many alerts go on altogether. Without tenants that are gone.
    pub async fn alert_totals(&self) -> Result<Vec<AlertTotal>> {
        // Counted in one go along an index; tenants that are gone are few.
        let all = "SELECT severity || ' ' || state, COUNT(*) FROM alert \
                   WHERE resolved_at IS NULL GROUP BY severity || ' ' || state";
        let gone = "SELECT a.severity || ' ' || a.state, COUNT(*) FROM tenant t \
                    JOIN alert a ON a.tenant = t.key \
                    WHERE t.removed_at IS NOT NULL AND a.resolved_at IS NULL \
                    GROUP BY a.severity || ' ' || a.state";
        let counts = async |sql| -> Result<BTreeMap<String, i64>> {
            let rows: Vec<(String, i64)> = sql::query_as(sql).fetch_all(self.readers()).await?;
            Ok(rows.into_iter().collect())
        };
        let gone = counts(gone).await?;
        let here = counts(all).await?.into_iter().map(|(of, count)| {
            let count = count - gone.get(&of).copied().unwrap_or(0);
            let (severity, state) = of.split_once(' ').unwrap_or((&of, ""));
            Ok(AlertTotal {
                severity: known("severity", severity, Severity::from_word)?,
                state: state.to_owned(),
                count,
            })
        });
        let mut totals = here.collect::<Result<Vec<_>>>()?;
        totals.retain(|total| total.count > 0);
        Ok(totals)
    }

    /// How many alerts go on, for metrics. Without tenants that are gone.
    pub async fn alert_counts(&self) -> Result<Vec<AlertCount>> {
        let sql = "SELECT a.tenant, a.kind, a.severity, a.state, COUNT(*) FROM alert a \
                   JOIN tenant t ON t.key = a.tenant \
                   WHERE a.resolved_at IS NULL AND t.removed_at IS NULL \
                   GROUP BY a.tenant, a.kind, a.severity, a.state \
                   ORDER BY a.tenant, a.kind, a.severity, a.state";
        let rows: Vec<(String, String, String, String, i64)> =
            sql::query_as(sql).fetch_all(self.readers()).await?;
        let count = |(tenant, kind, severity, state, count): (String, String, String, _, i64)| {
            Ok(AlertCount {
                tenant: key_of(&tenant)?,
                kind: known("kind", &kind, Kind::from_word)?,
                severity: known("severity", &severity, Severity::from_word)?,
                state,
                count,
            })
        };
        rows.into_iter().map(count).collect()
    }
}
