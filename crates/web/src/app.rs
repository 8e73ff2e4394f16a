//! Puts routes and layers together. Every route stands in the API's description, because the same
//! lines make both.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use serde_json::{Value, json};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{self, Access};
use crate::auth::Auth;
use crate::state::App;
use crate::upkeep::Upkeep;
use crate::{
    Options, answer, auth, docs, exact, guard, health, identify, observe, pages, problem, v1, v2,
};

/// No request of ours is anywhere near this big, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "licensetool",
        description = "Microsoft 365 licences of many tenants, as last seen. Numbers that nobody \
            gave are null, never 0, and all come with the time they were seen. Errors are problem \
            details (RFC 9457); their type leads to a page that helps. Times are RFC 3339 in UTC.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT"),
    ),
    tags(
        (name = "v2", description = "The API to build on"),
        (name = "v1", description = "The contract that was there before, kept in shape"),
        (name = "operation", description = "Health, for those who run it. On the metrics \
            listener as well, beside /metrics"),
        (name = "pages", description = "Pages for people, and this description"),
    ),
    components(schemas(problem::Problem)),
)]
struct Document;

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(v2::router())
        .merge(v1::router())
        .merge(auth::router())
        .merge(operation())
        .merge(pages::router())
        .routes(routes!(docs::page))
        .routes(routes!(docs::openapi_json))
}

/// Pages and API. Without sign-in it answers requests to this machine alone.
pub fn app(options: Options) -> Router {
    app_and_upkeep(options).0
}

/// The same, and what keeps its pages quick while nobody asks for them.
pub fn app_and_upkeep(options: Options) -> (Router, Upkeep) {
    let (router, _) = routes().split_for_parts();
    let app = App::new(options);
    (served(router, app.clone()), Upkeep::of(app))
}

/// What happens to requests on their way to a page or an address of the API.
pub(crate) fn served(router: Router<App>, state: App) -> Router {
    let known = whole(router)
        .layer(from_fn(answer::unless_known))
        .layer(from_fn_with_state(state.clone(), identify::identify));
    // Whatever fails inside, a panic or a limit of time too, is told in words.
    let local = bounded(known, &state)
        .layer(from_fn_with_state(state.clone(), pages::failure::in_words))
        .layer(guard::same_origin());
    match state.auth() {
        Some(_) => around(local, state),
        None => around(local.layer(from_fn(guard::local_names)), state),
    }
}

/// What both listeners answer.
pub(crate) fn operation() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
}

/// With answers for what leads nowhere.
pub(crate) fn whole(router: Router<App>) -> Router<App> {
    router
        .fallback(observe::not_found)
        .method_not_allowed_fallback(observe::method_not_allowed)
}

/// No request of either listener is too large, takes for ever, or takes others with it.
pub(crate) fn bounded(router: Router<App>, state: &App) -> Router<App> {
    let fetch_within = state.options().fetch_within;
    router
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(fetch_within, observe::in_time))
        .layer(CatchPanicLayer::custom(observe::panicked))
}

/// What happens around every request of either listener, the innermost first.
pub(crate) fn around(router: Router<App>, state: App) -> Router {
    let observer = observe::Observer {
        requests: state.options().requests.clone(),
        https_only: state.auth().is_some_and(Auth::is_secure),
    };
    router
        // For a fault of the layers in between, which put failures in words.
        .layer(CatchPanicLayer::custom(observe::panicked))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(observer, observe::request))
        .with_state(state)
}

/// The API's description (OpenAPI 3.1) as JSON.
pub fn openapi() -> String {
    let mut text = serde_json::to_string_pretty(&*DOCUMENT).expect("a description is plain JSON");
    text.push('\n');
    text
}

/// The same as a value.
pub(crate) static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let document = routes().into_openapi();
    let mut document = serde_json::to_value(document).expect("a description is plain JSON");
    document["components"]["securitySchemes"] = json!({"entra": {
        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
        "description": "An access token of the same Entra app that people sign in with; its role \
            is reader, operator or admin, and each may do what those before it may.",
    }});
    for (path, operations) in members(document.get_mut("paths")) {
        for (method, operation) in members(Some(operations)) {
            takes(operation, access::of(method, path).flatten());
            exact::parameters(path, operation);
            operation.get_mut("responses").map(failures_are_problems);
        }
    }
    for (name, schema) in members(document.pointer_mut("/components/schemas")) {
        if !ORDERED.contains(&name.as_str()) {
            nulls_are_written(schema);
        }
        exact::shape(name, schema);
    }
    document
});

/// The shapes that people send, in which a member may be null or left out.
const ORDERED: [&str; 12] = [
    "AlertForm",
    "LookForm",
    "PinForm",
    "RetryForm",
    "SwitchForm",
    "RefreshOrder",
    "Reason",
    "SnoozeOrder",
    "PinOrder",
    "PolicyValues",
    "Switches",
    "SwitchesV1",
];

/// Says of an operation which role it takes, and how it fails without.
fn takes(operation: &mut Value, role: Access) {
    let Some(role) = role else {
        return;
    };
    operation["security"] = json!([{"entra": [role.as_str()]}]);
    operation["x-required-role"] = role.as_str().into();
    operation["responses"]["401"] = json!({"description": "Nobody signed in"});
    operation["responses"]["403"] = json!({"description": "The role does not allow it"});
}

/// Says of every failure that it is a problem as RFC 9457 describes it.
fn failures_are_problems(responses: &mut Value) {
    let schema = json!({"$ref": "#/components/schemas/Problem"});
    let content = json!({"application/problem+json": {"schema": schema}});
    for (status, response) in members(Some(responses)) {
        if status.starts_with(['4', '5']) {
            response["content"] = content.clone();
        }
    }
    responses["default"] = json!({"description": "Any other problem", "content": content});
}

/// Says that a member of an answer is there even if it is null.
fn nulls_are_written(schema: &mut Value) {
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten() {
        nulls_are_written(part);
    }
    let is_null = |kind: &Value| *kind == "null" || kind["type"] == "null";
    let may_be_null = |about: &Value| {
        let kinds = about["type"].as_array().or(about["oneOf"].as_array());
        kinds.is_some_and(|kinds| kinds.iter().any(is_null))
    };
    let nullable = members(schema.get_mut("properties")).filter(|(_, about)| may_be_null(about));
    let nullable: Vec<Value> = nullable.map(|(name, _)| name.as_str().into()).collect();
    if !nullable.is_empty() {
        let required = schema["required"].as_array().into_iter().flatten().cloned();
        let all: Vec<Value> = required.chain(nullable).collect();
        schema["required"] = all.into();
    }
}

fn members(value: Option<&mut Value>) -> impl Iterator<Item = (&String, &mut Value)> {
    value.and_then(Value::as_object_mut).into_iter().flatten()
}
