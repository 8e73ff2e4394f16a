//! How tenants are switched, under the ids of SharePoint's tenant list.

use std::collections::BTreeMap;

use axum::extract::State as Shared;
use axum::response::Response;
use domain::TenantKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer;
use crate::caller::{Operator, Reader};
use crate::problem::Error;
use crate::request::{Body, Nothing, Params, Segments};
use crate::state::App;
use crate::v2::switched;

/// A tenant, as version 1 writes it.
#[derive(Serialize, ToSchema)]
#[schema(as = TenantV1)]
pub(super) struct Watched {
    /// Of the row in SharePoint's tenant list; the tenant's key, if none is known.
    #[schema(example = "12")]
    id: String,
    /// The tenant's name.
    #[schema(example = "ISE School")]
    title: String,
    /// `false`: not collected.
    enabled: bool,
    /// `false`: shown, but nobody is told of anything.
    monitoring: bool,
}

/// How a tenant is to be switched. Other members are passed over.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = SwitchesV1)]
pub(super) struct Switches {
    enabled: Option<bool>,
    monitoring: Option<bool>,
}

/// What was done.
#[derive(Serialize, ToSchema)]
#[schema(as = SwitchedV1)]
pub(super) struct Switched {
    success: bool,
    updated: Updated,
}

/// Which tenant, and what of it.
#[derive(Serialize, ToSchema)]
#[schema(as = UpdatedV1)]
pub(super) struct Updated {
    /// As it was given.
    id: String,
    updated: Given,
}

/// Only what was given.
#[derive(Serialize, ToSchema)]
#[schema(as = GivenV1)]
pub(super) struct Given {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    monitoring: Option<bool>,
}

/// All tenants and how they are switched
#[utoipa::path(get, path = "/api/v1/monitoring/tenants", tag = "v1",
    operation_id = "listMonitoredTenants",
    responses((status = 200, description = "The tenants, also those that are switched off",
        body = [Watched])))]
pub(super) async fn list(
    _: Reader,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let rows = row_ids(&app).await?;
    let watched = |tenant: store::Tenant| {
        let row = rows.get(&tenant.key).cloned();
        Watched {
            id: row.unwrap_or_else(|| tenant.key.to_string()),
            title: tenant.name,
            enabled: tenant.settings.enabled,
            monitoring: tenant.settings.monitoring,
        }
    };
    let tenants = app.store().tenants().await?;
    let tenants: Vec<Watched> = tenants.into_iter().map(watched).collect();
    Ok(answer::json(&tenants))
}

/// Switch a tenant
///
/// SharePoint's tenant list follows at once.
#[utoipa::path(patch, path = "/api/v1/monitoring/tenants/{id}", tag = "v1",
    operation_id = "switchMonitoredTenant",
    params(("id" = String, Path, description = "The id that the list gives, or the tenant's key",
        example = "12")),
    request_body = Switches,
    responses(
        (status = 200, description = "It was switched", body = Switched),
        (status = 400, description = "The body says nothing, or is not understood"),
        (status = 404, description = "There is no such tenant"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is not JSON")))]
pub(super) async fn switch(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(id): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    Body(switches): Body<Switches>,
) -> Result<Response, Error> {
    let key = find(&app, &id).await?;
    let Switches {
        enabled,
        monitoring,
    } = switches.unwrap_or_default();
    switched(&app, &key, enabled, monitoring, caller.by()).await?;
    let updated = Given {
        enabled,
        monitoring,
    };
    Ok(answer::json(&Switched {
        success: true,
        updated: Updated { id, updated },
    }))
}

/// The rows of tenants in SharePoint, as far as they are known. If several lists know a tenant,
/// the first by name counts.
async fn row_ids(app: &App) -> Result<BTreeMap<TenantKey, String>, Error> {
    let mut ids = BTreeMap::new();
    for channel in app.store().channels().await? {
        for (key, agreed) in app.store().agreed(&channel.channel).await? {
            ids.entry(key).or_insert(agreed.item);
        }
    }
    Ok(ids)
}

/// By the id that the list gives; else by key.
async fn find(app: &App, id: &str) -> Result<TenantKey, Error> {
    let rows = row_ids(app).await?;
    let tenants = app.store().tenants().await?;
    let keys = || tenants.iter().map(|tenant| &tenant.key);
    let by_row = keys().find(|key| rows.get(*key).is_some_and(|row| row == id));
    let found = by_row.or_else(|| keys().find(|key| key.as_str() == id));
    found.cloned().ok_or_else(|| Error::unknown_tenant(id))
}
