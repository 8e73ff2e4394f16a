//! One tenant: what it has, what comes to its date, and how the last look at it went.

pub(crate) mod product;
mod purchases;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use domain::{Level, Severity, Snapshot};
use store::{State, Tenant};

use crate::caller::Reader;
use crate::overview;
use crate::overview::Line;
use crate::problem::Error;
use crate::request::{Params, Segments};
use crate::state::App;
use crate::v2::{Lens, present};

use super::spark::Spark;
use super::todo::Todo;
use super::visit::Visit;
use super::{Place, Reading, level_rank};

use purchases::{Bought, bought};

/// Alerts on top.
const TODO: usize = 6;

#[derive(Template)]
#[template(path = "tenant.html")]
struct TenantPage {
    visit: Visit,
    place: Place,
    tenant: Tenant,
    remarks: Vec<String>,
    todo: Todo,
    show_tenant: bool,
    /// Level, line and course; what needs action first.
    lines: Vec<(Option<Level>, Line, Spark)>,
    /// `None`: never seen.
    bought: Option<Vec<Bought>>,
}

/// One tenant
#[utoipa::path(get, path = "/tenants/{tenant}", tag = "pages",
    operation_id = "tenantPage",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        Reading),
    responses(
        (status = 200, description = "The page", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such tenant")))]
pub(crate) async fn page(
    _: Reader,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    visit: Visit,
    Params(Reading { .. }): Params<Reading>,
) -> Result<Response, Error> {
    let key = present(app.store(), &given).await?.key;
    let state = app.store().state(&key).await?;
    let state = state.ok_or_else(|| Error::unknown_tenant(&given))?;
    let lens = Lens::of(&app, &visit).await?;
    let lines = lines(&app, &visit, &state).await?;
    let State { tenant, snapshot } = state;
    let bought = match &snapshot {
        Some(snapshot) => bought(&app, &lens, &visit, &tenant, snapshot, None).await?,
        None => None,
    };
    let todo = Todo::of(&app, &lens, &visit, Some(key), TODO).await?;
    let page = TenantPage {
        todo,
        show_tenant: false,
        visit,
        place: Place::Licenses,
        tenant,
        remarks: snapshot.map_or_else(Vec::new, |Snapshot { remarks, .. }| remarks),
        lines,
        bought,
    };
    page.visit.render(&page)
}

async fn lines(
    app: &App,
    visit: &Visit,
    state: &State,
) -> Result<Vec<(Option<Level>, Line, Spark)>, Error> {
    let tenant = &state.tenant;
    let lines = overview::lines_of(app, state).await?;
    let mut shown = Vec::with_capacity(lines.len());
    for line in lines {
        let spark = Spark::of(app, tenant, line.product.id, visit.now).await?;
        shown.push((line.level(tenant, visit.now), line, spark));
    }
    let language = visit.language();
    shown.sort_by(|(a, line_a, _), (b, line_b, _)| {
        let [name_a, name_b] = [line_a, line_b].map(|line| line.product.folded_name(language));
        let levels = level_rank(*b).cmp(&level_rank(*a));
        levels.then_with(|| name_a.cmp(name_b))
    });
    Ok(shown)
}

impl TenantPage {
    fn export_filter(&self) -> String {
        format!("tenant={}", self.tenant.key)
    }

    /// Whether its end is near enough for somebody to act.
    fn certificate_is_due(&self) -> bool {
        let certificate = self.tenant.certificate.as_ref();
        certificate.is_some_and(|it| it.stage(self.visit.now).is_some())
    }
}
