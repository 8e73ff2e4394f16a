//! The button that has a delivery tried again.

use axum::extract::State as Shared;
use axum::response::Redirect;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::caller::Operator;
use crate::pages::back;
use crate::problem::Error;
use crate::request::{Form, Nothing, Params, filled};
use crate::state::App;
use crate::v2::deliveries::revived;

/// Which delivery is to be tried again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetryForm {
    /// The message's id.
    #[schema(format = Uuid)]
    message: String,
    /// The channel's name.
    #[schema(example = "mail")]
    channel: String,
    /// The page that leads there, and back.
    #[serde(default, deserialize_with = "filled")]
    back: Option<String>,
}

/// Try a delivery again from a page
#[utoipa::path(post, path = "/deliveries/retry", tag = "pages",
    operation_id = "retryDeliveryForm",
    request_body(content = RetryForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "Back to the page"),
        (status = 400, description = "The form is not understood"),
        (status = 404, description = "There is no such delivery, or it was delivered"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is no form")))]
pub(crate) async fn retry(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
    Form(form): Form<RetryForm>,
) -> Result<Redirect, Error> {
    revived(&app, &caller, (&form.message, &form.channel)).await?;
    Ok(back::back(form.back.as_deref(), "/deliveries", "retried"))
}
