//! A backup of the file while the store is open, as docs/store.md says.

use store::Store;

use crate::fixture::{by, empty, minute};
use crate::variety::fill;

#[tokio::test]
async fn a_file_that_is_copied_while_it_is_open_is_sound_and_holds_every_row() {
    let fresh = empty().await;
    fill(&fresh).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.db");
    let copy = format!("VACUUM INTO '{}'", file.display());
    fresh.place.sql(&copy).await;

    let again = Store::open(&format!("sqlite:{}", file.display())).await;
    let again = again.unwrap();
    assert_eq!(again.check(&["mail"], minute(60)).await.unwrap(), []);
    let checksums = fresh.checksums().await.unwrap();
    assert_eq!(again.checksums().await.unwrap(), checksums);
    let added = again.add_manual_license("Teams", 1, by("anna"), minute(61));
    assert_eq!(added.await.unwrap().id, 4, "numbers go on where they were");
}
