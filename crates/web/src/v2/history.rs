//! The past of one licence: what held from when, and when nobody could look.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::SkuId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::caller::Reader;
use crate::moment::Moment;
use crate::problem::{Error, Kind, quoted};
use crate::request::{self, Params, Segments};
use crate::state::App;
use crate::{answer, language};

use super::lens::Lens;
use super::shapes::Units;
use super::walk::present;

/// What is shown if nobody says from when.
const DEFAULT_SPAN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Three school years.
const MAX_DAYS: i64 = 1100;

/// Which stretch of time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// RFC 3339. Without it: 90 days before `until`.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// RFC 3339. Without it: now.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<String>,
    /// `de` or `en`. Without it: as Accept-Language says.
    language: Option<String>,
}

/// Numbers of one product of one tenant through time.
#[derive(Serialize, ToSchema)]
pub(super) struct History {
    #[schema(example = "iseschool")]
    tenant: String,
    sku_id: Uuid,
    /// `null`: the tenant does not have the product any more.
    part_number: Option<String>,
    /// The product's name. `null`: no table has it, and the tenant does not have it any more.
    product: Option<String>,
    from: Moment,
    until: Moment,
    /// Up to when the last point is known to hold. `null`: never seen.
    as_of: Option<Moment>,
    /// Oldest first. The first may lie before `from`: it is what held then.
    points: Vec<Point>,
    /// When nobody could look; numbers in between are the last ones seen before.
    unseen: Vec<Span>,
}

/// Numbers that hold until the next point.
#[derive(Serialize, ToSchema)]
pub(super) struct Point {
    since: Moment,
    /// `null`: the tenant had no such product any more.
    units: Option<Units>,
    /// Microsoft's word.
    status: Option<String>,
}

/// A time in which the tenant could not be looked at.
#[derive(Serialize, ToSchema)]
#[schema(as = UnseenSpan)]
pub(super) struct Span {
    from: Moment,
    /// `null`: it goes on.
    until: Option<Moment>,
    #[schema(value_type = String, example = "timed_out")]
    cause: &'static str,
    message: String,
}

/// History of a licence
#[utoipa::path(get, path = "/api/v2/licenses/{tenant}/{sku_id}/history", tag = "v2",
    operation_id = "getLicenseHistory",
    params(
        ("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        ("sku_id" = Uuid, Path, description = "The product's id"),
        Wanted),
    responses(
        (status = 200, description = "The history", body = History),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such tenant, or it never had this product")))]
pub(super) async fn history(
    _: Reader,
    Shared(app): Shared<App>,
    Segments((given, id)): Segments<(String, String)>,
    headers: HeaderMap,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let lens = Lens::new(&app, &headers, wanted.language.as_deref()).await?;
    let (from, until) = span(&wanted, lens.now)?;
    let key = present(app.store(), &given).await?.key;
    let unknown = || {
        let detail = format!(
            "\"{key}\" has no product with the id {}, and had none in the time asked for.",
            quoted(&id)
        );
        Error::new(Kind::UnknownLicense, detail)
    };
    let sku_id = SkuId(id.parse().map_err(|_| unknown())?);
    let state = app.store().state(&key).await?.ok_or_else(unknown)?;
    let skus = state.snapshot.iter().flat_map(|snapshot| &snapshot.skus);
    let sku = skus.into_iter().find(|sku| sku.id == sku_id);
    let past = app.store().history(&key, sku_id, from, until).await?;
    let is_known = match sku {
        Some(sku) => lens.policy(&key, sku).is_some(),
        None => !past.points.is_empty(),
    };
    if !is_known {
        return Err(unknown());
    }
    let part_number = sku.map(|sku| sku.part_number.clone());
    let history = History {
        tenant: key.to_string(),
        sku_id: sku_id.0,
        product: match &part_number {
            Some(part_number) => Some(lens.product(sku_id, part_number)),
            None => lens.name(sku_id),
        },
        part_number,
        from: Moment(from),
        until: Moment(until),
        as_of: state.tenant.seen_at.map(Moment),
        points: past.points.into_iter().map(Into::into).collect(),
        unseen: past.unseen.into_iter().map(Into::into).collect(),
    };
    Ok((language::headers(lens.language), answer::json(&history)).into_response())
}

fn span(wanted: &Wanted, now: Timestamp) -> Result<(Timestamp, Timestamp), Error> {
    let until = request::time("until", wanted.until.as_deref())?.unwrap_or(now);
    let from = request::time("from", wanted.from.as_deref())?;
    let from = from.unwrap_or_else(|| until.checked_sub(DEFAULT_SPAN).unwrap_or(Timestamp::MIN));
    let days = until.duration_since(from).as_hours() / 24;
    if from >= until {
        return Err(request::not(
            "from",
            from,
            &format!("before until ({until})"),
        ));
    }
    if days > MAX_DAYS {
        let expected = format!("within {MAX_DAYS} days before until ({until})");
        return Err(request::not("from", from, &expected));
    }
    Ok((from, until))
}

impl From<store::Point> for Point {
    fn from(point: store::Point) -> Self {
        Self {
            since: Moment(point.from),
            units: point.units.map(Into::into),
            status: point.status.as_graph().map(str::to_owned),
        }
    }
}

impl From<store::Unseen> for Span {
    fn from(unseen: store::Unseen) -> Self {
        Self {
            from: Moment(unseen.from),
            until: unseen.until.map(Moment),
            cause: unseen.cause.as_str(),
            message: unseen.message,
        }
    }
}
