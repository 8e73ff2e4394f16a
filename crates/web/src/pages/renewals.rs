//! What comes to its date in the coming year, month by month, and what is known of each.

pub(crate) mod acting;
mod month;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use domain::{Outlook, Status};
use jiff::{Span, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::caller::Reader;
use crate::problem::Error;
use crate::request::{self, Params, filled};
use crate::state::App;
use crate::v2::renewals::dates::{self, Date, Which};
use crate::v2::{Lens, page};
use crate::words::Words;

use super::address::Address;
use super::choice::{self, Choice, choices};
use super::done::Done;
use super::{Place, Visit, back};
use month::{Month, Row};

/// Dates on a page.
const ROWS: usize = 100;

/// Which dates.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only of this tenant, by key.
    #[serde(default, deserialize_with = "filled")]
    tenant: Option<String>,
    /// Only those of which this is known: `renews`, `ends` or `unknown`.
    #[serde(default, deserialize_with = "filled")]
    outlook: Option<String>,
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
#[template(path = "renewals.html")]
struct RenewalsPage {
    visit: Visit,
    place: Place,
    done: Option<Done>,
    /// Where the forms lead back to.
    back: String,
    tenants: Vec<Choice>,
    outlooks: Vec<Choice>,
    filtered: bool,
    calendar: String,
    /// The query of an export of the same, as far as exports can filter.
    export: String,
    months: Vec<Month>,
    first: Option<String>,
    next: Option<String>,
}

/// What comes to its date, for people
#[utoipa::path(get, path = "/renewals", tag = "pages",
    operation_id = "renewalsPage", params(Wanted),
    responses(
        (status = 200, description = "The page of the coming year", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such tenant")))]
pub(crate) async fn page(
    _: Reader,
    Shared(app): Shared<App>,
    visit: Visit,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let lens = Lens::of(&app, &visit).await?;
    let after = page::place(wanted.cursor.as_deref(), dates::Place::parse)?;
    let started = after.is_some();
    let (rows, more) = wanted.read(&app, &lens, &visit, after).await?;
    let here = visit.here();
    let last = rows.last().map(|row| row.place.text()).filter(|_| more);
    let page = RenewalsPage {
        done: Done::of(wanted.done.as_deref(), visit.w),
        back: back::back_to(here),
        tenants: choice::tenants(&app, wanted.tenant.as_deref()).await?,
        outlooks: choices(
            Outlook::ALL.map(|it| (it.as_str(), visit.w.outlook(it))),
            wanted.outlook.as_deref(),
        ),
        filtered: wanted.tenant.is_some() || wanted.outlook.is_some(),
        calendar: wanted.calendar(&visit),
        export: choice::export_filter(wanted.tenant.as_deref()),
        months: month::of(rows, &visit),
        first: started.then(|| back::without(here, "cursor")),
        next: last.map(|last| back::with(here, "cursor", &page::opaque(&last))),
        place: Place::Renewals,
        visit,
    };
    page.visit.render(&page)
}

impl Wanted {
    /// A page of dates, and whether there are more.
    async fn read(
        &self,
        app: &App,
        lens: &Lens,
        visit: &Visit,
        after: Option<dates::Place>,
    ) -> Result<(Vec<Row>, bool), Error> {
        let words = Outlook::ALL.map(Outlook::as_str);
        let outlook = request::one_of("outlook", self.outlook.as_deref(), &words)?;
        let which = Which {
            now: lens.now,
            tenant: self.tenant.as_deref(),
            before: Some(in_a_year(visit)),
            outlook: outlook.and_then(Outlook::from_word),
            after,
            limit: ROWS,
        };
        let (dates, more) = dates::next(app, &which).await?;
        let mut rows = Vec::with_capacity(dates.len());
        for date in dates {
            let unused = match date.is_measured(lens.now) {
                true => date.unused(app, lens.now).await?,
                false => None,
            };
            rows.push(Row::of(&date, unused, lens, visit));
        }
        Ok((rows, more))
    }

    /// Where the same dates are a calendar.
    fn calendar(&self, visit: &Visit) -> String {
        Address::of("/api/v2/renewals.ics")
            .and("tenant", self.tenant.as_deref().unwrap_or_default())
            .and("language", visit.lang())
            .text()
    }
}

fn in_a_year(visit: &Visit) -> Timestamp {
    let now = visit.now.to_zoned_datetime(visit.zone.clone());
    let ahead = now.saturating_add(Span::new().months(12));
    ahead.timestamp()
}

/// What a date is, if it is not a plain one.
fn note(date: &Date, w: Words) -> Option<&'static str> {
    match (&date.purchase.status, date.purchase.is_trial) {
        (Status::Warning, _) => Some(w.renewals_grace()),
        (_, Some(true)) => Some(w.renewals_trial()),
        _ => None,
    }
}
