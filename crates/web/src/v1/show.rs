//! `show`: every licence of every tenant, or of one, as last seen.

pub(super) mod parts;

use axum::extract::State as Shared;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use domain::{Exclusion, Sku, TenantKey};
use jiff::Timestamp;
use serde::Serialize;
use store::{State, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer;
use crate::caller::Reader;
use crate::kept::{Answer, Grounds};
use crate::problem::{Error, Kind};
use crate::request::{Nothing, Params, Segments};
use crate::state::App;

/// Tenants that are left out because they were never seen.
pub(crate) const UNSEEN: HeaderName = HeaderName::from_static("x-unseen-tenants");

/// A licence of a tenant, as version 1 writes it.
#[derive(Serialize, ToSchema)]
#[schema(as = LicenseV1)]
pub(super) struct Shown<'a> {
    skuid: Uuid,
    /// HTML: the product's name and its part number, both escaped. Of `show-fetch`: plain text,
    /// with a space in the place of the `<br>`.
    #[schema(example = "Office 365 A1 für Lehrpersonal<br>(STANDARDWOFFPACK_FACULTY)")]
    skupartnumber: String,
    /// `null`: Microsoft did not say.
    consumed_units: Option<i64>,
    /// Enabled seats. `null`: Microsoft did not say.
    available_units: Option<i64>,
    /// Available less consumed. `null`: one of them is not known.
    free_units: Option<i64>,
    /// The tenant's name. Only in the list of all tenants.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tenant: Option<&'a str>,
}

/// All licences of all tenants
///
/// As last seen; Microsoft is not asked. `Age` is the age of the oldest number in seconds.
/// Tenants that are switched off are left out. A tenant that could never be seen has no numbers:
/// its key then stands in `X-Unseen-Tenants`. If that is true of every tenant, the answer is 502.
#[utoipa::path(get, path = "/api/v1/licenses/status/show", tag = "v1",
    operation_id = "showLicenses", responses(
    (status = 200, description = "The licences", body = [Shown], headers(
        ("Age" = u64, description = "Seconds since the oldest number was seen"),
        ("X-Unseen-Tenants" = String, description = "Keys of tenants without any number yet"))),
    (status = 502, description = "No tenant could ever be collected"),
    (status = 503, description = "No tenant has been collected yet")))]
pub(super) async fn all(
    _: Reader,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let basis = app.basis().await?;
    let kept = app.kept().answer(&basis, &None);
    let answer = match kept {
        Some(kept) => kept,
        None => {
            let answer = parts::of_all(&app, &basis.grounds).await?;
            app.kept().keep(&basis, None, &answer);
            answer
        }
    };
    Ok(respond(answer, app.now()))
}

/// All licences of one tenant
///
/// As last seen; Microsoft is not asked. `Age` is the age of the numbers in seconds.
#[utoipa::path(get, path = "/api/v1/licenses/status/show/{tenant}", tag = "v1",
    operation_id = "showLicensesOfTenant",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool")),
    responses(
        (status = 200, description = "The licences", body = [Shown], headers(
            ("Age" = u64, description = "Seconds since the numbers were seen"))),
        (status = 404, description = "There is no such tenant"),
        (status = 502, description = "The tenant could never be collected; the answer says why"),
        (status = 503, description = "The tenant has not been collected yet")))]
pub(super) async fn one(
    _: Reader,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let key = TenantKey::parse(&given).map_err(|_| Error::unknown_tenant(&given))?;
    let key = Some(key);
    let basis = app.basis().await?;
    let kept = app.kept().answer(&basis, &key);
    if let Some(kept) = kept {
        return Ok(respond(kept, app.now()));
    }
    let answer = of_one(&app, &basis.grounds, &given, Label::Html).await?;
    app.kept().keep(&basis, key, &answer);
    Ok(respond(answer, app.now()))
}

/// The answer about one tenant, made anew.
pub(super) async fn of_one(
    app: &App,
    grounds: &Grounds,
    given: &str,
    label: Label,
) -> Result<Answer, Error> {
    let unknown = || Error::unknown_tenant(given);
    let key = TenantKey::parse(given).map_err(|_| unknown())?;
    let state = app.store().state(&key).await?;
    let state = state
        .filter(|state| state.tenant.removed_at.is_none())
        .ok_or_else(unknown)?;
    something_seen(std::slice::from_ref(&state.tenant))?;
    let rows: Vec<Shown<'_>> = shown(app, grounds, &state, None, label).collect();
    let body = serde_json::to_vec(&rows).expect("rows are texts and numbers");
    Ok(Answer {
        etag: answer::etag(&body),
        body: body.into(),
        oldest: state.tenant.seen_at,
        unseen: None,
    })
}

/// # Errors
/// There are tenants, and none was ever seen: there is no number at all, and here is why.
fn something_seen(tenants: &[Tenant]) -> Result<(), Error> {
    if tenants.is_empty() || tenants.iter().any(|tenant| tenant.seen_at.is_some()) {
        return Ok(());
    }
    let failed = tenants
        .iter()
        .find_map(|tenant| Some((tenant, tenant.gap.as_ref()?)));
    Err(match failed {
        Some((tenant, gap)) => Error::collection_failed(tenant, gap),
        None => {
            let detail = "Nothing has been seen yet. The first collection is on its way.";
            Error::new(Kind::NotCollectedYet, detail).retry_after(2)
        }
    })
}

/// The tenant's rows, under the name `tenant` if there is one.
fn shown<'a>(
    app: &App,
    grounds: &Grounds,
    state: &State,
    tenant: Option<&'a str>,
    label: Label,
) -> impl Iterator<Item = Shown<'a>> {
    let (Grounds { names, policies }, language) = (grounds, app.language());
    let key = &state.tenant.key;
    let skus = state.snapshot.iter().flat_map(|snapshot| &snapshot.skus);
    let is_shown =
        move |sku: &&Sku| policies.effective(key, sku).exclusion != Exclusion::Everywhere;
    skus.filter(is_shown).map(move |sku| {
        let name = names.label(sku.id, &sku.part_number, language);
        let (consumed, available) = (sku.units.consumed, sku.units.enabled);
        Shown {
            skuid: sku.id.0,
            skupartnumber: label.write(&name, &sku.part_number),
            consumed_units: consumed,
            available_units: available,
            free_units: available
                .zip(consumed)
                .and_then(|(all, used)| all.checked_sub(used)),
            tenant,
        }
    })
}

/// How a product's name and part number stand together.
#[derive(Clone, Copy, Debug)]
pub(super) enum Label {
    /// `<name><br>(<part number>)`, as `show` always had it.
    Html,
    /// `<name> (<part number>)`, as `show-fetch` always had it.
    Plain,
}

impl Label {
    fn write(self, name: &str, part_number: &str) -> String {
        match self {
            Self::Html => labelled(name, part_number),
            Self::Plain => format!("{name} ({part_number})"),
        }
    }
}

/// `<name><br>(<part number>)`, with both made harmless: the whole is HTML.
fn labelled(name: &str, part_number: &str) -> String {
    let mut html = String::with_capacity(name.len() + part_number.len() + 16);
    escape(&mut html, name);
    html.push_str("<br>(");
    escape(&mut html, part_number);
    html.push(')');
    html
}

fn escape(html: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}

pub(super) fn respond(answer: Answer, now: Timestamp) -> Response {
    let Answer {
        body,
        etag,
        oldest,
        unseen,
    } = answer;
    let mut response = answer::with_tag("application/json", etag, body);
    let headers = response.headers_mut();
    if let Some(oldest) = oldest {
        let age = now.duration_since(oldest).as_secs().max(0);
        headers.insert(header::AGE, HeaderValue::from(age));
    }
    if let Some(unseen) = unseen {
        headers.insert(UNSEEN, unseen);
    }
    response
}
