//! A connection while it is used: it goes back to the others only in a state that is known.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Executor, Postgres, SqlSafeStr, SqlStr, Sqlite};

use super::Pool;
use crate::{Error, Result};

/// How long a statement on PostgreSQL is waited for: longer than the server itself lets it run, so
/// that only a server that is gone is given up.
const PATIENCE: Duration = Duration::from_secs(45);

/// A connection of its pool.
pub(super) enum Line {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A connection that somebody uses. Whoever drops it in the middle of a statement closes it;
/// a transaction that is not committed is rolled back.
pub(super) struct Held {
    /// Always there until it is dropped.
    line: Option<Line>,
    busy: bool,
    in_transaction: bool,
}

/// A transaction. Dropping it undoes it.
pub(crate) struct Transaction(Held);

impl Held {
    pub(super) async fn of(pool: &Pool) -> Result<Self> {
        let line = match pool {
            Pool::Sqlite(pool) => Line::Sqlite(pool.acquire().await?),
            Pool::Postgres(pool) => Line::Postgres(pool.acquire().await?),
        };
        Ok(Self {
            line: Some(line),
            busy: false,
            in_transaction: false,
        })
    }

    /// The connection, of which nobody knows the state until [`Held::free`] is called.
    pub(super) fn occupy(&mut self) -> &mut Line {
        self.busy = true;
        let line = self.line.as_mut();
        line.expect("a connection is taken away only when its holder is dropped")
    }

    pub(super) fn free(&mut self) {
        self.busy = false;
    }

    /// Statements without values that begin or end a transaction.
    async fn say(&mut self, sql: SqlStr, in_transaction: bool) -> Result<()> {
        match self.occupy() {
            Line::Sqlite(line) => line.execute(sql).await.map(|_| ())?,
            Line::Postgres(line) => patiently(line.execute(sql)).await?.map(|_| ())?,
        }
        self.in_transaction = in_transaction;
        self.free();
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(mut line) = self.line.take() else {
            return;
        };
        if self.busy {
            match &mut line {
                Line::Sqlite(line) => line.close_on_drop(),
                Line::Postgres(line) => line.close_on_drop(),
            }
        } else if self.in_transaction {
            let mut held = Self {
                line: Some(line),
                busy: true,
                in_transaction: true,
            };
            // Whatever becomes of it: the connection is closed unless this has succeeded.
            tokio::spawn(async move { held.say("ROLLBACK".into_sql_str(), false).await });
        }
    }
}

impl Transaction {
    /// Begins one, by the statement that this takes on this database.
    pub(crate) async fn begin(pool: &Pool, statement: impl SqlSafeStr) -> Result<Self> {
        let mut held = Held::of(pool).await?;
        held.say(statement.into_sql_str(), true).await?;
        Ok(Self(held))
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        self.0.say("COMMIT".into_sql_str(), false).await
    }

    pub(super) fn held(&mut self) -> &mut Held {
        &mut self.0
    }
}

/// Waits for an answer of PostgreSQL, but not for ever.
pub(super) async fn patiently<T>(answer: impl Future<Output = T>) -> Result<T> {
    let answer = tokio::time::timeout(PATIENCE, answer).await;
    answer.map_err(|_| {
        let seconds = PATIENCE.as_secs();
        Error::Unavailable(format!(
            "the database has not answered for {seconds} seconds"
        ))
    })
}
