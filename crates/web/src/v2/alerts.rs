//! Alerts: what goes on and what is over, with who was told and who did what.

pub(crate) mod acting;
mod facts;
mod shape;

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::{Kind, Severity, TenantKey};
use serde::Deserialize;
use store::{AlertFilter, DeliveryFilter, KeptAlert};
use utoipa::IntoParams;

use crate::caller::Reader;
use crate::problem::{self, Error, quoted};
use crate::request::{self, Params, Segments};
use crate::state::App;
use crate::{answer, language};

use super::lens::Lens;
use super::listing::{Listing, rows};
use super::page;
use super::walk::known;

pub(crate) use shape::Alert;
pub(super) use shape::Detail;

pub(crate) const STATES: [&str; 4] = ["open", "acknowledged", "snoozed", "resolved"];

/// More deliveries of one alert than these are told by `GET /api/v2/deliveries?alert=`.
pub(crate) const DELIVERIES_SHOWN: u32 = 200;

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only of this tenant, by key; also if it is gone by now.
    tenant: Option<String>,
    /// Only of this kind: `stock`, `over-assignment`, `renewal`, `trial`, `certificate` or
    /// `staleness`.
    kind: Option<String>,
    /// Only in this state: `open`, `acknowledged`, `snoozed` or `resolved`. Without it: all that
    /// go on.
    state: Option<String>,
    /// Only of this severity: `notice`, `warning` or `critical`.
    severity: Option<String>,
    /// Only those that began then or later. RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<String>,
    /// `de` or `en`, for product names. Without it: as Accept-Language says.
    language: Option<String>,
    /// What follows the page that gave this `next_cursor`.
    cursor: Option<String>,
    /// At most so many: 1 to 1000. Without it: 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Option<String>,
}

/// In what words the reader wants it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Reading {
    /// `de` or `en`, for product names. Without it: as Accept-Language says.
    language: Option<String>,
}

/// Alerts
///
/// The newest first. Without `state`: all that go on. Those of a tenant whose profile is gone are
/// told only if asked for by tenant.
#[utoipa::path(get, path = "/api/v2/alerts", tag = "v2",
    operation_id = "listAlerts", params(Wanted), responses(
    (status = 200, description = "The alerts", body = Listing<Alert>),
    (status = 400, description = "A parameter is not understood"),
    (status = 404, description = "There is no such tenant")))]
pub(super) async fn list(
    _: Reader,
    Shared(app): Shared<App>,
    headers: HeaderMap,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let lens = Lens::new(&app, &headers, wanted.language.as_deref()).await?;
    let limit = page::limit(wanted.limit.as_deref())?;
    let before = page::place(wanted.cursor.as_deref(), |text| {
        page::plain(text)?.parse().ok()
    })?;
    let tenant = match &wanted.tenant {
        Some(given) => Some(known(app.store(), given).await?.key),
        None => None,
    };
    let filter = wanted.filter(tenant)?;
    let found = app.store().alerts(&filter, before, rows(limit)).await?;
    let place = |alert: &KeptAlert| alert.id.to_string();
    let listing = Listing::of(found, limit, place, |kept| Alert::of(&kept, &lens));
    Ok((language::headers(lens.language), answer::json(&listing)).into_response())
}

/// One alert with its history
///
/// And with its newest 200 deliveries. The `ETag` begins with the alert's version: send it as
/// `If-Match` with what you do, and nothing happens if somebody else was faster.
#[utoipa::path(get, path = "/api/v2/alerts/{id}", tag = "v2",
    operation_id = "getAlert",
    params(("id" = i64, Path, description = "The alert's id", example = 1), Reading),
    responses(
        (status = 200, description = "The alert", body = Detail, headers(
            ("ETag" = String, description = "The version, a hyphen, and more"))),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such alert")))]
pub(super) async fn one(
    _: Reader,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    headers: HeaderMap,
    Params(reading): Params<Reading>,
) -> Result<Response, Error> {
    let lens = Lens::new(&app, &headers, reading.language.as_deref()).await?;
    let kept = find(&app, &given).await?;
    detail(&app, &kept, &lens).await
}

/// The alert of this id.
pub(crate) async fn find(app: &App, given: &str) -> Result<KeptAlert, Error> {
    let alert = match given.parse() {
        Ok(id) => app.store().alert(id).await?,
        Err(_) => None,
    };
    alert.ok_or_else(|| unknown(given))
}

fn unknown(given: &str) -> Error {
    let detail = format!("There is no alert {}.", quoted(given));
    Error::new(problem::Kind::UnknownAlert, detail)
}

/// An alert, what happened to it, and what was told of it.
async fn detail(app: &App, kept: &KeptAlert, lens: &Lens) -> Result<Response, Error> {
    let history = app.store().alert_changes(kept.id).await?;
    let of_this = DeliveryFilter {
        alert: Some(kept.id),
        ..DeliveryFilter::default()
    };
    let store = app.store();
    let deliveries = store.deliveries(&of_this, None, DELIVERIES_SHOWN).await?;
    let detail = Detail::of(kept, history, deliveries, lens);
    let answer = answer::versioned(&detail, kept.version);
    Ok((language::headers(lens.language), answer).into_response())
}

impl Wanted {
    fn filter(&self, tenant: Option<TenantKey>) -> Result<AlertFilter, Error> {
        let since = request::time("since", self.since.as_deref())?;
        let words = [&self.kind, &self.severity, &self.state].map(Option::as_deref);
        Ok(AlertFilter {
            since,
            ..filter(tenant, words)?
        })
    }
}

/// Which alerts are wanted, by the words for kind, severity and state.
pub(crate) fn filter(
    tenant: Option<TenantKey>,
    [kind, severity, state]: [Option<&str>; 3],
) -> Result<AlertFilter, Error> {
    let (kinds, severities) = (
        Kind::ALL.map(Kind::as_str),
        Severity::ALL.map(Severity::as_str),
    );
    let kind = request::one_of("kind", kind, &kinds)?;
    let severity = request::one_of("severity", severity, &severities)?;
    let state = request::one_of("state", state, &STATES)?;
    Ok(AlertFilter {
        tenant,
        kind: kind.and_then(Kind::from_word),
        state: state.map(str::to_owned),
        severity: severity.and_then(Severity::from_word),
        since: None,
        about: Vec::new(),
    })
}
