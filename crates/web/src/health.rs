//! Whether the process is alive and able to answer, for whoever restarts it or sends it requests.

use std::sync::atomic::Ordering;

use axum::extract::State as Shared;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::Serialize;
use store::Schema;
use utoipa::ToSchema;

use crate::Loop;
use crate::moment::Moment;
use crate::problem::{Error, Kind};
use crate::state::App;

/// All is well.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(value_type = String, example = "ok")]
    status: &'static str,
    version: &'static str,
    loops: Vec<Turned>,
}

/// A loop of this process.
#[derive(Serialize, ToSchema)]
#[schema(as = Loop)]
pub(crate) struct Turned {
    #[schema(value_type = String, example = "collect")]
    name: &'static str,
    /// `null`: not yet, and its time is not up.
    turned_at: Option<Moment>,
    /// It counts as stuck without a turn in so many seconds.
    within_seconds: i64,
}

/// The store can be used.
#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    #[schema(value_type = String, example = "ready")]
    status: &'static str,
    /// The schema's version.
    schema: i64,
}

/// When a loop last turned; `None`: not yet.
pub(crate) fn turned_at(a_loop: &Loop) -> Option<Timestamp> {
    match a_loop.turned_at.load(Ordering::Relaxed) {
        0 => None,
        millisecond => Timestamp::from_millisecond(millisecond).ok(),
    }
}

/// Whether a loop should have turned and has not. It has its time from the start on.
pub(crate) fn is_stuck(a_loop: &Loop, started_at: Timestamp, now: Timestamp) -> bool {
    let last = turned_at(a_loop).unwrap_or(started_at);
    now.duration_since(last) > a_loop.within
}

/// Whether every loop has turned lately
#[utoipa::path(get, path = "/healthz", tag = "operation",
    operation_id = "getHealth", responses(
    (status = 200, description = "Every loop turns", body = Health),
    (status = 503, description = "A loop is stuck; a restart is safe")))]
pub(crate) async fn healthz(Shared(app): Shared<App>) -> Result<Response, Error> {
    let (loops, now) = (&app.options().loops, app.now());
    if let Some(stuck) = loops
        .iter()
        .find(|a_loop| is_stuck(a_loop, app.started_at(), now))
    {
        let detail = format!(
            "The loop \"{}\" has not turned within {} seconds.",
            stuck.name,
            stuck.within.as_secs()
        );
        return Err(Error::new(Kind::LoopStuck, detail));
    }
    let turned = |a_loop: &Loop| Turned {
        name: a_loop.name,
        turned_at: turned_at(a_loop).map(Moment),
        within_seconds: a_loop.within.as_secs(),
    };
    Ok(of_now(&Health {
        status: "ok",
        version: app.options().version,
        loops: loops.iter().map(turned).collect(),
    }))
}

/// Whether the store can be used
#[utoipa::path(get, path = "/readyz", tag = "operation",
    operation_id = "getReadiness", responses(
    (status = 200, description = "The store can be used", body = Readiness),
    (status = 503, description = "The store cannot be reached, or has another schema")))]
pub(crate) async fn readyz(Shared(app): Shared<App>) -> Result<Response, Error> {
    let schema = app.store().schema().await.map_err(|error| {
        let detail = "The store cannot be reached. The log says why.";
        let error = format!("{:#}", anyhow::Error::from(error));
        Error::new(Kind::NotReady, detail)
            .retry_after(1)
            .because(error)
    })?;
    if !schema.fits() {
        return Err(Error::new(Kind::NotReady, unfit(schema)).retry_after(1));
    }
    Ok(of_now(&Readiness {
        status: "ready",
        schema: schema.found,
    }))
}

/// Why a program cannot use a store with this schema, and the way out.
pub fn unfit(schema: Schema) -> String {
    let (found, expected) = (schema.found, schema.expected);
    if schema.is_being_filled() {
        return "A copy into the store is not complete: end it with `licensetool store copy`."
            .to_owned();
    }
    match found > expected {
        true => format!(
            "The store has schema version {found}, which leaves nothing for programs that know \
             version {expected}: run a newer program."
        ),
        false => format!(
            "The store has schema version {found}; this needs {expected}: run `licensetool \
             migrate`."
        ),
    }
}

/// An answer that is not to be kept.
fn of_now<T: Serialize>(value: &T) -> Response {
    let body = serde_json::to_vec(value).expect("shapes have text keys and plain values");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body).into_response()
}

#[test]
fn a_copy_that_is_not_complete_is_the_reason() {
    let schema = |oldest| Schema {
        found: 7,
        expected: 7,
        oldest,
    };
    assert!(unfit(schema(i64::MAX)).contains("licensetool store copy"));
    assert!(!unfit(schema(7)).contains("copy"));
}
