//! One tenant on its way: what is still to be done in Entra, and how the looks at it go.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use domain::TenantKey;
use store::State;

use crate::caller::Admin;
use crate::desk::{Refused, Standing, Task};
use crate::pages::{Place, Reading, Visit};
use crate::problem::Error;
use crate::request::{Nothing, Params, Segments};
use crate::state::App;

use super::acting::ordered;

#[derive(Template)]
#[template(path = "setup.html")]
struct Setup {
    visit: Visit,
    place: Place,
    key: TenantKey,
    /// As the store knows it; `None`: not yet.
    state: Option<State>,
    /// As the home folder has it, or why that cannot be told.
    standing: Result<Standing, Refused>,
    /// Why what was just asked for was not done.
    refused: Option<Refused>,
}

/// Set up a tenant
#[utoipa::path(get, path = "/tenants/{tenant}/setup", tag = "pages",
    operation_id = "setupPage",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        Reading),
    responses(
        (status = 200, description = "The page", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such tenant")))]
pub(crate) async fn page(
    _: Admin,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    visit: Visit,
    Params(Reading { .. }): Params<Reading>,
) -> Result<Response, Error> {
    let key = TenantKey::parse(&given).map_err(|_| Error::unknown_tenant(&given))?;
    shown(&app, visit, &key, None).await
}

pub(super) fn address(key: &TenantKey) -> String {
    format!("/tenants/{key}/setup")
}

pub(super) async fn shown(
    app: &App,
    visit: Visit,
    key: &TenantKey,
    refused: Option<Refused>,
) -> Result<Response, Error> {
    let state = app.store().state(key).await?;
    let state = state.filter(|state| state.tenant.removed_at.is_none());
    let standing = ordered(app, visit.language(), key, Task::Look).await;
    if state.is_none() && matches!(standing, Err(Refused::Unknown)) {
        return Err(Error::unknown_tenant(key.as_str()));
    }
    let page = Setup {
        // What was refused is shown where it was sent to, which nobody can come back to.
        visit: visit.at(&address(key)),
        place: Place::Tenants,
        key: key.clone(),
        state,
        standing,
        refused,
    };
    page.visit.render(&page)
}

/// The certificate to be uploaded
///
/// The new one if one waits for its upload, else the one in use; without its key.
#[utoipa::path(get, path = "/tenants/{tenant}/certificate.crt", tag = "pages",
    operation_id = "downloadCertificate",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool")),
    responses(
        (status = 200, description = "The certificate (PEM)",
            content_type = "application/x-x509-ca-cert"),
        (status = 404, description = "There is no such tenant, or it cannot be read here")))]
pub(crate) async fn certificate(
    _: Admin,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    visit: Visit,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let unknown = || Error::unknown_tenant(&given);
    let key = TenantKey::parse(&given).map_err(|_| unknown())?;
    let standing = ordered(&app, visit.language(), &key, Task::Look).await;
    let standing = standing.map_err(|refused| unknown().because(format!("{refused:?}")))?;
    let certificate = standing.staged.unwrap_or(standing.certificate);
    let name = format!("attachment; filename=\"licensetool-{key}.crt\"");
    let name = HeaderValue::try_from(name).expect("a key is letters, digits and hyphens");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-x509-ca-cert"),
        ),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, certificate.pem).into_response())
}

impl Setup {
    fn name(&self) -> String {
        let state = self.state.as_ref();
        state.map_or_else(|| self.key.to_string(), |state| state.tenant.name.clone())
    }

    /// How many licences were seen; `None`: the tenant was never seen.
    fn seen(&self) -> Option<i64> {
        let snapshot = self.state.as_ref()?.snapshot.as_ref()?;
        i64::try_from(snapshot.skus.len()).ok()
    }

    /// The domain that stands in the place of the tenant's id, which nobody could look up yet.
    fn domain(&self) -> Option<&str> {
        let standing = self.standing.as_ref().ok()?;
        let id = standing.tenant_id.as_str();
        uuid::Uuid::try_parse(id).is_err().then_some(id)
    }

    fn waits_for_app(&self) -> bool {
        self.standing
            .as_ref()
            .is_ok_and(|standing| standing.client_id.is_none())
    }
}
