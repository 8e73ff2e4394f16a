//! A backup by PostgreSQL's own programs, brought back elsewhere: all is there, and work goes on.

use domain::SkuId;
use store::Store;
use throwaway_postgres::{answer, shared};

use crate::fixture::{by, judge, key, look, minute, the_alert, with};

#[tokio::test]
async fn what_was_dumped_can_be_restored_and_goes_on() {
    let fresh = with(&["a"]).await;
    look(&fresh, "a", 0, minute(0)).await;
    judge(&fresh, Some(0), &["mail"], minute(0)).await;
    let added = fresh
        .add_manual_license("Zoom", 3, by("anna"), minute(0))
        .await;
    let added = added.unwrap();

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

    let again = Store::open(&elsewhere).await.unwrap();
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
    assert_eq!(again.check().await.unwrap(), Vec::<String>::new());

    let next = again
        .add_manual_license("Teams", 1, by("anna"), minute(1))
        .await;
    assert!(next.unwrap().id > added.id, "numbers go on where they were");
    look(&again, "a", 9, minute(2)).await;
    judge(&again, None, &["mail"], minute(2)).await;
}
