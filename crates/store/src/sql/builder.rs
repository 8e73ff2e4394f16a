//! A statement whose text depends on what is asked.

use sqlx::{AssertSqlSafe, SqlSafeStr};

use super::Value;
use super::query::{Query, QueryAs, QueryScalar};

/// It is put together of parts that stand in the program; all that comes from outside is bound.
#[must_use]
pub(crate) struct QueryBuilder {
    sql: String,
    values: Vec<Value>,
}

/// The cells of one row of [`QueryBuilder::push_values`].
pub(crate) struct Cells<'a> {
    query: &'a mut QueryBuilder,
    separator: &'static str,
}

impl QueryBuilder {
    pub(crate) fn new(sql: &'static str) -> Self {
        Self {
            sql: sql.to_owned(),
            values: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, sql: &'static str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.sql.push('$');
        self.sql.push_str(&self.values.len().to_string());
        self
    }

    /// `VALUES (…), (…)`, a row for each.
    pub(crate) fn push_values<R>(
        &mut self,
        rows: impl IntoIterator<Item = R>,
        mut cells: impl FnMut(Cells<'_>, R),
    ) {
        self.push("VALUES ");
        let mut separator = "(";
        for row in rows {
            self.push(separator);
            let first = Cells {
                query: self,
                separator: "",
            };
            cells(first, row);
            separator = "), (";
        }
        self.push(")");
    }

    /// What `IN` looks in. Of nothing it is `(NULL)`, in which nothing is found.
    pub(crate) fn push_list<V: Into<Value>>(
        &mut self,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        self.push("(NULL");
        for value in values {
            self.push(", ").push_bind(value);
        }
        self.push(")")
    }

    pub(crate) fn build(self) -> Query {
        Query::new(AssertSqlSafe(self.sql).into_sql_str(), self.values)
    }

    pub(crate) fn build_query_as<O>(self) -> QueryAs<O> {
        self.build().rows_as()
    }

    pub(crate) fn build_query_scalar<O>(self) -> QueryScalar<O> {
        self.build().scalar()
    }

    #[cfg(test)]
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }
}

impl Cells<'_> {
    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.query.push(self.separator).push_bind(value);
        self.separator = ", ";
        self
    }
}

#[test]
fn values_are_bound_in_the_order_of_their_places() {
    let mut query = QueryBuilder::new("INSERT INTO gap (tenant, seen_at) ");
    query.push_values([("a", 1_i64), ("b", 2)], |mut row, (tenant, at)| {
        row.push_bind(tenant).push_bind(at);
    });
    query.push(" RETURNING ").push_bind(true);
    let expected = "INSERT INTO gap (tenant, seen_at) VALUES ($1, $2), ($3, $4) RETURNING $5";
    assert_eq!(query.sql(), expected);
    assert_eq!(query.values.len(), 5);
}
