//! The schema, and how a database gets there: embedded, so that a binary carries its own.
//!
//! A newer program's migrations first only add (expand); what an older program still needs goes in
//! a later version (contract). Each says in the row of `contract` which version of the program may
//! still run on it, so that the old go on beside the new while they are replaced.

use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlStr};

use super::Store;
use super::locks::Alone;
use crate::copying::BEING_FILLED;
use crate::sql::Pool;
use crate::{Error, Result, sql};

/// The number is the version.
type Step = (i64, &'static str, &'static str);

const SQLITE: &[Step] = &[
    (
        1,
        "first",
        include_str!("../../migrations/sqlite/0001_first.sql"),
    ),
    (
        2,
        "alerts",
        include_str!("../../migrations/sqlite/0002_alerts.sql"),
    ),
    (
        3,
        "audit",
        include_str!("../../migrations/sqlite/0003_audit.sql"),
    ),
    (
        4,
        "sessions",
        include_str!("../../migrations/sqlite/0004_sessions.sql"),
    ),
    (
        5,
        "pages",
        include_str!("../../migrations/sqlite/0005_pages.sql"),
    ),
    (
        6,
        "contract",
        include_str!("../../migrations/sqlite/0006_contract.sql"),
    ),
    (
        7,
        "products",
        include_str!("../../migrations/sqlite/0007_products.sql"),
    ),
    (
        8,
        "keeping",
        include_str!("../../migrations/sqlite/0008_keeping.sql"),
    ),
];

/// From here on both have the same versions.
const POSTGRES: &[Step] = &[
    (
        6,
        "first",
        include_str!("../../migrations/postgres/0006_first.sql"),
    ),
    (
        7,
        "products",
        include_str!("../../migrations/postgres/0007_products.sql"),
    ),
    (
        8,
        "keeping",
        include_str!("../../migrations/postgres/0008_keeping.sql"),
    ),
];

/// Versions of the schema, for readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// What the database has; 0 before the first migration.
    pub found: i64,
    /// What this program has.
    pub expected: i64,
    /// The oldest version whose program may run on what the database has.
    pub oldest: i64,
}

impl Schema {
    /// Whether this program may run on it.
    pub fn fits(&self) -> bool {
        (self.oldest..=self.found).contains(&self.expected)
    }

    /// Whether a copy into it has begun and is not complete.
    pub fn is_being_filled(&self) -> bool {
        self.oldest == BEING_FILLED
    }
}

impl Store {
    /// Brings the schema up to date, wholly or not at all. Safe to repeat, and for several at once.
    /// A newer one on which this program may run is left as it is.
    ///
    /// # Errors
    /// [`Error::SchemaTooNew`] if a newer program was here before, and left nothing for this one.
    pub async fn migrate(&self) -> Result<()> {
        if is_served(self.schema().await?)? {
            return Ok(());
        }
        // Whoever starts second waits for the lock, and finds nothing to do.
        match &self.writer {
            Pool::Sqlite(pool) => {
                let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
                run(SQLITE, &mut *transaction).await?;
                transaction.commit().await?;
            }
            Pool::Postgres(pool) => {
                let begin = Alone::WithAll.statement();
                // A migration may take long, and so may waiting for somebody else's.
                let begin = begin.replace(
                    "BEGIN;",
                    "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0;",
                );
                let mut transaction = pool.begin_with(AssertSqlSafe(begin)).await?;
                run(POSTGRES, &mut *transaction).await?;
                transaction.commit().await?;
            }
        }
        Ok(())
    }

    /// The schema's version as it is and as it should be.
    pub async fn schema(&self) -> Result<Schema> {
        let steps = match &self.writer {
            Pool::Sqlite(_) => SQLITE,
            Pool::Postgres(_) => POSTGRES,
        };
        let expected = steps.last().map_or(0, |(version, ..)| *version);
        let found = match self.has_table("_sqlx_migrations").await? {
            true => "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success",
            false => "SELECT CAST(0 AS BIGINT)",
        };
        let found: i64 = sql::query_scalar(found).fetch_one(self.readers()).await?;
        let oldest = match self.has_table("contract").await? {
            true => {
                let sql = "SELECT oldest FROM contract";
                sql::query_scalar(sql).fetch_one(self.readers()).await?
            }
            // Versions before the first contract suit their own program alone.
            false => found,
        };
        Ok(Schema {
            found,
            expected,
            oldest,
        })
    }

    async fn has_table(&self, name: &str) -> Result<bool> {
        let sql = match &self.readers {
            Pool::Sqlite(_) => {
                "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1)"
            }
            Pool::Postgres(_) => "SELECT to_regclass($1) IS NOT NULL",
        };
        sql::query_scalar(sql)
            .bind(name)
            .fetch_one(self.readers())
            .await
    }
}

/// Whether a newer program's schema is there that serves this one too.
fn is_served(schema: Schema) -> Result<bool> {
    match schema.found > schema.expected {
        true if schema.fits() => Ok(true),
        true => Err(Error::SchemaTooNew {
            found: schema.found,
            expected: schema.expected,
        }),
        false => Ok(false),
    }
}

/// `Migrator::run` would do as well, but a future with its bound on `Acquire` is not `Send`.
async fn run<C: Migrate>(steps: &'static [Step], connection: &mut C) -> Result<()> {
    let migrations = steps.iter().map(|&(version, name, sql)| {
        let sql = SqlStr::from_static(sql);
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    migrator.set_locking(false);
    // Somebody newer may have been here while we waited.
    migrator.set_ignore_missing(true);
    let failed = |error: MigrateError| Error::Unavailable(error.to_string());
    migrator
        .run_direct(None, connection, false)
        .await
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_program_runs_on_as_long_as_the_contract_says() {
        let schema = |found, expected, oldest| Schema {
            found,
            expected,
            oldest,
        };
        assert!(schema(6, 6, 6).fits());
        assert!(schema(8, 6, 6).fits());
        assert!(!schema(8, 6, 7).fits(), "it is too old by now");
        assert!(!schema(5, 6, 5).fits(), "it is to be migrated first");
        assert!(!schema(0, 6, 0).fits());
        assert!(is_served(schema(8, 6, 6)).unwrap());
        assert!(!is_served(schema(6, 6, 6)).unwrap());
        assert!(is_served(schema(8, 6, 7)).is_err());
    }
}
