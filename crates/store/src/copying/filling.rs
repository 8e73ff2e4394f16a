//! What is written into the target of a copy.

use crate::sql::{self, Pool, QueryBuilder, Transaction, Value};
use crate::tables::{TABLES, Table};
use crate::{Result, Store};

use super::walk::push_names;

/// Stands in the contract while a copy is not complete: no version of the program is so new.
pub(crate) const BEING_FILLED: i64 = i64::MAX;

/// From here on no service works on the target.
pub(super) async fn close(target: &Store) -> Result<()> {
    set_contract(target, BEING_FILLED).await
}

/// The copy is complete: whoever could work on the source can work on it.
pub(super) async fn open(target: &Store, oldest: i64) -> Result<()> {
    set_contract(target, oldest).await
}

async fn set_contract(target: &Store, oldest: i64) -> Result<()> {
    let mut transaction = target.write().await?;
    let sql = "UPDATE contract SET oldest = $1";
    sql::query(sql)
        .bind(oldest)
        .execute(&mut transaction)
        .await?;
    transaction.commit().await
}

/// Adds rows, all or none.
pub(super) async fn insert(target: &Store, table: &Table, rows: Vec<Vec<Value>>) -> Result<()> {
    let mut insert = QueryBuilder::new("INSERT INTO ");
    insert.push(table.name).push(" (");
    push_names(&mut insert, table.columns());
    insert.push(") ");
    insert.push_values(rows, |mut cells, row| {
        for value in row {
            cells.push_bind(value);
        }
    });
    let mut transaction = target.write().await?;
    insert.build().execute(&mut transaction).await?;
    transaction.commit().await
}

/// Lets the numbers that the database gives go on after the greatest that the source has given,
/// even if that row is gone: a link to it must not lead to another.
pub(super) async fn take_over_counters(source: &mut Transaction, target: &Store) -> Result<()> {
    let mut transaction = target.write().await?;
    for table in TABLES.iter().filter(|table| table.is_counted) {
        let greatest = given(source, table).await?;
        // A copy that is proved once more may have given numbers by itself.
        let greatest = greatest.max(given(&mut transaction, table).await?);
        if greatest < 1 {
            continue;
        }
        let sql = match target.writer() {
            Pool::Sqlite(_) => GO_ON_IN_SQLITE,
            Pool::Postgres(_) => GO_ON_IN_POSTGRES,
        };
        for sql in sql {
            let go_on = sql::query(*sql).bind(table.name).bind(table.key[0]);
            go_on.bind(greatest).execute(&mut transaction).await?;
        }
    }
    transaction.commit().await
}

/// Some tables of SQLite give numbers only once; the others go on after their greatest. `$1` is the
/// table, `$2` its column, `$3` the greatest number.
const GO_ON_IN_SQLITE: &[&str] = &[
    "UPDATE sqlite_sequence SET seq = $3 WHERE name = $1 AND seq < $3 AND $2 <> ''",
    "INSERT INTO sqlite_sequence (name, seq) SELECT name, $3 FROM sqlite_master \
     WHERE name = $1 AND sql LIKE '%AUTOINCREMENT%' AND $2 <> '' \
     AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = $1)",
];

const GO_ON_IN_POSTGRES: &[&str] = &["SELECT setval(pg_get_serial_sequence($1, $2), $3)"];

/// The greatest number that a table has ever given, as far as its database remembers.
async fn given(source: &mut Transaction, table: &Table) -> Result<i64> {
    let mut greatest = QueryBuilder::new("SELECT MAX(");
    greatest.push(table.key[0]).push(") FROM ").push(table.name);
    let greatest: Option<i64> = greatest
        .build_query_scalar()
        .fetch_one(&mut *source)
        .await?;
    let sql = match source.is_of_postgres() {
        true => "SELECT pg_sequence_last_value(pg_get_serial_sequence($1, $2)::REGCLASS)",
        false => "SELECT MAX(seq) FROM sqlite_sequence WHERE name = $1 AND $2 <> ''",
    };
    let remembered: Option<i64> = sql::query_scalar(sql)
        .bind(table.name)
        .bind(table.key[0])
        .fetch_one(source)
        .await?;
    Ok(greatest.max(remembered).unwrap_or_default())
}
