//! `show-fetch`: has Microsoft asked, waits until the numbers stand in the store and in
//! SharePoint, and shows them. Kept for the flows that were built on it.

mod waiting;

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use domain::TenantKey;
use store::RefreshedTenant;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Operator;
use crate::problem::{Error, Kind, quoted};
use crate::request::{Nothing, Params, Segments};
use crate::state::App;
use crate::v2::present;

use super::show::{self, Label, Shown, parts};
use waiting::Waiting;

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(all))
        .routes(routes!(one))
        .layer(from_fn(deprecated))
}

/// Says with every answer what took this address's place.
async fn deprecated(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(DEPRECATION, HeaderValue::from_static("true"));
    let successor = r#"</api/v2/refreshes>; rel="successor-version""#;
    headers.insert(header::LINK, HeaderValue::from_static(successor));
    response
}

/// All licences of all tenants, asked of Microsoft now
///
/// Waits until every tenant was asked and SharePoint's lists are up to date. Where a collection
/// fails, the numbers last seen are shown; if all fail, the answer is 502. `HEAD` asks nobody.
#[utoipa::path(get, path = "/api/v1/licenses/status/show-fetch", tag = "v1",
    operation_id = "fetchLicenses", responses(
    (status = 200, description = "The licences; labels are plain text", body = [Shown], headers(
        ("Age" = u64, description = "Seconds since the oldest number was seen"),
        ("Deprecation" = String, description = "`true`"),
        ("Link" = String, description = "What took its place"))),
    (status = 502, description = "Every collection failed; the answer says why"),
    (status = 503, description = "No tenant has been collected yet"),
    (status = 504, description = "It takes longer; it goes on without the request")))]
async fn all(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
    method: Method,
) -> Result<Response, Error> {
    if method != Method::HEAD {
        let waiting = Waiting::new(&app, &caller);
        let asked = waiting.fetched(&[]).await?;
        if !asked.is_empty() && asked.iter().all(|tenant| tenant.cause.is_some()) {
            failed(&app, &asked).await?;
        }
        waiting.synced().await?;
    }
    let basis = app.basis().await?;
    let answer = parts::of_all_plain(&app, &basis.grounds).await?;
    Ok(show::respond(answer, app.now()))
}

/// All licences of one tenant, asked of Microsoft now
///
/// Waits until the tenant was asked and SharePoint's lists are up to date. `HEAD` asks nobody.
#[utoipa::path(get, path = "/api/v1/licenses/status/show-fetch/{tenant}", tag = "v1",
    operation_id = "fetchLicensesOfTenant",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool")),
    responses(
        (status = 200, description = "The licences; labels are plain text", body = [Shown],
            headers(
                ("Age" = u64, description = "Seconds since the numbers were seen"),
                ("Deprecation" = String, description = "`true`"),
                ("Link" = String, description = "What took its place"))),
        (status = 404, description = "There is no such tenant"),
        (status = 409, description = "The tenant is switched off"),
        (status = 502, description = "The collection failed; the answer says why"),
        (status = 503, description = "The tenant has not been collected yet"),
        (status = 504, description = "It takes longer; it goes on without the request")))]
async fn one(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    method: Method,
) -> Result<Response, Error> {
    let tenant = present(app.store(), &given).await?;
    if method != Method::HEAD {
        if !tenant.settings.enabled {
            let detail = format!(
                "{} is switched off, so it is not collected.",
                quoted(&given)
            );
            return Err(Error::new(Kind::TenantDisabled, detail));
        }
        let waiting = Waiting::new(&app, &caller);
        let asked = waiting.fetched(&[tenant.key]).await?;
        if asked.iter().any(|tenant| tenant.cause.is_some()) {
            failed(&app, &asked).await?;
        }
        waiting.synced().await?;
    }
    let basis = app.basis().await?;
    let answer = show::of_one(&app, &basis.grounds, &given, Label::Plain).await?;
    Ok(show::respond(answer, app.now()))
}

/// # Errors
/// The first tenant that still cannot be seen. None, if somebody has seen them all meanwhile.
async fn failed(app: &App, asked: &[RefreshedTenant]) -> Result<(), Error> {
    let keys: Vec<&TenantKey> = asked.iter().map(|tenant| &tenant.key).collect();
    for key in keys {
        let tenant = app.store().tenant(key).await?;
        if let Some(tenant) = tenant
            && let Some(gap) = &tenant.gap
        {
            return Err(Error::fetch_failed(&tenant, gap));
        }
    }
    Ok(())
}
