//! Style, scripts and icon of the pages. Their addresses carry a hash, so browsers may keep them.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer;
use crate::request::Params;
use crate::state::App;

pub(super) const STYLE: &str = include_str!("../../assets/licensetool.css");
const SCRIPT: &str = include_str!("../../assets/licensetool.js");
const DOCS: &str = include_str!("../../assets/docs.js");
const ICON: &str = include_str!("../../assets/icon.svg");

/// Where the style is, with the mark of this version.
pub(crate) static STYLE_AT: LazyLock<String> = LazyLock::new(|| at("licensetool.css", STYLE));
pub(crate) static SCRIPT_AT: LazyLock<String> = LazyLock::new(|| at("licensetool.js", SCRIPT));
pub(crate) static DOCS_AT: LazyLock<String> = LazyLock::new(|| at("docs.js", DOCS));

fn at(name: &str, text: &str) -> String {
    format!("/assets/{name}?v={:016x}", answer::hash(text.as_bytes()))
}

/// Which version of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Version {
    /// A mark that changes with the content: what has one may be kept for a year.
    v: Option<String>,
}

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(style))
        .routes(routes!(script))
        .routes(routes!(docs))
        .routes(routes!(icon))
}

/// Style of the pages
#[utoipa::path(get, path = "/assets/licensetool.css", tag = "pages",
    operation_id = "pageStyle", params(Version),
    responses(
        (status = 200, description = "The style", content_type = "text/css"),
        (status = 400, description = "A parameter is not understood")))]
async fn style(Params(version): Params<Version>) -> Response {
    asset("text/css; charset=utf-8", STYLE, &version)
}

/// Script of the pages
#[utoipa::path(get, path = "/assets/licensetool.js", tag = "pages",
    operation_id = "pageScript", params(Version),
    responses(
        (status = 200, description = "The script", content_type = "text/javascript"),
        (status = 400, description = "A parameter is not understood")))]
async fn script(Params(version): Params<Version>) -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT, &version)
}

/// Script of the API documentation
#[utoipa::path(get, path = "/assets/docs.js", tag = "pages",
    operation_id = "docsScript", params(Version),
    responses(
        (status = 200, description = "The script", content_type = "text/javascript"),
        (status = 400, description = "A parameter is not understood")))]
async fn docs(Params(version): Params<Version>) -> Response {
    asset("text/javascript; charset=utf-8", DOCS, &version)
}

/// Icon of the pages
#[utoipa::path(get, path = "/assets/icon.svg", tag = "pages",
    operation_id = "pageIcon", params(Version),
    responses(
        (status = 200, description = "The icon", content_type = "image/svg+xml"),
        (status = 400, description = "A parameter is not understood")))]
async fn icon(Params(version): Params<Version>) -> Response {
    asset("image/svg+xml", ICON, &version)
}

/// A year, for what changes its address when it changes.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

fn asset(content_type: &'static str, text: &'static str, version: &Version) -> Response {
    let mut response = answer::tagged(content_type, text);
    if version.v.is_some() {
        response.headers_mut().insert(header::CACHE_CONTROL, KEEP);
    }
    response
}
