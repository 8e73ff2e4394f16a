//! Goes through a table in the order of its key, so many rows at a time.

use crate::sql::{self, QueryBuilder, Row, Transaction, Value};
use crate::tables::Table;
use crate::{Error, Result};

/// A way through a table.
pub(super) struct Walk<'a> {
    table: &'a Table,
    rows_at_once: u32,
    /// The key of the last row.
    after: Option<Vec<Value>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(table: &'a Table, rows_at_once: u32) -> Self {
        Self {
            table,
            rows_at_once: rows_at_once.max(1),
            after: None,
        }
    }

    pub(super) fn table(&self) -> &'a Table {
        self.table
    }

    /// The next rows, at most so many; none at the end. Their values are in the order of
    /// [`Table::columns`].
    pub(super) async fn next(
        &mut self,
        on: &mut Transaction,
        most: u64,
    ) -> Result<Vec<Vec<Value>>> {
        let most = most.min(self.rows_at_once.into());
        let rows = self.query(most).build().fetch_all(on).await?;
        let read = rows.iter().map(|row| self.read(row));
        let rows: Vec<Vec<Value>> = read.collect::<Result<_>>()?;
        if let Some(last) = rows.last() {
            self.after = Some(self.key_of(last));
        }
        Ok(rows)
    }

    fn query(&self, most: u64) -> QueryBuilder {
        let Table { name, key, .. } = self.table;
        let mut query = QueryBuilder::new("SELECT ");
        push_names(&mut query, self.table.columns());
        query.push(" FROM ").push(name);
        if let Some(after) = &self.after {
            query.push(" WHERE (");
            push_names(&mut query, key.iter().copied());
            let mut separator = ") > (";
            for value in after {
                query.push(separator).push_bind(value.clone());
                separator = ", ";
            }
            query.push(")");
        }
        query.push(" ORDER BY ");
        push_names(&mut query, key.iter().copied());
        query.push(" LIMIT ");
        query.push_bind(i64::try_from(most).unwrap_or(i64::MAX));
        query
    }

    fn read(&self, row: &Row) -> Result<Vec<Value>> {
        let Table { flags, numbers, .. } = self.table;
        let value = |(place, column): (usize, &str)| {
            let value = if place < flags.len() {
                row.try_get(place).map(Value::Flag)
            } else if place < flags.len() + numbers.len() {
                row.try_get(place).map(Value::Number)
            } else {
                row.try_get(place).map(Value::Text)
            };
            value.map_err(|error| match error {
                Error::Corrupt { detail, .. } => {
                    Error::corrupt(self.table.name, format!("\"{column}\": {detail}"))
                }
                other => other,
            })
        };
        self.table.columns().enumerate().map(value).collect()
    }

    fn key_of(&self, row: &[Value]) -> Vec<Value> {
        let value = |key: &&str| {
            let place = self.table.columns().position(|column| column == *key);
            row[place.expect("the columns of a key are columns of its table")].clone()
        };
        self.table.key.iter().map(value).collect()
    }
}

/// `"a", "b"`: in quotes, for some are words of SQL.
pub(super) fn push_names(query: &mut QueryBuilder, names: impl IntoIterator<Item = &'static str>) {
    let mut separator = "\"";
    for name in names {
        query.push(separator).push(name);
        separator = "\", \"";
    }
    query.push("\"");
}

pub(super) async fn count(on: &mut Transaction, table: &Table) -> Result<u64> {
    let mut query = QueryBuilder::new("SELECT COUNT(*) FROM ");
    query.push(table.name);
    let rows: sql::QueryScalar<i64> = query.build_query_scalar();
    Ok(rows.fetch_one(on).await?.unsigned_abs())
}
