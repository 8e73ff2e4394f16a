//! When a product runs out if it goes on as it did: a date with an interval, or why there is none.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::{AppliesTo, Forecast as Known, Sku, SkuId, TenantKey};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::caller::Reader;
use crate::moment::Moment;
use crate::problem::{Error, Kind, quoted};
use crate::request::{Params, Segments};
use crate::state::App;
use crate::words::Words;
use crate::{answer, language};

use super::lens::Lens;
use super::walk::present;

/// In what words the reader wants it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Reading {
    /// `de` or `en`. Without it: as Accept-Language says.
    language: Option<String>,
}

/// What can be said of a licence's future from its past.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Forecast {
    #[schema(example = "iseschool")]
    tenant: String,
    sku_id: Uuid,
    part_number: String,
    product: String,
    /// `runs-out`; `not-in-sight`: not within a year at this pace; `exhausted`: no seat is free;
    /// `not-enough-history`; `no-seats`: the product counts none.
    #[schema(value_type = String, example = "runs-out")]
    what: &'static str,
    /// The same as a sentence in the reader's language.
    says: String,
    /// The day on which the last free seat goes. This and the next two: only if it runs out.
    #[schema(value_type = Option<String>, format = Date)]
    likely: Option<String>,
    /// Nine times out of ten not before this day.
    #[schema(value_type = Option<String>, format = Date)]
    earliest: Option<String>,
    /// Nine times out of ten not after this day. `null`: it may not run out within a year.
    #[schema(value_type = Option<String>, format = Date)]
    latest: Option<String>,
    /// Seats handed out in a working week; negative if they come back.
    #[schema(example = 4.5)]
    seats_per_week: Option<f64>,
    /// Working days with numbers. Only with `not-enough-history`, as the next.
    days: Option<u32>,
    /// Working days with numbers that a pace needs.
    needed: Option<u32>,
    /// When the numbers were last seen. `null`: never.
    as_of: Option<Moment>,
}

/// When a licence runs out
///
/// From the pace of the last 90 days, counted in working days.
#[utoipa::path(get, path = "/api/v2/licenses/{tenant}/{sku_id}/forecast", tag = "v2",
    operation_id = "getLicenseForecast",
    params(
        ("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        ("sku_id" = Uuid, Path, description = "The product's id"),
        Reading),
    responses(
        (status = 200, description = "The forecast", body = Forecast),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such tenant, or it does not have this product")))]
pub(super) async fn forecast(
    _: Reader,
    Shared(app): Shared<App>,
    Segments((given, id)): Segments<(String, String)>,
    headers: HeaderMap,
    Params(reading): Params<Reading>,
) -> Result<Response, Error> {
    let lens = Lens::new(&app, &headers, reading.language.as_deref()).await?;
    let key = present(app.store(), &given).await?.key;
    let unknown = || {
        let detail = format!("\"{key}\" has no product with the id {}.", quoted(&id));
        Error::new(Kind::UnknownLicense, detail)
    };
    let sku_id = SkuId(id.parse().map_err(|_| unknown())?);
    let state = app.store().state(&key).await?.ok_or_else(unknown)?;
    let skus = state.snapshot.iter().flat_map(|snapshot| &snapshot.skus);
    let sku = skus.into_iter().find(|sku| sku.id == sku_id);
    let sku = sku.filter(|sku| lens.policy(&key, sku).is_some());
    let sku = sku.ok_or_else(unknown)?;
    let known = match sku.applies_to {
        AppliesTo::Company => None,
        _ => Some(looked_ahead(&app, &key, sku_id, lens.now).await?),
    };
    let forecast = shape(&lens, &state.tenant, sku, known);
    Ok((language::headers(lens.language), answer::json(&forecast)).into_response())
}

/// What the past of a licence says of its future.
pub(crate) async fn looked_ahead(
    app: &App,
    key: &TenantKey,
    sku_id: SkuId,
    now: Timestamp,
) -> Result<Known, Error> {
    let from = now.saturating_sub(Known::reach()).unwrap_or(Timestamp::MIN);
    // What was seen at this very moment counts, too.
    let until = now.saturating_add(SignedDuration::from_millis(1));
    let until = until.unwrap_or(Timestamp::MAX);
    let history = app.store().history(key, sku_id, from, until).await?;
    Ok(domain::forecast(&history.into(), now))
}

/// `known` is `None` for what counts no seats.
fn shape(lens: &Lens, tenant: &store::Tenant, sku: &Sku, known: Option<Known>) -> Forecast {
    let mut forecast = Forecast {
        tenant: tenant.key.to_string(),
        sku_id: sku.id.0,
        part_number: sku.part_number.clone(),
        product: lens.product(sku.id, &sku.part_number),
        what: known.as_ref().map_or("no-seats", Known::as_str),
        says: Words(lens.language).forecast(known.as_ref(), |day| day.to_string()),
        likely: None,
        earliest: None,
        latest: None,
        seats_per_week: None,
        days: None,
        needed: None,
        as_of: tenant.seen_at.map(Moment),
    };
    match known {
        None | Some(Known::Exhausted) => {}
        Some(Known::NotEnoughHistory { days, needed }) => {
            forecast.days = Some(days);
            forecast.needed = Some(needed);
        }
        Some(Known::NotInSight { seats_per_week }) => {
            forecast.seats_per_week = Some(rounded(seats_per_week));
        }
        Some(Known::RunsOut(out)) => {
            forecast.likely = Some(out.likely.to_string());
            forecast.earliest = Some(out.earliest.to_string());
            forecast.latest = out.latest.map(|date| date.to_string());
            forecast.seats_per_week = Some(rounded(out.seats_per_week));
        }
    }
    forecast
}

/// More digits than two would claim too much.
fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
