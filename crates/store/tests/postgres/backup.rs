//! A backup by PostgreSQL's own programs, brought back elsewhere: all is there, and work goes on.

use domain::SkuId;
use store::Store;
use throwaway_postgres::{answer, shared};

use crate::fixture::{Fresh, by, empty, judge, key, look, minute, the_alert, with};
use crate::variety::fill;

/// As docs/store.md says.
async fn restored(fresh: &Fresh) -> Store {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("licensetool.dump");
    let mut pg_dump = shared().client("pg_dump");
    pg_dump
        .args(["--format=custom", "--no-owner", "--file"])
        .arg(&dump);
    answer(pg_dump.arg(fresh.place.database()));
    let elsewhere = shared().database();
    let name = elsewhere.rsplit('/').next().unwrap();
    let mut pg_restore = shared().client("pg_restore");
    pg_restore.args(["--exit-on-error", "--no-owner", "--dbname", name]);
    answer(pg_restore.arg(&dump));
    Store::open(&elsewhere).await.unwrap()
}

#[tokio::test]
async fn a_restored_dump_is_sound_and_holds_every_row() {
    let fresh = empty().await;
    fill(&fresh).await;
    let again = restored(&fresh).await;
    assert_eq!(again.check(&["mail"], minute(60)).await.unwrap(), []);
    let checksums = fresh.checksums().await.unwrap();
    assert_eq!(again.checksums().await.unwrap(), checksums);
    assert_eq!(again.schema().await.unwrap(), fresh.schema().await.unwrap());
}

#[tokio::test]
async fn a_counter_that_was_not_brought_back_is_noticed() {
    let fresh = empty().await;
    fill(&fresh).await;
    let back = "SELECT setval(pg_get_serial_sequence('alert', 'id'), 1)";
    fresh.place.sql(back).await;
    let found = fresh.check(&["mail"], minute(60)).await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].kind, "counter-behind");
    assert!(found[0].found.ends_with(" in alert"), "{found:?}");
    let advice = found[0].advice.split_once(": SELECT").unwrap().1;
    fresh.place.sql(&format!("SELECT{advice}")).await;
    assert_eq!(fresh.check(&["mail"], minute(60)).await.unwrap(), []);
}

#[tokio::test]
async fn what_was_dumped_can_be_restored_and_goes_on() {
    let fresh = with(&["a"]).await;
    look(&fresh, "a", 0, minute(0)).await;
    judge(&fresh, Some(0), &["mail"], minute(0)).await;
    let added = fresh
        .add_manual_license("Zoom", 3, by("anna"), minute(0))
        .await;
    let added = added.unwrap();

    let again = restored(&fresh).await;
    again.migrate().await.unwrap();
    assert!(again.schema().await.unwrap().fits());
    assert_eq!(again.states().await.unwrap(), fresh.states().await.unwrap());
    assert_eq!(the_alert(&again, "a").await, the_alert(&fresh, "a").await);
    let a3 = SkuId::from_part_number("A3");
    let history = async |store: &Store| {
        let history = store.history(&key("a"), a3, minute(-1), minute(9)).await;
        history.unwrap()
    };
    assert_eq!(history(&again).await, history(&fresh).await);
    assert_eq!(again.check(&["mail"], minute(1)).await.unwrap(), []);

    let next = again
        .add_manual_license("Teams", 1, by("anna"), minute(1))
        .await;
    assert!(next.unwrap().id > added.id, "numbers go on where they were");
    look(&again, "a", 9, minute(2)).await;
    judge(&again, None, &["mail"], minute(2)).await;
}
