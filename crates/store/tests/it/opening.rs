//! Opening: what is accepted, what is refused, and with which words.

use domain::{Reason, SkuId, Why};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use store::{Error, Inconsistency, Schema, Store};

use crate::fixture::{empty, entry, judge, key, look, minute, seen, sku, with};

#[tokio::test]
async fn addresses_that_cannot_be_used_are_refused_with_the_way_out() {
    let cases = [
        ("store.db", "write sqlite:"),
        ("sqlite:", "write sqlite:"),
        ("sqlite::memory:", "write sqlite:"),
        (
            "postgres://localhost/licensetool",
            "postgres://USER@HOST:PORT/DATABASE",
        ),
        ("mysql://localhost", "write sqlite:"),
    ];
    for (url, way_out) in cases {
        let error = Store::open(url).await.unwrap_err();
        assert!(
            matches!(error, Error::Unsupported { .. }),
            "{url}: {error:?}"
        );
        let text = error.to_string();
        assert!(text.contains(url) && text.contains(way_out), "{text}");
    }
}

#[tokio::test]
async fn a_folder_that_is_missing_is_unavailable_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing/store.db");
    let error = Store::open(&format!("sqlite:{}", path.display()))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    let text = error.to_string();
    assert!(
        text.ends_with("the folder must be there, and this user must be allowed to write to it"),
        "{text}"
    );
    assert!(!path.parent().unwrap().exists());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let text = "this is somebody's letter, not a database".repeat(50);
    std::fs::write(&path, &text).unwrap();
    let opened = Store::open(&format!("sqlite:{}", path.display())).await;
    let error = match opened {
        Ok(store) => store.migrate().await.unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the store cannot be reached: file is not a database; put a backup in the file's place, \
         or move the file away to begin anew"
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrating_again_and_at_once_is_one_migration() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let (one, two) = (
        Store::open(&url).await.unwrap(),
        Store::open(&url).await.unwrap(),
    );
    let expected = one.schema().await.unwrap().expected;
    assert!(expected > 0);
    assert_eq!(
        one.schema().await.unwrap(),
        Schema {
            found: 0,
            expected,
            oldest: 0
        }
    );
    let (first, second) = tokio::join!(
        tokio::spawn({
            let one = one.clone();
            async move { one.migrate().await }
        }),
        tokio::spawn(async move { two.migrate().await }),
    );
    first.unwrap().unwrap();
    second.unwrap().unwrap();
    one.migrate().await.unwrap();
    assert_eq!(
        one.schema().await.unwrap(),
        Schema {
            found: expected,
            expected,
            oldest: 6,
        }
    );
}

#[tokio::test]
async fn a_newer_programs_store_is_not_touched() {
    let fresh = empty().await;
    let newer = "INSERT INTO _sqlx_migrations \
                 (version, description, success, checksum, execution_time) \
                 VALUES (999, 'from the future', TRUE, x'00', 0); \
                 UPDATE contract SET oldest = 999";
    fresh.place.sql(newer).await;
    let error = fresh.migrate().await.unwrap_err();
    assert!(
        matches!(error, Error::SchemaTooNew { found: 999, .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("run a newer program"));

    // Unless it says that this program may stay.
    let expected = fresh.schema().await.unwrap().expected;
    let sql = format!("UPDATE contract SET oldest = {expected}");
    fresh.place.sql(&sql).await;
    fresh.migrate().await.unwrap();
    assert!(fresh.schema().await.unwrap().fits());
}

/// An alert's history as version 2 kept it.
const OLD_HISTORY: &str = "
    INSERT INTO tenant (key, name, tenant_id, due_at) VALUES ('a', 'A', 'id', 0);
    INSERT INTO channel (name, sync_at) VALUES ('sharepoint-company', 0);
    INSERT INTO alert (id, tenant, kind, subject, state, opened_at, changed_at, stage, told,
        severity, facts, as_of, version)
      VALUES (1, 'a', 'certificate', 'x', 'open', 0, 0, 1, 0, 'notice',
        '{\"certificate\":{\"ends\":0}}', 0, 1);
    INSERT INTO alert_change (alert, at, what, who, why) VALUES
      (1, 0, 'opened', 'licensetool', 'the numbers say so'),
      (1, 1, 'eased', 'licensetool', 'another alert says it already'),
      (1, 2, 'acknowledged', 'sharepoint-company', 'technician_informed is set in SharePoint'),
      (1, 3, 'reopened', 'anna', 'the numbers say so'),
      (1, 4, 'acknowledged', 'anna', 'technician_informed is set in SharePoint'),
      (1, 5, 'resolved', 'licensetool', 'the concern is gone, or excluded from alerts'),
      (1, 6, 'resolved', 'licensetool', 'the tenant''s profile was removed');";

#[tokio::test]
async fn sentences_of_the_program_become_words_and_those_of_people_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let migration = |version, name: &'static str, sql| {
        let sql = sqlx::SqlStr::from_static(sql);
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    };
    let second = vec![
        migration(
            1,
            "first",
            include_str!("../../migrations/sqlite/0001_first.sql"),
        ),
        migration(
            2,
            "alerts",
            include_str!("../../migrations/sqlite/0002_alerts.sql"),
        ),
    ];
    Migrator::with_migrations(second).run(&pool).await.unwrap();
    sqlx::raw_sql(OLD_HISTORY).execute(&pool).await.unwrap();
    pool.close().await;

    let store = Store::open(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    store.migrate().await.unwrap();
    let changes = store.alert_changes(1).await.unwrap();
    let whys: Vec<Why> = changes.into_iter().map(|change| change.why).collect();
    let expected: [Why; 7] = [
        Reason::Numbers.into(),
        Reason::Covered.into(),
        Reason::TechnicianInformed.into(),
        "the numbers say so".into(),
        "technician_informed is set in SharePoint".into(),
        Reason::Gone.into(),
        Reason::ProfileRemoved.into(),
    ];
    assert_eq!(whys, expected);
}

#[tokio::test]
async fn names_of_alerts_from_before_are_found_after_the_migration() {
    let fresh = with(&["a"]).await;
    look(&fresh, "a", 0, minute(0)).await;
    judge(&fresh, Some(0), &[], minute(1)).await;
    let known = [(SkuId::from_part_number("A3"), "A3".to_owned())];
    assert_eq!(fresh.products().await.unwrap(), known);
    let other = "DELETE FROM product; INSERT INTO product (sku_id, part_number) \
                 SELECT sku_id, 'A3_BEFORE' FROM series";
    fresh.place.sql(other).await;
    assert_ne!(fresh.products().await.unwrap(), known);
    let migration = match fresh.place.url.starts_with("sqlite:") {
        true => include_str!("../../migrations/sqlite/0007_products.sql"),
        false => include_str!("../../migrations/postgres/0007_products.sql"),
    };
    fresh.place.sql(migration).await;
    assert_eq!(fresh.products().await.unwrap(), known);
}

#[tokio::test]
async fn all_is_there_after_closing_and_opening_again() {
    let fresh = with(&["a"]).await;
    let looks = [seen(minute(0), &[sku("A3", 9, 5)])];
    fresh.record_all(&key("a"), &looks).await.unwrap();
    let before = fresh.states().await.unwrap();
    fresh.close().await;

    let again = Store::open(&fresh.place.url).await.unwrap();
    again.migrate().await.unwrap();
    assert_eq!(again.states().await.unwrap(), before);
    again.sync_tenants(&[entry("a")], minute(9)).await.unwrap();
    assert_eq!(
        again.states().await.unwrap(),
        before,
        "an unchanged list writes nothing"
    );
}

#[tokio::test]
async fn what_is_wrong_with_the_data_is_said() {
    let fresh = with(&["a"]).await;
    fresh
        .record_all(&key("a"), &[seen(minute(0), &[sku("A3", 9, 5)])])
        .await
        .unwrap();
    assert_eq!(fresh.check(&[], minute(1)).await.unwrap(), []);

    fresh.place.sql("DELETE FROM tenant").await;
    let wrong = fresh.check(&[], minute(1)).await.unwrap();
    let is_said = |it: &Inconsistency| it.kind == "broken" && it.found.contains("latest");
    assert!(wrong.iter().any(is_said), "{wrong:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_its_owners_alone_and_one_that_is_there_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let url = format!("sqlite:{}", path.display());
    let modes = || {
        let files = std::fs::read_dir(folder.path()).unwrap();
        let mode = |file: std::fs::DirEntry| file.metadata().unwrap().permissions().mode() & 0o777;
        let modes = files.map(|file| mode(file.unwrap()));
        modes.collect::<Vec<_>>()
    };
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    assert_eq!(modes(), [0o600; 3], "and so are -wal and -shm");
    store.close().await;

    let wider = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(&path, wider).unwrap();
    let store = Store::open(&url).await.unwrap();
    store.sync_tenants(&[entry("a")], minute(0)).await.unwrap();
    assert_eq!(modes(), [0o640; 3], "somebody wanted it so");
}

#[tokio::test]
async fn what_was_never_a_store_is_not_called_sound_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    std::fs::write(&path, "").unwrap();
    let address = store::Address::parse(&format!("sqlite:{}", path.display())).unwrap();
    let store = Store::connect_to_read(&address).await.unwrap();
    let found = store.check(&[], minute(0)).await.unwrap();
    let kinds: Vec<_> = found.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, ["empty"]);
    store.close().await;
    assert_eq!(std::fs::read(&path).unwrap(), b"");
}
