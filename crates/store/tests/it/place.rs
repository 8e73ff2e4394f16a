//! Where the stories take place: a file of SQLite in a folder that goes with it.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use store::Store;

/// A store that hears what is said.
pub(crate) struct Waiting(pub(crate) Store);

pub(crate) struct Place {
    pub(crate) url: String,
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("store.db").display());
        Self { url, folder }
    }

    /// Where nobody else does anything: no file has another's commits.
    pub(crate) fn quiet() -> Self {
        Self::new()
    }

    /// Who waits for work that is made through `store`: on a file, in the same process.
    #[expect(clippy::unused_async, reason = "the other place waits here")]
    pub(crate) async fn waiting(&self, store: &Store) -> Waiting {
        Waiting(store.clone())
    }

    /// Says something to the database past the store.
    pub(crate) async fn sql(&self, sql: &str) {
        let file = self.folder.path().join("store.db");
        let options = SqliteConnectOptions::new()
            .filename(file)
            .foreign_keys(false);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let said = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await;
        said.unwrap();
        pool.close().await;
    }

    /// Everything that lies on the disk: the file, and what is beside it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        let bytes = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
        bytes.flatten().collect()
    }
}
