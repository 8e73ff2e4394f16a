//! Opens the database and brings its schema up to date. All that is SQLite's own stands here.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

use crate::revision::Watch;
use crate::{Error, Result};

/// How long a writer waits for another process's write before it gives up.
const BUSY: Duration = Duration::from_secs(5);

/// Readers never wait for the writer; more of them than this only cost memory.
const READERS: u32 = 4;

/// Embedded, so that a binary carries its schema; the number is the version.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "first",
        include_str!("../migrations/sqlite/0001_first.sql"),
    ),
    (
        2,
        "alerts",
        include_str!("../migrations/sqlite/0002_alerts.sql"),
    ),
    (
        3,
        "audit",
        include_str!("../migrations/sqlite/0003_audit.sql"),
    ),
    (
        4,
        "sessions",
        include_str!("../migrations/sqlite/0004_sessions.sql"),
    ),
];

/// A handle on the store. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    readers: SqlitePool,
    /// One connection: SQLite has one writer at a time, so waiting in line is done here, fairly.
    writer: SqlitePool,
    watch: Watch,
}

/// The schema's version, for readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// What the database has; 0 before the first migration.
    pub found: i64,
    /// What this program needs.
    pub expected: i64,
}

impl Store {
    /// Opens `sqlite:PATH`. The file is made if it is missing, its folder is not.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for any other address, [`Error::Unavailable`] if the file cannot be
    /// opened.
    pub async fn open(url: &str) -> Result<Self> {
        let unsupported = |why| Error::Unsupported {
            url: url.to_owned(),
            why,
        };
        let path = match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() && path != ":memory:" => Path::new(path),
            Some(("sqlite", _)) => return Err(unsupported("write sqlite: and the path of a file")),
            Some(("postgres" | "postgresql", _)) => {
                return Err(unsupported(
                    "PostgreSQL comes in a later version; use sqlite:PATH",
                ));
            }
            _ => return Err(unsupported("write sqlite: and the path of a file")),
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY)
            .foreign_keys(true);
        // The writer comes first: it makes the file and sets its mode.
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.clone())
            .await?;
        let watch = Watch::new(options);
        Ok(Self {
            readers,
            writer,
            watch,
        })
    }

    /// Brings the schema up to date, wholly or not at all. Safe to repeat, and for several at once.
    ///
    /// # Errors
    /// [`Error::SchemaTooNew`] if a newer program was here before.
    pub async fn migrate(&self) -> Result<()> {
        let schema = self.schema().await?;
        if schema.found > schema.expected {
            return Err(Error::SchemaTooNew {
                found: schema.found,
                expected: schema.expected,
            });
        }
        let migrations = MIGRATIONS.iter().map(|&(version, name, sql)| {
            let sql = sqlx::SqlStr::from_static(sql);
            Migration::new(version, name.into(), MigrationType::Simple, sql, false)
        });
        let migrator = Migrator::with_migrations(migrations.collect());
        // Whoever starts second waits here, and finds nothing to do. `run` would do as well, but a
        // future with its bound on `Acquire` is not `Send`.
        let mut transaction = self.write().await?;
        migrator
            .run_direct(None, &mut *transaction, false)
            .await
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(transaction.commit().await?)
    }

    /// The schema's version as it is and as it should be.
    pub async fn schema(&self) -> Result<Schema> {
        let expected = MIGRATIONS.last().map_or(0, |(version, ..)| *version);
        let has_any: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'",
        )
        .fetch_optional(&self.readers)
        .await?;
        if has_any.is_none() {
            return Ok(Schema { found: 0, expected });
        }
        let found: Option<i64> =
            sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations WHERE success")
                .fetch_one(&self.readers)
                .await?;
        Ok(Schema {
            found: found.unwrap_or(0),
            expected,
        })
    }

    /// What the database itself finds wrong with its data; nothing if it is sound. Reads all of it.
    pub async fn check(&self) -> Result<Vec<String>> {
        let mut wrong: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_all(&self.readers)
            .await?;
        wrong.retain(|finding| finding != "ok");
        let dangling: Vec<(String, Option<i64>, String)> =
            sqlx::query_as("SELECT \"table\", rowid, \"parent\" FROM pragma_foreign_key_check()")
                .fetch_all(&self.readers)
                .await?;
        let say = |(table, row, parent): (String, Option<i64>, String)| match row {
            Some(row) => format!("row {row} of {table} refers to nothing in {parent}"),
            None => format!("a row of {table} refers to nothing in {parent}"),
        };
        wrong.extend(dangling.into_iter().map(say));
        Ok(wrong)
    }

    /// Closes all connections, so that the write-ahead log is folded into the file.
    pub async fn close(&self) {
        self.watch.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    pub(crate) fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    pub(crate) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// A transaction that holds the right to write from its beginning, so that nothing it has
    /// read can change before it writes.
    pub(crate) async fn write(&self) -> Result<Transaction<'_, Sqlite>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}
