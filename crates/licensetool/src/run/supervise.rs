//! Services as supervised tasks: when one ends by itself, all end, and the process says so.

use std::future::Future;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long services may take to end after a stop. Kubernetes kills after 30 s; DESIGN asks 10.
const GRACE: Duration = Duration::from_secs(10);

pub(crate) struct Supervisor {
    services: JoinSet<(&'static str, anyhow::Result<()>)>,
    stop: CancellationToken,
}

impl Supervisor {
    /// Services started here end when `stop` is cancelled.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self {
            services: JoinSet::new(),
            stop,
        }
    }

    pub(crate) fn start<F>(
        &mut self,
        name: &'static str,
        service: impl FnOnce(CancellationToken) -> F,
    ) where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let running = service(self.stop.clone());
        self.services.spawn(async move { (name, running.await) });
    }

    /// Waits for all services to end.
    ///
    /// # Errors
    /// A service failed, panicked, or ended although nobody had asked it to; the others are
    /// stopped first. Or one did not end in time.
    pub(crate) async fn until_all_ended(mut self) -> anyhow::Result<()> {
        let mut first_failure = None;
        if let Some(ended) = self.services.join_next().await {
            first_failure = self.failure(ended);
        }
        self.stop.cancel();
        let rest = async {
            while let Some(ended) = self.services.join_next().await {
                let failure = self.failure(ended);
                first_failure = first_failure.take().or(failure);
            }
        };
        if tokio::time::timeout(GRACE, rest).await.is_err() {
            let late = anyhow!(
                "services did not end within {} s of the stop",
                GRACE.as_secs()
            );
            return Err(first_failure.unwrap_or(late));
        }
        first_failure.map_or(Ok(()), Err)
    }

    fn failure(
        &self,
        ended: Result<(&'static str, anyhow::Result<()>), tokio::task::JoinError>,
    ) -> Option<anyhow::Error> {
        match ended {
            Ok((_, Ok(()))) if self.stop.is_cancelled() => None,
            Ok((name, Ok(()))) => Some(anyhow!("the service \"{name}\" ended by itself")),
            Ok((name, Err(error))) => Some(error.context(format!("the service \"{name}\" failed"))),
            Err(panic) => Some(anyhow::Error::from(panic).context("a service broke")),
        }
    }
}

/// A token that SIGTERM and SIGINT cancel.
pub(crate) fn stopped_by_signal() -> anyhow::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be heard")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be heard")?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        stopping.cancel();
    });
    Ok(stop)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn until_stopped(stop: CancellationToken) -> anyhow::Result<()> {
        stop.cancelled().await;
        Ok(())
    }

    #[tokio::test]
    async fn a_stop_from_outside_is_no_failure() {
        let stop = CancellationToken::new();
        let mut services = Supervisor::new(stop.clone());
        services.start("a", until_stopped);
        services.start("b", until_stopped);
        stop.cancel();
        services.until_all_ended().await.unwrap();
    }

    #[tokio::test]
    async fn a_service_that_ends_by_itself_takes_the_others_with_it() {
        let mut services = Supervisor::new(CancellationToken::new());
        services.start("steady", until_stopped);
        services.start("short", |_| async { Ok(()) });
        let error = services.until_all_ended().await.unwrap_err();
        assert_eq!(error.to_string(), "the service \"short\" ended by itself");
    }

    #[tokio::test]
    async fn a_failure_is_told_with_the_name_of_its_service() {
        let mut services = Supervisor::new(CancellationToken::new());
        services.start("steady", until_stopped);
        services.start("frail", |_| async { Err(anyhow!("no disk")) });
        let error = services.until_all_ended().await.unwrap_err();
        assert_eq!(
            format!("{error:#}"),
            "the service \"frail\" failed: no disk"
        );
    }

    #[tokio::test]
    async fn a_panic_is_a_failure() {
        let mut services = Supervisor::new(CancellationToken::new());
        services.start("steady", until_stopped);
        services.start("broken", |_| async { panic!("a planted panic") });
        let error = services.until_all_ended().await.unwrap_err();
        assert_eq!(error.to_string(), "a service broke");
    }
}
