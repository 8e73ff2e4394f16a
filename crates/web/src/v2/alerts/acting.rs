//! What people do with alerts.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::{Action, Refused, Snooze};
use jiff::Timestamp;
use serde::Deserialize;
use store::{Acted, KeptAlert};
use utoipa::ToSchema;

use crate::caller::{Caller, Operator};
use crate::problem::{self, Error};
use crate::request::{self, Body, Expected, Nothing, Params, Segments};
use crate::state::App;
use crate::v2::lens::Lens;

use super::{Detail, detail, find, unknown};

/// The longest reason, in characters.
const REASON_MAX: usize = 500;

/// Why somebody does it.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = Reason)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deed {
    /// For the alert's history.
    #[schema(max_length = 500, example = "Ordered 50 seats")]
    reason: Option<String>,
}

/// Until when it is to be quiet: either a time, or until the numbers change.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnoozeOrder {
    /// RFC 3339, in the future.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<String>,
    /// `true`: until the numbers change.
    until_change: Option<bool>,
    /// For the alert's history.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// A request about one alert, as all four take it.
struct Asked {
    app: App,
    caller: Caller,
    id: String,
    expected: Option<i64>,
    lens: Lens,
}

impl Asked {
    async fn new(
        app: App,
        caller: Caller,
        id: String,
        Expected(expected): Expected,
        headers: &HeaderMap,
    ) -> Result<Self, Error> {
        let lens = Lens::new(&app, headers, None).await?;
        Ok(Self {
            app,
            caller,
            id,
            expected,
            lens,
        })
    }

    async fn act(self, action: Action, reason: Option<String>) -> Result<Response, Error> {
        let Self {
            app,
            caller,
            id,
            expected,
            lens,
        } = self;
        let kept = act(&app, &caller, (&id, expected), action, reason).await?;
        detail(&app, &kept, &lens).await
    }
}

/// Does something with the alert of this id, if its version still is the one that is expected
/// (`None`: whatever it is), and answers how it is then.
pub(crate) async fn act(
    app: &App,
    caller: &Caller,
    (given, expected): (&str, Option<i64>),
    action: Action,
    reason: Option<String>,
) -> Result<KeptAlert, Error> {
    let why = reason.unwrap_or_default();
    let length = why.chars().count();
    if length > REASON_MAX {
        let detail = format!("reason: has {length} characters, and may have {REASON_MAX}.");
        return Err(Error::new(problem::Kind::InvalidBody, detail));
    }
    let id = find(app, given).await?.id;
    let (routes, now) = (&app.options().routes, app.now());
    let acted = app
        .store()
        .act(id, expected, action, caller.by(), &why.into(), routes, now)
        .await?;
    match acted {
        Acted::Done(kept) | Acted::Unchanged(kept) => Ok(kept),
        Acted::Overtaken(kept) => Err(Error::overtaken(kept.version, expected)),
        Acted::Refused(_, refused) => Err(refusal(refused)),
        Acted::Unknown => Err(unknown(given)),
    }
}

fn refusal(refused: Refused) -> Error {
    match refused {
        Refused::Ended => Error::new(
            problem::Kind::AlertEnded,
            "The alert is resolved already; if the concern comes back, a new alert opens.",
        ),
        Refused::SnoozeInThePast => in_the_past(),
    }
}

fn in_the_past() -> Error {
    let detail = "until: lies in the past. A snooze must end in the future.";
    Error::new(problem::Kind::InvalidBody, detail)
}

impl SnoozeOrder {
    fn snooze(&self, now: Timestamp) -> Result<Snooze, Error> {
        let until = request::time("until", self.until.as_deref());
        let until = until.map_err(Error::of_body)?;
        match (until, self.until_change.unwrap_or_default()) {
            (Some(until), false) if until <= now => Err(in_the_past()),
            (Some(until), false) => Ok(Snooze::Until(until)),
            (None, true) => Ok(Snooze::Change),
            _ => {
                let detail =
                    r#"Say either {"until": "2026-09-01T06:00:00Z"} or {"until_change": true}."#;
                Err(Error::new(problem::Kind::InvalidBody, detail))
            }
        }
    }
}

/// Say that somebody takes care of an alert
///
/// It stays until its reason is gone, and opens again if that gets worse.
#[utoipa::path(post, path = "/api/v2/alerts/{id}/acknowledge", tag = "v2",
    operation_id = "acknowledgeAlert",
    params(
        ("id" = i64, Path, description = "The alert's id", example = 1),
        ("If-Match" = Option<String>, Header, description = "The alert's ETag, or its version in \
            quotes: only if nobody was faster")),
    request_body(content = Option<Deed>, description = "May be left out"),
    responses(
        (status = 200, description = "It is so now", body = Detail),
        (status = 400, description = "The body is not understood"),
        (status = 404, description = "There is no such alert"),
        (status = 409, description = "The alert is over"),
        (status = 412, description = "Somebody was faster"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is not JSON")))]
pub(crate) async fn acknowledge(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(id): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    expected: Expected,
    headers: HeaderMap,
    Body(deed): Body<Deed>,
) -> Result<Response, Error> {
    let asked = Asked::new(app, caller, id, expected, &headers).await?;
    let reason = deed.unwrap_or_default().reason;
    asked.act(Action::Acknowledge, reason).await
}

/// Quieten an alert for a while
///
/// Until a time, or until its numbers change. It wakes earlier if it gets worse.
#[utoipa::path(post, path = "/api/v2/alerts/{id}/snooze", tag = "v2",
    operation_id = "snoozeAlert",
    params(
        ("id" = i64, Path, description = "The alert's id", example = 1),
        ("If-Match" = Option<String>, Header, description = "The alert's ETag, or its version in \
            quotes: only if nobody was faster")),
    request_body = SnoozeOrder,
    responses(
        (status = 200, description = "It is so now", body = Detail),
        (status = 400, description = "The body is not understood, or the time is past"),
        (status = 404, description = "There is no such alert"),
        (status = 409, description = "The alert is over"),
        (status = 412, description = "Somebody was faster"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is not JSON")))]
pub(crate) async fn snooze(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(id): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    expected: Expected,
    headers: HeaderMap,
    Body(order): Body<SnoozeOrder>,
) -> Result<Response, Error> {
    let asked = Asked::new(app, caller, id, expected, &headers).await?;
    let order = order.unwrap_or_default();
    let snooze = order.snooze(asked.lens.now)?;
    asked.act(Action::Snooze(snooze), order.reason).await
}

/// Open an alert again
///
/// Takes back that somebody acknowledged or snoozed it.
#[utoipa::path(post, path = "/api/v2/alerts/{id}/reopen", tag = "v2",
    operation_id = "reopenAlert",
    params(
        ("id" = i64, Path, description = "The alert's id", example = 1),
        ("If-Match" = Option<String>, Header, description = "The alert's ETag, or its version in \
            quotes: only if nobody was faster")),
    request_body(content = Option<Deed>, description = "May be left out"),
    responses(
        (status = 200, description = "It is so now", body = Detail),
        (status = 400, description = "The body is not understood"),
        (status = 404, description = "There is no such alert"),
        (status = 409, description = "The alert is over"),
        (status = 412, description = "Somebody was faster"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is not JSON")))]
pub(crate) async fn reopen(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(id): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    expected: Expected,
    headers: HeaderMap,
    Body(deed): Body<Deed>,
) -> Result<Response, Error> {
    let asked = Asked::new(app, caller, id, expected, &headers).await?;
    let reason = deed.unwrap_or_default().reason;
    asked.act(Action::Reopen, reason).await
}

/// End an alert
///
/// Alerts end by themselves when their reason is gone. If it is not, a new one opens at the next
/// evaluation; to be left in peace, snooze it or change the policy.
#[utoipa::path(post, path = "/api/v2/alerts/{id}/resolve", tag = "v2",
    operation_id = "resolveAlert",
    params(
        ("id" = i64, Path, description = "The alert's id", example = 1),
        ("If-Match" = Option<String>, Header, description = "The alert's ETag, or its version in \
            quotes: only if nobody was faster")),
    request_body(content = Option<Deed>, description = "May be left out"),
    responses(
        (status = 200, description = "It is so now", body = Detail),
        (status = 400, description = "The body is not understood"),
        (status = 404, description = "There is no such alert"),
        (status = 412, description = "Somebody was faster"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is not JSON")))]
pub(crate) async fn resolve(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(id): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    expected: Expected,
    headers: HeaderMap,
    Body(deed): Body<Deed>,
) -> Result<Response, Error> {
    let asked = Asked::new(app, caller, id, expected, &headers).await?;
    let reason = deed.unwrap_or_default().reason;
    asked.act(Action::Resolve, reason).await
}
