//! The audit as a file, for those who must keep it or hand it over.

use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse as _, Response};
use domain::Deed;
use futures_util::stream;
use store::{AuditEntry, AuditFilter};

use crate::caller::Admin;
use crate::export::harmless;
use crate::problem::Error;
use crate::request::Params;
use crate::state::App;

use super::{Selection, filter};

/// Rows that are read and sent at once.
const STRIDE: u32 = 1000;

const COLUMNS: [&str; 7] = ["id", "at", "who", "from", "what", "subject", "detail"];

/// The audit as a file
///
/// CSV, the newest first. That it was taken is noted in it.
#[utoipa::path(get, path = "/api/v2/audit.csv", tag = "v2",
    operation_id = "exportAudit", params(Selection),
    responses(
        (status = 200, description = "The file", content_type = "text/csv", body = String),
        (status = 400, description = "A parameter is not understood")))]
pub(crate) async fn file(
    Admin(caller): Admin,
    Shared(app): Shared<App>,
    method: Method,
    Params(selection): Params<Selection>,
) -> Result<Response, Error> {
    let filter = filter(selection)?;
    let now = app.now();
    if method == Method::GET {
        let (store, by) = (app.store(), caller.by());
        store
            .note(by, Deed::Exported, "audit", "audit.csv", now)
            .await?;
    }
    let day = now
        .to_zoned_datetime(app.options().time_zone.clone())
        .date();
    let name = format!("attachment; filename=\"licensetool-audit-{day}.csv\"");
    let name = HeaderValue::try_from(name).expect("a date and letters");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8; header=present"),
        ),
        (header::CONTENT_DISPOSITION, name),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        ),
    ];
    Ok((headers, Body::from_stream(pieces(app, filter))).into_response())
}

/// How far the file has got.
struct Reading {
    app: App,
    filter: AuditFilter,
    after: Option<i64>,
    begun: bool,
}

/// A file that breaks off ends without its last piece, so that nobody takes it for whole.
fn pieces(app: App, filter: AuditFilter) -> impl stream::Stream<Item = std::io::Result<Vec<u8>>> {
    let reading = Reading {
        app,
        filter,
        after: None,
        begun: false,
    };
    stream::try_unfold(reading, |mut reading| async move {
        let store = reading.app.store();
        let found = store.audit(&reading.filter, reading.after, STRIDE).await;
        let found = found.map_err(std::io::Error::other)?;
        let ended = found.is_empty() && reading.begun;
        let begins = !std::mem::replace(&mut reading.begun, true);
        reading.after = found.last().map(|entry| entry.id).or(reading.after);
        let piece = lines(&found, begins)?;
        Ok((!ended).then_some((piece, reading)))
    })
}

fn lines(entries: &[AuditEntry], begins: bool) -> std::io::Result<Vec<u8>> {
    let mut lines = csv::WriterBuilder::new();
    lines.terminator(csv::Terminator::CRLF);
    let mut lines = lines.from_writer(Vec::new());
    if begins {
        lines.write_record(COLUMNS)?;
    }
    for entry in entries {
        let from = entry.from.map(|from| from.to_string()).unwrap_or_default();
        lines.write_record([
            &entry.id.to_string(),
            &entry.at.to_string(),
            &*harmless(&entry.who),
            &from,
            entry.what.as_str(),
            &*harmless(&entry.subject),
            &*harmless(&entry.detail),
        ])?;
    }
    lines.into_inner().map_err(std::io::Error::other)
}
