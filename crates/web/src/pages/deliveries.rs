//! Channels and how they do, and what went to them, waits for them, or is dead.

pub(crate) mod acting;
mod health;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use serde::Deserialize;
use store::{DeliveryFilter, DeliveryState, KeptDelivery};
use utoipa::IntoParams;

use crate::caller::Reader;
use crate::problem::Error;
use crate::request::{self, Params, filled};
use crate::state::App;
use crate::v2::deliveries::{place, place_of};
use crate::v2::page;

use super::choice::{Choice, choices};
use super::done::Done;
use super::{Place, Visit, back};
use health::{Health, State};

/// Deliveries on a page.
const ROWS: usize = 50;

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only to this channel, by its name in the configuration.
    #[serde(default, deserialize_with = "filled")]
    channel: Option<String>,
    /// Only in this state: `pending`, `delivered` or `dead`.
    #[serde(default, deserialize_with = "filled")]
    state: Option<String>,
    /// What follows the page that led here.
    #[serde(default, deserialize_with = "filled")]
    cursor: Option<String>,
    /// What was just done.
    done: Option<String>,
    /// `de` or `en`: from now on.
    #[allow(
        dead_code,
        reason = "the visit reads it; this lets the address take it"
    )]
    language: Option<String>,
}

#[derive(Template)]
#[template(path = "deliveries.html")]
struct DeliveriesPage {
    visit: Visit,
    place: Place,
    done: Option<Done>,
    /// Where the forms lead back to.
    back: String,
    channels: Vec<Health>,
    names: Vec<Choice>,
    states: Vec<Choice>,
    filtered: bool,
    rows: Vec<KeptDelivery>,
    first: Option<String>,
    next: Option<String>,
}

/// Channels and deliveries, for people
#[utoipa::path(get, path = "/deliveries", tag = "pages",
    operation_id = "deliveriesPage", params(Wanted),
    responses(
        (status = 200, description = "The deliveries' page", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood")))]
pub(crate) async fn page(
    _: Reader,
    Shared(app): Shared<App>,
    visit: Visit,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let words = DeliveryState::ALL.map(DeliveryState::as_str);
    let state = request::one_of("state", wanted.state.as_deref(), &words)?;
    let after = page::place(wanted.cursor.as_deref(), place)?;
    let filter = DeliveryFilter {
        channel: wanted.channel.clone(),
        state: state.and_then(DeliveryState::from_word),
        ..DeliveryFilter::default()
    };
    let from = after
        .as_ref()
        .map(|(seq, channel)| (*seq, channel.as_str()));
    let limit = u32::try_from(ROWS + 1).unwrap_or(u32::MAX);
    let mut rows = app.store().deliveries(&filter, from, limit).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let channels = health::all(&app).await?;
    let names = channels.iter().map(|it| (it.name(), it.name()));
    let here = visit.here();
    let last = rows.last().map(place_of).filter(|_| more);
    let page = DeliveriesPage {
        done: Done::of(wanted.done.as_deref(), visit.w),
        back: back::back_to(here),
        names: choices(names, wanted.channel.as_deref()),
        states: choices(
            DeliveryState::ALL.map(|it| (it.as_str(), visit.w.delivery(it))),
            wanted.state.as_deref(),
        ),
        filtered: wanted.channel.is_some() || wanted.state.is_some(),
        channels,
        rows,
        first: after.map(|_| back::without(here, "cursor")),
        next: last.map(|last| back::with(here, "cursor", &page::opaque(&last))),
        place: Place::Deliveries,
        visit,
    };
    page.visit.render(&page)
}

impl DeliveriesPage {
    /// Tries of a delivery so far.
    fn tries(&self, delivery: &KeptDelivery) -> String {
        self.visit.w.deliveries_tries(i64::from(delivery.attempts))
    }
}
