//! Licences that people count by hand, of products that Microsoft does not sell.

use axum::extract::State as Shared;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::ManualLicense;
use utoipa::ToSchema;

use crate::answer;
use crate::caller::{Operator, Reader};
use crate::problem::{Error, Kind, quoted};
use crate::request::{Body, Nothing, Params, Segments};
use crate::state::App;

/// The longest name, in characters.
const NAME_MAX: usize = 32;

/// A licence counted by hand.
#[derive(Serialize, ToSchema)]
#[schema(as = ManualLicense)]
pub(super) struct Counted {
    #[schema(example = 1)]
    id: i64,
    #[schema(min_length = 1, max_length = 32, example = "Zoom Education")]
    name: String,
    #[schema(example = 25)]
    count: i64,
}

/// A licence to be added. Other members, such as an `id`, are passed over.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewManualLicense)]
pub(super) struct New {
    #[schema(min_length = 1, max_length = 32, example = "Zoom Education")]
    name: String,
    #[schema(example = 25)]
    count: i64,
}

impl From<ManualLicense> for Counted {
    fn from(ManualLicense { id, name, count }: ManualLicense) -> Self {
        Self { id, name, count }
    }
}

/// All manually kept licences
#[utoipa::path(get, path = "/api/v1/licenses/", tag = "v1",
    operation_id = "listManualLicenses",
    responses((status = 200, description = "The licences, oldest first", body = [Counted])))]
pub(super) async fn list(
    _: Reader,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let licenses = app.store().manual_licenses().await?;
    let licenses: Vec<Counted> = licenses.into_iter().map(Into::into).collect();
    Ok(answer::json(&licenses))
}

/// One manually kept licence
#[utoipa::path(get, path = "/api/v1/licenses/{id}", tag = "v1",
    operation_id = "getManualLicense",
    params(("id" = i64, Path, description = "The licence's id", example = 1)),
    responses(
        (status = 200, description = "The licence", body = Counted),
        (status = 404, description = "There is no such licence")))]
pub(super) async fn one(
    _: Reader,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let known = match given.parse() {
        Ok(id) => app.store().manual_license(id).await?,
        Err(_) => None,
    };
    let license = known.ok_or_else(|| {
        let detail = format!("No manually kept licence has the id {}.", quoted(&given));
        Error::new(Kind::UnknownLicense, detail)
    })?;
    Ok(answer::json(&Counted::from(license)))
}

/// Add a manually kept licence
#[utoipa::path(post, path = "/api/v1/licenses/", tag = "v1",
    operation_id = "addManualLicense", request_body = New,
    responses(
        (status = 201, description = "It was added", body = Counted, headers(
            ("Location" = String, description = "The licence's address"))),
        (status = 400, description = "The name or the count is not one"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is not JSON")))]
pub(super) async fn add(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
    Body(new): Body<New>,
) -> Result<Response, Error> {
    let invalid = |detail: String| Error::new(Kind::InvalidBody, detail);
    let New { name, count } = new.ok_or_else(|| {
        invalid(r#"The body is empty. Send {"name": "…", "count": 1}."#.to_owned())
    })?;
    let length = name.chars().count();
    if !(1..=NAME_MAX).contains(&length) {
        let detail = format!("name: has {length} characters, and may have 1 to {NAME_MAX}.");
        return Err(invalid(detail));
    }
    let (store, by, now) = (app.store(), caller.by(), app.now());
    let added = store.add_manual_license(&name, count, by, now).await?;
    let added = Counted::from(added);
    let location = HeaderValue::try_from(format!("/api/v1/licenses/{}", added.id))
        .expect("an address of ASCII letters and digits");
    let mut response = (StatusCode::CREATED, answer::json(&added)).into_response();
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}
