//! From a file of SQLite to PostgreSQL and back: nothing is lost on the way, and the file is not
//! touched.

use std::path::Path;

use store::{Address, ROWS_AT_ONCE, Store};

use crate::fixture::{by, empty, look, minute};
use crate::variety::fill;

fn url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

async fn file_of(folder: &Path, name: &str) -> Store {
    let store = Store::open(&url(&folder.join(name))).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn copy(from: &Store, to: &Store) {
    let tables = from.copy_to(to, ROWS_AT_ONCE, &mut |_| {}).await.unwrap();
    let differs = tables.iter().find(|table| !table.is_equal());
    assert_eq!(differs, None);
}

#[tokio::test]
async fn there_and_back_everything_is_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = file_of(folder.path(), "first.db").await;
    fill(&file).await;
    let before = file.checksums().await.unwrap();
    file.close().await;
    let bytes = std::fs::read(folder.path().join("first.db")).unwrap();

    let address = Address::parse(&url(&folder.path().join("first.db"))).unwrap();
    let source = Store::connect_to_read(&address).await.unwrap();
    let server = empty().await;
    copy(&source, &server).await;
    assert_eq!(server.checksums().await.unwrap(), before);
    let back = file_of(folder.path(), "second.db").await;
    copy(&server, &back).await;
    assert_eq!(back.checksums().await.unwrap(), before);
    assert_eq!(back.states().await.unwrap(), source.states().await.unwrap());

    let written = source.want_sync(None, minute(0)).await;
    assert!(written.is_err(), "who reads cannot write");
    source.close().await;
    let after = std::fs::read(folder.path().join("first.db")).unwrap();
    assert!(after == bytes, "not a byte of the file is another");

    look(&server, "a", 0, minute(70)).await;
    let added = server.add_manual_license("Teams", 1, by("anna"), minute(70));
    assert_eq!(added.await.unwrap().id, 4, "numbers go on");
}
