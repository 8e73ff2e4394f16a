//! What is not kept for ever: alerts that are long over, and messages that nobody will fetch.

use jiff::Timestamp;

use crate::{Result, Store, outbox, sql};

/// Alerts that ended before `$1`, at most `$2` of them, the oldest first.
macro_rules! over {
    () => {
        "SELECT id FROM alert WHERE resolved_at < $1 ORDER BY resolved_at, id LIMIT $2"
    };
}

impl Store {
    /// Forgets up to `limit` alerts that ended before a moment, each with its history, its messages
    /// and their deliveries. Answers how many that were. Only reads if there are none.
    pub async fn forget_alerts(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let before = before.as_millisecond();
        let sql = "SELECT EXISTS (SELECT 1 FROM alert WHERE resolved_at < $1)";
        let any: bool = sql::query_scalar(sql)
            .bind(before)
            .fetch_one(self.readers())
            .await?;
        if !any {
            return Ok(0);
        }
        let mut transaction = self.write_part("alerts that are over").await?;
        let mut forgotten = 0;
        for sql in [
            concat!("DELETE FROM delivery WHERE alert IN (", over!(), ")"),
            concat!("DELETE FROM message WHERE alert IN (", over!(), ")"),
            concat!("DELETE FROM alert_change WHERE alert IN (", over!(), ")"),
            concat!("DELETE FROM alert WHERE id IN (", over!(), ")"),
        ] {
            let done = sql::query(sql)
                .bind(before)
                .bind(limit)
                .execute(&mut transaction)
                .await?;
            forgotten = done.rows_affected();
        }
        transaction.commit().await?;
        Ok(forgotten)
    }

    /// Lets deliveries be dead whose messages were made before a moment, and whose channel is none
    /// of `channels`: nobody would ever send them. Channels that are brought up to date as a whole
    /// are left alone, for their profiles come and go. Answers how many. Only reads if there are
    /// none.
    pub async fn end_unroutable(
        &self,
        channels: &[&str],
        before: Timestamp,
        now: Timestamp,
    ) -> Result<u64> {
        let mut any = sql::QueryBuilder::new("SELECT EXISTS (SELECT 1 FROM delivery WHERE ");
        unroutable(&mut any, channels, before);
        any.push(")");
        let any: bool = any.build_query_scalar().fetch_one(self.readers()).await?;
        if !any {
            return Ok(0);
        }
        let mut transaction = self.write().await?;
        let mut end = sql::QueryBuilder::new("UPDATE delivery SET dead_at = ");
        end.push_bind(now.as_millisecond());
        end.push(", claimed_by = NULL, claimed_until = NULL, error = ");
        end.push_bind(outbox::CHANNEL_REMOVED);
        end.push(
            ", advice = 'Nothing needs to be done; if the channel was taken out by mistake, put it \
             back and try again.' WHERE ",
        );
        unroutable(&mut end, channels, before);
        let ended = end.build().execute(&mut transaction).await?;
        transaction.commit().await?;
        Ok(ended.rows_affected())
    }
}

fn unroutable(query: &mut sql::QueryBuilder, channels: &[&str], before: Timestamp) {
    query.push(
        "delivered_at IS NULL AND dead_at IS NULL \
         AND channel NOT IN (SELECT name FROM channel) AND channel NOT IN (''",
    );
    for channel in channels {
        query.push(", ").push_bind((*channel).to_owned());
    }
    query.push(") AND message IN (SELECT seq FROM message WHERE at < ");
    query.push_bind(before.as_millisecond()).push(")");
}
