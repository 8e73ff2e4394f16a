//! The monthly report of a tenant, made for print: how licences stood, what changed, what renews,
//! what to order, and what nobody saw. As a page, and as one file that needs nothing else.

mod month;
mod licences;
mod orders;
mod purchases;
mod alerts;
mod doubts;
mod read;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use domain::{Level, TenantKey};
use jiff::Timestamp;
use serde::Deserialize;
use store::Tenant;
use utoipa::IntoParams;

use crate::caller::Reader;
use crate::export::{ExportFailed, ExportSource};
use crate::format;
use crate::problem::Error;
use crate::request::{self, Params, Segments};
use crate::state::App;
use crate::v2::{Lens, present};
use crate::words::Words;

use super::assets::STYLE;
use super::{Place, Visit};
use month::{Month, Span};
use orders::Why;
use purchases::Terms;
use read::Content;

/// Which month, and in what words.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Such as `2026-10`. Without it: the last one that is over.
    month: Option<String>,
    /// `de` or `en`: from now on. Without it: as chosen last, else as Accept-Language says.
    #[allow(
        dead_code,
        reason = "the visit reads it; this lets the address take it"
    )]
    language: Option<String>,
}

/// A report, ready to be written.
struct Report {
    w: Words,
    tenant: Tenant,
    company: String,
    made_at: Timestamp,
    span: Span,
    content: Content,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    visit: Visit,
    place: Place,
    report: Report,
}

/// The same with its style inside.
#[derive(Template)]
#[template(path = "report-file.html")]
struct ReportFile {
    report: Report,
}

/// Monthly report of a tenant
///
/// Made for print: what a browser saves as PDF is what one hands over.
#[utoipa::path(get, path = "/tenants/{tenant}/report", tag = "pages",
    operation_id = "reportPage",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        Wanted),
    responses(
        (status = 200, description = "The report", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such tenant")))]
pub(crate) async fn page(
    _: Reader,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    visit: Visit,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let lens = Lens::of(&app, &visit).await?;
    let source = ExportSource {
        store: app.store().clone(),
        company: app.options().company,
        company_name: app.options().company_name.clone(),
        language: lens.language,
        time_zone: visit.zone.clone(),
        now: visit.now,
    };
    let report = Report::read(&source, &lens, &given, wanted.month.as_deref()).await?;
    let page = ReportPage {
        place: Place::Licenses,
        visit,
        report,
    };
    page.visit.render(&page)
}

/// The report of a tenant as one HTML file that needs no other. `month` is such as `2026-10`;
/// without it, the last one that is over.
///
/// # Errors
/// There is no such tenant, or the month is none or has not begun, or the store cannot be read.
pub async fn monthly_report(
    source: &ExportSource,
    tenant: &TenantKey,
    month: Option<&str>,
) -> Result<String, ExportFailed> {
    let lens = source.lens().await?;
    let report = Report::read(source, &lens, tenant.as_str(), month).await?;
    let html = ReportFile { report }.render();
    Ok(html.map_err(Error::internal_of)?)
}

impl Report {
    async fn read(
        source: &ExportSource,
        lens: &Lens,
        tenant: &str,
        month: Option<&str>,
    ) -> Result<Self, Error> {
        let (zone, now) = (&source.time_zone, source.now);
        let tenant = present(&source.store, tenant).await?;
        let expected = "a month such as 2026-10 that has begun";
        let span = match month {
            None => Span::of(Month::of(now, zone).previous(), zone, now),
            Some(given) => Month::parse(given).and_then(|month| Span::of(month, zone, now)),
        };
        let given = month.unwrap_or_default();
        let span = span.ok_or_else(|| request::not("month", given, expected))?;
        let content = read::content(&source.store, &tenant.key, lens, &span).await?;
        Ok(Self {
            w: Words(lens.language),
            tenant,
            company: source.company_name.clone(),
            made_at: now,
            span,
            content,
        })
    }

    /// Of the links to files with the same numbers.
    fn filter(&self) -> String {
        format!("tenant={}", self.tenant.key)
    }

    fn lang(&self) -> &'static str {
        crate::language::tag(self.w.0)
    }

    fn style(&self) -> &'static str {
        STYLE
    }

    fn month(&self) -> String {
        self.span.month.name(self.w)
    }

    fn date(&self, at: &Timestamp) -> String {
        format::date(*at, &self.span.zone, self.w.0)
    }

    fn time(&self, at: &Timestamp) -> String {
        format::time(*at, &self.span.zone, self.w.0)
    }

    /// The last day that the report is about.
    fn last_day(&self) -> String {
        match self.span.goes_on {
            true => self.date(&self.span.until),
            false => format::day(self.span.month.last_day(), self.w.0),
        }
    }

    fn number(&self, number: &i64) -> String {
        format::number(*number, self.w.0)
    }

    fn known(&self, number: Option<i64>) -> String {
        let unknown = || self.w.report_unknown().to_owned();
        number.map_or_else(unknown, |number| self.number(&number))
    }

    /// How much more or less; nothing if it is the same or not known.
    fn change(&self, change: Option<i64>) -> String {
        match change {
            None | Some(0) => String::new(),
            Some(more @ 1..) => format!("+{}", self.number(&more)),
            Some(less) => self.number(&less),
        }
    }

    /// Sign, word and colour in one, as on the other pages.
    fn level(&self, level: &Level) -> &'static str {
        self.w.level(*level)
    }

    fn terms(&self, terms: &Terms) -> String {
        let seats = terms.seats.map(|seats| self.w.report_seats(seats));
        let date = terms.next.map(|next| self.w.report_until(self.date(&next)));
        let parts = [seats, terms.status.clone(), date];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
