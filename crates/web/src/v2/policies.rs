//! Policies: when numbers are worth a person's attention, from the built-in rules to those for one
//! product of one tenant.

pub(super) mod scoped;
mod values;

use axum::extract::State as Shared;
use axum::response::Response;
use domain::{Policy, Scope};
use serde::Serialize;
use store::KeptPolicy;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer;
use crate::caller::Reader;
use crate::moment::Moment;
use crate::problem::Error;
use crate::request::{Nothing, Params};
use crate::state::App;

use values::{Values, built_in};

/// All rules, from the general to the particular: what a later one says holds before an earlier
/// one.
#[derive(Serialize, ToSchema)]
pub(super) struct Policies {
    /// Where nobody says anything. Free products are excluded from alerts besides.
    built_in: Values,
    /// What the configuration says for the whole company.
    configured: Values,
    /// What people set, by tenant and product.
    layers: Vec<PolicyLayer>,
}

/// What people set for the company, a tenant, or a product of a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PolicyLayer {
    /// `company`, `tenant` or `sku`.
    #[schema(value_type = String, example = "tenant")]
    scope: &'static str,
    /// `null`: the whole company.
    #[schema(example = "iseschool")]
    tenant: Option<String>,
    /// `null`: all products.
    sku_id: Option<Uuid>,
    values: Values,
    /// `null`: nobody ever set it.
    set_at: Option<Moment>,
    set_by: Option<String>,
    /// Moves with every change; 0: nobody ever set it. `If-Match` takes it.
    version: i64,
}

/// Policies
#[utoipa::path(get, path = "/api/v2/policies", tag = "v2",
    operation_id = "listPolicies",
    responses((status = 200, description = "All rules", body = Policies)))]
pub(super) async fn list(
    _: Reader,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let layers = app.store().policy_layers().await?;
    Ok(answer::json(&Policies {
        built_in: built_in(&Policy::BUILT_IN),
        configured: Values::from(app.options().company),
        layers: layers.into_iter().map(PolicyLayer::from).collect(),
    }))
}

impl PolicyLayer {
    /// That nobody has set anything for `scope`.
    fn none(scope: &Scope) -> Self {
        let (word, tenant, sku_id) = match scope {
            Scope::Company => ("company", None, None),
            Scope::Tenant(tenant) => ("tenant", Some(tenant.to_string()), None),
            Scope::Sku(tenant, sku) => ("sku", Some(tenant.to_string()), Some(sku.0)),
        };
        Self {
            scope: word,
            tenant,
            sku_id,
            values: Values::default(),
            set_at: None,
            set_by: None,
            version: 0,
        }
    }
}

impl From<KeptPolicy> for PolicyLayer {
    fn from(kept: KeptPolicy) -> Self {
        Self {
            values: Values::from(kept.layer),
            set_at: Some(Moment(kept.set_at)),
            set_by: Some(kept.set_by),
            version: kept.version,
            ..Self::none(&kept.scope)
        }
    }
}
