//! `/metrics`: licences as last seen, requests, and the process, in OpenMetrics text.

mod alerts;
mod tenants;
mod licenses;
mod operation;
mod process;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::problem::Error;
use crate::state::App;
use crate::{Options, app, guard};

const PREFIX: &str = "licensetool";

const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Counts of HTTP requests. Clones count together.
#[derive(Clone, Debug)]
pub struct Requests {
    answered: Family<Answered, Counter>,
    duration: Family<Asked, Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    /// Such as `2xx`.
    status: &'static str,
}

impl Default for Requests {
    fn default() -> Self {
        // 100 µs to 6.5 s: an answer from memory to almost the time limit.
        let histogram = || Histogram::new(exponential_buckets(0.000_1, 4.0, 9));
        Self {
            answered: Family::default(),
            duration: Family::new_with_constructor(histogram),
        }
    }
}

impl Requests {
    fn register(&self, registry: &mut Registry) {
        let help = "HTTP requests answered, by route and class of the status";
        registry.register("http_requests", help, self.answered.clone());
        let help = "How long answering an HTTP request took, by route";
        let duration = self.duration.clone();
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, duration);
    }

    /// `route` is the pattern that matched, never the path: paths have no end.
    pub(crate) fn count(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let (method, route) = (known(method), route.to_owned());
        let asked = Asked {
            method,
            route: route.clone(),
        };
        self.duration
            .get_or_create(&asked)
            .observe(took.as_secs_f64());
        let answered = Answered {
            method,
            route,
            status: class(status),
        };
        self.answered.get_or_create(&answered).inc();
    }
}

/// Which of them it was stands in the log.
fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

/// A client may invent methods; a label may not grow with them.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// What the metrics listener answers: `/metrics`, `/healthz` and `/readyz`. `registry` already
/// holds what other parts of the program count.
pub fn metrics_app(options: Options, mut registry: Registry) -> Router {
    options.requests.register(&mut registry);
    let version = Info::new([("version", options.version)]);
    registry.register("build", "The running program", version);
    let registry = Arc::new(registry);
    let scrape =
        move |State(app): State<App>, _: Request| async move { metrics(&app, &registry).await };
    let (operation, _) = app::operation().split_for_parts();
    let router = operation.route("/metrics", get(scrape));
    let state = App::new(options);
    let guarded = app::bounded(app::whole(router), &state).layer(from_fn(guard::addresses));
    app::around(guarded, state)
}

async fn metrics(app: &App, counted: &Registry) -> Result<Response, Error> {
    let mut seen = Registry::with_prefix(PREFIX);
    licenses::register(app, &mut seen).await;
    operation::register(app, &mut seen);
    let mut own = Registry::default();
    process::register(&mut own);
    let mut text = String::new();
    for registry in [counted, &seen, &own] {
        encode_registry(&mut text, registry).map_err(|error| Error::internal(error.to_string()))?;
    }
    encode_eof(&mut text).map_err(|error| Error::internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}
