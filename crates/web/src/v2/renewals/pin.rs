//! An operator's word on whether a subscription renews, which no observation overrules.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::{Pin, Renewal, TenantKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{Caller, Operator};
use crate::problem::{Error, Kind, quoted};
use crate::request::{Body, Nothing, Params, Segments};
use crate::state::App;
use crate::v2::lens::Lens;
use crate::v2::outlook::Outlook;
use crate::v2::walk::present;
use crate::{answer, language};

/// What will happen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PinOrder {
    /// `renews` or `ends`.
    #[schema(example = "ends")]
    outlook: String,
}

/// What is known of a subscription by now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Pinned {
    #[schema(example = "iseschool")]
    tenant: String,
    subscription: String,
    outlook: Outlook,
}

/// Say whether a subscription renews
#[utoipa::path(put, path = "/api/v2/renewals/{tenant}/{subscription}/pin", tag = "v2",
    operation_id = "pinRenewal",
    params(
        ("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        ("subscription" = String, Path, description = "The subscription's id")),
    request_body = PinOrder,
    responses(
        (status = 200, description = "It is taken as known now", body = Pinned),
        (status = 400, description = "The body is not understood"),
        (status = 404, description = "There is no such tenant or subscription"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is not JSON")))]
pub(crate) async fn set(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments((tenant, subscription)): Segments<(String, String)>,
    Params(Nothing {}): Params<Nothing>,
    headers: HeaderMap,
    Body(order): Body<PinOrder>,
) -> Result<Response, Error> {
    let invalid = |detail: String| Error::new(Kind::InvalidBody, detail);
    let order = order.ok_or_else(|| {
        let detail = r#"The body is empty. Send {"outlook": "renews"} or {"outlook": "ends"}."#;
        invalid(detail.to_owned())
    })?;
    let pin = Pin::from_word(&order.outlook).ok_or_else(|| {
        let given = quoted(&order.outlook);
        invalid(format!("outlook: {given} is not one of renews, ends."))
    })?;
    let place = (tenant.as_str(), subscription);
    pinned(&app, &caller, &headers, place, Some(pin)).await
}

/// Take back what was said of a subscription
///
/// From then on it is known again by what is observed.
#[utoipa::path(delete, path = "/api/v2/renewals/{tenant}/{subscription}/pin", tag = "v2",
    operation_id = "unpinRenewal",
    params(
        ("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        ("subscription" = String, Path, description = "The subscription's id")),
    responses(
        (status = 200, description = "What is known without it", body = Pinned),
        (status = 404, description = "There is no such tenant or subscription")))]
pub(crate) async fn drop(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments((tenant, subscription)): Segments<(String, String)>,
    Params(Nothing {}): Params<Nothing>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    pinned(&app, &caller, &headers, (&tenant, subscription), None).await
}

async fn pinned(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    (tenant, subscription): (&str, String),
    pin: Option<Pin>,
) -> Result<Response, Error> {
    let lens = Lens::new(app, headers, None).await?;
    let (key, known) = say(app, caller, (tenant, &subscription), pin).await?;
    let pinned = Pinned {
        tenant: key.to_string(),
        subscription,
        outlook: Outlook::of(&known, lens.language),
    };
    Ok((language::headers(lens.language), answer::json(&pinned)).into_response())
}

/// Says of a tenant's subscription whether it renews (`None`: takes back what was said), and
/// answers what is known of it then.
pub(crate) async fn say(
    app: &App,
    caller: &Caller,
    (tenant, subscription): (&str, &str),
    pin: Option<Pin>,
) -> Result<(TenantKey, Renewal), Error> {
    let (store, key) = (app.store(), present(app.store(), tenant).await?.key);
    if !store.sightings(&key).await?.contains_key(subscription) {
        let detail = format!(
            "\"{key}\" never had a subscription {}.",
            quoted(subscription)
        );
        return Err(Error::new(Kind::UnknownSubscription, detail));
    }
    store
        .set_pin(&key, subscription, pin, caller.by(), app.now())
        .await?;
    let known = store.renewals(&key).await?.remove(subscription);
    let known = known.unwrap_or_else(|| domain::renewal(&[], pin));
    Ok((key, known))
}
