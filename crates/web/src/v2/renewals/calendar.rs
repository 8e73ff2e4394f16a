//! The same dates as a calendar to subscribe to: one whole day each, with a reminder.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::{Language, Outlook as Known, Status};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::caller::Reader;
use crate::problem::Error;
use crate::request::{self, Params};
use crate::state::App;
use crate::v2::lens::Lens;
use crate::v2::outlook::Outlook;
use crate::{answer, language};

use super::dates::{self, Date, Unused, Which};
use super::ics::Calendar;

/// A calendar goes so far ahead if nobody says how far.
const AHEAD: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Which renewals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only of this tenant, by key. Without it: of all that are switched on.
    tenant: Option<String>,
    /// Only those before this time. RFC 3339. Without it: those of the next 400 days.
    #[param(value_type = Option<String>, format = DateTime)]
    before: Option<String>,
    /// `de` or `en`. Without it: as Accept-Language says.
    language: Option<String>,
}

/// Upcoming renewals and ends as a calendar
///
/// iCalendar (RFC 5545), to subscribe to. Days are those of UTC. Each has a reminder at the
/// policy's lead time, unless nobody is told of the product; seats that nobody used are told for
/// what comes within 90 days.
#[utoipa::path(get, path = "/api/v2/renewals.ics", tag = "v2",
    operation_id = "getRenewalCalendar", params(Wanted), responses(
    (status = 200, description = "The calendar", content_type = "text/calendar"),
    (status = 400, description = "A parameter is not understood"),
    (status = 404, description = "There is no such tenant")))]
pub(crate) async fn calendar(
    _: Reader,
    Shared(app): Shared<App>,
    headers: HeaderMap,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let lens = Lens::new(&app, &headers, wanted.language.as_deref()).await?;
    let ahead = lens.now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let before = request::time("before", wanted.before.as_deref())?.unwrap_or(ahead);
    let which = Which {
        now: lens.now,
        tenant: wanted.tenant.as_deref(),
        before: Some(before),
        outlook: None,
        after: None,
        limit: usize::MAX,
    };
    let (dates, _) = dates::next(&app, &which).await?;
    let mut calendar = begun(lens.language);
    for date in &dates {
        let unused = match date.is_measured(lens.now) {
            true => date.unused(&app, lens.now).await?,
            false => None,
        };
        let event = Event {
            lens: &lens,
            date,
            unused,
        };
        event.write(&mut calendar);
    }
    calendar.line("END", "VCALENDAR");
    let body = calendar.finish();
    let answer = answer::tagged("text/calendar; charset=utf-8", body);
    Ok((language::headers(lens.language), answer).into_response())
}

fn begun(language: Language) -> Calendar {
    let mut calendar = Calendar::default();
    calendar.line("BEGIN", "VCALENDAR");
    calendar.line("VERSION", "2.0");
    calendar.line("PRODID", "-//licensetool//renewals//EN");
    calendar.line("CALSCALE", "GREGORIAN");
    calendar.line("METHOD", "PUBLISH");
    let name = match language {
        Language::German => "Laufzeiten von Lizenzen",
        Language::English => "Licence terms",
    };
    calendar.text("X-WR-CALNAME", name);
    calendar.line("REFRESH-INTERVAL;VALUE=DURATION", "PT12H");
    calendar
}

/// One date and all that is told of it.
struct Event<'a> {
    lens: &'a Lens,
    date: &'a Date,
    unused: Option<Unused>,
}

impl Event<'_> {
    fn write(&self, calendar: &mut Calendar) {
        let Date { at, told_from, .. } = self.date;
        let seen_at = self
            .date
            .tenant
            .subscriptions_seen_at
            .unwrap_or(self.lens.now);
        let day = at.to_zoned_datetime(TimeZone::UTC).date();
        let next = day.tomorrow().unwrap_or(day);
        calendar.line("BEGIN", "VEVENT");
        calendar.line("UID", format_args!("{}@licensetool", self.id()));
        calendar.line("DTSTAMP", seen_at.strftime("%Y%m%dT%H%M%SZ"));
        calendar.line("DTSTART;VALUE=DATE", day.strftime("%Y%m%d"));
        calendar.line("DTEND;VALUE=DATE", next.strftime("%Y%m%d"));
        calendar.text("SUMMARY", &self.summary());
        calendar.text("DESCRIPTION", &self.description());
        calendar.line("TRANSP", "TRANSPARENT");
        if let Some(from) = told_from {
            let days = at.duration_since(*from).as_hours() / 24;
            calendar.line("BEGIN", "VALARM");
            calendar.line("ACTION", "DISPLAY");
            calendar.text("DESCRIPTION", &self.summary());
            calendar.line("TRIGGER", format_args!("-P{days}D"));
            calendar.line("END", "VALARM");
        }
        calendar.line("END", "VEVENT");
    }

    /// The same on every request, also if the date moves: the calendar then moves its entry.
    fn id(&self) -> Uuid {
        let Date {
            tenant, purchase, ..
        } = self.date;
        let name = format!("licensetool/renewal/{}/{}", tenant.key, purchase.id);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
    }

    fn summary(&self) -> String {
        let Date {
            tenant, purchase, ..
        } = self.date;
        let product = self.lens.product(purchase.sku_id, &purchase.part_number);
        format!("{}: {product} ({})", self.what(), tenant.name)
    }

    fn what(&self) -> &'static str {
        let say = |german, english| match self.lens.language {
            Language::German => german,
            Language::English => english,
        };
        let purchase = &self.date.purchase;
        match (
            &purchase.status,
            purchase.is_trial,
            self.date.renewal.outlook,
        ) {
            (Status::Warning, ..) => say("Ende der Nachfrist", "Grace ends"),
            (_, Some(true), _) => say("Ende der Testversion", "Trial ends"),
            (.., Known::Renews) => say("Verlängerung", "Renewal"),
            (.., Known::Ends) => say("Ende", "End"),
            (.., Known::Unknown) => say("Ende der Laufzeit", "End of term"),
        }
    }

    fn description(&self) -> String {
        let (purchase, language) = (&self.date.purchase, self.lens.language);
        let mut lines = vec![
            Outlook::of(&self.date.renewal, language)
                .because()
                .to_owned(),
        ];
        if let Some(total) = purchase.total {
            lines.push(match language {
                Language::German => format!("Gekaufte Plätze: {total}"),
                Language::English => format!("Seats bought: {total}"),
            });
        }
        if let Some(Unused { seats, since }) = self.unused {
            let since = since.strftime("%Y-%m-%d");
            lines.push(match language {
                Language::German => format!("Seit {since} nie gebrauchte Plätze: {seats}"),
                Language::English => format!("Seats that nobody used since {since}: {seats}"),
            });
        }
        if !purchase.part_number.is_empty() {
            lines.push(purchase.part_number.clone());
        }
        lines.join("\n")
    }
}
