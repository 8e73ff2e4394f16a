//! All that is SQLite's own.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::Store;
use crate::revision::Watch;
use crate::sql::Pool;
use crate::wakes::Bell;
use crate::{Result, sql};

/// How long a writer waits for another process's write before it gives up.
const BUSY: Duration = Duration::from_secs(5);

/// Readers never wait for the writer; more of them than this only cost memory.
const READERS: u32 = 4;

/// Of pages of the file that a connection may keep, in KiB: as many as a list over a thousand
/// tenants goes through. What is not read takes no room.
const CACHE: &str = "-8000";

pub(super) async fn open(path: &Path) -> Result<Store> {
    make_private(path);
    let options = options(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal);
    open_with(options).await
}

/// Two small files of SQLite's may stay beside the file: whoever reads may not fold them in.
pub(super) async fn open_to_read(path: &Path) -> Result<Store> {
    open_with(options(path).read_only(true)).await
}

/// Makes the file for its owner alone if there is none: names and addresses stand in its audit.
/// What SQLite lays beside it is as private. A file that is there keeps its mode.
#[cfg(unix)]
fn make_private(path: &Path) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let made = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    // Why it cannot be made, SQLite says in its own words.
    drop(made);
}

/// The folder's own rights hold for its files.
#[cfg(not(unix))]
fn make_private(_: &Path) {}

/// Whether another process has the file open: each one that has holds a lock that all share, from
/// its first statement to its end. Only asks. Must not be asked while this process has the file
/// open, too: to close it once more would end the locks of that.
#[cfg(unix)]
pub(super) fn is_open_elsewhere(path: &Path) -> bool {
    use rustix::process::{Flock, FlockOffsetType, FlockType, fcntl_getlk};
    let Ok(file) = std::fs::File::open(path) else {
        return false;
    };
    // The bytes of SQLite's shared lock: https://sqlite.org/src/file/src/os.h
    let wanted = Flock {
        start: 0x4000_0002,
        length: 510,
        offset_type: FlockOffsetType::Set,
        typ: FlockType::WriteLock,
        pid: None,
    };
    fcntl_getlk(&file, &wanted).is_ok_and(|held| held.is_some())
}

/// It cannot be asked here.
#[cfg(not(unix))]
pub(super) fn is_open_elsewhere(_: &Path) -> bool {
    false
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY)
        .pragma("cache_size", CACHE)
        .foreign_keys(true)
}

async fn open_with(options: SqliteConnectOptions) -> Result<Store> {
    // The writer comes first: it makes the file and sets its mode. It is one connection: SQLite
    // has one writer at a time, so waiting in line is done here, fairly.
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options.clone())
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .connect_with(options.clone())
        .await?;
    Ok(Store {
        readers: Pool::Sqlite(readers),
        writer: Pool::Sqlite(writer),
        watch: Watch::of_file(options),
        bell: Bell::new(),
    })
}

pub(super) async fn check(store: &Store) -> Result<Vec<String>> {
    let mut wrong: Vec<String> = sql::query_scalar("PRAGMA integrity_check")
        .fetch_all(store.readers())
        .await?;
    wrong.retain(|finding| finding != "ok");
    let dangling: Vec<(String, Option<i64>, String)> =
        sql::query_as("SELECT \"table\", rowid, \"parent\" FROM pragma_foreign_key_check()")
            .fetch_all(store.readers())
            .await?;
    let say = |(table, row, parent): (String, Option<i64>, String)| match row {
        Some(row) => format!("row {row} of {table} refers to nothing in {parent}"),
        None => format!("a row of {table} refers to nothing in {parent}"),
    };
    wrong.extend(dangling.into_iter().map(say));
    Ok(wrong)
}
