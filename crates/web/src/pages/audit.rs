//! Who did what on purpose, when and from where: for admins.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use domain::Deed;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;
use store::{AuditEntry, AuditFilter, Origin};
use utoipa::IntoParams;

use crate::caller::Admin;
use crate::problem::Error;
use crate::request::{Params, filled, not};
use crate::state::App;
use crate::v2::audit::{deed, place};
use crate::v2::page;

use super::choice::{Choice, choices};
use super::{Place, Visit, back};

/// Deeds on a page.
const ROWS: usize = 100;

/// Which deeds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only of this person or program, by the whole name.
    #[serde(default, deserialize_with = "filled")]
    who: Option<String>,
    /// Only this, such as `alert-acknowledged` or `signed-in`.
    #[serde(default, deserialize_with = "filled")]
    what: Option<String>,
    /// Only to this, and parts of it: a tenant's key, an alert's id.
    #[serde(default, deserialize_with = "filled")]
    subject: Option<String>,
    /// Only from this day on.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<String>, format = Date)]
    since: Option<String>,
    /// Only up to this day, with it.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<String>, format = Date)]
    until: Option<String>,
    /// What follows the page that led here.
    #[serde(default, deserialize_with = "filled")]
    cursor: Option<String>,
    /// `de` or `en`: from now on.
    #[allow(
        dead_code,
        reason = "the visit reads it; this lets the address take it"
    )]
    language: Option<String>,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    visit: Visit,
    place: Place,
    wanted: Wanted,
    deeds: Vec<Choice>,
    rows: Vec<AuditEntry>,
    first: Option<String>,
    next: Option<String>,
}

/// Who did what, for people
#[utoipa::path(get, path = "/audit", tag = "pages",
    operation_id = "auditPage", params(Wanted),
    responses(
        (status = 200, description = "The audit log", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood")))]
pub(crate) async fn page(
    _: Admin,
    Shared(app): Shared<App>,
    visit: Visit,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let after = page::place(wanted.cursor.as_deref(), place)?;
    let filter = wanted.filter(&visit.zone)?;
    let limit = u32::try_from(ROWS + 1).unwrap_or(u32::MAX);
    let mut rows = app.store().audit(&filter, after, limit).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let here = visit.here();
    let last = rows.last().map(|row| row.id.to_string()).filter(|_| more);
    let deeds = Deed::ALL.map(|deed| (deed.as_str(), visit.w.deed(deed)));
    let page = AuditPage {
        deeds: choices(deeds, wanted.what.as_deref()),
        rows,
        first: after.map(|_| back::without(here, "cursor")),
        next: last.map(|last| back::with(here, "cursor", &page::opaque(&last))),
        wanted,
        place: Place::Audit,
        visit,
    };
    page.visit.render(&page)
}

impl Wanted {
    fn filter(&self, zone: &TimeZone) -> Result<AuditFilter, Error> {
        let day = |name, given: &Option<String>| match given {
            Some(given) => given
                .parse::<Date>()
                .map(Some)
                .map_err(|_| not(name, given, "a day such as 2026-09-01")),
            None => Ok(None),
        };
        let until = day("until", &self.until)?;
        let after = until.map(|until| until.saturating_add(Span::new().days(1)));
        Ok(AuditFilter {
            who: self.who.clone(),
            what: deed(self.what.as_deref())?,
            subject: self.subject.clone(),
            since: day("since", &self.since)?.and_then(|day| begin(day, zone)),
            until: after.and_then(|day| begin(day, zone)),
        })
    }

    fn narrows(&self) -> bool {
        let all = [
            &self.who,
            &self.what,
            &self.subject,
            &self.since,
            &self.until,
        ];
        all.into_iter().any(Option::is_some)
    }
}

/// When a day begins; `None`: beyond all calendars.
fn begin(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let begun = day.to_zoned_datetime(zone.clone()).ok()?;
    Some(begun.timestamp())
}

/// Where the subject of a deed has a page.
fn link(row: &AuditEntry) -> Option<String> {
    match row.what {
        // What stands for an erased tenant is nobody's key.
        _ if row.subject.starts_with("erased:") => None,
        Deed::AlertAcknowledged
        | Deed::AlertSnoozed
        | Deed::AlertReopened
        | Deed::AlertResolved => Some(format!("/alerts/{}", row.subject)),
        Deed::TenantSwitched => Some(format!("/tenants/{}", row.subject)),
        _ => None,
    }
}
