//! Opens the database and hands out what to read and to write with.

mod address;
mod sqlite;
mod postgres;
mod listening;
mod migrations;
mod locks;

use domain::TenantKey;

use crate::revision::Watch;
use crate::sql::{Pool, Transaction};
use crate::wakes::Bell;
use crate::{Result, sql};

pub use address::{Address, Password};
pub use migrations::Schema;

use locks::Alone;

/// A handle on the store. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    readers: Pool,
    writer: Pool,
    watch: Watch,
    bell: Bell,
}

impl Store {
    /// Opens `sqlite:PATH`, or a PostgreSQL that asks for nothing but what its address says. See
    /// [`Store::connect`].
    ///
    /// # Errors
    /// As [`Address::parse`] and [`Store::connect`].
    pub async fn open(url: &str) -> Result<Self> {
        Self::connect(&Address::parse(url)?).await
    }

    /// Opens a database. A file of SQLite is made if it is missing, its folder is not; a database
    /// of PostgreSQL must be there.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if it cannot be opened.
    pub async fn connect(address: &Address) -> Result<Self> {
        match &address.place {
            address::Place::Sqlite(path) => sqlite::open(path).await,
            address::Place::Postgres(place) => postgres::open(address, place).await,
        }
    }

    /// Opens what is there for reading alone: nothing is made, and nothing changed.
    ///
    /// # Errors
    /// As [`Store::connect`].
    pub async fn connect_to_read(address: &Address) -> Result<Self> {
        match &address.place {
            address::Place::Sqlite(path) => sqlite::open_to_read(path).await,
            address::Place::Postgres(place) => postgres::open_to_read(address, place).await,
        }
    }

    /// Whether another process has the file of SQLite open, as far as this system tells. Of
    /// PostgreSQL nobody is asked: `false`. To be called before this process opens it.
    pub fn is_open_elsewhere(address: &Address) -> bool {
        match &address.place {
            address::Place::Sqlite(path) => sqlite::is_open_elsewhere(path),
            address::Place::Postgres(_) => false,
        }
    }

    /// As [`Store::connect`], without asking whether a server is there: who asks for something
    /// later finds out.
    ///
    /// # Errors
    /// As [`Store::connect`], of what lies on this machine.
    pub async fn prepare(address: &Address) -> Result<Self> {
        match &address.place {
            address::Place::Sqlite(path) => sqlite::open(path).await,
            address::Place::Postgres(place) => postgres::prepare(address, place),
        }
    }

    /// What the database itself finds wrong with its data; nothing if it is sound. Reads all of it.
    pub(crate) async fn database_findings(&self) -> Result<Vec<String>> {
        match &self.readers {
            Pool::Sqlite(_) => sqlite::check(self).await,
            Pool::Postgres(_) => postgres::check(self).await,
        }
    }

    /// Closes all connections. SQLite folds its write-ahead log into the file.
    pub async fn close(&self) {
        self.watch.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }

    pub(crate) fn readers(&self) -> &Pool {
        &self.readers
    }

    pub(crate) fn writer(&self) -> &Pool {
        &self.writer
    }

    pub(crate) fn watch(&self) -> &Watch {
        &self.watch
    }

    pub(crate) fn bell(&self) -> &Bell {
        &self.bell
    }

    /// A transaction that sees one moment, however long it reads.
    pub(crate) async fn snapshot(&self) -> Result<Transaction> {
        let begin = match &self.readers {
            Pool::Sqlite(_) => "BEGIN",
            Pool::Postgres(_) => {
                "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; \
                 SET LOCAL statement_timeout = 0; \
                 SET LOCAL idle_in_transaction_session_timeout = 0"
            }
        };
        Transaction::begin(&self.readers, begin, self.bell.clone()).await
    }

    /// A transaction that has the store to itself, so that nothing it has read can change before it
    /// writes. Where it is about less, one of the others lets more go on beside it.
    pub(crate) async fn write(&self) -> Result<Transaction> {
        self.begin(Alone::WithAll).await
    }

    /// One that has some tenants to itself, and all that hangs on them.
    pub(crate) async fn write_of<'a>(
        &self,
        tenants: impl IntoIterator<Item = &'a TenantKey>,
    ) -> Result<Transaction> {
        self.begin(Alone::with_tenants(tenants)).await
    }

    /// One that has parts to itself on which nothing else depends, such as the ended sessions.
    pub(crate) async fn write_parts(
        &self,
        parts: impl IntoIterator<Item = String>,
    ) -> Result<Transaction> {
        self.begin(Alone::with_parts(parts)).await
    }

    /// One that has one such part to itself.
    pub(crate) async fn write_part(&self, part: &str) -> Result<Transaction> {
        self.write_parts([part.to_owned()]).await
    }

    /// One whose statements are each right by themselves, whatever goes on beside them: it adds
    /// rows, or changes one that its condition still finds, or claims.
    pub(crate) async fn write_rows(&self) -> Result<Transaction> {
        self.begin(Alone::WithRows).await
    }

    async fn begin(&self, alone: Alone) -> Result<Transaction> {
        let statement = match &self.writer {
            // SQLite has one writer at a time, whatever it writes.
            Pool::Sqlite(_) => "BEGIN IMMEDIATE".to_owned(),
            Pool::Postgres(_) => alone.statement(),
        };
        let statement = sql::AssertSqlSafe(statement);
        Transaction::begin(&self.writer, statement, self.bell.clone()).await
    }
}
