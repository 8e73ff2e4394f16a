//! The server comes, is as it was asked for, and goes without a trace.

use std::net::TcpStream;

use throwaway_postgres::{Server, Settings, shared};

#[test]
fn each_database_is_empty_and_its_own() {
    let (one, two) = (shared().database(), shared().database());
    assert_ne!(one, two);
    let name = |url: &str| url.rsplit('/').next().map(str::to_owned);
    let (one, two) = (
        name(&one).unwrap_or_default(),
        name(&two).unwrap_or_default(),
    );
    shared().sql(&one, "CREATE TABLE a (b BIGINT); INSERT INTO a VALUES (7)");
    assert_eq!(shared().sql(&one, "SELECT b FROM a"), "7");
    assert_eq!(shared().sql(&two, "SELECT to_regclass('a') IS NULL"), "t");
    let words = "SELECT string_agg(w, '' ORDER BY w) FROM (VALUES ('B'), ('a'), ('C')) t (w)";
    assert_eq!(
        shared().sql(&one, words),
        "aBC",
        "words are ordered as people do"
    );
}

#[test]
fn what_was_committed_is_there_after_a_crash_if_it_is_to_be_durable() {
    let more = vec![("work_mem".to_owned(), "7MB".to_owned())];
    let server = Server::start(&Settings {
        durable: true,
        more,
        ..Settings::default()
    });
    server.sql(
        "postgres",
        "CREATE TABLE a (b BIGINT); INSERT INTO a VALUES (7)",
    );
    server.stop();
    assert!(TcpStream::connect(("127.0.0.1", server.port())).is_err());
    server.resume();
    assert_eq!(server.sql("postgres", "SELECT b FROM a"), "7");
    assert_eq!(server.sql("postgres", "SHOW work_mem"), "7MB");
}

#[test]
fn nothing_is_left_of_a_server_that_nobody_holds_any_more() {
    let server = Server::start(&Settings::default());
    let (folder, port) = (server.folder().to_owned(), server.port());
    assert!(folder.join("data").is_dir());
    drop(server);
    assert!(!folder.exists());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}
