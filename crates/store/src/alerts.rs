//! Alerts: read for people, changed by people, with who, when and why.

mod changing;
mod list;
pub(crate) mod products;
mod urgency;

use domain::{Alert, Change, Concern, Kind, Reason, Snooze, Stage, State, TenantKey, Why};
use jiff::Timestamp;

use crate::document::time;
use crate::facts::{self, known};
use crate::tenants::key_of;
use crate::{Error, Result, Store, sql};

pub use changing::Acted;
pub(crate) use changing::{Author, insert, update};
pub use list::{About, AlertCount, AlertFilter, AlertTotal};
pub use urgency::Urgency;

/// An alert as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAlert {
    pub id: i64,
    pub tenant: TenantKey,
    pub tenant_name: String,
    pub alert: Alert,
    /// The last change that its history tells.
    pub changed_at: Timestamp,
    /// `None`: it goes on.
    pub resolved_at: Option<Timestamp>,
    /// Moves with every change. A change names the one it expects.
    pub version: i64,
}

/// One row of an alert's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertChange {
    pub at: Timestamp,
    pub what: Change,
    pub who: String,
    pub why: Why,
}

/// A query that [`alert_of`] reads.
macro_rules! select_alert {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.tenant, t.name, a.kind, a.subject, a.state, a.snoozed_until, ",
            "a.opened_at, a.changed_at, a.resolved_at, a.stage, a.told, a.facts, a.as_of, ",
            "a.version FROM alert a JOIN tenant t ON t.key = a.tenant ",
            $rest
        )
    };
}
pub(crate) use select_alert;

pub(crate) fn alert_of(row: &sql::Row) -> Result<KeptAlert> {
    let moment = |column: usize| -> Result<Option<Timestamp>> {
        row.try_get::<Option<i64>>(column)?.map(time).transpose()
    };
    let kind: &str = row.try_get(3)?;
    let alert = Alert {
        concern: Concern {
            kind: known("kind", kind, Kind::from_word)?,
            subject: row.try_get(4)?,
        },
        state: state_of(row.try_get(5)?, moment(6)?)?,
        opened_at: time(row.try_get(7)?)?,
        stage: stage_of(row.try_get(10)?)?,
        told: stage_of(row.try_get(11)?)?,
        facts: facts::read(row.try_get(12)?)?,
        as_of: time(row.try_get(13)?)?,
    };
    Ok(KeptAlert {
        id: row.try_get(0)?,
        tenant: key_of(row.try_get(1)?)?,
        tenant_name: row.try_get(2)?,
        alert,
        changed_at: time(row.try_get(8)?)?,
        resolved_at: moment(9)?,
        version: row.try_get(14)?,
    })
}

pub(crate) fn state_of(word: &str, snoozed_until: Option<Timestamp>) -> Result<State> {
    Ok(match word {
        "open" => State::Open,
        "acknowledged" => State::Acknowledged,
        "snoozed" => State::Snoozed(snoozed_until.map_or(Snooze::Change, Snooze::Until)),
        "resolved" => State::Resolved,
        odd => {
            let detail = format!("there is no state \"{odd}\"");
            return Err(Error::corrupt("alert", detail));
        }
    })
}

pub(crate) fn stage_of(number: i64) -> Result<Stage> {
    let stage = u8::try_from(number)
        .map_err(|_| Error::corrupt("alert", format!("there is no stage {number}")))?;
    Ok(Stage(stage))
}

impl Store {
    /// One alert, going on or over.
    pub async fn alert(&self, id: i64) -> Result<Option<KeptAlert>> {
        let row = sql::query(select_alert!("WHERE a.id = $1"))
            .bind(id)
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(alert_of).transpose()
    }

    /// The alerts of a tenant that are going on, in the order in which they began.
    pub async fn active_alerts(&self, tenant: &TenantKey) -> Result<Vec<KeptAlert>> {
        let sql = select_alert!("WHERE a.tenant = $1 AND a.resolved_at IS NULL ORDER BY a.id");
        let rows = sql::query(sql)
            .bind(tenant.as_str())
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(alert_of).collect()
    }

    /// What happened to an alert, oldest first.
    pub async fn alert_changes(&self, id: i64) -> Result<Vec<AlertChange>> {
        let sql = "SELECT at, what, who, why, reason FROM alert_change \
                   WHERE alert = $1 ORDER BY id";
        let rows: Vec<(i64, String, String, String, Option<String>)> = sql::query_as(sql)
            .bind(id)
            .fetch_all(self.readers())
            .await?;
        let change = |(at, what, who, said, reason): (i64, String, String, String, _)| {
            let reason: Option<String> = reason;
            let reason = reason.map(|word| known("reason", &word, Reason::from_word));
            Ok(AlertChange {
                at: time(at)?,
                what: known("change", &what, Change::from_word)?,
                who,
                why: reason.transpose()?.map_or(Why::Said(said), Why::Reason),
            })
        };
        rows.into_iter().map(change).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::Planned;

    const PLACE: Urgency = Urgency {
        rank: 1,
        moment: 2,
        id: 3,
    };

    /// Indexes that hold nothing else.
    const GOING_ON: &[&str] = &[
        "a USING INDEX alert_active",
        "a USING INDEX alert_count",
        "a USING INDEX alert_urgent",
    ];

    /// By which index what goes on is found, of all tenants and of one. Of one there is little to
    /// bring into order.
    const UNORDERED: [&[&str]; 2] = [GOING_ON, GOING_ON];
    const ORDERED: [&[&str]; 2] = [&["a USING INDEX alert_urgent"], GOING_ON];

    #[tokio::test]
    async fn what_is_over_is_read_from_its_end_and_no_further() {
        let store = Planned::new().await;
        let filter = AlertFilter {
            state: Some("resolved".to_owned()),
            ..AlertFilter::default()
        };
        for after in [None, Some(PLACE)] {
            let plan = store.plan(urgency::urgent(&filter, after, 9)).await;
            assert!(plan.contains("a USING INDEX alert_over"), "{plan}");
            assert!(!plan.contains("ORDER BY"), "{plan}");
        }
    }

    #[tokio::test]
    async fn what_goes_on_is_found_without_reading_what_is_over() {
        let store = Planned::new().await;
        for state in [None, Some("open"), Some("acknowledged"), Some("snoozed")] {
            for tenant in [None, Some(TenantKey::parse("a").unwrap())] {
                let filter = AlertFilter {
                    state: state.map(str::to_owned),
                    tenant,
                    ..AlertFilter::default()
                };
                for (query, indexes) in [
                    (list::newest(&filter, None, 9), UNORDERED),
                    (list::newest(&filter, Some(9), 9), UNORDERED),
                    (urgency::urgent(&filter, None, 9), ORDERED),
                    (urgency::urgent(&filter, Some(PLACE), 9), ORDERED),
                ] {
                    let plan = store.plan(query).await;
                    let index = indexes[usize::from(filter.tenant.is_some())];
                    let found = index.iter().any(|index| plan.contains(index));
                    assert!(found, "{filter:?}: {plan}");
                    let sorted = plan.contains("ORDER BY");
                    assert!(
                        !sorted || indexes == UNORDERED || filter.tenant.is_some(),
                        "{plan}"
                    );
                }
            }
        }
    }
}
