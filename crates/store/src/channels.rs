//! Channels that are brought up to date as a whole, by one worker at a time: SharePoint's lists.

use jiff::{SignedDuration, Timestamp};

use crate::document::{self, time};
use crate::{News, Result, Store, sql};

/// The right to bring a channel up to date, until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelClaim {
    pub channel: String,
    /// When it expires: nothing may be sent any more that could arrive later.
    pub expires: Timestamp,
    /// Failures in a row so far.
    pub failures: u32,
    worker: String,
    began_at: i64,
    until: i64,
}

/// How a sync ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synced {
    pub next: Timestamp,
    /// Until when nobody may sync: something that was sent may still be under way.
    pub hold: Option<Timestamp>,
    /// `None`: all is up to date. Else what went wrong and what to do, for an operator.
    pub failure: Option<(String, String)>,
    /// What an operator should know all the same, such as duplicates.
    pub remarks: Vec<String>,
}

/// A channel as an operator reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelState {
    pub channel: String,
    /// When the next sync is due.
    pub sync_at: Timestamp,
    /// When the last sync that succeeded began: all that was so before then has arrived.
    pub began_at: Option<Timestamp>,
    pub synced_at: Option<Timestamp>,
    pub failures: u32,
    pub error: Option<String>,
    pub advice: Option<String>,
    pub remarks: Vec<String>,
}

type Row = (
    String,
    i64,
    Option<i64>,
    Option<i64>,
    i64,
    Option<String>,
    Option<String>,
    String,
);

impl Store {
    /// Makes a channel known, due at once. One that is known stays as it is.
    pub async fn add_channel(&self, channel: &str, now: Timestamp) -> Result<()> {
        if self.channel(channel).await?.is_some() {
            return Ok(());
        }
        let mut transaction = self.write_rows().await?;
        let sql = "INSERT INTO channel (name, sync_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        sql::query(sql)
            .bind(channel)
            .bind(now.as_millisecond())
            .execute(&mut transaction)
            .await?;
        transaction.commit().await
    }

    /// Claims a channel if it is due: its time has come, or it has a delivery whose time has.
    pub async fn claim_channel(
        &self,
        channel: &str,
        worker: &str,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<ChannelClaim>> {
        const DUE: &str = "name = $1 AND (claimed_until IS NULL OR claimed_until <= $2) \
             AND (sync_at <= $2 OR (failures = 0 AND EXISTS (SELECT 1 FROM delivery d \
               JOIN alert a ON a.id = d.alert JOIN tenant t ON t.key = a.tenant \
               WHERE d.channel = $1 AND d.delivered_at IS NULL AND d.dead_at IS NULL \
               AND d.next_at <= $2 AND t.enabled AND t.monitoring AND t.removed_at IS NULL)))";
        let any = format!("SELECT EXISTS (SELECT 1 FROM channel WHERE {DUE})");
        let any: bool = sql::query_scalar(sql::AssertSqlSafe(any))
            .bind(channel)
            .bind(now.as_millisecond())
            .fetch_one(self.readers())
            .await?;
        if !any {
            return Ok(None);
        }
        let expires = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let mut transaction = self.write_rows().await?;
        let sql = format!(
            "UPDATE channel SET claimed_by = $3, claimed_until = $4 WHERE {DUE} \
             RETURNING failures"
        );
        let failures: Option<i64> = sql::query_scalar(sql::AssertSqlSafe(sql))
            .bind(channel)
            .bind(now.as_millisecond())
            .bind(worker)
            .bind(expires.as_millisecond())
            .fetch_optional(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(failures.map(|failures| ChannelClaim {
            channel: channel.to_owned(),
            expires,
            failures: u32::try_from(failures).unwrap_or(u32::MAX),
            worker: worker.to_owned(),
            began_at: now.as_millisecond(),
            until: expires.as_millisecond(),
        }))
    }

    /// Lets a claim last longer, as a sync needs that has much to write. `false`: it is lost.
    pub async fn extend_channel(&self, claim: &mut ChannelClaim, until: Timestamp) -> Result<bool> {
        let mut transaction = self.write_rows().await?;
        let sql = "UPDATE channel SET claimed_until = $4 \
                   WHERE name = $1 AND claimed_by = $2 AND claimed_until = $3";
        let done = sql::query(sql)
            .bind(&claim.channel)
            .bind(&claim.worker)
            .bind(claim.until)
            .bind(until.as_millisecond())
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        claim.until = until.as_millisecond();
        claim.expires = until;
        Ok(true)
    }

    /// Notes how a sync ended and gives the claim back. `false`: the claim is lost, and nothing
    /// was written.
    pub async fn release_channel(
        &self,
        claim: &ChannelClaim,
        synced: &Synced,
        now: Timestamp,
    ) -> Result<bool> {
        let (error, advice) = synced.failure.clone().unzip();
        let mut transaction = self.write_rows().await?;
        // Somebody may have asked for a sync after this one had begun: then it stays due.
        let sql = "UPDATE channel SET claimed_until = $10, \
                   sync_at = CASE WHEN sync_at > $5 AND sync_at <= $6 THEN sync_at ELSE $4 END, \
                   failures = CASE WHEN $7 IS NULL THEN 0 ELSE failures + 1 END, \
                   began_at = CASE WHEN $7 IS NULL THEN $5 ELSE began_at END, \
                   synced_at = CASE WHEN $7 IS NULL THEN $6 ELSE synced_at END, \
                   error = $7, advice = $8, remarks = $9 \
                   WHERE name = $1 AND claimed_by = $2 AND claimed_until = $3";
        let done = sql::query(sql)
            .bind(&claim.channel)
            .bind(&claim.worker)
            .bind(claim.until)
            .bind(synced.next.as_millisecond())
            .bind(claim.began_at)
            .bind(now.as_millisecond())
            .bind(error)
            .bind(advice)
            .bind(document::remarks(&synced.remarks))
            .bind(synced.hold.map(Timestamp::as_millisecond))
            .execute(&mut transaction)
            .await?;
        transaction.tell(News::Content);
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Gives a claim back, as a worker does that stops: the channel is due for others as it was.
    pub async fn give_channel_back(&self, claim: &ChannelClaim) -> Result<()> {
        let mut transaction = self.write_rows().await?;
        let sql = "UPDATE channel SET claimed_by = NULL, claimed_until = NULL \
                   WHERE name = $1 AND claimed_by = $2 AND claimed_until = $3";
        sql::query(sql)
            .bind(&claim.channel)
            .bind(&claim.worker)
            .bind(claim.until)
            .execute(&mut transaction)
            .await?;
        transaction.tell(News::Deliveries);
        transaction.commit().await
    }

    /// Makes channels due now, all of them if `channel` is `None`.
    pub async fn want_sync(&self, channel: Option<&str>, now: Timestamp) -> Result<()> {
        let mut transaction = self.write_rows().await?;
        sql::query("UPDATE channel SET sync_at = $2 WHERE $1 IS NULL OR name = $1")
            .bind(channel)
            .bind(now.as_millisecond())
            .execute(&mut transaction)
            .await?;
        transaction.tell(News::Deliveries);
        transaction.commit().await
    }

    /// All channels of this kind that were ever made known.
    pub async fn channels(&self) -> Result<Vec<ChannelState>> {
        let sql = "SELECT name, sync_at, began_at, synced_at, failures, error, advice, remarks \
                   FROM channel ORDER BY name";
        let rows: Vec<Row> = sql::query_as(sql).fetch_all(self.readers()).await?;
        rows.into_iter().map(state).collect()
    }

    pub async fn channel(&self, name: &str) -> Result<Option<ChannelState>> {
        let sql = "SELECT name, sync_at, began_at, synced_at, failures, error, advice, remarks \
                   FROM channel WHERE name = $1";
        let row: Option<Row> = sql::query_as(sql)
            .bind(name)
            .fetch_optional(self.readers())
            .await?;
        row.map(state).transpose()
    }

    /// The values of a channel's parameter list, as last read, by name.
    pub async fn parameters(&self, channel: &str) -> Result<Vec<(String, String)>> {
        let sql = "SELECT name, value FROM parameter WHERE channel = $1 ORDER BY name";
        sql::query_as(sql)
            .bind(channel)
            .fetch_all(self.readers())
            .await
    }

    /// Takes over a parameter list as it was read; nothing is written if nothing differs.
    pub async fn set_parameters(
        &self,
        channel: &str,
        parameters: &[(String, String)],
    ) -> Result<()> {
        if self.parameters(channel).await? == parameters {
            return Ok(());
        }
        let mut transaction = self.write_part("parameters").await?;
        sql::query("DELETE FROM parameter WHERE channel = $1")
            .bind(channel)
            .execute(&mut transaction)
            .await?;
        for (name, value) in parameters {
            let sql = "INSERT INTO parameter (channel, name, value) VALUES ($1, $2, $3) \
                       ON CONFLICT DO NOTHING";
            sql::query(sql)
                .bind(channel)
                .bind(name)
                .bind(value)
                .execute(&mut transaction)
                .await?;
        }
        transaction.commit().await
    }
}

fn state(row: Row) -> Result<ChannelState> {
    let (channel, sync_at, began_at, synced_at, failures, error, advice, remarks) = row;
    Ok(ChannelState {
        channel,
        sync_at: time(sync_at)?,
        began_at: began_at.map(time).transpose()?,
        synced_at: synced_at.map(time).transpose()?,
        failures: u32::try_from(failures).unwrap_or(u32::MAX),
        error,
        advice,
        remarks: document::read_remarks(&remarks)?,
    })
}
