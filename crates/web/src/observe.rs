//! What happens around every request: an id, a time limit, one log line, one count, safe headers.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument as _;
use tracing::field::Empty;
use uuid::Uuid;

use crate::metrics::Requests;
use crate::problem::{Error, Kind, Logged};

/// No answer may take longer, except that of an address that waits for others: see [`WAITS`].
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Where addresses begin that wait for Microsoft, for as long as the options say.
pub(crate) const WAITS: &str = "/api/v1/licenses/status/show-fetch";

/// Where orders of administrators are carried out, which may ask Entra and make keys.
const AT_THE_DESK: [&str; 3] = [
    "/tenants",
    "/tenants/{tenant}/setup",
    "/tenants/{tenant}/certificate",
];

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// No id of a request that is taken over is longer, in characters.
const LONGEST_ID: usize = 64;

/// For everything that is no page: such an answer may load nothing and be framed by nobody.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Browsers keep to HTTPS for a year.
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What no page of ours needs is nobody's to ask for.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), \
                           browsing-topics=()";

/// What is said of requests, and to whom.
#[derive(Clone, Debug)]
pub(crate) struct Observer {
    pub(crate) requests: Requests,
    /// Whether people reach the service over HTTPS alone.
    pub(crate) https_only: bool,
}

/// The outermost layer: one line in the log and one count for each request.
pub(crate) async fn request(
    State(Observer {
        requests,
        https_only,
    }): State<Observer>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    // Neither path nor query: anybody can write anything there.
    let span = tracing::info_span!(
        "request",
        otel.kind = "server",
        request_id = id,
        %method,
        route,
        status = Empty,
    );
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = began.elapsed();
    span.record("status", response.status().as_u16());
    requests.count(&method, route, response.status(), took);
    span.in_scope(|| log(&response, took));
    add_headers(&mut response, &id);
    if https_only {
        response
            .headers_mut()
            .insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    }
    response
}

fn log(response: &Response, took: Duration) {
    let status = response.status().as_u16();
    let took_ms = took.as_secs_f64() * 1000.0;
    match response.extensions().get::<Logged>() {
        Some(Logged(cause)) => tracing::error!(status, took_ms, cause, "failed"),
        None if response.status().is_server_error() => tracing::warn!(status, took_ms, "answered"),
        None => tracing::debug!(status, took_ms, "answered"),
    }
}

/// The id that a proxy or a client has given to the request already, if it is fit for a log; else
/// a new one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let fit = |id: &&str| {
        let fits = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(fits)
    };
    given
        .filter(fit)
        .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)
}

fn add_headers(response: &mut Response, id: &str) {
    let id = HeaderValue::try_from(id).expect("letters, digits, hyphens and underscores");
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    for (name, value) in [
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", PERMISSIONS),
    ] {
        let name = HeaderName::from_static(name);
        headers.insert(name, HeaderValue::from_static(value));
    }
    let nothing = HeaderValue::from_static(NOTHING);
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(nothing);
}

/// Gives up on an answer that takes too long.
pub(crate) async fn in_time(
    State(fetch_within): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let waits = route
        .map(MatchedPath::as_str)
        .is_some_and(|route| route.starts_with(WAITS) || AT_THE_DESK.contains(&route));
    let limit = if waits {
        TIME_LIMIT + fetch_within
    } else {
        TIME_LIMIT
    };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let seconds = limit.as_secs();
            let detail = format!(
                "There was no answer within {seconds} seconds. Ask for less, or again later."
            );
            Error::new(Kind::TooSlow, detail)
                .retry_after(5)
                .into_response()
        }
    }
}

/// A handler that panics costs its own request and no other.
#[allow(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over"
)]
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    Error::internal(format!(
        "panic: {}",
        text.as_deref().unwrap_or("without a text")
    ))
    .into_response()
}

/// The answer to a path that leads nowhere.
pub(crate) async fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "There is nothing at this path. /api/v1/docs lists what there is.",
    )
}

/// The answer to a method that a path does not have; the router adds `Allow`.
pub(crate) async fn method_not_allowed(request: Request) -> Error {
    let detail = format!("This address does not take {}.", request.method());
    Error::new(Kind::MethodNotAllowed, detail)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt as _;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    async fn ask(app: Router) -> Response {
        let request = Request::get("/")
            .body(Body::empty())
            .expect("a plain request");
        app.oneshot(request).await.expect("routers never fail")
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_takes_too_long_is_given_up() {
        let never = || std::future::pending::<()>();
        let limit = from_fn_with_state(Duration::from_secs(25), in_time);
        let app = Router::new().route("/", get(never)).layer(limit);
        let response = ask(app).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "5");
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_waits_for_others_has_its_own_time_besides() {
        let after = || tokio::time::sleep(Duration::from_secs(30));
        let limit = from_fn_with_state(Duration::from_secs(25), in_time);
        for route in [WAITS].into_iter().chain(AT_THE_DESK) {
            let waits = Router::new().route(route, get(after)).layer(limit.clone());
            let request = Request::get(route.replace(['{', '}'], "")).body(Body::empty());
            let response = waits.oneshot(request.expect("a plain request")).await;
            let status = response.expect("routers never fail").status();
            assert_eq!(status, StatusCode::OK, "{route}");
        }
    }

    #[tokio::test]
    async fn a_panic_is_logged_and_not_shown() {
        async fn broken() {
            panic!("a planted panic")
        }
        let app = Router::new()
            .route("/", get(broken))
            .layer(CatchPanicLayer::custom(panicked));
        let response = ask(app).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let logged = response
            .extensions()
            .get::<Logged>()
            .map(|logged| logged.0.as_str());
        assert_eq!(logged, Some("panic: a planted panic"));
        let body = axum::body::to_bytes(response.into_body(), 10_000).await;
        let body = String::from_utf8_lossy(&body.expect("a whole body")).into_owned();
        assert!(
            body.contains("/problems/internal") && !body.contains("planted"),
            "{body}"
        );
    }
}
