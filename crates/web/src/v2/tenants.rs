//! Tenants: who is watched, how they are switched, and how the last looks at them went.

use std::collections::BTreeMap;

use axum::extract::State as Shared;
use axum::response::Response;
use domain::{Level, TenantKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::By;
use utoipa::ToSchema;

use crate::answer;
use crate::caller::{Operator, Reader};
use crate::moment::Moment;
use crate::problem::{Error, Kind};
use crate::request::{Body, Nothing, Params, Segments};
use crate::state::App;

use super::shapes::Gap;
use super::walk::present;

/// A tenant and how the last looks at it went.
#[derive(Serialize, ToSchema)]
pub(super) struct Tenant {
    #[schema(example = "iseschool")]
    key: String,
    #[schema(example = "ISE School")]
    name: String,
    /// Microsoft's id of the directory.
    tenant_id: String,
    /// `false`: not collected.
    enabled: bool,
    /// `false`: shown, but nobody is told of shortages.
    monitoring: bool,
    /// When its numbers were last seen. `null`: never.
    as_of: Option<Moment>,
    /// When its subscriptions were last seen. `null`: never.
    subscriptions_as_of: Option<Moment>,
    /// When Microsoft was last asked, well or badly. `null`: never.
    asked_at: Option<Moment>,
    /// When Microsoft is asked again. `null`: at once, or never while it is switched off.
    next_look_at: Option<Moment>,
    /// Failed looks in a row.
    failures: u32,
    /// Why nothing new can be seen at the moment. `null`: the last look saw it.
    gap: Option<Gap>,
}

/// All tenants.
#[derive(Serialize, ToSchema)]
pub(super) struct Tenants {
    items: Vec<Tenant>,
}

/// A tenant with a summary of its licences.
#[derive(Serialize, ToSchema)]
#[schema(as = TenantDetail)]
pub(super) struct Detail {
    #[serde(flatten)]
    tenant: Tenant,
    /// How many products stand at which level. `null`: it was never seen.
    #[schema(example = json!({"enough": 5, "low": 1}))]
    levels: Option<BTreeMap<&'static str, u32>>,
    /// What was odd in Microsoft's answer.
    remarks: Vec<String>,
}

fn shape(tenant: store::Tenant, now: Timestamp) -> Tenant {
    let waits = tenant.settings.enabled && tenant.due_at > now;
    Tenant {
        key: tenant.key.to_string(),
        enabled: tenant.settings.enabled,
        monitoring: tenant.settings.monitoring,
        as_of: tenant.seen_at.map(Moment),
        subscriptions_as_of: tenant.subscriptions_seen_at.map(Moment),
        asked_at: tenant.asked_at.map(Moment),
        next_look_at: waits.then_some(Moment(tenant.due_at)),
        failures: tenant.failures,
        gap: tenant.gap.as_ref().map(Gap::from),
        name: tenant.name,
        tenant_id: tenant.tenant_id,
    }
}

/// All tenants
#[utoipa::path(get, path = "/api/v2/tenants", tag = "v2",
    operation_id = "listTenants",
    responses((status = 200, description = "The tenants, by key", body = Tenants)))]
pub(super) async fn list(
    _: Reader,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let now = app.now();
    let tenants = app.store().tenants().await?;
    let items = tenants
        .into_iter()
        .map(|tenant| shape(tenant, now))
        .collect();
    Ok(answer::json(&Tenants { items }))
}

/// One tenant
#[utoipa::path(get, path = "/api/v2/tenants/{tenant}", tag = "v2",
    operation_id = "getTenant",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool")),
    responses(
        (status = 200, description = "The tenant", body = Detail),
        (status = 404, description = "There is no such tenant")))]
pub(super) async fn one(
    _: Reader,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    detail(&app, &given).await
}

/// How a tenant is to be switched. What is left out stays as it is.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Switches {
    /// `false`: it is not collected, and nothing at all happens for it.
    enabled: Option<bool>,
    /// `false`: it is shown, but nobody is told of anything.
    monitoring: Option<bool>,
}

/// Switch a tenant
///
/// SharePoint's tenant list follows at once. If somebody switches it there as well, the newer one
/// wins.
#[utoipa::path(patch, path = "/api/v2/tenants/{tenant}", tag = "v2",
    operation_id = "switchTenant",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool")),
    request_body = Switches,
    responses(
        (status = 200, description = "The tenant as it is now", body = Detail),
        (status = 400, description = "The body says nothing, or is not understood"),
        (status = 404, description = "There is no such tenant"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is not JSON")))]
pub(super) async fn switch(
    Operator(caller): Operator,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    Params(Nothing {}): Params<Nothing>,
    Body(switches): Body<Switches>,
) -> Result<Response, Error> {
    let key = present(app.store(), &given).await?.key;
    let Switches {
        enabled,
        monitoring,
    } = switches.unwrap_or_default();
    switched(&app, &key, enabled, monitoring, caller.by()).await?;
    detail(&app, &given).await
}

/// Switches a tenant, as far as it says, and lets the lists elsewhere follow.
pub(crate) async fn switched(
    app: &App,
    key: &TenantKey,
    enabled: Option<bool>,
    monitoring: Option<bool>,
    by: By<'_>,
) -> Result<(), Error> {
    if (enabled, monitoring) == (None, None) {
        let detail = r#"Say what to switch: {"enabled": true}, {"monitoring": false}, or both."#;
        return Err(Error::new(Kind::InvalidBody, detail));
    }
    let (store, now) = (app.store(), app.now());
    if !store.switch(key, enabled, monitoring, by, now).await? {
        return Err(Error::unknown_tenant(key.as_str()));
    }
    Ok(store.want_sync(None, now).await?)
}

async fn detail(app: &App, given: &str) -> Result<Response, Error> {
    let now = app.now();
    let key = present(app.store(), given).await?.key;
    let state = app.store().state(&key).await?;
    let store::State { tenant, snapshot } = state.ok_or_else(|| Error::unknown_tenant(given))?;
    let policies = app.policies().await?;
    let levels = snapshot.as_ref().map(|snapshot| {
        let judge = |sku| {
            domain::judge(
                sku,
                &policies.effective(&tenant.key, sku),
                snapshot.taken_at,
                now,
            )
        };
        let mut levels = BTreeMap::new();
        for level in snapshot.skus.iter().filter_map(judge) {
            *levels.entry(Level::as_str(level)).or_default() += 1;
        }
        levels
    });
    Ok(answer::json(&Detail {
        tenant: shape(tenant, now),
        levels,
        remarks: snapshot.map_or_else(Vec::new, |snapshot| snapshot.remarks),
    }))
}
