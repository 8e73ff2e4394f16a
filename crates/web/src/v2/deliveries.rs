//! Deliveries: what went to which channel, what waits, what is dead, and how to try again.

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{DeliveryFilter, DeliveryState, KeptDelivery};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::answer;
use crate::caller::{Caller, Operator, Reader};
use crate::moment::Moment;
use crate::problem::{Error, Kind, quoted};
use crate::request::{self, Nothing, Params, Segments};
use crate::state::App;

use super::listing::{Listing, rows};
use super::page;
use super::walk::known;

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only to this channel, by its name in the configuration.
    channel: Option<String>,
    /// Only of this tenant, by key; also if it is gone by now.
    tenant: Option<String>,
    /// Only of this alert, by id.
    #[param(value_type = Option<i64>)]
    alert: Option<String>,
    /// Only in this state: `pending`, `delivered` or `dead`.
    state: Option<String>,
    /// What follows the page that gave this `next_cursor`.
    cursor: Option<String>,
    /// At most so many: 1 to 1000. Without it: 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Option<String>,
}

/// One message to one channel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Delivery {
    /// The message's id: the same in every channel and on every try.
    message: Uuid,
    #[schema(example = "mail")]
    channel: String,
    /// The alert's id.
    alert: i64,
    #[schema(example = "iseschool")]
    tenant: String,
    tenant_name: String,
    /// The alert's kind.
    #[schema(value_type = String, example = "stock")]
    kind: &'static str,
    /// What is told: `opened`, `worsened`, `eased`, `reminded` or `resolved`.
    #[schema(value_type = String, example = "opened")]
    event: &'static str,
    /// When that happened.
    at: Moment,
    /// `pending`, `delivered`, or `dead`: tried as often as allowed.
    #[schema(value_type = String, example = "delivered")]
    state: &'static str,
    /// Tries so far.
    attempts: u32,
    /// The last try. `null`: none yet.
    tried_at: Option<Moment>,
    delivered_at: Option<Moment>,
    /// When it is tried again. `null`: never, as it is not pending.
    next_at: Option<Moment>,
    /// It waits though it is due, because the tenant is switched off, not monitored or gone.
    held: bool,
    /// Why the last try failed; of one that was delivered: what was not as it should be.
    error: Option<String>,
    /// What to do about it.
    advice: Option<String>,
}

/// A delivery that is tried again.
#[derive(Serialize, ToSchema)]
pub(super) struct Retried {
    message: Uuid,
    channel: String,
    #[schema(value_type = String, example = "pending")]
    state: &'static str,
    next_at: Moment,
}

impl From<KeptDelivery> for Delivery {
    fn from(kept: KeptDelivery) -> Self {
        Self {
            message: kept.message,
            channel: kept.channel,
            alert: kept.alert,
            tenant: kept.tenant.to_string(),
            tenant_name: kept.tenant_name,
            kind: kept.kind.as_str(),
            event: kept.event.as_str(),
            at: Moment(kept.at),
            state: kept.state.as_str(),
            attempts: kept.attempts,
            tried_at: kept.tried_at.map(Moment),
            delivered_at: kept.delivered_at.map(Moment),
            next_at: kept.next_at.map(Moment),
            held: kept.held,
            error: kept.error,
            advice: kept.advice,
        }
    }
}

/// Deliveries
///
/// The newest messages first.
#[utoipa::path(get, path = "/api/v2/deliveries", tag = "v2",
    operation_id = "listDeliveries", params(Wanted), responses(
    (status = 200, description = "The deliveries", body = Listing<Delivery>),
    (status = 400, description = "A parameter is not understood"),
    (status = 404, description = "There is no such tenant")))]
pub(super) async fn list(
    _: Reader,
    Shared(app): Shared<App>,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let limit = page::limit(wanted.limit.as_deref())?;
    let after = page::place(wanted.cursor.as_deref(), place)?;
    let states = DeliveryState::ALL.map(DeliveryState::as_str);
    let state = request::one_of("state", wanted.state.as_deref(), &states)?;
    let filter = DeliveryFilter {
        channel: wanted.channel,
        tenant: match &wanted.tenant {
            Some(given) => Some(known(app.store(), given).await?.key),
            None => None,
        },
        alert: request::parsed("alert", wanted.alert.as_deref(), "an alert's id")?,
        state: state.and_then(DeliveryState::from_word),
    };
    let after = after
        .as_ref()
        .map(|(seq, channel)| (*seq, channel.as_str()));
    let found = app.store().deliveries(&filter, after, rows(limit)).await?;
    let listing = Listing::of(found, limit, place_of, Delivery::from);
    Ok(answer::json(&listing))
}

/// Where a delivery stands in the list.
pub(crate) fn place_of(kept: &KeptDelivery) -> String {
    let (seq, channel) = kept.place();
    format!("{seq}/{channel}")
}

/// The place in the list that a cursor stands for.
pub(crate) fn place(text: &str) -> Option<(i64, String)> {
    let text = page::plain(text)?;
    let (seq, channel) = text.split_once('/')?;
    Some((seq.parse().ok()?, channel.to_owned()))
}

/// Try a delivery again
///
/// A dead one lives again, one that waits is tried now. What was delivered is not sent again.
#[utoipa::path(post, path = "/api/v2/deliveries/{message}/{channel}/retry", tag = "v2",
    operation_id = "retryDelivery",
    params(
        ("message" = Uuid, Path, description = "The message's id"),
        ("channel" = String, Path, description = "The channel's name", example = "mail")),
    responses(
        (status = 202, description = "It is due now", body = Retried),
        (status = 404, description = "There is no such delivery, or it was delivered")))]
pub(super) async fn retry(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments((given, channel)): Segments<(String, String)>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let (message, now) = revived(&app, &caller, (&given, &channel)).await?;
    let retried = Retried {
        message,
        channel,
        state: DeliveryState::Pending.as_str(),
        next_at: Moment(now),
    };
    Ok((StatusCode::ACCEPTED, answer::json(&retried)).into_response())
}

/// Has a message tried again for a channel. Answers its id, and from when on it is due.
pub(crate) async fn revived(
    app: &App,
    caller: &Caller,
    (given, channel): (&str, &str),
) -> Result<(Uuid, Timestamp), Error> {
    let now = app.now();
    let message = given.parse().ok();
    let revived = match message {
        Some(message) => {
            let by = caller.by();
            app.store().revive(message, channel, by, now).await?
        }
        None => false,
    };
    message
        .filter(|_| revived)
        .map(|message| (message, now))
        .ok_or_else(|| {
            let (given, channel) = (quoted(given), quoted(channel));
            let detail = format!(
                "There is no message {given} to the channel {channel} that is not delivered yet."
            );
            Error::new(Kind::UnknownDelivery, detail)
        })
}
