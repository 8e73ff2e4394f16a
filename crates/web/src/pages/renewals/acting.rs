//! The buttons by which somebody says whether a purchase renews.

use axum::extract::State as Shared;
use axum::response::Redirect;
use domain::Pin;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::caller::Operator;
use crate::pages::back;
use crate::problem::Error;
use crate::request::{Form, Nothing, Params, Segments, filled, not};
use crate::state::App;
use crate::v2::renewals::pin::say;

/// What somebody says of a subscription.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PinForm {
    /// Microsoft's id of it.
    subscription: String,
    /// `renews`, `ends`, or `forget` what was said.
    #[schema(example = "ends")]
    outlook: String,
    /// The page that leads there, and back.
    #[serde(default, deserialize_with = "filled")]
    back: Option<String>,
}

/// Say from a page whether a subscription renews
#[utoipa::path(post, path = "/renewals/{tenant}/pin", tag = "pages",
    operation_id = "pinRenewalForm",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool")),
    request_body(content = PinForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "Back to the page"),
        (status = 400, description = "The form is not understood"),
        (status = 404, description = "There is no such tenant or subscription"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is no form")))]
pub(crate) async fn pin(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(tenant): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    Form(form): Form<PinForm>,
) -> Result<Redirect, Error> {
    let (pin, word) = match (form.outlook.as_str(), Pin::from_word(&form.outlook)) {
        ("forget", _) => (None, "unpinned"),
        (_, Some(pin)) => (Some(pin), "pinned"),
        (odd, None) => return Err(not("outlook", odd, "one of renews, ends, forget").of_body()),
    };
    say(&app, &caller, (&tenant, &form.subscription), pin).await?;
    Ok(back::back(form.back.as_deref(), "/renewals", word))
}
