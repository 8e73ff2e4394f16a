//! What goes on at all tenants, the most urgent first, with what to do and the buttons for it.

pub(crate) mod acting;
mod read;
pub(crate) mod row;
mod wellness;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use domain::{Kind, Severity, State};
use serde::Deserialize;
use store::{AlertFilter, AlertTotal};
use utoipa::IntoParams;

use crate::caller::Reader;
use crate::problem::Error;
use crate::request::{Params, filled};
use crate::search::Search;
use crate::state::App;
use crate::v2::{self, Lens, page};
use crate::words::Words;

use super::address::Address;
use super::choice::{self, Choice, choices};
use super::done::Done;
use super::{Place, Visit, back};
use read::{place, read, text};
use row::Row;
use wellness::Wellness;

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Words in names of tenants and products, and in part numbers, without regard to case or
    /// accents.
    #[serde(default, deserialize_with = "filled")]
    q: Option<String>,
    /// Only of this tenant, by key.
    #[serde(default, deserialize_with = "filled")]
    tenant: Option<String>,
    /// Only of this kind, as in the API.
    #[serde(default, deserialize_with = "filled")]
    kind: Option<String>,
    /// Only of this severity: `notice`, `warning` or `critical`.
    #[serde(default, deserialize_with = "filled")]
    severity: Option<String>,
    /// Only in this state: `open`, `acknowledged`, `snoozed` or `resolved`. Without it: all that
    /// go on.
    #[serde(default, deserialize_with = "filled")]
    state: Option<String>,
    /// What follows the page that led here.
    #[serde(default, deserialize_with = "filled")]
    cursor: Option<String>,
    /// What was just done.
    done: Option<String>,
    /// `de` or `en`: from now on.
    #[allow(
        dead_code,
        reason = "the visit reads it; this lets the address take it"
    )]
    language: Option<String>,
}

#[derive(Template)]
#[template(path = "alerts.html")]
struct AlertsPage {
    visit: Visit,
    place: Place,
    done: Option<Done>,
    /// Where the forms lead back to.
    back: String,
    search: String,
    tenants: Vec<Choice>,
    kinds: Vec<Choice>,
    severities: Vec<Choice>,
    states: Vec<Choice>,
    filtered: bool,
    counts: Vec<Count>,
    rows: Vec<Row>,
    /// Asked only if there is nothing to show.
    wellness: Option<Wellness>,
    /// The query of an export of the same, as far as exports can filter.
    export: String,
    first: Option<String>,
    next: Option<String>,
}

/// How many open alerts there are of one severity; or how many are in a state in which they are
/// quiet.
struct Count {
    severity: Option<Severity>,
    state: &'static str,
    count: i64,
    link: String,
    here: bool,
}

/// Alerts of all tenants, for people
#[utoipa::path(get, path = "/alerts", tag = "pages",
    operation_id = "alertsPage", params(Wanted),
    responses(
        (status = 200, description = "The page of alerts", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such tenant")))]
pub(crate) async fn list(
    _: Reader,
    Shared(app): Shared<App>,
    visit: Visit,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let lens = Lens::of(&app, &visit).await?;
    let filter = wanted.filter(&app).await?;
    let after = page::place(wanted.cursor.as_deref(), place)?;
    let search = wanted.q.as_deref().map(Search::of).unwrap_or_default();
    let (found, next) = read(&app, filter, &search, after).await?;
    let wellness = match found.is_empty() && next.is_none() {
        true => Some(Wellness::of(&app).await?),
        false => None,
    };
    let here = visit.here();
    let page = AlertsPage {
        done: Done::of(wanted.done.as_deref(), visit.w),
        back: back::back_to(here),
        search: wanted.q.clone().unwrap_or_default(),
        tenants: choice::tenants(&app, wanted.tenant.as_deref()).await?,
        kinds: choices(
            Kind::ALL.map(|it| (it.as_str(), visit.w.kind(it))),
            wanted.kind.as_deref(),
        ),
        severities: choices(
            Severity::ALL.map(|it| (it.as_str(), visit.w.severity(it))),
            wanted.severity.as_deref(),
        ),
        states: choices(states(visit.w), wanted.state.as_deref()),
        filtered: wanted.narrows(),
        counts: counts(&app.alert_totals().await?, &wanted, visit.w),
        rows: found
            .iter()
            .map(|kept| Row::of(kept, &lens, &visit))
            .collect(),
        wellness,
        export: choice::export_filter(wanted.tenant.as_deref()),
        first: after.map(|_| back::without(here, "cursor")),
        next: next.map(|next| back::with(here, "cursor", &page::opaque(&text(next)))),
        place: Place::Alerts,
        visit,
    };
    page.visit.render(&page)
}

impl Wanted {
    async fn filter(&self, app: &App) -> Result<AlertFilter, Error> {
        let tenant = match &self.tenant {
            Some(given) => Some(v2::known(app.store(), given).await?.key),
            None => None,
        };
        let words = [&self.kind, &self.severity, &self.state].map(Option::as_deref);
        v2::alerts::filter(tenant, words)
    }

    /// Whether it leaves out anything that goes on.
    fn narrows(&self) -> bool {
        let all = [
            &self.q,
            &self.tenant,
            &self.kind,
            &self.severity,
            &self.state,
        ];
        all.into_iter().any(Option::is_some)
    }
}

fn states(w: Words) -> [(&'static str, &'static str); 4] {
    let [open, acknowledged, snoozed, resolved] = v2::alerts::STATES;
    [
        (open, w.state_open()),
        (acknowledged, w.state_acknowledged()),
        (snoozed, w.state_snoozed()),
        (resolved, w.state_resolved()),
    ]
}

/// What is open, the worst first, then what is quiet.
fn counts(all: &[AlertTotal], wanted: &Wanted, w: Words) -> Vec<Count> {
    let count = |severity: Option<Severity>, state: &str, text| {
        let is_it = |it: &&AlertTotal| {
            it.state == state && severity.is_none_or(|severity| it.severity == severity)
        };
        let word = severity.map(Severity::as_str);
        let address = Address::of("/alerts").and("state", state);
        Count {
            severity,
            state: text,
            count: all.iter().filter(is_it).map(|it| it.count).sum(),
            link: address.and("severity", word.unwrap_or_default()).text(),
            here: wanted.state.as_deref() == Some(state) && wanted.severity.as_deref() == word,
        }
    };
    let [open, quiet @ .., _] = states(w);
    let severities = Severity::ALL.into_iter().rev();
    let open = severities.map(|severity| count(Some(severity), open.0, open.1));
    open.chain(quiet.map(|(state, text)| count(None, state, text)))
        .collect()
}
