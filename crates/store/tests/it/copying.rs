//! From one store to another of the same kind. Between the two kinds: `tests/postgres/moving.rs`.

use store::{CopyPart, CopyProgress, Error, ROWS_AT_ONCE, Store};

use crate::fixture::{Fresh, by, empty, key, look, minute, with};
use crate::variety::fill;

async fn copied(from: &Store, to: &Store) -> Result<u64, Error> {
    let tables = from.copy_to(to, ROWS_AT_ONCE, &mut |_| {}).await?;
    for table in &tables {
        assert!(table.is_equal(), "{table:?}");
    }
    Ok(tables.iter().map(|table| table.before).sum())
}

async fn full() -> Fresh {
    let fresh = empty().await;
    fill(&fresh).await;
    fresh
}

#[tokio::test]
async fn everything_goes_over_and_goes_on_there() {
    let (source, target) = (full().await, empty().await);
    let before = source.checksums().await.unwrap();
    for (table, checksum) in &before {
        assert!(checksum.rows() > 0, "nothing in {table} is tried");
    }
    assert_eq!(copied(&source, &target).await.unwrap(), 0);
    assert_eq!(target.checksums().await.unwrap(), before);
    assert_eq!(source.checksums().await.unwrap(), before);
    assert_eq!(
        target.states().await.unwrap(),
        source.states().await.unwrap()
    );

    let schema = target.schema().await.unwrap();
    assert_eq!(schema, source.schema().await.unwrap());
    assert!(schema.fits() && !schema.is_being_filled());
    look(&target, "a", 1, minute(70)).await;
    let added = target.add_manual_license("Teams", 1, by("anna"), minute(70));
    assert!(added.await.unwrap().id > 3, "numbers go on");
}

#[tokio::test]
async fn a_number_that_was_given_is_not_given_again() {
    let (source, target) = (full().await, empty().await);
    source.place.sql("DELETE FROM manual_license").await;
    copied(&source, &target).await.unwrap();
    let added = target.add_manual_license("Teams", 1, by("anna"), minute(70));
    assert_eq!(added.await.unwrap().id, 4, "three were there once");
}

#[tokio::test]
async fn a_copy_that_is_complete_is_proved_again() {
    let (source, target) = (full().await, empty().await);
    copied(&source, &target).await.unwrap();
    let rows: u64 = source
        .checksums()
        .await
        .unwrap()
        .iter()
        .map(|(_, it)| it.rows())
        .sum();
    assert_eq!(copied(&source, &target).await.unwrap(), rows);
    assert!(target.schema().await.unwrap().fits());
}

#[tokio::test]
async fn a_target_that_holds_something_else_is_refused_and_left_alone() {
    let (source, target) = (full().await, with(&["x"]).await);
    let before = target.checksums().await.unwrap();
    let error = copied(&source, &target).await.unwrap_err();
    assert!(matches!(error, Error::Refused(_)), "{error:?}");
    let text = error.to_string();
    for words in ["not empty", "1 rows of tenant", "new and empty"] {
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(target.checksums().await.unwrap(), before);
    assert!(target.schema().await.unwrap().fits());
}

#[tokio::test]
async fn a_copy_that_broke_off_lets_no_service_in_and_goes_on() {
    let (source, target) = (full().await, empty().await);
    let rows = source.checksums().await.unwrap();
    let in_all: u64 = rows.iter().map(|(_, it)| it.rows()).sum();
    let (mut arrived, mut turn) = (0, 0_u32);
    while arrived < in_all {
        turn += 1;
        assert!(turn < 100, "it goes on: {arrived} of {in_all}");
        let (mut last, mut batches) = ("", 0);
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let mut stop = Some(stop);
        let mut told = |at: CopyProgress| {
            if at.part == CopyPart::Copying {
                batches += u32::from(at.table == last);
                last = at.table;
            }
            // Some batches more, then it is dropped, in the middle of what comes after.
            if batches > turn % 3
                && let Some(stop) = stop.take()
            {
                stop.send(()).unwrap();
            }
        };
        tokio::select! {
            biased;
            _ = stopped => {}
            done = source.copy_to(&target, 5, &mut told) => { done.unwrap(); }
        }
        let now: u64 = target
            .checksums()
            .await
            .unwrap()
            .iter()
            .map(|(_, it)| it.rows())
            .sum();
        assert!(now >= arrived, "what has arrived stays");
        arrived = now;
        let schema = target.schema().await.unwrap();
        assert!(arrived == in_all || (schema.is_being_filled() && !schema.fits()));
    }
    copied(&source, &target).await.unwrap();
    assert_eq!(target.checksums().await.unwrap(), rows);
    assert!(target.schema().await.unwrap().fits());
}

#[tokio::test]
async fn a_source_that_changes_meanwhile_is_noticed_and_the_target_stays_closed() {
    let (source, target) = (full().await, empty().await);
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut say = |at: CopyProgress| tell.send(at.part).unwrap();
    let copy = source.copy_to(&target, ROWS_AT_ONCE, &mut say);
    let writes = async {
        while told.recv().await != Some(CopyPart::Copying) {}
        look(&source, "a", 77, minute(70)).await;
    };
    let (ended, ()) = tokio::join!(copy, writes);
    let text = ended.unwrap_err().to_string();
    assert!(text.contains("has changed while it was copied"), "{text}");
    assert!(target.schema().await.unwrap().is_being_filled());

    let error = copied(&source, &target).await.unwrap_err().to_string();
    assert!(error.contains("the source has changed since"), "{error}");
}

#[tokio::test]
async fn a_schema_that_is_not_this_programs_is_refused() {
    let (source, target) = (full().await, empty().await);
    source
        .place
        .sql("DELETE FROM _sqlx_migrations WHERE version > 6")
        .await;
    let error = copied(&source, &target).await.unwrap_err().to_string();
    assert!(error.contains("the source is at version 6"), "{error}");
    assert!(error.contains("licensetool migrate"), "{error}");
    assert_eq!(target.tenants().await.unwrap(), []);
}

#[tokio::test]
async fn who_holds_a_claim_is_known() {
    let store = with(&["a"]).await;
    assert_eq!(store.claimed_until(minute(0)).await.unwrap(), None);
    let claims = crate::fixture::claim(&store, "w", minute(0), 1).await;
    let until = store.claimed_until(minute(1)).await.unwrap();
    assert_eq!(until, Some(minute(2)), "{claims:?}");
    assert_eq!(store.claimed_until(minute(2)).await.unwrap(), None);
    assert!(store.tenant(&key("a")).await.unwrap().is_some());
}
