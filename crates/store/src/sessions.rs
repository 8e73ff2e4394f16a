//! Sessions that people, or whoever signed them in, ended before their time: cookies cannot be
//! called back, so every replica must know.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::{Result, Store};

impl Store {
    /// Ends a session, by our own id of it or by the provider's, until `expires_at`: no cookie of
    /// it may live longer. Those whose time has come are forgotten.
    pub async fn end_session(
        &self,
        session: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM ended_session WHERE expires_at <= $1")
            .bind(now.as_millisecond())
            .execute(&mut *transaction)
            .await?;
        let sql = "INSERT INTO ended_session (session, expires_at) VALUES ($1, $2) \
                   ON CONFLICT (session) DO UPDATE SET expires_at = excluded.expires_at \
                   WHERE excluded.expires_at > ended_session.expires_at";
        sqlx::query(sql)
            .bind(session)
            .bind(expires_at.as_millisecond())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// All that ended before their time, and whose time has not come yet.
    pub async fn ended_sessions(&self, now: Timestamp) -> Result<HashSet<String>> {
        let ended: Vec<String> =
            sqlx::query_scalar("SELECT session FROM ended_session WHERE expires_at > $1")
                .bind(now.as_millisecond())
                .fetch_all(self.readers())
                .await?;
        Ok(ended.into_iter().collect())
    }
}
