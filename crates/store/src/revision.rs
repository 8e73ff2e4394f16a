//! Tells cheaply that nothing has changed, so that readers may keep what they made of the content.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::sql::Pool;
use crate::{Result, Store, sql};

/// Stands for the store's content at a moment. Equal revisions of one [`Store`] mean equal
/// content, whichever process writes; different ones mean that something was committed, on
/// PostgreSQL perhaps in another database of the same server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision(Seen);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    File {
        connection: u64,
        version: i64,
    },
    /// Made of the snapshot of the moment: which transactions were over.
    Server(Uuid),
}

#[derive(Clone, Debug)]
pub(crate) struct Watch {
    asked: Asked,
    line: Arc<Line>,
}

#[derive(Clone, Debug)]
enum Asked {
    /// The one connection that is asked. It never writes: SQLite's `data_version` tells a
    /// connection of the commits of all others.
    File {
        pool: SqlitePool,
        /// How often it was opened: versions of different connections cannot be compared.
        opened: Arc<AtomicU64>,
    },
    Server(Pool),
}

/// Those who ask at once share one question: whoever is first asks for all who have come so far.
#[derive(Debug, Default)]
struct Line {
    /// How many have come.
    came: AtomicU64,
    /// The newest answer, and up to which comer it holds: it was asked for after that one came.
    served: Mutex<Option<(u64, Revision)>>,
}

impl Watch {
    pub(crate) fn of_file(options: SqliteConnectOptions) -> Self {
        let opened = Arc::new(AtomicU64::new(0));
        let counted = opened.clone();
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .after_connect(move |_, _| {
                counted.fetch_add(1, Ordering::Relaxed);
                Box::pin(async { Ok(()) })
            })
            .connect_lazy_with(options);
        Self {
            asked: Asked::File { pool, opened },
            line: Arc::default(),
        }
    }

    pub(crate) fn of_server(pool: Pool) -> Self {
        Self {
            asked: Asked::Server(pool),
            line: Arc::default(),
        }
    }

    async fn revision(&self) -> Result<Revision> {
        let mine = self.line.came.fetch_add(1, Ordering::SeqCst) + 1;
        let mut served = self.line.served.lock().await;
        if let Some((up_to, revision)) = *served
            && up_to >= mine
        {
            return Ok(revision);
        }
        let up_to = self.line.came.load(Ordering::SeqCst);
        let revision = self.ask().await?;
        *served = Some((up_to, revision));
        Ok(revision)
    }

    async fn ask(&self) -> Result<Revision> {
        Ok(Revision(match &self.asked {
            Asked::File { pool, opened } => {
                let mut asked = pool.acquire().await?;
                // Read while the only connection is held, so it is this connection's number.
                let connection = opened.load(Ordering::Relaxed);
                let version = sqlx::query_scalar("PRAGMA data_version")
                    .fetch_one(&mut *asked)
                    .await?;
                Seen::File {
                    connection,
                    version,
                }
            }
            Asked::Server(pool) => {
                // Every commit ends a transaction that this names as not over, or as not begun.
                let snapshot: String = sql::query_scalar("SELECT pg_current_snapshot()::TEXT")
                    .fetch_one(pool)
                    .await?;
                Seen::Server(Uuid::new_v5(&Uuid::NAMESPACE_OID, snapshot.as_bytes()))
            }
        }))
    }

    pub(crate) async fn close(&self) {
        match &self.asked {
            Asked::File { pool, .. } => pool.close().await,
            Asked::Server(pool) => pool.close().await,
        }
    }
}

impl Store {
    /// The revision of this moment, for much less than reading costs.
    ///
    /// Ask before reading: then what was read is at least as new as the revision it is kept by.
    pub async fn revision(&self) -> Result<Revision> {
        self.watch().revision().await
    }
}
