//! Nothing begins before the store can be used: whoever shares a database starts in any order, and
//! waits here until it is there and has the right schema.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use store::{Error, Store};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock;

/// Between two looks at the store.
const BEAT: Duration = Duration::from_secs(1);

/// Where loops wait.
#[derive(Clone)]
pub(super) struct Gate(watch::Receiver<bool>);

/// Who opens it.
pub(super) struct Keeper {
    store: Store,
    /// Whether the schema is this process's to change; if not, somebody else runs `migrate`.
    migrates: bool,
    open: watch::Sender<bool>,
}

impl Gate {
    /// Of a store that is ready already.
    pub(super) fn open() -> Self {
        Self(watch::channel(true).1)
    }

    pub(super) fn kept(store: Store, migrates: bool) -> (Self, Keeper) {
        let (open, gate) = watch::channel(false);
        let keeper = Keeper {
            store,
            migrates,
            open,
        };
        (Self(gate), keeper)
    }

    /// Whether the store could be used before a stop came. Whoever waits is not stuck: `pulse` says
    /// so.
    pub(super) async fn passed(mut self, pulse: &AtomicI64, stop: &CancellationToken) -> bool {
        let waiting = async {
            loop {
                pulse.store(clock::now().as_millisecond(), Ordering::Relaxed);
                tokio::select! {
                    opened = self.0.wait_for(|open| *open) => return opened.is_ok(),
                    () = tokio::time::sleep(BEAT) => {}
                }
            }
        };
        stop.run_until_cancelled(waiting).await.unwrap_or(false)
    }
}

impl Keeper {
    /// Looks until the store can be used, then has nothing to do until `stop`. Says once why it
    /// waits, and again when the reason is another.
    ///
    /// # Errors
    /// A newer program was here before, and left nothing for this one.
    pub(super) async fn keep(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut said = String::new();
        while let Some(looked) = stop.run_until_cancelled(self.closed_by()).await {
            let Some(why) = looked? else {
                tracing::info!("the store can be used");
                self.open.send_replace(true);
                stop.cancelled().await;
                break;
            };
            if why != said {
                tracing::warn!(why, "waiting for the store");
                said = why;
            }
            stop.run_until_cancelled(tokio::time::sleep(BEAT)).await;
        }
        Ok(())
    }

    /// Why the store cannot be used now; `None`: it can.
    async fn closed_by(&self) -> anyhow::Result<Option<String>> {
        let looked = async {
            let mut schema = self.store.schema().await?;
            if self.migrates && !schema.fits() {
                self.store.migrate().await?;
                schema = self.store.schema().await?;
            }
            Ok(schema)
        };
        match looked.await {
            Ok(schema) if schema.fits() => Ok(None),
            Ok(schema) => Ok(Some(web::unfit(schema))),
            Err(error @ Error::SchemaTooNew { .. }) => Err(error.into()),
            Err(error) => Ok(Some(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_is_alive_and_goes_on_when_the_schema_fits() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("store.db").display());
        let store = Store::open(&url).await.unwrap();
        let (gate, keeper) = Gate::kept(store.clone(), false);
        assert!(
            keeper
                .closed_by()
                .await
                .unwrap()
                .unwrap()
                .contains("migrate")
        );
        let (pulse, stop) = (AtomicI64::new(0), CancellationToken::new());
        let keeping = tokio::spawn(keeper.keep(stop.clone()));
        let mut passing = Box::pin(gate.passed(&pulse, &stop));
        assert!(futures_util::poll!(&mut passing).is_pending());
        assert_ne!(pulse.load(Ordering::Relaxed), 0);
        store.migrate().await.unwrap();
        assert!(passing.await);
        stop.cancel();
        keeping.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_stop_ends_the_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("store.db").display());
        let store = Store::open(&url).await.unwrap();
        let (gate, _keeper) = Gate::kept(store, false);
        let stop = CancellationToken::new();
        stop.cancel();
        assert!(!gate.passed(&AtomicI64::new(0), &stop).await);
    }

    #[tokio::test]
    async fn whose_schema_it_is_changes_it() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("store.db").display());
        let store = Store::open(&url).await.unwrap();
        let (_gate, keeper) = Gate::kept(store.clone(), true);
        assert_eq!(keeper.closed_by().await.unwrap(), None);
        assert!(store.schema().await.unwrap().fits());
    }
}
