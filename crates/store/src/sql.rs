//! One text of SQL for both databases: what the rest of the store says to either of them, in types
//! of its own, so that no driver's type is seen anywhere else.
//!
//! A statement is written so that both understand it. Where PostgreSQL alone needs a word more, as
//! in `FOR UPDATE`, it stands in a comment that begins with `/*pg`: for SQLite it is one.

mod value;
mod query;
mod builder;
mod patience;
mod held;

use sqlx::{PgPool, SqlitePool};

pub(crate) use builder::QueryBuilder;
pub(crate) use held::{ACQUIRE, Transaction};
pub(crate) use query::{QueryAs, QueryScalar, Row, query, query_as, query_scalar};
pub(crate) use sqlx::AssertSqlSafe;
pub(crate) use value::Value;

/// Connections of one of the two.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Where a statement runs: on any connection, or in a transaction.
pub(crate) enum On<'a> {
    Any(&'a Pool),
    Transaction(&'a mut Transaction),
}

impl<'a> From<&'a Pool> for On<'a> {
    fn from(pool: &'a Pool) -> Self {
        Self::Any(pool)
    }
}

impl<'a> From<&'a mut Transaction> for On<'a> {
    fn from(transaction: &'a mut Transaction) -> Self {
        Self::Transaction(transaction)
    }
}

impl Pool {
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
