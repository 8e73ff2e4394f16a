//! Sessions that people, or whoever signed them in, ended before their time: cookies cannot be
//! called back, so every replica must know.

use jiff::Timestamp;

use crate::{Result, Store, sql};

/// Anybody can say that a session has ended at the provider, so what is kept of it has a bound.
/// It refuses what is new rather than forget an end that is known.
const MOST: i64 = 10_000;

impl Store {
    /// Ends a session, by our own id of it, until `expires_at`: no cookie of it may live longer.
    /// Those whose time has come are forgotten.
    pub async fn end_session(
        &self,
        session: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        let mut transaction = self.write_part("ended sessions").await?;
        forget_expired(&mut transaction, now).await?;
        end(&mut transaction, session, expires_at).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Ends a session, by the provider's name of it, as the other does. Answers whether there was
    /// room: with 10,000 ends that still count, no other is taken in.
    pub async fn end_session_elsewhere(
        &self,
        sid: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        let mut transaction = self.write_part("ended sessions").await?;
        forget_expired(&mut transaction, now).await?;
        let sql = "SELECT EXISTS (SELECT 1 FROM ended_session WHERE session = $1) \
                   OR (SELECT COUNT(*) FROM ended_session) < $2";
        let has_room: bool = sql::query_scalar(sql)
            .bind(sid)
            .bind(MOST)
            .fetch_one(&mut transaction)
            .await?;
        if has_room {
            end(&mut transaction, sid, expires_at).await?;
        }
        transaction.commit().await?;
        Ok(has_room)
    }

    /// Whether a session ended before its time, by our own id of it or by the provider's name.
    pub async fn has_ended(&self, id: &str, sid: Option<&str>, now: Timestamp) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM ended_session \
                   WHERE session IN ($1, $2) AND expires_at > $3)";
        let ended = sql::query_scalar(sql)
            .bind(id)
            .bind(sid)
            .bind(now.as_millisecond())
            .fetch_one(self.readers())
            .await?;
        Ok(ended)
    }
}

async fn forget_expired(transaction: &mut sql::Transaction, now: Timestamp) -> Result<()> {
    sql::query("DELETE FROM ended_session WHERE expires_at <= $1")
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
    Ok(())
}

async fn end(
    transaction: &mut sql::Transaction,
    session: &str,
    expires_at: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO ended_session (session, expires_at) VALUES ($1, $2) \
               ON CONFLICT (session) DO UPDATE SET expires_at = excluded.expires_at \
               WHERE excluded.expires_at > ended_session.expires_at";
    sql::query(sql)
        .bind(session)
        .bind(expires_at.as_millisecond())
        .execute(&mut *transaction)
        .await?;
    Ok(())
}
