//! Orders to look now. They are kept in the store, where the collect loop finds them.

use axum::extract::State as Shared;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{Cause, TenantKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer;
use crate::caller::{Caller, Operator, Reader};
use crate::moment::Moment;
use crate::problem::{Error, Kind, quoted};
use crate::request::{Body, Nothing, Params, Segments};
use crate::state::App;

use super::walk::present;

/// More than these are all of them: leave `tenants` out.
const TENANTS_MAX: usize = 1000;

/// Whom to look at.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = RefreshOrder)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    /// Keys. Without it: all tenants that are switched on.
    #[serde(default)]
    #[schema(max_items = 1000, example = json!(["iseschool"]))]
    tenants: Option<Vec<String>>,
}

/// An order and how far it is.
#[derive(Serialize, ToSchema)]
pub(super) struct Refresh {
    id: Uuid,
    requested_at: Moment,
    /// Whether every tenant was looked at.
    done: bool,
    tenants: Vec<Refreshed>,
}

/// One tenant of an order.
#[derive(Serialize, ToSchema)]
pub(super) struct Refreshed {
    tenant: String,
    /// When it was looked at. `null`: not yet.
    done_at: Option<Moment>,
    /// Why nothing was seen, if nothing was.
    #[schema(value_type = Option<String>, example = "denied")]
    cause: Option<&'static str>,
}

impl From<store::Refresh> for Refresh {
    fn from(refresh: store::Refresh) -> Self {
        let tenants = refresh.tenants.into_iter().map(|tenant| Refreshed {
            tenant: tenant.key.to_string(),
            done_at: tenant.done_at.map(Moment),
            cause: tenant.cause.map(Cause::as_str),
        });
        let tenants: Vec<Refreshed> = tenants.collect();
        Self {
            id: refresh.id,
            requested_at: Moment(refresh.requested_at),
            done: tenants.iter().all(|tenant| tenant.done_at.is_some()),
            tenants,
        }
    }
}

/// Order a refresh
///
/// Microsoft is asked as soon as may be; the order's address says how far it is.
#[utoipa::path(post, path = "/api/v2/refreshes", tag = "v2",
    operation_id = "orderRefresh",
    request_body(content = Option<Order>, description = "May be left out: all tenants"),
    responses(
        (status = 202, description = "It was ordered", body = Refresh, headers(
            ("Location" = String, description = "The order's address"))),
        (status = 400, description = "The body is not understood"),
        (status = 404, description = "One of the tenants does not exist"),
        (status = 409, description = "One of the tenants is switched off"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is not JSON")))]
pub(super) async fn order(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
    Body(order): Body<Order>,
) -> Result<Response, Error> {
    let given = order.unwrap_or_default().tenants;
    let invalid = |detail: &str| Err(Error::new(Kind::InvalidBody, detail));
    let mut keys = Vec::new();
    match given.as_deref() {
        Some([]) => return invalid("tenants: is empty. Leave it out to order all tenants."),
        Some(given) if given.len() > TENANTS_MAX => {
            return invalid("tenants: has more than 1000 keys. Leave it out to order all tenants.");
        }
        Some(given) => {
            for given in given {
                keys.push(switched_on(&app, given).await?);
            }
        }
        None => {}
    }
    let id = ordered(&app, &caller, &keys).await?;
    let refresh = Refresh::from(find(&app, id).await?);
    let location = HeaderValue::try_from(format!("/api/v2/refreshes/{id}"))
        .expect("an address of ASCII letters and digits");
    let mut response = (StatusCode::ACCEPTED, answer::json(&refresh)).into_response();
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// One refresh and how far it is
#[utoipa::path(get, path = "/api/v2/refreshes/{id}", tag = "v2",
    operation_id = "getRefresh",
    params(("id" = Uuid, Path, description = "The order's id")),
    responses(
        (status = 200, description = "The order", body = Refresh),
        (status = 404, description = "There is no such order")))]
pub(super) async fn one(
    _: Reader,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let id = given.parse().map_err(|_| unknown(&given))?;
    Ok(answer::json(&Refresh::from(find(&app, id).await?)))
}

async fn find(app: &App, id: Uuid) -> Result<store::Refresh, Error> {
    let refresh = app.store().refresh(id).await?;
    refresh.ok_or_else(|| unknown(&id.to_string()))
}

fn unknown(id: &str) -> Error {
    Error::new(
        Kind::UnknownRefresh,
        format!("There is no refresh {}.", quoted(id)),
    )
}

/// Has tenants looked at, all that are switched on if there are none.
pub(crate) async fn ordered(app: &App, caller: &Caller, keys: &[TenantKey]) -> Result<Uuid, Error> {
    let (store, now) = (app.store(), app.now());
    Ok(store.request_refresh(keys, Some(caller.by()), now).await?)
}

/// The key of a tenant that can be looked at.
pub(crate) async fn switched_on(app: &App, given: &str) -> Result<TenantKey, Error> {
    let tenant = present(app.store(), given).await?;
    if tenant.settings.enabled {
        return Ok(tenant.key);
    }
    let detail = format!("{} is switched off, so it is not collected.", quoted(given));
    Err(Error::new(Kind::TenantDisabled, detail))
}
