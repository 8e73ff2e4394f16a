//! The few pages there are until sign-in comes: what runs, what a kind of problem means, and the
//! page that a message about an alert leads to. Only that one shows anything of a tenant.

pub(crate) mod alert;
mod texts;

use askama::Template;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::Language;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::{Error, Kind, quoted};
use crate::request::{Nothing, Params, Segments};
use crate::state::App;
use crate::{Loop, answer, health, language};

use texts::Texts;

/// A page loads our style and our script, speaks to us, and is framed by nobody.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// For whom the page is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Reader {
    /// `de` or `en`. Without it: as Accept-Language says.
    language: Option<String>,
}

/// What runs here.
#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    lang: &'static str,
    texts: &'static Texts,
    version: &'static str,
    store: Answers,
    services: Vec<Service>,
}

#[derive(PartialEq, Eq)]
enum Answers {
    Yes,
    No,
}

struct Service {
    name: &'static str,
    state: Turning,
    turned_at: Option<Timestamp>,
}

#[derive(PartialEq, Eq)]
enum Turning {
    Turns,
    Waits,
    Stuck,
}

/// A kind of problem, for whoever follows a problem's `type`.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    lang: &'static str,
    title: &'static str,
    status: u16,
    help: &'static str,
}

/// Where mails lead for all alerts
#[utoipa::path(get, path = "/alerts", tag = "pages",
    operation_id = "alertsPage",
    responses((status = 307, description = "To the list of the API, until there is a page")))]
pub(crate) async fn alerts() -> Redirect {
    Redirect::temporary("/api/v2/alerts")
}

/// What runs here
#[utoipa::path(get, path = "/", tag = "pages",
    operation_id = "startPage", params(Reader),
    responses((status = 200, description = "The start page", content_type = "text/html")))]
pub(crate) async fn start(
    Shared(app): Shared<App>,
    headers: HeaderMap,
    Params(reader): Params<Reader>,
) -> Result<Response, Error> {
    let language = language::wanted(reader.language.as_deref(), &headers, app.language())?;
    let now = app.now();
    let service = |a_loop: &Loop| {
        let turned_at = health::turned_at(a_loop);
        let state = if health::is_stuck(a_loop, app.started_at(), now) {
            Turning::Stuck
        } else if turned_at.is_some() {
            Turning::Turns
        } else {
            Turning::Waits
        };
        Service {
            name: a_loop.name,
            state,
            turned_at,
        }
    };
    let schema = app.store().schema().await;
    let start = Start {
        lang: language::tag(language),
        texts: Texts::of(language),
        version: app.options().version,
        store: match schema {
            Ok(schema) if schema.found == schema.expected => Answers::Yes,
            _ => Answers::No,
        },
        services: app.options().loops.iter().map(service).collect(),
    };
    Ok((language::headers(language), render(&start)?).into_response())
}

/// What a kind of problem means
#[utoipa::path(get, path = "/problems/{kind}", tag = "pages",
    operation_id = "problemPage",
    params(("kind" = String, Path, description = "The end of a problem's type",
        example = "unknown-tenant")),
    responses(
        (status = 200, description = "What it means and what helps", content_type = "text/html"),
        (status = 404, description = "There is no such kind")))]
pub(crate) async fn problem(
    Segments(slug): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let kind = Kind::from_slug(&slug).ok_or_else(|| {
        let detail = format!("There is no kind of problem {}.", quoted(&slug));
        Error::new(Kind::NotFound, detail)
    })?;
    render(&ProblemPage {
        lang: language::tag(Language::English),
        title: kind.title(),
        status: kind.status().as_u16(),
        help: kind.help(),
    })
}

/// Style of the pages
#[utoipa::path(get, path = "/assets/licensetool.css", tag = "pages",
    operation_id = "pageStyle",
    responses((status = 200, description = "The style", content_type = "text/css")))]
pub(crate) async fn style() -> Response {
    const STYLE: &str = include_str!("../assets/licensetool.css");
    answer::tagged("text/css; charset=utf-8", STYLE)
}

/// Script of the pages
#[utoipa::path(get, path = "/assets/docs.js", tag = "pages",
    operation_id = "pageScript",
    responses((status = 200, description = "The script", content_type = "text/javascript")))]
pub(crate) async fn script() -> Response {
    const SCRIPT: &str = include_str!("../assets/docs.js");
    answer::tagged("text/javascript; charset=utf-8", SCRIPT)
}

/// A page with the headers that pages need.
pub(crate) fn render(page: &impl Template) -> Result<Response, Error> {
    let html = page
        .render()
        .map_err(|error| Error::internal(format!("a template: {error}")))?;
    let mut response = answer::tagged("text/html; charset=utf-8", html);
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}
