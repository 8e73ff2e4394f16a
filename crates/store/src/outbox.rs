//! What is to be told, and to which channel it was: each message once for each channel, at least
//! once delivered or dead and visible, in the order of its alert.

mod claiming;
mod list;
mod telling;

use domain::{Alert, Event, Severity};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{News, Result, facts, sql};

pub use claiming::{Delivery, Retry, Settled};
pub use list::{DeliveryFilter, DeliveryState, KeptDelivery, Queue};
pub use telling::{Failure, Telling};

/// Why a delivery is dead that the program itself has ended: nobody failed, and nobody has to act.
/// By these words of the column `error` it is known among the dead; they are in stores already.
pub(crate) const TENANT_REMOVED: &str = "the tenant's profile was removed before this was told";
pub(crate) const CHANNEL_REMOVED: &str =
    "there is no channel of this name in the settings any more";

/// A channel, and what it wants to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its name in the configuration.
    pub channel: String,
    /// Milder alerts are not for it.
    pub least: Severity,
    /// Only alerts about seats are for it: it shows licences and nothing else.
    pub only_seats: bool,
}

impl Route {
    fn wants(&self, before: &Alert, after: &Alert) -> bool {
        let about_seats = matches!(
            after.concern.kind,
            domain::Kind::Stock | domain::Kind::OverAssignment
        );
        before.severity().max(after.severity()) >= self.least && (about_seats || !self.only_seats)
    }
}

/// Puts a message into the outbox, with a delivery for each channel that wants it.
pub(crate) async fn add(
    connection: &mut sql::Transaction,
    id: i64,
    event: Event,
    before: &Alert,
    alert: &Alert,
    routes: &[Route],
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO message (id, alert, event, at, state, stage, facts, as_of) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING seq";
    let message: i64 = sql::query_scalar(sql)
        .bind(Uuid::new_v4().to_string())
        .bind(id)
        .bind(event.as_str())
        .bind(now.as_millisecond())
        .bind(alert.state.as_str())
        .bind(i64::from(alert.stage.0))
        .bind(facts::write(&alert.facts))
        .bind(alert.as_of.as_millisecond())
        .fetch_one(&mut *connection)
        .await?;
    for route in routes {
        // Who has heard of an alert hears how it goes on, however mild it has become.
        if !route.wants(before, alert) && !has_heard(connection, id, &route.channel).await? {
            continue;
        }
        let sql = "INSERT INTO delivery (message, channel, alert, next_at) VALUES ($1, $2, $3, $4)";
        sql::query(sql)
            .bind(message)
            .bind(&route.channel)
            .bind(id)
            .bind(now.as_millisecond())
            .execute(&mut *connection)
            .await?;
        connection.tell(News::Deliveries);
    }
    Ok(())
}

/// Whether a message about an alert went to a channel.
async fn has_heard(connection: &mut sql::Transaction, alert: i64, channel: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM message m JOIN delivery d ON d.message = m.seq \
               WHERE m.alert = $1 AND d.channel = $2)";
    sql::query_scalar(sql)
        .bind(alert)
        .bind(channel)
        .fetch_one(connection)
        .await
}
