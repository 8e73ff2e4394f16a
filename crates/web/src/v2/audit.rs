//! The audit: who did what on purpose, when, and from where.

pub(super) mod file;

use axum::extract::State as Shared;
use axum::response::Response;
use domain::Deed;
use serde::{Deserialize, Serialize};
use store::{AuditEntry, AuditFilter};
use utoipa::{IntoParams, ToSchema};

use crate::answer;
use crate::caller::Admin;
use crate::moment::Moment;
use crate::problem::Error;
use crate::request::{self, Params};
use crate::state::App;

use super::listing::{Listing, rows};
use super::page;

/// Which deeds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only of this person or program, by the whole name.
    who: Option<String>,
    /// Only this, such as `alert-acknowledged` or `signed-in`.
    what: Option<String>,
    /// Only to this, and parts of it: a tenant's key, an alert's id.
    subject: Option<String>,
    /// Only what happened then or later. RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<String>,
    /// Only what happened before. RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<String>,
    /// What follows the page that gave this `next_cursor`.
    cursor: Option<String>,
    /// At most so many: 1 to 1000. Without it: 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Option<String>,
}

/// Which deeds, for the whole file of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Selection {
    /// Only of this person or program, by the whole name.
    who: Option<String>,
    /// Only this, such as `alert-acknowledged` or `signed-in`.
    what: Option<String>,
    /// Only to this, and parts of it: a tenant's key, an alert's id.
    subject: Option<String>,
    /// Only what happened then or later. RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<String>,
    /// Only what happened before. RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<String>,
}

fn filter(selection: Selection) -> Result<AuditFilter, Error> {
    Ok(AuditFilter {
        what: deed(selection.what.as_deref())?,
        since: request::time("since", selection.since.as_deref())?,
        until: request::time("until", selection.until.as_deref())?,
        who: selection.who,
        subject: selection.subject,
    })
}

/// Something that somebody did on purpose.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(super) struct Done {
    /// Grows from one to the next.
    #[schema(example = 1)]
    id: i64,
    at: Moment,
    /// A person, a program, or the list in which somebody did it.
    who: String,
    /// An address, or `command line`. `null`: not known.
    #[schema(example = "192.0.2.7")]
    from: Option<String>,
    /// Such as `alert-acknowledged`, `tenant-switched` or `signed-in`.
    #[schema(value_type = String, example = "tenant-switched")]
    what: &'static str,
    /// To what it was done: a tenant's key, an alert's id, … perhaps with a part of it after a
    /// slash. Empty: to no one thing.
    #[schema(example = "iseschool")]
    subject: String,
    /// What it was before and is now, in short.
    #[schema(example = "monitoring: on → off")]
    detail: String,
}

impl From<AuditEntry> for Done {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: Moment(entry.at),
            who: entry.who,
            from: entry.from.map(|from| from.to_string()),
            what: entry.what.as_str(),
            subject: entry.subject,
            detail: entry.detail,
        }
    }
}

/// Who did what
///
/// The newest first. Kept for as long as the configuration says (`audit.keep`).
#[utoipa::path(get, path = "/api/v2/audit", tag = "v2",
    operation_id = "listAudit", params(Wanted), responses(
    (status = 200, description = "What was done", body = Listing<Done>),
    (status = 400, description = "A parameter is not understood")))]
pub(super) async fn list(
    _: Admin,
    Shared(app): Shared<App>,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let limit = page::limit(wanted.limit.as_deref())?;
    let after = page::place(wanted.cursor.as_deref(), place)?;
    let filter = filter(Selection {
        who: wanted.who,
        what: wanted.what,
        subject: wanted.subject,
        since: wanted.since,
        until: wanted.until,
    })?;
    let found = app.store().audit(&filter, after, rows(limit)).await?;
    let listing = Listing::of(found, limit, |entry| entry.id.to_string(), Done::from);
    Ok(answer::json(&listing))
}

/// The deed of a word.
pub(crate) fn deed(given: Option<&str>) -> Result<Option<Deed>, Error> {
    let words = Deed::ALL.map(Deed::as_str);
    let word = request::one_of("what", given, &words)?;
    Ok(word.and_then(Deed::from_word))
}

/// The place in the list that a cursor stands for.
pub(crate) fn place(cursor: &str) -> Option<i64> {
    page::plain(cursor)?.parse().ok()
}
