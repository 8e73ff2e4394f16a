//! One layer of rules: read, set and taken back, with the version that was seen as the condition.

use axum::extract::State as Shared;
use axum::response::Response;
use domain::{Layer, Scope, SkuId};
use serde::Serialize;
use store::{By, KeptPolicy, PolicySet};
use utoipa::ToSchema;

use crate::answer;
use crate::caller::{Operator, Reader};
use crate::problem::{Error, Kind, quoted};
use crate::request::{Body, Expected, Nothing, Params, Segments};
use crate::state::App;
use crate::v2::walk::present;

use super::PolicyLayer;
use super::values::{Values, built_in};

/// A layer, and what holds with all layers together.
#[derive(Serialize, ToSchema)]
#[schema(as = Policy)]
pub(crate) struct Scoped {
    #[serde(flatten)]
    layer: PolicyLayer,
    /// What holds here. `null` for the company, where it depends on the tenant and the product.
    effective: Option<Values>,
}

/// Which layer an address means.
#[derive(Clone, Debug)]
struct Place {
    scope: Scope,
    /// To find what holds there.
    sku: Option<domain::Sku>,
}

/// The policy of the company
#[utoipa::path(get, path = "/api/v2/policies/company", tag = "v2",
    operation_id = "getCompanyPolicy",
    responses((status = 200, description = "The layer; version 0: nobody ever set it",
        body = Scoped,
        headers(("ETag" = String, description = "The version, a hyphen, and more")))))]
pub(crate) async fn company(
    _: Reader,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    read(&app, &Place::company()).await
}

/// Set the policy of the company
///
/// Replaces the whole layer: what is left out is inherited.
#[utoipa::path(put, path = "/api/v2/policies/company", tag = "v2",
    operation_id = "setCompanyPolicy",
    params(("If-Match" = Option<String>, Header, description = "The layer's ETag, or its version \
        in quotes: only if nobody was faster")),
    request_body = Values,
    responses(
        (status = 200, description = "The layer as it is now", body = Scoped),
        (status = 400, description = "A value is not understood"),
        (status = 412, description = "Somebody was faster"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is not JSON")))]
pub(crate) async fn set_company(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
    expected: Expected,
    Body(values): Body<Values>,
) -> Result<Response, Error> {
    set(&app, caller.by(), &Place::company(), values, expected).await
}

/// Take back the policy of the company
///
/// Everything is inherited again.
#[utoipa::path(delete, path = "/api/v2/policies/company", tag = "v2",
    operation_id = "dropCompanyPolicy",
    params(("If-Match" = Option<String>, Header, description = "The layer's ETag, or its version \
        in quotes: only if nobody was faster")),
    responses(
        (status = 200, description = "The layer, which says nothing now", body = Scoped),
        (status = 400, description = "A header is not understood"),
        (status = 412, description = "Somebody was faster")))]
pub(crate) async fn drop_company(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
    expected: Expected,
) -> Result<Response, Error> {
    set(
        &app,
        caller.by(),
        &Place::company(),
        Some(Values::default()),
        expected,
    )
    .await
}

/// The policy of a tenant
#[utoipa::path(get, path = "/api/v2/policies/{tenant}", tag = "v2",
    operation_id = "getTenantPolicy",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool")),
    responses(
        (status = 200, description = "The layer; version 0: nobody ever set it", body = Scoped,
            headers(("ETag" = String, description = "The version, a hyphen, and more"))),
        (status = 404, description = "There is no such tenant")))]
pub(crate) async fn tenant(
    _: Reader,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    read(&app, &Place::tenant(&app, &given).await?).await
}

/// Set the policy of a tenant
///
/// Replaces the whole layer: what is left out is inherited.
#[utoipa::path(put, path = "/api/v2/policies/{tenant}", tag = "v2",
    operation_id = "setTenantPolicy",
    params(
        ("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        ("If-Match" = Option<String>, Header, description = "The layer's ETag, or its version in \
            quotes: only if nobody was faster")),
    request_body = Values,
    responses(
        (status = 200, description = "The layer as it is now", body = Scoped),
        (status = 400, description = "A value is not understood"),
        (status = 404, description = "There is no such tenant"),
        (status = 412, description = "Somebody was faster"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is not JSON")))]
pub(crate) async fn set_tenant(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    expected: Expected,
    Body(values): Body<Values>,
) -> Result<Response, Error> {
    set(
        &app,
        caller.by(),
        &Place::tenant(&app, &given).await?,
        values,
        expected,
    )
    .await
}

/// Take back the policy of a tenant
///
/// Everything is inherited again.
#[utoipa::path(delete, path = "/api/v2/policies/{tenant}", tag = "v2",
    operation_id = "dropTenantPolicy",
    params(
        ("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        ("If-Match" = Option<String>, Header, description = "The layer's ETag, or its version in \
            quotes: only if nobody was faster")),
    responses(
        (status = 200, description = "The layer, which says nothing now", body = Scoped),
        (status = 400, description = "A header is not understood"),
        (status = 404, description = "There is no such tenant"),
        (status = 412, description = "Somebody was faster")))]
pub(crate) async fn drop_tenant(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    expected: Expected,
) -> Result<Response, Error> {
    let place = Place::tenant(&app, &given).await?;
    set(&app, caller.by(), &place, Some(Values::default()), expected).await
}

/// The policy for a product of a tenant
#[utoipa::path(get, path = "/api/v2/policies/{tenant}/{sku_id}", tag = "v2",
    operation_id = "getSkuPolicy",
    params(
        ("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        ("sku_id" = String, Path, description = "The product's id, or its part number")),
    responses(
        (status = 200, description = "The layer; version 0: nobody ever set it", body = Scoped,
            headers(("ETag" = String, description = "The version, a hyphen, and more"))),
        (status = 400, description = "The part number means several products"),
        (status = 404, description = "There is no such tenant, or it has no such product")))]
pub(crate) async fn sku(
    _: Reader,
    Shared(app): Shared<App>,
    Segments((given, sku)): Segments<(String, String)>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    read(&app, &Place::sku(&app, &given, &sku).await?).await
}

/// Set the policy for a product of a tenant
///
/// Replaces the whole layer: what is left out is inherited.
#[utoipa::path(put, path = "/api/v2/policies/{tenant}/{sku_id}", tag = "v2",
    operation_id = "setSkuPolicy",
    params(
        ("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        ("sku_id" = String, Path, description = "The product's id, or its part number"),
        ("If-Match" = Option<String>, Header, description = "The layer's ETag, or its version in \
            quotes: only if nobody was faster")),
    request_body = Values,
    responses(
        (status = 200, description = "The layer as it is now", body = Scoped),
        (status = 400, description = "A value is not understood, or the part number means several \
            products"),
        (status = 404, description = "There is no such tenant, or it has no such product"),
        (status = 412, description = "Somebody was faster"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is not JSON")))]
pub(crate) async fn set_sku(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments((given, sku)): Segments<(String, String)>,
    Params(Nothing {}): Params<Nothing>,
    expected: Expected,
    Body(values): Body<Values>,
) -> Result<Response, Error> {
    let place = Place::sku(&app, &given, &sku).await?;
    set(&app, caller.by(), &place, values, expected).await
}

/// Take back the policy for a product of a tenant
///
/// Everything is inherited again.
#[utoipa::path(delete, path = "/api/v2/policies/{tenant}/{sku_id}", tag = "v2",
    operation_id = "dropSkuPolicy",
    params(
        ("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        ("sku_id" = String, Path, description = "The product's id, or its part number"),
        ("If-Match" = Option<String>, Header, description = "The layer's ETag, or its version in \
            quotes: only if nobody was faster")),
    responses(
        (status = 200, description = "The layer, which says nothing now", body = Scoped),
        (status = 400, description = "A header is not understood, or the part number means \
            several products"),
        (status = 404, description = "There is no such tenant, or it has no such product"),
        (status = 412, description = "Somebody was faster")))]
pub(crate) async fn drop_sku(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments((given, sku)): Segments<(String, String)>,
    Params(Nothing {}): Params<Nothing>,
    expected: Expected,
) -> Result<Response, Error> {
    let place = Place::sku(&app, &given, &sku).await?;
    set(&app, caller.by(), &place, Some(Values::default()), expected).await
}

impl Place {
    fn company() -> Self {
        Self {
            scope: Scope::Company,
            sku: None,
        }
    }

    async fn tenant(app: &App, given: &str) -> Result<Self, Error> {
        let key = present(app.store(), given).await?.key;
        Ok(Self {
            scope: Scope::Tenant(key),
            sku: None,
        })
    }

    /// By id, any product: it may come. By part number, one that the tenant has.
    async fn sku(app: &App, given: &str, sku: &str) -> Result<Self, Error> {
        let key = present(app.store(), given).await?.key;
        let state = app.store().state(&key).await?;
        let skus = state.and_then(|state| state.snapshot);
        let skus = skus.map_or_else(Vec::new, |snapshot| snapshot.skus);
        let found = match sku.parse() {
            Ok(id) => {
                let here = skus.into_iter().find(|it| it.id == SkuId(id));
                here.unwrap_or_else(|| domain::Sku::unseen(SkuId(id), ""))
            }
            Err(_) => by_part_number(skus, given, sku)?,
        };
        Ok(Self {
            scope: Scope::Sku(key, found.id),
            sku: Some(found),
        })
    }
}

fn by_part_number(skus: Vec<domain::Sku>, tenant: &str, given: &str) -> Result<domain::Sku, Error> {
    let is_it = |sku: &domain::Sku| sku.part_number.eq_ignore_ascii_case(given);
    let mut found: Vec<_> = skus.into_iter().filter(is_it).collect();
    match (found.pop(), found.is_empty()) {
        (Some(sku), true) => Ok(sku),
        (Some(sku), false) => {
            let ids = found.iter().chain([&sku]).map(|sku| sku.id.to_string());
            let ids = ids.collect::<Vec<_>>().join(" or ");
            let detail = format!("{} means several products: say {ids}.", quoted(given));
            Err(Error::new(Kind::InvalidParameter, detail))
        }
        (None, _) => {
            let detail = format!(
                "\"{tenant}\" has no product {}. Name it by its part number, or any product by \
                 its id.",
                quoted(given)
            );
            Err(Error::new(Kind::UnknownLicense, detail))
        }
    }
}

async fn read(app: &App, place: &Place) -> Result<Response, Error> {
    let kept = app.store().policy_layer(&place.scope).await?;
    answer(app, place, kept).await
}

/// A layer that says nothing is not written over one that says nothing.
async fn set(
    app: &App,
    by: By<'_>,
    place: &Place,
    values: Option<Values>,
    Expected(expected): Expected,
) -> Result<Response, Error> {
    let values = values.ok_or_else(|| {
        let detail = r#"The body is empty. Send {"low": "5%"}, or DELETE to inherit everything."#;
        Error::new(Kind::InvalidBody, detail)
    })?;
    let (layer, scope) = (values.layer()?, &place.scope);
    let before = app.store().policy_layer(scope).await?;
    let version = before.as_ref().map_or(0, |before| before.version);
    let same = before
        .as_ref()
        .map_or(Layer::default(), |before| before.layer)
        == layer;
    if same && expected.is_none_or(|expected| expected == version) {
        return answer(app, place, before).await;
    }
    let store = app.store();
    match store
        .set_policy(scope, layer, expected, by, app.now())
        .await?
    {
        PolicySet::Done(kept) => answer(app, place, Some(kept)).await,
        PolicySet::Overtaken(kept) => {
            let found = kept.map_or(0, |kept| kept.version);
            Err(Error::overtaken(found, expected))
        }
    }
}

async fn answer(app: &App, place: &Place, kept: Option<KeptPolicy>) -> Result<Response, Error> {
    let policies = app.policies().await?;
    let effective = match (&place.scope, &place.sku) {
        (Scope::Sku(tenant, _), Some(sku)) => Some(policies.effective(tenant, sku)),
        (Scope::Tenant(tenant), _) => Some(policies.of_tenant(tenant)),
        _ => None,
    };
    let layer = match kept {
        Some(kept) => PolicyLayer::from(kept),
        None => PolicyLayer::none(&place.scope),
    };
    let version = layer.version;
    let scoped = Scoped {
        layer,
        effective: effective.as_ref().map(built_in),
    };
    Ok(answer::versioned(&scoped, version))
}
