//! What the buttons beside an alert do.

use axum::extract::State as Shared;
use axum::response::Redirect;
use domain::{Action, Snooze};
use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::caller::{Caller, Operator};
use crate::pages::back;
use crate::problem::{Error, Kind};
use crate::request::{Form, Nothing, Params, Segments, filled, not};
use crate::state::App;
use crate::v2::alerts::acting::act;

/// When a snooze ends in the morning: before most people begin to work.
const MORNING: i8 = 7;

const WORDS: &str = "one of tomorrow, week, change";

/// The form beside an alert. All its buttons send all of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertForm {
    /// That somebody saw. Nothing is done if it is another one by now.
    version: i64,
    /// The page that leads there, and back.
    #[serde(default, deserialize_with = "filled")]
    back: Option<String>,
    /// For the alert's history.
    #[serde(default, deserialize_with = "filled")]
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// Of a snooze: `tomorrow` (in the morning), `week` or `change` (of the numbers).
    #[serde(default, deserialize_with = "filled")]
    until: Option<String>,
    /// Of a snooze: until the morning of this day instead.
    #[serde(default, deserialize_with = "filled")]
    #[schema(format = Date)]
    day: Option<String>,
}

impl AlertForm {
    fn snooze(&self, now: Timestamp, zone: &TimeZone) -> Result<Snooze, Error> {
        let today = now.to_zoned_datetime(zone.clone()).date();
        if let Some(given) = &self.day {
            let day = given.parse::<Date>();
            let day = day.map_err(|_| not("day", given, "a day such as 2026-09-01").of_body())?;
            return morning(day, zone);
        }
        let span = match self.until.as_deref() {
            Some("change") => return Ok(Snooze::Change),
            Some("tomorrow") => Span::new().days(1),
            Some("week") => Span::new().days(7),
            odd => return Err(not("until", odd.unwrap_or_default(), WORDS).of_body()),
        };
        morning(today.saturating_add(span), zone)
    }
}

fn morning(day: Date, zone: &TimeZone) -> Result<Snooze, Error> {
    let at = day.to_datetime(time(MORNING, 0, 0, 0));
    let at = zone.to_zoned_datetime(at).map_err(|_| {
        let detail = "day: lies beyond all calendars.";
        Error::new(Kind::InvalidBody, detail)
    })?;
    Ok(Snooze::Until(at.timestamp()))
}

/// Does it and leads back. Whoever was too slow sees the alert as it is by now.
async fn done(
    app: &App,
    caller: &Caller,
    id: &str,
    (action, word): (Action, &str),
    form: AlertForm,
) -> Result<Redirect, Error> {
    let back = form.back.as_deref();
    let alert = format!("/alerts/{id}");
    let version = Some(form.version);
    let acted = act(app, caller, (id, version), action, form.reason).await;
    match acted.map_err(|error| (error.kind(), error)) {
        Ok(_) => Ok(back::back(back, &alert, word)),
        Err((Kind::Overtaken, _)) => Ok(back::back(None, &alert, "overtaken")),
        Err((Kind::AlertEnded, _)) => Ok(back::back(None, &alert, "ended")),
        Err((_, error)) => Err(error),
    }
}

/// Acknowledge an alert from a page
#[utoipa::path(post, path = "/alerts/{id}/acknowledge", tag = "pages",
    operation_id = "acknowledgeAlertForm",
    params(("id" = i64, Path, description = "The alert's id", example = 1)),
    request_body(content = AlertForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "Back to the page, or to the alert if somebody was faster"),
        (status = 400, description = "The form is not understood"),
        (status = 404, description = "There is no such alert"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is no form")))]
pub(crate) async fn acknowledge(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(id): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    Form(form): Form<AlertForm>,
) -> Result<Redirect, Error> {
    done(
        &app,
        &caller,
        &id,
        (Action::Acknowledge, "acknowledged"),
        form,
    )
    .await
}

/// Snooze an alert from a page
#[utoipa::path(post, path = "/alerts/{id}/snooze", tag = "pages",
    operation_id = "snoozeAlertForm",
    params(("id" = i64, Path, description = "The alert's id", example = 1)),
    request_body(content = AlertForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "Back to the page, or to the alert if somebody was faster"),
        (status = 400, description = "The form is not understood, or the day is past"),
        (status = 404, description = "There is no such alert"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is no form")))]
pub(crate) async fn snooze(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(id): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    Form(form): Form<AlertForm>,
) -> Result<Redirect, Error> {
    let snooze = form.snooze(app.now(), &app.options().time_zone)?;
    done(
        &app,
        &caller,
        &id,
        (Action::Snooze(snooze), "snoozed"),
        form,
    )
    .await
}

/// Open an alert again from a page
#[utoipa::path(post, path = "/alerts/{id}/reopen", tag = "pages",
    operation_id = "reopenAlertForm",
    params(("id" = i64, Path, description = "The alert's id", example = 1)),
    request_body(content = AlertForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "Back to the page, or to the alert if somebody was faster"),
        (status = 400, description = "The form is not understood"),
        (status = 404, description = "There is no such alert"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is no form")))]
pub(crate) async fn reopen(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(id): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    Form(form): Form<AlertForm>,
) -> Result<Redirect, Error> {
    done(&app, &caller, &id, (Action::Reopen, "reopened"), form).await
}
