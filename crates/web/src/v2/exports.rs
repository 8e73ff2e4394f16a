//! Files to take away: the lists of this API whole, in a format for Excel or for programs.

use axum::body::{Body, Bytes};
use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use domain::Deed;
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::IntoParams;

use crate::caller::Reader;
use crate::export::{Export, ExportFormat, ExportWish, Exported, Separator};
use crate::problem::{Error, Kind, quoted};
use crate::request::{self, Params, Segments};
use crate::state::App;
use crate::{answer, language};

use super::lens::Lens;
use super::walk::known;

/// What of it, and how written.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only this tenant, by key. Without it: all that are switched on.
    tenant: Option<String>,
    /// Only licences of these levels, with commas between: `exhausted,over-assigned`.
    level: Option<String>,
    /// Alerts that are over as well, if they ended then or later. RFC 3339. Without it: only those
    /// that go on.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<String>,
    /// `de` or `en`. Without it: as Accept-Language says.
    language: Option<String>,
    /// Between the cells of CSV: `comma` or `semicolon`. Without it: a comma.
    separator: Option<String>,
    /// `true`: CSV begins with the mark by which Excel knows UTF-8.
    bom: Option<String>,
}

/// A list as a file
///
/// `licenses`, `subscriptions` or `alerts`, as `csv`, `xlsx` or `ndjson`. The rows are those of
/// the lists with the same names; NDJSON has their shapes, an object a line. A tenant that was
/// never seen has a row that says so. The file of one tenant has an `ETag`, the others are sent
/// while they are made.
#[utoipa::path(get, path = "/api/v2/exports/{file}", tag = "v2",
    operation_id = "getExport",
    params(("file" = String, Path, description = "What, a dot, and the format",
        example = "licenses.csv"), Wanted),
    responses(
        (status = 200, description = "The file", content(
            (String = "text/csv"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (String = "application/x-ndjson"))),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such file, or no such tenant"),
        (status = 429, description = "Enough workbooks are being made already")))]
pub(super) async fn export(
    Reader(caller): Reader,
    Shared(app): Shared<App>,
    Segments(file): Segments<String>,
    method: Method,
    headers: HeaderMap,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let lens = Lens::new(&app, &headers, wanted.language.as_deref()).await?;
    let (what, format) = named(&file)?;
    let wish = wish(&app, what, format, &wanted).await?;
    if method == Method::GET {
        let of = wish.tenant.as_ref().map_or("", |tenant| tenant.as_str());
        let (store, by) = (app.store(), caller.by());
        store.note(by, Deed::Exported, of, &file, lens.now).await?;
    }
    let leave = match format {
        ExportFormat::Xlsx => Some(app.workbook().ok_or_else(too_many)?),
        _ => None,
    };
    let zone = app.options().time_zone.clone();
    let day = lens.now.to_zoned_datetime(zone.clone()).date();
    let (name, language) = (wish.file_name(day), lens.language);
    let export = Export::new(app.store(), lens, zone, &wish).await?;
    // A workbook has the time at which it was made in it, so a tag would never hold.
    let mut response = match wish.tenant.is_some() && format != ExportFormat::Xlsx {
        true => answer::tagged(format.media_type(), whole(export).await?),
        false => sent(export, format, leave),
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    let disposition = HeaderValue::try_from(disposition).expect("a key, a date and a dot");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok((language::headers(language), response).into_response())
}

fn too_many() -> Error {
    let detail = "Other workbooks are being made at this moment. Try again shortly, or take CSV.";
    Error::new(Kind::TooManyRequests, detail).retry_after(10)
}

/// `licenses.csv` as what it stands for.
fn named(file: &str) -> Result<(Exported, ExportFormat), Error> {
    let (what, format) = file.split_once('.').unwrap_or((file, ""));
    let what = Exported::ALL.into_iter().find(|it| it.as_str() == what);
    let format = ExportFormat::ALL
        .into_iter()
        .find(|it| it.as_str() == format);
    what.zip(format).ok_or_else(|| {
        let detail = format!(
            "There is no export {}: it is licenses, subscriptions or alerts, a dot, and csv, xlsx \
             or ndjson.",
            quoted(file)
        );
        Error::new(Kind::NotFound, detail)
    })
}

async fn wish(
    app: &App,
    what: Exported,
    format: ExportFormat,
    wanted: &Wanted,
) -> Result<ExportWish, Error> {
    let tenant = match &wanted.tenant {
        Some(given) => Some(known(app.store(), given).await?.key),
        None => None,
    };
    let separator = match wanted.separator.as_deref() {
        None => Separator::default(),
        Some(given) => Separator::from_word(given)
            .ok_or_else(|| request::not("separator", given, "one of comma, semicolon"))?,
    };
    let bom = request::parsed("bom", wanted.bom.as_deref(), "one of true, false")?;
    Ok(ExportWish {
        what,
        format,
        tenant,
        levels: wanted.level.clone(),
        since: request::time("since", wanted.since.as_deref())?,
        separator,
        bom: bom.unwrap_or(false),
    })
}

async fn whole(mut export: Export) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(piece) = export.piece().await? {
        bytes.extend(piece);
    }
    Ok(bytes)
}

/// The file while it is made, as fast as the reader takes it. One that breaks off ends without its
/// last piece, so that nobody takes it for whole.
fn sent(export: Export, format: ExportFormat, leave: Option<OwnedSemaphorePermit>) -> Response {
    let pieces = stream::try_unfold((export, leave), |(mut export, leave)| async move {
        let piece = export.next().await;
        let broken = |failed: &crate::ExportFailed| {
            tracing::error!(cause = %failed, "an export broke off");
        };
        let piece = piece.inspect_err(broken)?;
        Ok::<_, crate::ExportFailed>(piece.map(|piece| (Bytes::from(piece), (export, leave))))
    });
    let headers = [
        (header::CONTENT_TYPE, format.media_type()),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}
