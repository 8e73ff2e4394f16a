//! How each channel does: told from what it took and from what it did not.

use jiff::Timestamp;
use store::Telling;

use crate::moment::Moment;
use crate::pages::Visit;
use crate::problem::Error;
use crate::state::App;
use crate::v2::channels::{self, Channel};

/// A channel and how it does.
pub(super) struct Health {
    channel: Channel,
    telling: Telling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Well,
    Troubled,
    /// Nothing went there yet, well or badly.
    Unused,
    /// The configuration does not have it any more.
    Gone,
}

pub(super) async fn all(app: &App) -> Result<Vec<Health>, Error> {
    let mut all = Vec::new();
    for channel in channels::all(app).await? {
        let telling = app.store().telling(&channel.channel).await?;
        all.push(Health { channel, telling });
    }
    Ok(all)
}

impl Health {
    pub(super) fn name(&self) -> &str {
        &self.channel.channel
    }

    pub(super) fn state(&self) -> State {
        if !self.channel.configured {
            return State::Gone;
        }
        let synced = self.channel.sync.as_ref().and_then(|sync| sync.synced_at);
        if self.failure().is_some() || self.channel.dead > 0 {
            State::Troubled
        } else if synced.is_some() || self.telling.delivered_at.is_some() {
            State::Well
        } else {
            State::Unused
        }
    }

    /// The last error and what helps, unless something went well after it: of bringing a list up
    /// to date, else of a message.
    pub(super) fn failure(&self) -> Option<(String, Option<String>)> {
        if let Some(sync) = &self.channel.sync {
            return Some((sync.error.clone()?, sync.advice.clone()));
        }
        let failure = self.telling.failure.clone()?;
        let later = self.delivered_at().is_some_and(|at| at > failure.at);
        (!later).then_some((failure.error, failure.advice))
    }

    pub(super) fn delivered_at(&self) -> Option<Timestamp> {
        self.telling.delivered_at
    }

    pub(super) fn is_list(&self) -> bool {
        self.channel.sync.is_some()
    }

    pub(super) fn synced_at(&self) -> Option<Timestamp> {
        let sync = self.channel.sync.as_ref()?;
        sync.synced_at.map(|Moment(at)| at)
    }

    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.channel.sync.as_ref().map(|sync| sync.next_at.0)
    }

    pub(super) fn remarks(&self) -> &[String] {
        self.channel.sync.as_ref().map_or(&[], |sync| &sync.remarks)
    }

    /// The mildest severity of which it hears.
    pub(super) fn hears(&self, visit: &Visit) -> Option<&'static str> {
        let word = self.channel.from_severity?;
        domain::Severity::from_word(word).map(|severity| visit.w.severity(severity))
    }

    pub(super) fn waits(&self, visit: &Visit) -> String {
        let pending = visit.number(self.channel.pending);
        match self.channel.oldest_pending_at {
            Some(Moment(at)) => {
                let oldest = visit.w.deliveries_oldest(visit.age(at));
                format!("{pending}, {oldest}")
            }
            None => pending,
        }
    }

    pub(super) fn dead(&self) -> i64 {
        self.channel.dead
    }
}
