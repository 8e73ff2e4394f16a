//! What the buttons beside a tenant do.

use axum::extract::State as Shared;
use axum::response::Redirect;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::caller::Operator;
use crate::pages::back;
use crate::problem::Error;
use crate::request::{Form, Nothing, Params, Segments, filled, not, one_of};
use crate::state::App;
use crate::v2::refreshes::{ordered, switched_on};
use crate::v2::{present, switched};

const PAGE: &str = "/monitoring";

/// A switch beside a tenant. What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SwitchForm {
    /// The page that leads there, and back.
    #[serde(default, deserialize_with = "filled")]
    back: Option<String>,
    /// Whether it is looked at: `on` or `off`.
    #[serde(default, deserialize_with = "filled")]
    enabled: Option<String>,
    /// Whether people are told of it: `on` or `off`.
    #[serde(default, deserialize_with = "filled")]
    monitoring: Option<String>,
}

/// The button for a look.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookForm {
    /// The page that leads there, and back.
    #[serde(default, deserialize_with = "filled")]
    back: Option<String>,
}

/// Switch a tenant from a page
#[utoipa::path(post, path = "/monitoring/{tenant}", tag = "pages",
    operation_id = "switchTenantForm",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool")),
    request_body(content = SwitchForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "Back to the page"),
        (status = 400, description = "The form is not understood"),
        (status = 404, description = "There is no such tenant"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is no form")))]
pub(crate) async fn switch(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    Form(form): Form<SwitchForm>,
) -> Result<Redirect, Error> {
    let (enabled, monitoring) = (
        on("enabled", form.enabled.as_deref())?,
        on("monitoring", form.monitoring.as_deref())?,
    );
    if (enabled, monitoring) == (None, None) {
        return Err(not("enabled", "", "one of on, off").of_body());
    }
    let key = present(app.store(), &given).await?.key;
    switched(&app, &key, enabled, monitoring, caller.by()).await?;
    Ok(back::back(form.back.as_deref(), PAGE, "switched"))
}

fn on(name: &str, given: Option<&str>) -> Result<Option<bool>, Error> {
    let word = one_of(name, given, &["on", "off"]).map_err(Error::of_body)?;
    Ok(word.map(|word| word == "on"))
}

/// Have a tenant looked at from a page
#[utoipa::path(post, path = "/monitoring/{tenant}/refresh", tag = "pages",
    operation_id = "refreshTenantForm",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool")),
    request_body(content = LookForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "Back to the page"),
        (status = 400, description = "The form is not understood"),
        (status = 404, description = "There is no such tenant"),
        (status = 409, description = "The tenant is switched off"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is no form")))]
pub(crate) async fn refresh(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    Form(form): Form<LookForm>,
) -> Result<Redirect, Error> {
    let key = switched_on(&app, &given).await?;
    ordered(&app, &caller, &[key]).await?;
    Ok(back::back(form.back.as_deref(), PAGE, "looking"))
}
