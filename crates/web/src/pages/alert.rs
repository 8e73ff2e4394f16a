//! The page that a message about an alert leads to: what it is, since when, who was told, and what
//! happened to it.

mod rows;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use domain::{Severity, State, stage};
use jiff::Timestamp;
use serde::Deserialize;
use store::{AlertChange, DeliveryFilter, DeliveryState, KeptAlert, KeptDelivery};
use utoipa::IntoParams;

use crate::caller::Reader;
use crate::problem::Error;
use crate::request::{Params, Segments};
use crate::state::App;
use crate::v2::{DELIVERIES_SHOWN, Lens, find_alert};

use super::alerts::row::{title, until};
use super::done::Done;
use super::{Place, Visit, back};
use rows::Row;

/// How the page is to be.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// What was just done.
    done: Option<String>,
    /// `de` or `en`: from now on. Without it: as chosen last, else as Accept-Language says.
    #[allow(
        dead_code,
        reason = "the visit reads it; this lets the address take it"
    )]
    language: Option<String>,
}

/// One alert, for people.
#[derive(Template)]
#[template(path = "alert.html")]
struct AlertPage {
    visit: Visit,
    place: Place,
    done: Option<Done>,
    /// Where the forms lead back to.
    back: String,
    id: i64,
    version: i64,
    /// In a few words, without the tenant.
    title: String,
    tenant: String,
    tenant_name: String,
    severity: Severity,
    state: State,
    opened_at: Timestamp,
    resolved_at: Option<Timestamp>,
    /// Until when it is snoozed.
    until: Option<String>,
    /// Whether anybody was told.
    told: bool,
    as_of: Timestamp,
    rows: Vec<Row>,
    advice: String,
    history: Vec<AlertChange>,
    deliveries: Vec<KeptDelivery>,
}

/// An alert, for people
///
/// Where the links in messages lead.
#[utoipa::path(get, path = "/alerts/{id}", tag = "pages",
    operation_id = "alertPage",
    params(("id" = i64, Path, description = "The alert's id", example = 1), Wanted),
    responses(
        (status = 200, description = "The alert's page", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such alert")))]
pub(crate) async fn page(
    _: Reader,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    visit: Visit,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let lens = Lens::of(&app, &visit).await?;
    let kept = find_alert(&app, &given).await?;
    let history = app.store().alert_changes(kept.id).await?;
    let of_this = DeliveryFilter {
        alert: Some(kept.id),
        ..DeliveryFilter::default()
    };
    let store = app.store();
    let deliveries = store.deliveries(&of_this, None, DELIVERIES_SHOWN).await?;
    let page = AlertPage {
        history,
        deliveries,
        done: Done::of(wanted.done.as_deref(), visit.w),
        ..AlertPage::new(visit, &lens, &kept)
    };
    page.visit.render(&page)
}

impl AlertPage {
    fn new(visit: Visit, lens: &Lens, kept: &KeptAlert) -> Self {
        let alert = &kept.alert;
        Self {
            place: Place::Alerts,
            done: None,
            back: back::back_to(visit.here()),
            id: kept.id,
            version: kept.version,
            title: title(alert, lens, &visit),
            tenant: kept.tenant.to_string(),
            tenant_name: kept.tenant_name.clone(),
            severity: alert.severity(),
            state: alert.state,
            opened_at: alert.opened_at,
            resolved_at: kept.resolved_at,
            until: until(alert.state, &visit),
            told: alert.told > stage::NONE,
            as_of: alert.as_of,
            rows: rows::of(alert, lens, &visit),
            advice: visit.w.advice(alert),
            history: Vec::new(),
            deliveries: Vec::new(),
            visit,
        }
    }
}
