//! Opening a database of PostgreSQL: several at once, older and newer programs, and what is said
//! when it cannot be done.

use store::{Error, Schema, Store};
use throwaway_postgres::{Server, Settings};

use crate::fixture::{empty, entry, key, minute, seen, sku, with};
use crate::place::Place;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_start_at_once_migrate_once() {
    let place = Place::new();
    let starting = (0..8).map(|_| {
        let url = place.url.clone();
        tokio::spawn(async move {
            let store = Store::open(&url).await.unwrap();
            store.migrate().await.unwrap();
            store.schema().await.unwrap()
        })
    });
    let starting: Vec<_> = starting.collect();
    let mut newest = 0;
    for started in starting {
        let schema = started.await.unwrap();
        newest = schema.expected;
        assert_eq!(schema.found, schema.expected);
        assert!(schema.fits());
    }
    let done = "SELECT string_agg(version::text, ' ' ORDER BY version) FROM _sqlx_migrations";
    let done = place.server().sql(place.database(), done);
    let every: Vec<_> = (6..=newest).map(|version| version.to_string()).collect();
    assert_eq!(done, every.join(" "));
}

#[tokio::test]
async fn an_older_program_runs_on_a_newer_schema_as_long_as_that_lets_it() {
    let fresh = empty().await;
    let Schema {
        expected, oldest, ..
    } = fresh.schema().await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations \
                 (version, description, success, checksum, execution_time) \
                 VALUES (999, 'from the future', TRUE, '', 0)";
    fresh.place.sql(newer).await;
    fresh.migrate().await.unwrap();
    let schema = Schema {
        found: 999,
        expected,
        oldest,
    };
    assert_eq!(fresh.schema().await.unwrap(), schema);
    assert!(schema.fits());

    fresh.place.sql("UPDATE contract SET oldest = 999").await;
    let error = fresh.migrate().await.unwrap_err();
    assert!(
        matches!(error, Error::SchemaTooNew { found: 999, .. }),
        "{error:?}"
    );
    assert!(!fresh.schema().await.unwrap().fits());
}

#[tokio::test]
async fn what_cannot_be_opened_is_said_with_the_way_out() {
    let place = Place::new();
    let cases = [
        (
            place.server().url("nobody", place.database()),
            "the role's name",
        ),
        (
            place.server().url("postgres", "missing"),
            "make the database first",
        ),
        (
            "postgres://anna@127.0.0.1:1/licences".to_owned(),
            "PostgreSQL at 127.0.0.1:1",
        ),
    ];
    for (url, way_out) in cases {
        let error = Store::open(&url).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{url}: {error:?}");
        assert!(error.to_string().contains(way_out), "{error}");
    }
    let store = Store::open(&place.url).await.unwrap();
    let error = store.tenants().await.unwrap_err();
    assert!(error.to_string().contains("licensetool migrate"), "{error}");
}

#[tokio::test]
async fn what_is_wrong_with_the_data_is_said() {
    let fresh = with(&["a"]).await;
    let looks = [seen(minute(0), &[sku("A3", 9, 5)])];
    fresh.record_all(&key("a"), &looks).await.unwrap();
    assert_eq!(fresh.check(&[], minute(1)).await.unwrap(), []);
    fresh
        .place
        .sql("SET session_replication_role = replica; DELETE FROM tenant")
        .await;
    let wrong = fresh.check(&[], minute(1)).await.unwrap();
    let expected = "1 rows of latest refer to nothing in tenant";
    assert!(wrong.iter().any(|it| it.found == expected), "{wrong:?}");
}

#[tokio::test]
async fn a_server_that_comes_back_is_used_again_with_all_that_was_committed() {
    let server = Server::start(&Settings {
        durable: true,
        ..Settings::default()
    });
    let store = Store::open(&server.database()).await.unwrap();
    store.migrate().await.unwrap();
    store.sync_tenants(&[entry("a")], minute(0)).await.unwrap();
    let before = store.revision().await.unwrap();
    server.stop();
    for _ in 0..3 {
        let away = store.tenants().await.unwrap_err();
        assert!(matches!(away, Error::Unavailable(_)), "{away:?}");
        let away = store.revision().await.unwrap_err();
        assert!(matches!(away, Error::Unavailable(_)), "{away:?}");
        let away = store.add_tenant(&entry("b"), minute(0)).await.unwrap_err();
        assert!(matches!(away, Error::Unavailable(_)), "{away:?}");
    }
    server.resume();
    assert_eq!(store.tenants().await.unwrap().len(), 1);
    store.add_tenant(&entry("b"), minute(0)).await.unwrap();
    assert_ne!(store.revision().await.unwrap(), before);
}
