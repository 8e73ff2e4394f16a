//! From a new customer to a watched tenant, for administrators: the list of tenants, adding one,
//! and setting one up step by step until its licences appear.

pub(crate) mod acting;
pub(crate) mod setup;

use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use serde::Deserialize;
use store::Tenant;
use utoipa::IntoParams;

use crate::caller::Admin;
use crate::desk::Refused;
use crate::overview::overview;
use crate::problem::Error;
use crate::request::{Params, filled};
use crate::state::App;
use crate::v2::page;

use super::{Place, Visit, back, by_name};

/// Which tenants.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Words in names and keys, without regard to case or accents.
    #[serde(default, deserialize_with = "filled")]
    q: Option<String>,
    /// What follows the page that led here.
    #[serde(default, deserialize_with = "filled")]
    cursor: Option<String>,
    /// `de` or `en`: from now on.
    #[allow(
        dead_code,
        reason = "the visit reads it; this lets the address take it"
    )]
    language: Option<String>,
}

#[derive(Template)]
#[template(path = "tenants.html")]
struct Tenants {
    visit: Visit,
    place: Place,
    search: String,
    /// Whether there is any tenant at all.
    any: bool,
    tenants: Vec<Arc<Tenant>>,
    first: Option<String>,
    next: Option<String>,
    /// Whether pages may write the home folder.
    has_desk: bool,
    /// Why nothing was added, and what was asked for.
    refused: Option<(Refused, acting::NewForm)>,
}

/// Tenants, for administrators
#[utoipa::path(get, path = "/tenants", tag = "pages",
    operation_id = "tenantsPage", params(Wanted),
    responses(
        (status = 200, description = "The page", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood")))]
pub(crate) async fn page(
    _: Admin,
    Shared(app): Shared<App>,
    visit: Visit,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    shown(&app, visit, &wanted, None).await
}

async fn shown(
    app: &App,
    visit: Visit,
    wanted: &Wanted,
    refused: Option<(Refused, acting::NewForm)>,
) -> Result<Response, Error> {
    let after = page::place(wanted.cursor.as_deref(), page::plain)?;
    let overview = overview(app).await?;
    let any = !overview.is_empty();
    let (tenants, last) = by_name::page(overview.by_name(), wanted.q.as_deref(), after.as_deref());
    let here = visit.here();
    let page = Tenants {
        search: wanted.q.clone().unwrap_or_default(),
        any,
        tenants,
        first: after.map(|_| back::without(here, "cursor")),
        next: last.map(|last| back::with(here, "cursor", &page::opaque(&last))),
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
