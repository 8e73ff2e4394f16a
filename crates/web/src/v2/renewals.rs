//! Renewals: which subscription comes to its date when, what is known of it, and how many seats
//! nobody needed.

pub(super) mod calendar;
pub(crate) mod dates;
mod ics;
pub(crate) mod pin;

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::caller::Reader;
use crate::moment::Moment;
use crate::problem::Error;
use crate::request::{self, Params};
use crate::state::App;
use crate::{answer, language};

use super::lens::Lens;
use super::listing::Listing;
use super::outlook::Outlook;
use super::page;

use dates::{Date, Place, Which};

/// Which renewals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only of this tenant, by key. Without it: of all that are switched on.
    tenant: Option<String>,
    /// Only those before this time. RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    before: Option<String>,
    /// `de` or `en`. Without it: as Accept-Language says.
    language: Option<String>,
    /// What follows the page that gave this `next_cursor`.
    cursor: Option<String>,
    /// At most so many: 1 to 1000. Without it: 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Option<String>,
}

/// A date at which a subscription renews or ends.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Renewal {
    #[schema(example = "iseschool")]
    tenant: String,
    tenant_name: String,
    /// Microsoft's id of the subscription.
    subscription: String,
    sku_id: Uuid,
    part_number: String,
    /// The product's name in the reader's language, else the part number, else the id.
    product: String,
    /// Microsoft's word: `Enabled`, or `Warning` in the grace period, whose end the date then is.
    status: Option<String>,
    /// Seats bought. `null`: Microsoft did not say.
    total: Option<i64>,
    is_trial: Option<bool>,
    /// When it renews or ends.
    at: Moment,
    /// When people are told of it, by the policy's lead time. `null`: nobody is.
    told_from: Option<Moment>,
    outlook: Outlook,
    /// Seats of the product that nobody used over the whole term, as far as history goes back.
    /// `null`: not known.
    unused_seats: Option<i64>,
    /// From when on nobody used them. `null`: not known.
    unused_since: Option<Moment>,
    /// When the subscription was seen. `null`: not told.
    as_of: Option<Moment>,
}

/// Upcoming renewals and ends
///
/// The next first. Products that the policy excludes everywhere are left out, and tenants that are
/// switched off unless asked for by name.
#[utoipa::path(get, path = "/api/v2/renewals", tag = "v2",
    operation_id = "listRenewals", params(Wanted), responses(
    (status = 200, description = "The dates", body = Listing<Renewal>),
    (status = 400, description = "A parameter is not understood"),
    (status = 404, description = "There is no such tenant")))]
pub(super) async fn list(
    _: Reader,
    Shared(app): Shared<App>,
    headers: HeaderMap,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let lens = Lens::new(&app, &headers, wanted.language.as_deref()).await?;
    let limit = page::limit(wanted.limit.as_deref())?;
    let after = page::place(wanted.cursor.as_deref(), Place::parse)?;
    let before = request::time("before", wanted.before.as_deref())?;
    let which = Which {
        now: lens.now,
        tenant: wanted.tenant.as_deref(),
        before,
        outlook: None,
        after,
        limit: limit + 1,
    };
    let (dates, _) = dates::next(&app, &which).await?;
    let mut renewals = Vec::with_capacity(dates.len());
    for date in dates {
        renewals.push((date.place(), renewal(&app, date, &lens).await?));
    }
    let place = |(place, _): &(Place, Renewal)| place.text();
    let listing = Listing::of(renewals, limit, place, |(_, renewal)| renewal);
    Ok((language::headers(lens.language), answer::json(&listing)).into_response())
}

async fn renewal(app: &App, date: Date, lens: &Lens) -> Result<Renewal, Error> {
    let unused = date.unused(app, lens.now).await?;
    let Date {
        tenant,
        purchase,
        at,
        told_from,
        renewal,
    } = date;
    Ok(Renewal {
        tenant: tenant.key.to_string(),
        tenant_name: tenant.name.clone(),
        product: lens.product(purchase.sku_id, &purchase.part_number),
        sku_id: purchase.sku_id.0,
        status: purchase.status.as_graph().map(str::to_owned),
        subscription: purchase.id.clone(),
        part_number: purchase.part_number.clone(),
        total: purchase.total,
        is_trial: purchase.is_trial,
        at: Moment(at),
        told_from: told_from.map(Moment),
        outlook: Outlook::of(&renewal, lens.language),
        unused_seats: unused.map(|unused| unused.seats),
        unused_since: unused.map(|unused| Moment(unused.since)),
        as_of: tenant.subscriptions_seen_at.map(Moment),
    })
}
