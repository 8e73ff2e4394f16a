//! Channels: which there are, how their last sync went, and how much waits for them.

use std::collections::BTreeMap;

use axum::extract::State as Shared;
use axum::response::Response;
use domain::Severity;
use serde::Serialize;
use store::{ChannelState, Queue, Route};
use utoipa::ToSchema;

use crate::answer;
use crate::caller::Reader;
use crate::moment::Moment;
use crate::problem::Error;
use crate::request::{Nothing, Params};
use crate::state::App;

/// A channel, in use now or before.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct Channel {
    #[schema(example = "mail")]
    pub(crate) channel: String,
    /// Whether the configuration has it.
    pub(crate) configured: bool,
    /// It hears of this severity and above. `null`: the configuration does not have it.
    #[schema(value_type = Option<String>, example = "warning")]
    pub(crate) from_severity: Option<&'static str>,
    /// Deliveries that wait.
    pub(crate) pending: i64,
    /// When the oldest that may be told happened. `null`: none waits, or only of tenants of which
    /// nobody is told for now.
    pub(crate) oldest_pending_at: Option<Moment>,
    /// Deliveries that were tried as often as allowed.
    pub(crate) dead: i64,
    /// Of lists that are brought up to date as a whole. `null`: the channel is none.
    pub(crate) sync: Option<Sync>,
}

/// How bringing a list up to date went.
#[derive(Serialize, ToSchema)]
#[schema(as = ChannelSync)]
pub(crate) struct Sync {
    /// When the next one is due.
    pub(crate) next_at: Moment,
    /// When the last one that succeeded began: all that was so before then has arrived. `null`:
    /// none has.
    pub(crate) began_at: Option<Moment>,
    /// When it ended.
    pub(crate) synced_at: Option<Moment>,
    /// Failures in a row.
    pub(crate) failures: u32,
    /// Why the last one failed. `null`: it did not.
    pub(crate) error: Option<String>,
    /// What to do about it.
    pub(crate) advice: Option<String>,
    /// What an operator should know all the same, such as duplicates.
    pub(crate) remarks: Vec<String>,
}

/// All channels.
#[derive(Serialize, ToSchema)]
pub(super) struct Channels {
    items: Vec<Channel>,
}

/// Channels
///
/// Those of the configuration, and those that were in use before and still have something to tell.
#[utoipa::path(get, path = "/api/v2/channels", tag = "v2",
    operation_id = "listChannels",
    responses((status = 200, description = "The channels, by name", body = Channels)))]
pub(super) async fn list(
    _: Reader,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let items = all(&app).await?;
    Ok(answer::json(&Channels { items }))
}

/// Every channel that there is or was.
pub(crate) async fn all(app: &App) -> Result<Vec<Channel>, Error> {
    let (states, queues) = (app.store().channels().await?, app.store().queues().await?);
    let mut channels: BTreeMap<String, Channel> = BTreeMap::new();
    for route in &app.options().routes {
        channels
            .entry(route.channel.clone())
            .or_default()
            .hears(route);
    }
    for state in states {
        let name = state.channel.clone();
        channels.entry(name).or_default().sync = Some(state.into());
    }
    for queue in queues {
        let channel = channels.entry(queue.channel.clone()).or_default();
        channel.waits(&queue);
    }
    let named = |(name, channel)| Channel {
        channel: name,
        ..channel
    };
    Ok(channels.into_iter().map(named).collect())
}

impl Channel {
    fn hears(&mut self, route: &Route) {
        self.configured = true;
        self.from_severity = Some(Severity::as_str(route.least));
    }

    fn waits(&mut self, queue: &Queue) {
        self.pending = queue.pending;
        self.oldest_pending_at = queue.oldest.map(Moment);
        self.dead = queue.dead;
    }
}

impl From<ChannelState> for Sync {
    fn from(state: ChannelState) -> Self {
        Self {
            next_at: Moment(state.sync_at),
            began_at: state.began_at.map(Moment),
            synced_at: state.synced_at.map(Moment),
            failures: state.failures,
            error: state.error,
            advice: state.advice,
            remarks: state.remarks,
        }
    }
}
