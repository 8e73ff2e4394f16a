//! All licences of all tenants: what needs action first; all filters stand in the address.

mod query;
mod rows;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use domain::Severity;

use crate::caller::Reader;
use crate::overview::{Overview, Seen, overview};
use crate::problem::Error;
use crate::request::Params;
use crate::state::App;
use crate::v2::{self, Lens};

use super::Place;
use super::choice::{Choice, choices};
use super::spark::Spark;
use super::todo::Todo;
use super::visit::Visit;

pub(crate) use query::{LEVELS, SORTS, Wanted};
use query::{Query, Sort};
use rows::{Counts, Finds, Row};

/// So many rows make a page.
const PAGE: usize = 50;

/// Alerts on top.
const TODO: usize = 3;

/// Tenants without new numbers that are named one by one; the others are counted.
const UNSEEN_NAMED: usize = 5;

#[derive(Template)]
#[template(path = "licenses.html")]
struct Licenses {
    visit: Visit,
    place: Place,
    query: Query,
    todo: Todo,
    show_tenant: bool,
    tenants: Vec<Choice>,
    levels: Vec<Choice>,
    counts: Counts,
    /// How many rows the filters leave.
    found: usize,
    /// Those of this page.
    rows: Vec<(Row, Spark)>,
    /// Tenants without new numbers.
    unseen: Vec<Seen>,
}

/// Licences of all tenants
///
/// What needs action stands first. All filters stand in the address.
#[utoipa::path(get, path = "/licenses", tag = "pages",
    operation_id = "licensesPage", params(Wanted),
    responses(
        (status = 200, description = "The page", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such tenant")))]
pub(crate) async fn page(
    _: Reader,
    Shared(app): Shared<App>,
    visit: Visit,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let query = Query::of(wanted)?;
    if let Some(tenant) = &query.tenant {
        v2::known(app.store(), tenant).await?;
    }
    let overview = overview(&app).await?;
    let finds = Finds::of(&overview, &query, visit.now);
    let (found, counts) = (finds.len(), finds.counts);
    let first = query.first(found, PAGE);
    let rows = finds.page(visit.language(), first..first + PAGE);
    let mut with_sparks = Vec::with_capacity(rows.len());
    for row in rows {
        let spark = Spark::of(&app, &row.tenant, row.line.product.id, visit.now).await?;
        with_sparks.push((row, spark));
    }
    let lens = Lens::of(&app, &visit).await?;
    let todo = match query.is_narrow() {
        true => Todo::none(),
        false => Todo::of(&app, &lens, &visit, None, TODO).await?,
    };
    let levels = LEVELS.map(|level| (level, visit.w.level_word(level)));
    let page = Licenses {
        tenants: tenants(&overview, query.tenant.as_deref()),
        levels: choices(levels, query.level),
        unseen: unseen(&overview, &query),
        visit,
        place: Place::Licenses,
        query,
        todo,
        show_tenant: true,
        counts,
        found,
        rows: with_sparks,
    };
    page.visit.render(&page)
}

/// The tenants that can be chosen, by name.
fn tenants(overview: &Overview, chosen: Option<&str>) -> Vec<Choice> {
    let on = overview.by_name().map(|seen| &seen.tenant);
    let named = on.filter(|tenant| tenant.settings.enabled);
    choices(named.map(|it| (it.key.as_str(), it.name.as_str())), chosen)
}

/// Tenants of which nothing new could be seen, as far as the query is about them.
fn unseen(overview: &Overview, query: &Query) -> Vec<Seen> {
    let is_old = |seen: &&Seen| seen.tenant.gap.is_some() || seen.tenant.seen_at.is_none();
    let wanted = |seen: &&Seen| query.is_about(seen.tenant.key.as_str());
    overview
        .on()
        .filter(is_old)
        .filter(wanted)
        .cloned()
        .collect()
}

impl Licenses {
    fn first(&self) -> usize {
        self.query.first(self.found, PAGE)
    }

    fn last(&self) -> usize {
        (self.first() + PAGE).min(self.found)
    }

    /// Where the page before and the one after are.
    fn before(&self) -> Option<String> {
        (self.first() > 0).then(|| self.query.with_page(self.first() / PAGE))
    }

    fn after(&self) -> Option<String> {
        let more = self.last() < self.found;
        more.then(|| self.query.with_page(self.first() / PAGE + 2))
    }

    fn unseen_count(&self) -> i64 {
        i64::try_from(self.unseen.len()).unwrap_or(i64::MAX)
    }

    fn unseen_named(&self) -> &[Seen] {
        self.unseen.get(..UNSEEN_NAMED).unwrap_or(&self.unseen)
    }

    fn unseen_more(&self) -> Option<String> {
        let more = self.unseen.len().saturating_sub(UNSEEN_NAMED);
        (more > 0).then(|| {
            self.visit
                .w
                .unseen_more(i64::try_from(more).unwrap_or(i64::MAX))
        })
    }

    fn count(&self, count: usize) -> String {
        self.visit.number(i64::try_from(count).unwrap_or(i64::MAX))
    }
}
