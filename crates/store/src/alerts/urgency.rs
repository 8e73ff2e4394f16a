//! Alerts in the order in which people should see them: what nobody takes care of yet stands first.

use domain::{Severity, State};

use super::list::wanted;
use super::{AlertFilter, KeptAlert, alert_of};
use crate::{Result, Store, sql};

/// Where an alert stands in that order: open before acknowledged and snoozed, then by severity,
/// then the oldest first. What is over stands in lists of its own, by its end, the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Urgency {
    pub rank: i64,
    /// In milliseconds: when it began, or when it was over.
    pub moment: i64,
    pub id: i64,
}

const OVER: i64 = 20;
const TAKEN_CARE_OF: i64 = 10;

/// [`Urgency::rank`] of what goes on, as SQL.
macro_rules! rank {
    () => {
        "CASE a.state WHEN 'open' THEN 0 ELSE 10 END + \
         CASE a.severity WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END"
    };
}

impl Urgency {
    pub fn of(kept: &KeptAlert) -> Self {
        let severity = match kept.alert.severity() {
            Severity::Critical => 0,
            Severity::Warning => 1,
            Severity::Notice => 2,
        };
        let (rank, moment) = match (kept.resolved_at, kept.alert.state) {
            (Some(at), _) => (OVER, at.as_millisecond()),
            (None, State::Open) => (severity, kept.alert.opened_at.as_millisecond()),
            (None, _) => (
                TAKEN_CARE_OF + severity,
                kept.alert.opened_at.as_millisecond(),
            ),
        };
        Self {
            rank,
            moment,
            id: kept.id,
        }
    }
}

/// The query of [`Store::urgent_alerts`].
pub(super) fn urgent(
    filter: &AlertFilter,
    after: Option<Urgency>,
    limit: u32,
) -> sql::QueryBuilder {
    let mut query = wanted(filter);
    let (place, order) = if filter.is_over() {
        let place = " AND (a.resolved_at, a.id) < (";
        (place, " ORDER BY a.resolved_at DESC, a.id DESC LIMIT ")
    } else {
        let place = concat!(" AND (", rank!(), ", a.opened_at, a.id) > (");
        let order = concat!(" ORDER BY ", rank!(), ", a.opened_at, a.id LIMIT ");
        (place, order)
    };
    if let Some(Urgency { rank, moment, id }) = after {
        query.push(place);
        if !filter.is_over() {
            query.push_bind(rank).push(", ");
        }
        query.push_bind(moment).push(", ").push_bind(id).push(")");
    }
    query.push(order).push_bind(limit);
    query
}

impl Store {
    /// Up to `limit` alerts, the most urgent first, after the place `after`. Which ones is as with
    /// [`Store::alerts`].
    pub async fn urgent_alerts(
        &self,
        filter: &AlertFilter,
        after: Option<Urgency>,
        limit: u32,
    ) -> Result<Vec<KeptAlert>> {
        let query = urgent(filter, after, limit);
        let rows = query.build().fetch_all(self.readers()).await?;
        rows.iter().map(alert_of).collect()
    }
}
