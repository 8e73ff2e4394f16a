//! A statement, and what it answers.

use std::marker::PhantomData;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{
    AssertSqlSafe, Database, Decode, Encode, FromRow, Postgres, Row as _, SqlSafeStr, SqlStr,
    Sqlite, Type,
};

use super::held::{Held, Line, patiently};
use super::{On, Value};
use crate::Result;

/// A statement with its values, for either database.
#[must_use]
pub(crate) struct Query {
    sql: SqlStr,
    values: Vec<Value>,
}

/// One whose rows are read as tuples.
#[must_use]
pub(crate) struct QueryAs<O> {
    query: Query,
    row: PhantomData<fn() -> O>,
}

/// One of whose rows the first column is wanted.
#[must_use]
pub(crate) struct QueryScalar<O>(QueryAs<(O,)>);

/// A row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a change has done.
pub(crate) struct Done {
    rows_affected: u64,
}

pub(crate) fn query(sql: impl SqlSafeStr) -> Query {
    Query::new(sql.into_sql_str(), Vec::new())
}

pub(crate) fn query_as<O>(sql: impl SqlSafeStr) -> QueryAs<O> {
    query(sql).rows_as()
}

pub(crate) fn query_scalar<O>(sql: impl SqlSafeStr) -> QueryScalar<O> {
    query(sql).scalar()
}

/// Runs a statement on a connection, which counts as busy until it has answered.
macro_rules! run {
    ($query:ident.$method:ident on $on:ident, $read:expr) => {{
        let mut own;
        let held = match $on.into() {
            On::Any(pool) => {
                own = Held::of(pool).await?;
                &mut own
            }
            On::Transaction(transaction) => transaction.held(),
        };
        let answer = match held.occupy() {
            Line::Sqlite(line) => {
                let query = $query.of_sqlite();
                query.$method(&mut **line).await.map($read)
            }
            Line::Postgres(line) => {
                let query = $query.of_postgres();
                patiently(query.$method(&mut **line)).await?.map($read)
            }
        };
        held.free();
        Ok(answer?)
    }};
}

impl Query {
    pub(super) fn new(sql: SqlStr, values: Vec<Value>) -> Self {
        Self { sql, values }
    }

    pub(super) fn rows_as<O>(self) -> QueryAs<O> {
        let row = PhantomData;
        QueryAs { query: self, row }
    }

    pub(super) fn scalar<O>(self) -> QueryScalar<O> {
        QueryScalar(self.rows_as())
    }

    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    pub(crate) async fn execute<'c>(self, on: impl Into<On<'c>>) -> Result<Done> {
        run!(self.execute on on, |done| Done { rows_affected: done.rows_affected() })
    }

    pub(crate) async fn fetch_all<'c>(self, on: impl Into<On<'c>>) -> Result<Vec<Row>> {
        run!(self.fetch_all on on, |rows| rows.into_iter().map(Row::from).collect())
    }

    pub(crate) async fn fetch_optional<'c>(self, on: impl Into<On<'c>>) -> Result<Option<Row>> {
        run!(self.fetch_optional on on, |row| row.map(Row::from))
    }

    fn of_sqlite(self) -> sqlx::query::Query<'static, Sqlite, <Sqlite as Database>::Arguments> {
        bound(sqlx::query(self.sql), self.values)
    }

    fn of_postgres(
        self,
    ) -> sqlx::query::Query<'static, Postgres, <Postgres as Database>::Arguments> {
        let values = self.values.into_iter().map(Value::for_postgres);
        bound(sqlx::query(for_postgres(self.sql)), values)
    }
}

/// Lets PostgreSQL see what stands there for it alone.
fn for_postgres(sql: SqlStr) -> SqlStr {
    let text = sql.as_str();
    match text.contains("/*pg") {
        true => AssertSqlSafe(text.replace("/*pg", "").replace("*/", "")).into_sql_str(),
        false => sql,
    }
}

fn bound<D: Database>(
    query: sqlx::query::Query<'static, D, D::Arguments>,
    values: impl IntoIterator<Item = Value>,
) -> sqlx::query::Query<'static, D, D::Arguments>
where
    Option<bool>: Encode<'static, D> + Type<D>,
    Option<i64>: Encode<'static, D> + Type<D>,
    Option<String>: Encode<'static, D> + Type<D>,
{
    values.into_iter().fold(query, |query, value| match value {
        Value::Flag(flag) => query.bind(flag),
        Value::Number(number) => query.bind(number),
        Value::Text(text) => query.bind(text),
    })
}

impl<O> QueryAs<O>
where
    O: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
{
    pub(crate) fn bind(self, value: impl Into<Value>) -> Self {
        self.query.bind(value).rows_as()
    }

    pub(crate) async fn fetch_all<'c>(self, on: impl Into<On<'c>>) -> Result<Vec<O>> {
        let rows = self.query.fetch_all(on).await?;
        rows.iter().map(Row::read).collect()
    }

    pub(crate) async fn fetch_optional<'c>(self, on: impl Into<On<'c>>) -> Result<Option<O>> {
        let row = self.query.fetch_optional(on).await?;
        row.as_ref().map(Row::read).transpose()
    }

    pub(crate) async fn fetch_one<'c>(self, on: impl Into<On<'c>>) -> Result<O> {
        let row = self.fetch_optional(on).await?;
        Ok(row.ok_or(sqlx::Error::RowNotFound)?)
    }
}

impl<O> QueryScalar<O>
where
    (O,): for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
{
    pub(crate) fn bind(self, value: impl Into<Value>) -> Self {
        Self(self.0.bind(value))
    }

    pub(crate) async fn fetch_all<'c>(self, on: impl Into<On<'c>>) -> Result<Vec<O>> {
        let rows = self.0.fetch_all(on).await?;
        Ok(rows.into_iter().map(|(first,)| first).collect())
    }

    pub(crate) async fn fetch_optional<'c>(self, on: impl Into<On<'c>>) -> Result<Option<O>> {
        Ok(self.0.fetch_optional(on).await?.map(|(first,)| first))
    }

    pub(crate) async fn fetch_one<'c>(self, on: impl Into<On<'c>>) -> Result<O> {
        Ok(self.0.fetch_one(on).await?.0)
    }
}

impl Done {
    pub(crate) fn rows_affected(&self) -> u64 {
        self.rows_affected
    }
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        Self::Sqlite(row)
    }
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Self::Postgres(row)
    }
}

impl Row {
    /// The value of a column, by its place.
    pub(crate) fn try_get<'r, T>(&'r self, column: usize) -> Result<T>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    fn read<O>(&self) -> Result<O>
    where
        O: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        Ok(match self {
            Self::Sqlite(row) => O::from_row(row)?,
            Self::Postgres(row) => O::from_row(row)?,
        })
    }
}

#[test]
fn what_stands_there_for_postgres_alone_is_a_comment_for_the_other() {
    let sql = "SELECT key FROM tenant LIMIT $1 /*pg FOR UPDATE SKIP LOCKED */".into_sql_str();
    let seen = for_postgres(sql);
    assert_eq!(
        seen.as_str(),
        "SELECT key FROM tenant LIMIT $1  FOR UPDATE SKIP LOCKED "
    );
    assert_eq!(for_postgres("SELECT 1".into_sql_str()).as_str(), "SELECT 1");
}
