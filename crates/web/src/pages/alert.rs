//! The page that a message about an alert leads to: what it is, since when, who was told, and what
//! happened to it.

mod rows;
mod words;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::{Redirect, Response};
use domain::{Severity, Snooze, State, stage};
use jiff::Timestamp;
use store::{AlertChange, DeliveryFilter, DeliveryState, KeptAlert, KeptDelivery};

use crate::caller::Reader;
use crate::problem::Error;
use crate::request::{Params, Segments};
use crate::state::App;
use crate::v2::{DELIVERIES_SHOWN, Lens, find_alert};

use super::{Place, Reading, Visit};
use rows::Row;
use words::Words;

/// One alert, for people.
#[derive(Template)]
#[template(path = "alert.html")]
struct AlertPage {
    visit: Visit,
    place: Place,
    words: Words,
    id: i64,
    /// In a few words, without the tenant.
    title: String,
    tenant: String,
    severity: Severity,
    state: State,
    opened_at: Timestamp,
    resolved_at: Option<Timestamp>,
    snoozed_until: Option<Timestamp>,
    /// Whether anybody was told.
    told: bool,
    as_of: Timestamp,
    rows: Vec<Row>,
    advice: String,
    history: Vec<AlertChange>,
    deliveries: Vec<KeptDelivery>,
}

/// Where mails lead for all alerts
#[utoipa::path(get, path = "/alerts", tag = "pages",
    operation_id = "alertsPage",
    responses((status = 307, description = "To the list of the API, until there is a page")))]
pub(crate) async fn list() -> Redirect {
    Redirect::temporary("/api/v2/alerts")
}

/// An alert, for people
///
/// Where the links in messages lead.
#[utoipa::path(get, path = "/alerts/{id}", tag = "pages",
    operation_id = "alertPage",
    params(("id" = i64, Path, description = "The alert's id", example = 1), Reading),
    responses(
        (status = 200, description = "The alert's page", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such alert")))]
pub(crate) async fn page(
    _: Reader,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    visit: Visit,
    Params(Reading { .. }): Params<Reading>,
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
    let page = AlertPage::new(visit, &lens, &kept, history, deliveries);
    page.visit.render(&page)
}

impl AlertPage {
    fn new(
        visit: Visit,
        lens: &Lens,
        kept: &KeptAlert,
        history: Vec<AlertChange>,
        deliveries: Vec<KeptDelivery>,
    ) -> Self {
        let (alert, words) = (&kept.alert, Words(lens.language));
        let product = alert.facts.product();
        let product = product.map(|(id, part_number)| lens.product(id, part_number));
        let stage = words.stage(domain::stage_word(
            alert.concern.kind,
            alert.stage,
            &alert.facts,
        ));
        Self {
            visit,
            place: Place::Alerts,
            words,
            id: kept.id,
            title: match &product {
                Some(product) => format!("{product}: {stage}"),
                None => stage.to_owned(),
            },
            tenant: kept.tenant_name.clone(),
            severity: alert.severity(),
            state: alert.state,
            opened_at: alert.opened_at,
            resolved_at: kept.resolved_at,
            snoozed_until: match alert.state {
                State::Snoozed(Snooze::Until(time)) => Some(time),
                _ => None,
            },
            told: alert.told > stage::NONE,
            as_of: alert.as_of,
            rows: rows::of(alert, product.as_deref(), words),
            advice: words.advice(alert),
            history,
            deliveries,
        }
    }

    /// The words of the reader's language; both stand side by side in the template.
    fn say(&self, german: &'static str, english: &'static str) -> &'static str {
        self.words.say(german, english)
    }

    fn why(&self, change: &AlertChange) -> String {
        crate::words::Words(self.words.0).why(&change.why)
    }
}
