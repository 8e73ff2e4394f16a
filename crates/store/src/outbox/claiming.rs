//! Who delivers what: claims that expire, in the order of each alert, and what became of a try.

use domain::{Alert, Concern, Deed, Event, Kind, TenantKey};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::alerts::{stage_of, state_of};
use crate::document::time;
use crate::facts::{self, known};
use crate::tenants::key_of;
use crate::{By, Error, News, Result, Store, audit, sql};

/// A message that one channel has not taken yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The message's place in the outbox.
    pub seq: i64,
    /// The same on every try, for those who must notice repeats.
    pub id: Uuid,
    pub channel: String,
    pub event: Event,
    pub alert_id: i64,
    /// As it was when it happened. [`Alert::told`] is not kept and says the stage.
    pub alert: Alert,
    pub tenant: TenantKey,
    pub tenant_name: String,
    /// When it happened.
    pub at: Timestamp,
    /// Tries so far.
    pub attempts: u32,
    /// When it is due.
    pub next_at: Timestamp,
    pub(crate) worker: String,
    pub(crate) until: i64,
}

/// When a delivery that failed is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retry {
    At(Timestamp),
    /// Never: it is dead, and visible.
    Never,
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It was taken; the remark says what is not as it should be all the same.
    Delivered { remark: Option<String> },
    /// In words for an operator.
    Failed {
        error: String,
        advice: String,
        retry: Retry,
    },
    /// It was not tried; others may at once.
    Released,
}

/// Deliveries that [`delivery_of`] reads, with what must be true of the tenant for anything to be
/// told about it.
macro_rules! select_delivery {
    ($rest:literal) => {
        concat!(
            "SELECT m.seq, m.id, d.channel, m.event, m.alert, m.at, m.state, m.stage, m.facts, ",
            "m.as_of, a.kind, a.subject, a.opened_at, a.tenant, t.name, d.attempts, d.next_at ",
            "FROM delivery d JOIN message m ON m.seq = d.message ",
            "JOIN alert a ON a.id = d.alert JOIN tenant t ON t.key = a.tenant ",
            $rest
        )
    };
}

/// Messages that channel `$1` may be told at `$2`: due, claimed by nobody, of a tenant of which
/// people may be told, and with nothing before them about the same alert that is not.
macro_rules! due {
    () => {
        "SELECT d.message FROM delivery d JOIN alert a ON a.id = d.alert \
         JOIN tenant t ON t.key = a.tenant \
         WHERE d.channel = $1 AND d.delivered_at IS NULL AND d.dead_at IS NULL \
         AND d.next_at <= $2 AND (d.claimed_until IS NULL OR d.claimed_until <= $2) \
         AND t.enabled AND t.monitoring AND t.removed_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.alert = d.alert \
           AND e.channel = $1 AND e.message < d.message \
           AND e.delivered_at IS NULL AND e.dead_at IS NULL \
           AND (e.next_at > $2 OR e.claimed_until > $2))"
    };
}

fn delivery_of(row: &sql::Row, worker: &str, until: i64) -> Result<Delivery> {
    let (event, kind): (&str, &str) = (row.try_get(3)?, row.try_get(10)?);
    let stage = stage_of(row.try_get(7)?)?;
    let attempts: i64 = row.try_get(15)?;
    let id: &str = row.try_get(1)?;
    Ok(Delivery {
        seq: row.try_get(0)?,
        id: id.parse().map_err(|_| Error::corrupt("message", id))?,
        channel: row.try_get(2)?,
        event: known("event", event, Event::from_word)?,
        alert_id: row.try_get(4)?,
        alert: Alert {
            concern: Concern {
                kind: known("kind", kind, Kind::from_word)?,
                subject: row.try_get(11)?,
            },
            state: state_of(row.try_get(6)?, None)?,
            opened_at: time(row.try_get(12)?)?,
            stage,
            told: stage,
            facts: facts::read(row.try_get(8)?)?,
            as_of: time(row.try_get(9)?)?,
        },
        tenant: key_of(row.try_get(13)?)?,
        tenant_name: row.try_get(14)?,
        at: time(row.try_get(5)?)?,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        next_at: time(row.try_get(16)?)?,
        worker: worker.to_owned(),
        until,
    })
}

/// Whoever claims messages of a channel, or settles some, does it alone: which of them may be
/// claimed depends on those before them.
fn channel_part(channel: &str) -> String {
    format!("channel {channel}")
}

impl Store {
    /// Claims up to `limit` messages that are due for a channel, oldest first.
    ///
    /// A message waits as long as an earlier one of the same alert is neither delivered nor dead,
    /// unless both are claimed together; whoever sends them keeps the order. Nothing is claimed
    /// of tenants that are switched off, not monitored, or gone: it waits until they are back.
    pub async fn claim_deliveries(
        &self,
        channel: &str,
        worker: &str,
        now: Timestamp,
        limit: u32,
        lease: SignedDuration,
    ) -> Result<Vec<Delivery>> {
        if !self.is_due(channel, now).await? {
            return Ok(Vec::new());
        }
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let until = until.as_millisecond();
        let mut transaction = self.write_parts([channel_part(channel)]).await?;
        // Those that are claimed form an unbroken beginning of each alert's messages.
        let sql = concat!(
            "UPDATE delivery SET claimed_by = $3, claimed_until = $4 \
             WHERE channel = $1 AND delivered_at IS NULL AND dead_at IS NULL \
             AND (claimed_until IS NULL OR claimed_until <= $2) AND message IN (",
            due!(),
            " ORDER BY d.message LIMIT $5)"
        );
        sql::query(sql)
            .bind(channel)
            .bind(now.as_millisecond())
            .bind(worker)
            .bind(until)
            .bind(i64::from(limit))
            .execute(&mut transaction)
            .await?;
        let sql = select_delivery!(
            "WHERE d.channel = $1 AND d.claimed_by = $2 AND d.claimed_until = $3 \
             AND d.delivered_at IS NULL AND d.dead_at IS NULL ORDER BY m.seq"
        );
        let rows = sql::query(sql)
            .bind(channel)
            .bind(worker)
            .bind(until)
            .fetch_all(&mut transaction)
            .await?;
        transaction.commit().await?;
        rows.iter()
            .map(|row| delivery_of(row, worker, until))
            .collect()
    }

    /// Whether a channel has anything to do. Only reads, so an idle loop never takes the right to
    /// write.
    async fn is_due(&self, channel: &str, now: Timestamp) -> Result<bool> {
        let sql = concat!("SELECT EXISTS (", due!(), ")");
        sql::query_scalar(sql)
            .bind(channel)
            .bind(now.as_millisecond())
            .fetch_one(self.readers())
            .await
    }

    /// What a channel has not taken yet, due or not, for whoever holds the whole channel (see
    /// [`Store::claim_channel`](crate::Store::claim_channel)).
    pub async fn undelivered(&self, channel: &str) -> Result<Vec<Delivery>> {
        let sql = select_delivery!(
            "WHERE d.channel = $1 AND d.delivered_at IS NULL AND d.dead_at IS NULL \
             AND t.enabled AND t.monitoring AND t.removed_at IS NULL ORDER BY m.seq"
        );
        let rows = sql::query(sql)
            .bind(channel)
            .fetch_all(self.readers())
            .await?;
        let read = |row| delivery_of(row, "", 0);
        rows.iter().map(read).collect()
    }

    /// Notes what became of tries and gives the claims back. A claim that somebody else has taken
    /// over writes nothing. Answers how many were noted.
    pub async fn settle(&self, tries: &[(Delivery, Settled)], now: Timestamp) -> Result<u32> {
        if tries.is_empty() {
            return Ok(0);
        }
        let channels = tries.iter().map(|(it, _)| channel_part(&it.channel));
        let mut transaction = self.write_parts(channels).await?;
        let mut noted = 0;
        for (delivery, settled) in tries {
            let (error, advice, retry) = match settled {
                Settled::Failed {
                    error,
                    advice,
                    retry,
                } => (Some(error), Some(advice), Some(retry)),
                Settled::Delivered { remark } => (remark.as_ref(), None, None),
                Settled::Released => (None, None, None),
            };
            let at = now.as_millisecond();
            let next = match retry {
                Some(Retry::At(next)) => Some(next.as_millisecond()),
                Some(Retry::Never) | None => None,
            };
            let tried = *settled != Settled::Released;
            if !tried {
                transaction.tell(News::Deliveries);
            }
            // $6: tried at all. $7: delivered. $8: dead.
            let sql = "UPDATE delivery SET claimed_by = NULL, claimed_until = NULL, \
                       attempts = attempts + CASE WHEN $6 THEN 1 ELSE 0 END, \
                       tried_at = CASE WHEN $6 THEN $5 ELSE tried_at END, \
                       delivered_at = CASE WHEN $7 THEN $5 END, \
                       dead_at = CASE WHEN $8 THEN $5 END, \
                       next_at = COALESCE($9, next_at), \
                       error = COALESCE($10, error), advice = COALESCE($11, advice) \
                       WHERE message = $1 AND channel = $2 \
                       AND COALESCE(claimed_by, '') = $3 AND COALESCE(claimed_until, 0) = $4 \
                       AND delivered_at IS NULL AND dead_at IS NULL";
            let done = sql::query(sql)
                .bind(delivery.seq)
                .bind(&delivery.channel)
                .bind(&delivery.worker)
                .bind(delivery.until)
                .bind(at)
                .bind(tried)
                .bind(matches!(settled, Settled::Delivered { .. }))
                .bind(retry == Some(&Retry::Never))
                .bind(next)
                .bind(error)
                .bind(advice)
                .execute(&mut transaction)
                .await?;
            noted += u32::try_from(done.rows_affected()).unwrap_or(0);
        }
        transaction.commit().await?;
        Ok(noted)
    }

    /// Lets a dead delivery live again, due at once. Answers whether there was one.
    pub async fn revive(
        &self,
        message: Uuid,
        channel: &str,
        by: By<'_>,
        now: Timestamp,
    ) -> Result<bool> {
        let mut transaction = self.write_rows().await?;
        let sql = "UPDATE delivery SET dead_at = NULL, attempts = 0, next_at = $3 \
                   WHERE channel = $2 AND delivered_at IS NULL \
                   AND message = (SELECT seq FROM message WHERE id = $1) \
                   RETURNING alert, \
                   (SELECT a.tenant FROM alert a WHERE a.id = delivery.alert)";
        let revived: Option<(i64, String)> = sql::query_as(sql)
            .bind(message.to_string())
            .bind(channel)
            .bind(now.as_millisecond())
            .fetch_optional(&mut transaction)
            .await?;
        let Some((alert, tenant)) = revived else {
            return Ok(false);
        };
        transaction.tell(News::Deliveries);
        let (what, subject) = (Deed::DeliveryRetried, format!("{message}/{channel}"));
        let detail = format!("alert {alert} of {tenant}");
        audit::note(&mut transaction, by, what, &subject, &detail, now).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
