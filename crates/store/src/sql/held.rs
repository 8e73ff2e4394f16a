//! A connection while it is used: it goes back to the others only in a state that is known.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Executor, PgPool, Postgres, SqlSafeStr, SqlStr, Sqlite};

use super::Pool;
use super::patience::within;
use crate::wakes::{Bell, News, Told};
use crate::{Error, Result};

/// How long somebody waits for a connection to PostgreSQL before hearing that there is none.
pub(crate) const ACQUIRE: Duration = Duration::from_secs(5);

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
pub(crate) struct Transaction {
    held: Held,
    /// What its commit tells.
    told: Told,
    bell: Bell,
}

impl Line {
    async fn of(pool: &Pool) -> sqlx::Result<Self> {
        match pool {
            Pool::Sqlite(pool) => pool.acquire().await.map(Self::Sqlite),
            Pool::Postgres(pool) => {
                let line = Box::pin(within(ACQUIRE, acquire(pool))).await;
                Ok(Self::Postgres(
                    line.unwrap_or(Err(sqlx::Error::PoolTimedOut))?,
                ))
            }
        }
    }
}

/// The next connection that is free. The pool bounds this by the clock: whoever runs into that asks
/// again, so that the caller's bound is the one that counts.
async fn acquire(pool: &PgPool) -> sqlx::Result<PoolConnection<Postgres>> {
    loop {
        match pool.acquire().await {
            Err(sqlx::Error::PoolTimedOut) => {}
            other => return other,
        }
    }
}

impl Held {
    pub(super) async fn of(pool: &Pool) -> Result<Self> {
        Ok(Self {
            line: Some(Line::of(pool).await?),
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
    pub(crate) async fn begin(pool: &Pool, statement: impl SqlSafeStr, bell: Bell) -> Result<Self> {
        let mut held = Held::of(pool).await?;
        held.say(statement.into_sql_str(), true).await?;
        Ok(Self {
            held,
            told: Told::default(),
            bell,
        })
    }

    /// Whoever waits for such news is told with the commit.
    pub(crate) fn tell(&mut self, news: News) {
        self.told.add(news);
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        match &self.held.line {
            Some(Line::Postgres(_)) => {
                let statement = AssertSqlSafe(format!("{}COMMIT", self.told.statement()));
                self.held.say(statement.into_sql_str(), false).await
            }
            _ => {
                self.held.say("COMMIT".into_sql_str(), false).await?;
                self.bell.ring(self.told);
                Ok(())
            }
        }
    }

    pub(crate) fn is_of_postgres(&self) -> bool {
        matches!(self.held.line, Some(Line::Postgres(_)))
    }

    pub(super) fn held(&mut self) -> &mut Held {
        &mut self.held
    }
}

/// Waits for an answer of PostgreSQL, but not for ever.
pub(super) async fn patiently<T>(answer: impl Future<Output = T>) -> Result<T> {
    within(PATIENCE, answer).await.ok_or_else(|| {
        let seconds = PATIENCE.as_secs();
        Error::Unavailable(format!(
            "the database has not answered for {seconds} seconds"
        ))
    })
}

#[cfg(test)]
mod tests {
    use throwaway_postgres::shared;

    use crate::{Address, Store, sql};

    /// A store with one connection, and the name of its database.
    async fn narrow() -> (Store, String) {
        let url = shared().database();
        let address = Address::parse(&url).unwrap().connections(1);
        let name = url.rsplit('/').next().unwrap().to_owned();
        (Store::connect(&address).await.unwrap(), name)
    }

    async fn number(store: &Store, sql: &'static str) -> i64 {
        let number = sql::query_scalar(sql).fetch_one(store.readers()).await;
        number.unwrap()
    }

    const WHO: &str = "SELECT CAST(pg_backend_pid() AS BIGINT)";

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_leaves_in_the_middle_of_a_statement_takes_the_connection_along() {
        let (store, name) = narrow().await;
        let sleeps = format!(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '{name}' \
             AND state = 'active' AND query LIKE 'SELECT pg_sleep%'"
        );
        let before = number(&store, WHO).await;
        let asking = tokio::spawn({
            let store = store.clone();
            let sql = "SELECT pg_sleep(3600) IS NULL";
            async move { sql::query(sql).fetch_all(store.readers()).await.map(|_| ()) }
        });
        while shared().sql("postgres", &sleeps) != "1" {
            tokio::task::yield_now().await;
        }
        asking.abort();
        assert!(asking.await.is_err_and(|error| error.is_cancelled()));
        assert_ne!(
            number(&store, WHO).await,
            before,
            "nobody waits for the answer"
        );
        // The server notices by itself.
        while shared().sql("postgres", &sleeps) != "0" {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_transaction_that_is_dropped_is_undone_and_its_connection_used_again() {
        let (store, name) = narrow().await;
        shared().sql(&name, "CREATE TABLE drop_of (water BIGINT)");
        let before = number(&store, WHO).await;
        let mut transaction = store.write().await.unwrap();
        let insert = sql::query("INSERT INTO drop_of VALUES ($1)").bind(7_i64);
        let done = insert.execute(&mut transaction).await.unwrap();
        assert_eq!(done.rows_affected(), 1);
        drop(transaction);
        assert_eq!(number(&store, "SELECT COUNT(*) FROM drop_of").await, 0);
        assert_eq!(number(&store, WHO).await, before);
    }

    #[tokio::test]
    async fn an_error_leaves_a_transaction_that_is_undone() {
        let (store, name) = narrow().await;
        shared().sql(&name, "CREATE TABLE drop_of (water BIGINT)");
        let mut transaction = store.write_rows().await.unwrap();
        for (sql, is_fine) in [
            ("INSERT INTO drop_of VALUES (1)", true),
            ("nonsense", false),
        ] {
            let done = sql::query(sql).execute(&mut transaction).await;
            assert_eq!(done.is_ok(), is_fine);
        }
        drop(transaction);
        assert_eq!(number(&store, "SELECT COUNT(*) FROM drop_of").await, 0);
    }

    #[tokio::test]
    async fn the_server_holds_the_bounds_of_every_connection() {
        let (store, _) = narrow().await;
        for (name, value) in [
            ("statement_timeout", "30s"),
            ("lock_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "8s"),
            ("default_transaction_isolation", "read committed"),
        ] {
            let setting = sql::query_scalar("SELECT current_setting($1)").bind(name);
            let setting: String = setting.fetch_one(store.readers()).await.unwrap();
            assert_eq!(setting, value, "{name}");
        }
    }
}
