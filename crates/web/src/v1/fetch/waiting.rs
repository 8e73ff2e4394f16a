//! Waiting for other services, by looking into the store until it says that they are done.

use std::time::Duration;

use domain::TenantKey;
use jiff::{SignedDuration, Timestamp};
use store::RefreshedTenant;
use tokio::time::{Instant, sleep, timeout_at};

use crate::caller::Caller;
use crate::problem::{Error, Kind};
use crate::state::App;

/// Between two looks.
const EVERY: Duration = Duration::from_millis(50);

/// How long what was seen may take to be judged; if nobody judges, the numbers are shown all the
/// same.
const JUDGED_WITHIN: Duration = Duration::from_secs(3);

/// One request's patience, for all that it waits for together.
pub(super) struct Waiting<'a> {
    app: &'a App,
    caller: &'a Caller,
    until: Instant,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(app: &'a App, caller: &'a Caller) -> Self {
        let until = Instant::now() + app.options().fetch_within;
        Self { app, caller, until }
    }

    /// Has tenants (none: all that are switched on) collected, and waits until they were.
    pub(super) async fn fetched(&self, keys: &[TenantKey]) -> Result<Vec<RefreshedTenant>, Error> {
        let store = self.app.store();
        let (by, now) = (Some(self.caller.by()), self.app.now());
        let id = store.request_refresh(keys, by, now).await?;
        let done = async {
            loop {
                let refresh = store.refresh(id).await?;
                let tenants = refresh.map_or_else(Vec::new, |refresh| refresh.tenants);
                if tenants.iter().all(|tenant| tenant.done_at.is_some()) {
                    return Ok(tenants);
                }
                sleep(EVERY).await;
            }
        };
        let late = "Microsoft was not asked, or did not answer, in time.";
        let asked = self.wait(done, late).await?;
        self.judged().await?;
        Ok(asked)
    }

    /// Waits a little until what was seen is judged, so that SharePoint's lists can say whom to
    /// inform.
    async fn judged(&self) -> Result<(), Error> {
        let judged = async {
            while self.app.store().is_judging_due(self.app.now()).await? {
                sleep(EVERY).await;
            }
            Ok(())
        };
        let until = self.until.min(Instant::now() + JUDGED_WITHIN);
        timeout_at(until, judged).await.unwrap_or(Ok(()))
    }

    /// Has SharePoint's lists brought up to date, and waits until they are, or it is known that
    /// they cannot be.
    pub(super) async fn synced(&self) -> Result<(), Error> {
        let store = self.app.store();
        // A sync that began in this very millisecond may have read the store before.
        let now = self
            .app
            .now()
            .saturating_add(SignedDuration::from_millis(1));
        let asked_at = now.unwrap_or(Timestamp::MAX);
        store.want_sync(None, asked_at).await?;
        let done = async {
            loop {
                let channels = store.channels().await?;
                let settled = |channel: &store::ChannelState| {
                    channel.error.is_some() || channel.began_at.is_some_and(|at| at >= asked_at)
                };
                let routes = &self.app.options().routes;
                let in_use = |channel: &&store::ChannelState| {
                    routes.iter().any(|route| route.channel == channel.channel)
                };
                if channels.iter().filter(in_use).all(settled) {
                    return Ok(());
                }
                sleep(EVERY).await;
            }
        };
        let late = "The numbers are there, but SharePoint's lists were not up to date in time.";
        self.wait(done, late).await
    }

    async fn wait<T>(
        &self,
        done: impl Future<Output = Result<T, Error>>,
        late: &str,
    ) -> Result<T, Error> {
        let too_late = |_| {
            let within = self.app.options().fetch_within.as_secs();
            let detail = format!("{late} It goes on; this answer waited for {within} seconds.");
            Error::new(Kind::CollectionTooSlow, detail).retry_after(5)
        };
        let mut closing = self.app.options().closing.clone();
        tokio::select! {
            done = timeout_at(self.until, done) => done.map_err(too_late)?,
            // Whoever tells of the end may have ended before.
            Ok(_) = closing.wait_for(|closing| *closing) => {
                let detail = format!("{late} This service is being stopped; ask again.");
                Err(Error::new(Kind::CollectionTooSlow, detail).retry_after(1))
            }
        }
    }
}
