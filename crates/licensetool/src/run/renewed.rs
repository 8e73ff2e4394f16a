//! A loop that is begun anew when the SharePoint profiles of the home folder change.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::sharepoint::Profiles;

/// How often the turns of loops are looked at.
const BEAT: Duration = Duration::from_secs(1);

/// Loops that run, as one.
pub(crate) struct Begun {
    /// When each of them last turned.
    pub(crate) pulses: Vec<Arc<AtomicI64>>,
    pub(crate) running: Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>,
}

/// Runs what `begin` begins until `stop`. When the profiles change, it ends, finishes or releases
/// what it was at, and begins anew. `pulse` follows the loop that turned longest ago.
pub(crate) async fn renewed(
    mut profiles: watch::Receiver<Arc<Profiles>>,
    pulse: Arc<AtomicI64>,
    stop: CancellationToken,
    mut begin: impl FnMut(&Profiles, CancellationToken) -> Begun,
) -> anyhow::Result<()> {
    loop {
        // What changes from here on is noticed below, and begun with.
        let current = Arc::clone(&profiles.borrow());
        let stop_these = stop.child_token();
        let Begun {
            pulses,
            mut running,
        } = begin(&current, stop_these.clone());
        let ended = tokio::select! {
            ended = &mut running => Some(ended),
            () = changed(&mut profiles) => None,
            () = beat(&pulse, &pulses) => None,
        };
        match ended {
            Some(ended) => return ended,
            None => {
                stop_these.cancel();
                running.await?;
            }
        }
        if stop.is_cancelled() {
            return Ok(());
        }
        tracing::info!("a SharePoint profile changed: its lists are reached anew");
    }
}

/// Whoever hands profiles on may have ended, as everything does then.
async fn changed(profiles: &mut watch::Receiver<Arc<Profiles>>) {
    if profiles.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Never ends.
async fn beat(pulse: &AtomicI64, pulses: &[Arc<AtomicI64>]) {
    loop {
        let oldest = pulses.iter().map(|it| it.load(Ordering::Relaxed)).min();
        // A loop that has just begun has not turned yet: the one before it has.
        if let Some(at) = oldest.filter(|at| *at > 0) {
            pulse.store(at, Ordering::Relaxed);
        }
        tokio::time::sleep(BEAT).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(log: &Arc<std::sync::Mutex<Vec<String>>>, stop: CancellationToken) -> Begun {
        let (log, at) = (Arc::clone(log), Arc::new(AtomicI64::new(7)));
        log.lock().unwrap().push("began".to_owned());
        Begun {
            pulses: vec![at],
            running: Box::pin(async move {
                stop.cancelled().await;
                log.lock().unwrap().push("ended".to_owned());
                Ok(())
            }),
        }
    }

    #[tokio::test]
    async fn a_change_ends_the_loop_and_begins_it_anew() {
        let (send, profiles) = watch::channel(Arc::new(Profiles::default()));
        let (stop, pulse) = (CancellationToken::new(), Arc::new(AtomicI64::new(0)));
        let log = Arc::new(std::sync::Mutex::new(Vec::new()));
        let service = {
            let (log, stop, pulse) = (Arc::clone(&log), stop.clone(), Arc::clone(&pulse));
            tokio::spawn(async move {
                renewed(profiles, pulse, stop, |_, stop| begun(&log, stop)).await
            })
        };
        let written = || log.lock().unwrap().len();
        while written() < 1 {
            tokio::task::yield_now().await;
        }
        send.send_replace(Arc::new(Profiles::default()));
        while written() < 3 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
        service.await.unwrap().unwrap();
        assert_eq!(*log.lock().unwrap(), ["began", "ended", "began", "ended"]);
        assert_eq!(pulse.load(Ordering::Relaxed), 7);
    }

    #[tokio::test]
    async fn a_loop_that_fails_is_a_failure() {
        let (_send, profiles) = watch::channel(Arc::new(Profiles::default()));
        let fails = |_: &Profiles, _| Begun {
            pulses: Vec::new(),
            running: Box::pin(async { anyhow::bail!("no disk") }),
        };
        let (pulse, stop) = (Arc::new(AtomicI64::new(0)), CancellationToken::new());
        let ended = renewed(profiles, pulse, stop, fails).await;
        assert_eq!(ended.unwrap_err().to_string(), "no disk");
    }
}
