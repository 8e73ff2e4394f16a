//! One connection of a process that hears on PostgreSQL what other processes say.

use std::time::Duration;

use sqlx::Executor as _;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::time::{Instant, sleep, timeout};

use super::Store;
use crate::sql::Pool;
use crate::wakes::{Bell, CHANNEL, Told};

/// Between two tries to connect: at first, and at most.
const SOONEST: Duration = Duration::from_millis(100);
const LATEST: Duration = Duration::from_secs(5);

/// When nothing was heard for so long, the server is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(15);

/// How long it may take to answer that, or to let somebody in.
const PATIENCE: Duration = Duration::from_secs(10);

impl Store {
    /// Hears what other processes say, for all [`wakes`](Store::wakes) of this store, until it is
    /// dropped. It holds one connection beside those of the [`Address`](crate::Address), makes
    /// another one when that is lost, and then wakes everybody, because nobody knows what was said
    /// meanwhile. A file of SQLite has nobody to listen to.
    pub async fn listen(&self) {
        match self.writer() {
            Pool::Sqlite(_) => std::future::pending().await,
            Pool::Postgres(pool) => {
                let _deaf = DeafInTheEnd(self.bell());
                listen(pool, self.bell()).await;
            }
        }
    }
}

/// Notes that nobody listens any more.
struct DeafInTheEnd<'a>(&'a Bell);

impl Drop for DeafInTheEnd<'_> {
    fn drop(&mut self) {
        self.0.set_listens(false);
    }
}

async fn listen(pool: &PgPool, bell: &Bell) {
    let mut wait = SOONEST;
    loop {
        let began = Instant::now();
        if let Ok(Ok(listener)) = timeout(PATIENCE, connected(pool)).await {
            bell.set_listens(true);
            bell.ring(Told::all());
            hear(listener, bell).await;
            bell.set_listens(false);
        }
        // A server that lets somebody in and throws them out again is not asked all the time.
        wait = match began.elapsed() > LATEST {
            true => SOONEST,
            false => LATEST.min(2 * wait),
        };
        sleep(wait).await;
    }
}

/// A connection that listens already.
async fn connected(pool: &PgPool) -> sqlx::Result<PgListener> {
    let options = pool.connect_options();
    let name = options.get_application_name().unwrap_or_default();
    let named = PgConnectOptions::clone(&options).application_name(&format!("{name}, listening"));
    // Of its own: none that others wait for, and none that goes because nobody uses it.
    let only = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(named);
    let mut listener = PgListener::connect_with(&only).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Rings for all that is said, until the connection is lost.
async fn hear(mut listener: PgListener, bell: &Bell) {
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(said))) => bell.ring(Told::heard(said.payload())),
            Ok(_) => return,
            // A wire that was cut says nothing by itself.
            Err(_) => {
                if !answers(&mut listener).await {
                    return;
                }
            }
        }
    }
}

async fn answers(listener: &mut PgListener) -> bool {
    let answer = timeout(PATIENCE, listener.execute("SELECT 1")).await;
    matches!(answer, Ok(Ok(_)))
}
