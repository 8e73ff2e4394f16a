//! All that is PostgreSQL's own.

use std::fs;
use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};

use super::Store;
use super::address::{Address, Server};
use crate::revision::Watch;
use crate::sql::Pool;
use crate::wakes::Bell;
use crate::{Error, Result, sql};

/// A connection that is not used goes after so long, so that a quiet service holds few.
const IDLE: Duration = Duration::from_secs(120);

/// Bounds that the server itself holds: of a statement, of waiting for a lock, and of a transaction
/// whose worker has stopped in the middle. In milliseconds.
const BOUNDS: [(&str, &str); 5] = [
    ("statement_timeout", "30000"),
    ("lock_timeout", "10000"),
    // Less than others wait for its locks: a worker that has stopped lets nobody fail.
    ("idle_in_transaction_session_timeout", "8000"),
    // How soon it notices that nobody waits for an answer any more.
    ("client_connection_check_interval", "2000"),
    // A transaction must see what was committed while it waited for its lock.
    ("default_transaction_isolation", "read committed"),
];

pub(super) async fn open(address: &Address, server: &Server) -> Result<Store> {
    reached(pool(options(address, server)?, address), server).await
}

pub(super) async fn open_to_read(address: &Address, server: &Server) -> Result<Store> {
    let options = options(address, server)?.options([("default_transaction_read_only", "on")]);
    reached(pool(options, address), server).await
}

async fn reached(pool: PgPool, server: &Server) -> Result<Store> {
    let connection = pool.acquire().await;
    drop(connection.map_err(|error| named(error, server))?);
    Ok(store_of(pool))
}

/// Connects only when somebody asks for something.
pub(super) fn prepare(address: &Address, server: &Server) -> Result<Store> {
    let options = options(address, server)?;
    Ok(store_of(pool(options, address)))
}

fn options(address: &Address, server: &Server) -> Result<PgConnectOptions> {
    let mut options = PgConnectOptions::new_without_pgpass()
        .host(&server.host)
        .port(server.port)
        .username(&server.user)
        .database(&server.database)
        // Not the one of the environment: a secret comes from where the operator has put it.
        .password(address.password.as_ref().map_or("", |it| it.reveal()))
        .application_name(&address.application)
        .options(BOUNDS)
        .ssl_mode(match address.is_verified() {
            true => PgSslMode::VerifyFull,
            false => PgSslMode::Disable,
        });
    if let Some(file) = &address.ca_file {
        options = options.ssl_root_cert_from_pem(certificates(file)?);
    }
    Ok(options)
}

fn pool(options: PgConnectOptions, address: &Address) -> PgPool {
    PgPoolOptions::new()
        .max_connections(address.connections)
        .acquire_timeout(sql::ACQUIRE)
        .idle_timeout(IDLE)
        .connect_lazy_with(options)
}

fn store_of(pool: PgPool) -> Store {
    let pool = Pool::Postgres(pool);
    Store {
        readers: pool.clone(),
        writer: pool.clone(),
        watch: Watch::of_server(pool),
        bell: Bell::new(),
    }
}

/// Who vouches for the server, as PEM.
fn certificates(file: &Path) -> Result<Vec<u8>> {
    let odd = |why: String| Error::Unavailable(format!("{}: {why}", file.display()));
    let text = fs::read(file).map_err(|error| odd(error.to_string()))?;
    match String::from_utf8_lossy(&text).contains("BEGIN CERTIFICATE") {
        true => Ok(text),
        false => Err(odd(
            "no certificate stands there; it must be a file of PEM".to_owned()
        )),
    }
}

/// Says of which server it is.
fn named(error: sqlx::Error, server: &Server) -> Error {
    match Error::from(error) {
        Error::Unavailable(why) => {
            let Server { host, port, .. } = server;
            Error::Unavailable(format!("PostgreSQL at {host}:{port}: {why}"))
        }
        other => other,
    }
}

/// References that lead nowhere, as a restore without its checks may leave them.
pub(super) async fn check(store: &Store) -> Result<Vec<String>> {
    let references: Vec<(String, String, String, String)> = sql::query_as(
        "SELECT child.relname::TEXT, c.attname::TEXT, parent.relname::TEXT, p.attname::TEXT \
         FROM pg_constraint k JOIN pg_class child ON child.oid = k.conrelid \
         JOIN pg_class parent ON parent.oid = k.confrelid \
         JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = k.conkey[1] \
         JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = k.confkey[1] \
         WHERE k.contype = 'f' AND child.relnamespace = current_schema()::REGNAMESPACE \
         ORDER BY 1, 2",
    )
    .fetch_all(store.readers())
    .await?;
    let mut wrong = Vec::new();
    for (child, column, parent, key) in references {
        // The names come from the schema, and are those of our migrations.
        let sql = format!(
            "SELECT COUNT(*) FROM {child} WHERE {column} IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM {parent} WHERE {parent}.{key} = {child}.{column})"
        );
        let rows: i64 = sql::query_scalar(sql::AssertSqlSafe(sql))
            .fetch_one(store.readers())
            .await?;
        if rows > 0 {
            wrong.push(format!(
                "{rows} rows of {child} refer to nothing in {parent}"
            ));
        }
    }
    Ok(wrong)
}
