//! How SQLite goes about a query, for tests that hold it to its indexes.

use crate::{Store, sql};

/// An empty store that is asked for plans.
pub(crate) struct Planned {
    store: Store,
    _folder: tempfile::TempDir,
}

impl Planned {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("store.db").display());
        let store = Store::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        Self {
            store,
            _folder: folder,
        }
    }

    /// In SQLite's own words.
    pub(crate) async fn plan(&self, query: sql::QueryBuilder) -> String {
        let sql = format!("EXPLAIN QUERY PLAN {}", query.sql());
        let steps: Vec<(i64, i64, i64, String)> = sql::query_as(sql::AssertSqlSafe(sql))
            .fetch_all(self.store.readers())
            .await
            .unwrap();
        let steps = steps.into_iter().map(|(.., step)| step);
        steps.collect::<Vec<_>>().join("; ")
    }
}
