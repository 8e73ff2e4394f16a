//! Deliveries as an operator reads them, and how much waits.

use domain::{Event, Kind, TenantKey};
use jiff::Timestamp;
use uuid::Uuid;

use crate::document::time;
use crate::facts::known;
use crate::outbox::{CHANNEL_REMOVED, TENANT_REMOVED};
use crate::tenants::key_of;
use crate::{Error, Result, Store, sql};

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    Pending,
    Delivered,
    /// Tried as often as allowed; only an operator can let it live again.
    Dead,
}

impl DeliveryState {
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Dead];

    /// The stable word for APIs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// The inverse of [`DeliveryState::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    fn condition(self) -> &'static str {
        match self {
            Self::Pending => " AND d.delivered_at IS NULL AND d.dead_at IS NULL",
            Self::Delivered => " AND d.delivered_at IS NOT NULL",
            Self::Dead => " AND d.dead_at IS NOT NULL",
        }
    }
}

/// A delivery as an operator reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDelivery {
    pub message: Uuid,
    pub channel: String,
    pub alert: i64,
    pub tenant: TenantKey,
    pub tenant_name: String,
    pub kind: Kind,
    pub event: Event,
    /// When it happened that is told.
    pub at: Timestamp,
    pub state: DeliveryState,
    pub attempts: u32,
    pub tried_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    /// When it is tried again; `None` unless it is pending.
    pub next_at: Option<Timestamp>,
    /// Why it waits though it is due: nobody is told of this tenant for now.
    pub held: bool,
    /// Of the last try that failed.
    pub error: Option<String>,
    pub advice: Option<String>,
    pub(crate) seq: i64,
}

/// Which deliveries are wanted; empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    pub channel: Option<String>,
    pub tenant: Option<TenantKey>,
    pub alert: Option<i64>,
    pub state: Option<DeliveryState>,
}

/// How much waits for a channel, and how much is dead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    pub channel: String,
    pub pending: i64,
    /// When the oldest happened that waits for the channel, not for a tenant of which nobody is
    /// told for now.
    pub oldest: Option<Timestamp>,
    /// What the channel did not take, not what was ended because tenant or channel are gone.
    pub dead: i64,
}

const SELECT: &str = "SELECT m.seq, m.id, d.channel, m.alert, a.tenant, t.name, a.kind, m.event, \
                      m.at, d.attempts, d.tried_at, d.delivered_at, d.dead_at, d.next_at, \
                      t.enabled AND t.monitoring AND t.removed_at IS NULL, d.error, d.advice \
                      FROM delivery d JOIN message m ON m.seq = d.message \
                      JOIN alert a ON a.id = d.alert JOIN tenant t ON t.key = a.tenant WHERE TRUE";

fn delivery_of(row: &sql::Row) -> Result<KeptDelivery> {
    let moment = |column: usize| -> Result<Option<Timestamp>> {
        row.try_get::<Option<i64>>(column)?.map(time).transpose()
    };
    let (delivered_at, dead_at) = (moment(11)?, moment(12)?);
    let state = match (delivered_at, dead_at) {
        (Some(_), _) => DeliveryState::Delivered,
        (None, Some(_)) => DeliveryState::Dead,
        (None, None) => DeliveryState::Pending,
    };
    let (id, kind, event): (&str, &str, &str) = (row.try_get(1)?, row.try_get(6)?, row.try_get(7)?);
    let (attempts, told): (i64, bool) = (row.try_get(9)?, row.try_get(14)?);
    let pending = state == DeliveryState::Pending;
    Ok(KeptDelivery {
        seq: row.try_get(0)?,
        message: id.parse().map_err(|_| Error::corrupt("message", id))?,
        channel: row.try_get(2)?,
        alert: row.try_get(3)?,
        tenant: key_of(row.try_get(4)?)?,
        tenant_name: row.try_get(5)?,
        kind: known("kind", kind, Kind::from_word)?,
        event: known("event", event, Event::from_word)?,
        at: time(row.try_get(8)?)?,
        state,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        tried_at: moment(10)?,
        delivered_at,
        next_at: moment(13)?.filter(|_| pending),
        held: pending && !told,
        error: row.try_get(15)?,
        advice: row.try_get(16)?,
    })
}

impl KeptDelivery {
    /// Its place among all deliveries, for lists in pages.
    pub fn place(&self) -> (i64, &str) {
        (self.seq, &self.channel)
    }
}

/// The query of [`Store::deliveries`].
fn newest(filter: &DeliveryFilter, after: Option<(i64, &str)>, limit: u32) -> sql::QueryBuilder {
    let mut query = sql::QueryBuilder::new(SELECT);
    if let Some(channel) = &filter.channel {
        query.push(" AND d.channel = ").push_bind(channel.clone());
    }
    if let Some(tenant) = &filter.tenant {
        query.push(" AND a.tenant = ").push_bind(tenant.to_string());
    }
    if let Some(alert) = filter.alert {
        query.push(" AND d.alert = ").push_bind(alert);
    }
    if let Some(state) = filter.state {
        query.push(state.condition());
    }
    if let Some((seq, channel)) = after {
        query.push(" AND (d.message, d.channel) < (").push_bind(seq);
        query.push(", ").push_bind(channel.to_owned()).push(")");
    }
    // One direction for both, so that an index is read from its end and no further.
    query.push(" ORDER BY d.message DESC, d.channel DESC LIMIT ");
    query.push_bind(limit);
    query
}

impl Store {
    /// Up to `limit` deliveries, the newest messages first, after the place `after`.
    pub async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        after: Option<(i64, &str)>,
        limit: u32,
    ) -> Result<Vec<KeptDelivery>> {
        let query = newest(filter, after, limit);
        let rows = query.build().fetch_all(self.readers()).await?;
        rows.iter().map(delivery_of).collect()
    }

    /// What waits and what is dead, by channel, for metrics. Channels with neither are left out.
    pub async fn queues(&self) -> Result<Vec<Queue>> {
        let sql = "SELECT channel, pending, (SELECT at FROM message WHERE seq = oldest), dead \
                   FROM (SELECT d.channel, COUNT(*) - COUNT(d.dead_at) AS pending, \
                     COUNT(CASE WHEN COALESCE(d.error, '') NOT IN ($1, $2) THEN d.dead_at END) \
                       AS dead, \
                     MIN(CASE WHEN d.dead_at IS NULL AND t.enabled AND t.monitoring \
                       AND t.removed_at IS NULL THEN d.message END) AS oldest \
                     FROM delivery d JOIN alert a ON a.id = d.alert \
                     JOIN tenant t ON t.key = a.tenant \
                     WHERE d.delivered_at IS NULL GROUP BY d.channel) waiting \
                   WHERE pending > 0 OR dead > 0 ORDER BY channel";
        let rows: Vec<(String, i64, Option<i64>, i64)> = sql::query_as(sql)
            .bind(TENANT_REMOVED)
            .bind(CHANNEL_REMOVED)
            .fetch_all(self.readers())
            .await?;
        let queue = |(channel, pending, oldest, dead): (String, i64, Option<i64>, i64)| {
            Ok(Queue {
                channel,
                pending,
                oldest: oldest.map(time).transpose()?,
                dead,
            })
        };
        rows.into_iter().map(queue).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::Planned;

    #[tokio::test]
    async fn deliveries_are_read_from_their_end_and_no_further() {
        let store = Planned::new().await;
        for (state, index) in [
            (None, "d"),
            (Some(DeliveryState::Delivered), "d"),
            (
                Some(DeliveryState::Pending),
                "d USING INDEX delivery_waiting",
            ),
            (Some(DeliveryState::Dead), "d USING INDEX delivery_dead"),
        ] {
            for after in [None, Some((9, "mail"))] {
                let filter = DeliveryFilter {
                    state,
                    ..DeliveryFilter::default()
                };
                let plan = store.plan(newest(&filter, after, 9)).await;
                let (_, table) = plan.split_once(' ').expect("a step names its table");
                assert!(table.starts_with(index), "{filter:?} {after:?}: {plan}");
                assert!(!plan.contains("ORDER BY"), "{filter:?} {after:?}: {plan}");
            }
        }
    }
}
