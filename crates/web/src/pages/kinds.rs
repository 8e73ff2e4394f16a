//! What a kind of problem means, for whoever follows a problem's `type`.

use askama::Template;
use axum::response::Response;

use crate::problem::{Error, Kind, quoted};
use crate::request::{Params, Segments};

use super::visit::Visit;
use super::{Place, Reading};

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    visit: Visit,
    place: Place,
    kind: Kind,
}

/// What a kind of problem means
#[utoipa::path(get, path = "/problems/{kind}", tag = "pages",
    operation_id = "problemPage",
    params(("kind" = String, Path, description = "The end of a problem's type",
        example = "unknown-tenant"), Reading),
    responses(
        (status = 200, description = "What it means and what helps", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such kind")))]
pub(crate) async fn page(
    Segments(slug): Segments<String>,
    visit: Visit,
    Params(Reading { .. }): Params<Reading>,
) -> Result<Response, Error> {
    let kind = Kind::from_slug(&slug).ok_or_else(|| {
        let detail = format!("There is no kind of problem {}.", quoted(&slug));
        Error::new(Kind::NotFound, detail)
    })?;
    let page = ProblemPage {
        visit,
        place: Place::Elsewhere,
        kind,
    };
    page.visit.render(&page)
}

impl ProblemPage {
    fn title(&self) -> &'static str {
        self.kind.title_in(self.visit.language())
    }

    fn help(&self) -> &'static str {
        self.kind.help_in(self.visit.language())
    }
}
