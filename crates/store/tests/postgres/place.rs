//! Where the stories take place: a database of its own on a server that goes with the tests.

use store::{News, Store};
use throwaway_postgres::{Server, Settings, answer, shared};
use tokio::task::JoinSet;

/// A store that hears what is said, as long as it is there.
pub(crate) struct Waiting(
    pub(crate) Store,
    #[expect(dead_code, reason = "it goes on")] JoinSet<()>,
);

impl Waiting {
    pub(crate) async fn at(url: &str) -> Self {
        let store = Store::open(url).await.unwrap();
        let mut listening = JoinSet::new();
        let mut wakes = store.wakes(News::Content);
        listening.spawn({
            let store = store.clone();
            async move { store.listen().await }
        });
        // Whoever begins to listen may have missed something, and is told so.
        wakes.next().await;
        Self(store, listening)
    }
}

pub(crate) struct Place {
    pub(crate) url: String,
    quiet: Option<Server>,
}

impl Place {
    pub(crate) fn new() -> Self {
        let url = shared().database();
        Self { url, quiet: None }
    }

    /// Where nobody else does anything: a revision is that of the whole server.
    pub(crate) fn quiet() -> Self {
        let off = ("autovacuum".to_owned(), "off".to_owned());
        let server = Server::start(&Settings {
            more: vec![off],
            ..Settings::default()
        });
        let url = server.database();
        let quiet = Some(server);
        Self { url, quiet }
    }

    pub(crate) fn server(&self) -> &Server {
        self.quiet.as_ref().unwrap_or_else(|| shared())
    }

    /// The name of the database.
    pub(crate) fn database(&self) -> &str {
        self.url.rsplit('/').next().unwrap()
    }

    /// Who waits for work that is made through another store: in another process.
    pub(crate) async fn waiting(&self, _: &Store) -> Waiting {
        Waiting::at(&self.url).await
    }

    /// Says something to the database past the store.
    #[expect(clippy::unused_async, reason = "the other place waits here")]
    pub(crate) async fn sql(&self, sql: &str) {
        self.server().sql(self.database(), sql);
    }

    /// Everything that a backup of the database has.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut pg_dump = self.server().client("pg_dump");
        answer(pg_dump.arg(self.database())).into_bytes()
    }
}
