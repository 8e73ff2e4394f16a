//! A PostgreSQL for a while, as safe against a crash as a real one, that counts what it is asked.

use throwaway_postgres::{Server, Settings};

pub(crate) fn start() -> Server {
    let more = [
        ("shared_preload_libraries", "pg_stat_statements"),
        ("max_connections", "200"),
    ];
    Server::start(&Settings {
        durable: true,
        more: more.map(|(name, value)| (name.into(), value.into())).into(),
        ..Settings::default()
    })
}

/// A new, empty database; its address.
pub(crate) fn database(server: &Server) -> String {
    let url = server.database();
    let name = url.rsplit('/').next().unwrap();
    server.sql(name, "CREATE EXTENSION pg_stat_statements");
    url
}
