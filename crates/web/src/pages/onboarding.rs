//! From a new customer to a watched tenant, for administrators: the list of tenants, adding one,
//! and setting one up step by step until its licences appear.

pub(crate) mod acting;
pub(crate) mod setup;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use store::Tenant;

use crate::caller::Admin;
use crate::desk::Refused;
use crate::problem::Error;
use crate::request::Params;
use crate::state::App;

use super::{Place, Reading, Visit};

#[derive(Template)]
#[template(path = "tenants.html")]
struct Tenants {
    visit: Visit,
    place: Place,
    tenants: Vec<Tenant>,
    /// Whether pages may write the home folder.
    has_desk: bool,
    /// Why nothing was added, and what was asked for.
    refused: Option<(Refused, acting::NewForm)>,
}

/// Tenants, for administrators
#[utoipa::path(get, path = "/tenants", tag = "pages",
    operation_id = "tenantsPage", params(Reading),
    responses(
        (status = 200, description = "The page", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood")))]
pub(crate) async fn page(
    _: Admin,
    Shared(app): Shared<App>,
    visit: Visit,
    Params(Reading { .. }): Params<Reading>,
) -> Result<Response, Error> {
    shown(&app, visit, None).await
}

async fn shown(
    app: &App,
    visit: Visit,
    refused: Option<(Refused, acting::NewForm)>,
) -> Result<Response, Error> {
    let page = Tenants {
        tenants: app.store().tenants().await?,
        has_desk: app.options().desk.is_some(),
        visit,
        place: Place::Tenants,
        refused,
    };
    page.visit.render(&page)
}

impl Tenants {
    fn asked(&self) -> acting::NewForm {
        self.refused
            .as_ref()
            .map(|(_, form)| form.clone())
            .unwrap_or_default()
    }
}
