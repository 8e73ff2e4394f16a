//! What the portal does with pages, as JSON: for tests that drive a real program from outside.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::directory::Shown;
use crate::entra::Spoilt;
use crate::microsoft::Microsoft;
use crate::sign_in::secret;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewApp {
    tenant: String,
    #[serde(default = "name")]
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Upload {
    tenant: String,
    client_id: Uuid,
    pem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Removal {
    tenant: String,
    client_id: Uuid,
    thumbprint: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Permission {
    tenant: String,
    client_id: Uuid,
    permission: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redirect {
    tenant: String,
    client_id: Uuid,
    redirect_uri: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NextIdToken {
    spoilt: Spoilt,
}

fn name() -> String {
    "licensetool".to_owned()
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

/// All tenants with their apps.
pub(super) fn tenants(microsoft: &Microsoft) -> Value {
    #[derive(Serialize)]
    struct Tenant<'a> {
        key: &'a str,
        name: &'a str,
        tenant_id: Uuid,
        domain: &'a str,
        apps: Vec<Shown<'a>>,
    }
    let tenants = microsoft.world.all().enumerate();
    let tenants = tenants.map(|(place, tenant)| {
        let apps = microsoft.entra.directory.apps(place);
        let shown = Tenant {
            key: &tenant.key,
            name: &tenant.name,
            tenant_id: tenant.tenant_id,
            domain: &tenant.domain,
            apps: apps.iter().map(|app| app.shown()).collect(),
        };
        json!(shown)
    });
    tenants.collect()
}

pub(super) fn register(microsoft: &Microsoft, body: &[u8]) -> Result<Value, String> {
    let app: NewApp = read(body)?;
    let client_id = microsoft.register_app(&app.tenant, &app.name)?;
    Ok(json!({ "client_id": client_id }))
}

pub(super) fn upload(microsoft: &Microsoft, body: &[u8]) -> Result<Value, String> {
    let it: Upload = read(body)?;
    let thumbprint = microsoft.upload(&it.tenant, it.client_id, it.pem.as_bytes())?;
    Ok(json!({ "thumbprint": thumbprint }))
}

pub(super) fn remove(microsoft: &Microsoft, body: &[u8]) -> Result<(), String> {
    let it: Removal = read(body)?;
    microsoft.remove(&it.tenant, it.client_id, &it.thumbprint)
}

/// The app asks for it, and an administrator consents.
pub(super) fn grant(microsoft: &Microsoft, body: &[u8]) -> Result<(), String> {
    let it: Permission = read(body)?;
    microsoft.request(&it.tenant, it.client_id, &it.permission)?;
    microsoft.consent(&it.tenant, it.client_id)
}

pub(super) fn redirect(microsoft: &Microsoft, body: &[u8]) -> Result<(), String> {
    let it: Redirect = read(body)?;
    microsoft.add_redirect(&it.tenant, it.client_id, &it.redirect_uri)
}

pub(super) fn spoil(microsoft: &Microsoft, body: &[u8]) -> Result<(), String> {
    let it: NextIdToken = read(body)?;
    microsoft.entra.spoil(it.spoilt);
    Ok(())
}

pub(super) fn roll_keys(microsoft: &Microsoft) -> Result<(), String> {
    let now = microsoft.clock.read().wall;
    let rolled = microsoft.entra.roll_keys(now);
    rolled.map_err(|error| error.to_string())
}

/// What people, their app and other programs sign in with.
pub(super) fn sign_in(microsoft: &Microsoft) -> Result<Value, String> {
    let found = microsoft.entra.sign_in_app();
    let (spec, app) = found.ok_or("nobody signs in to anything in this world")?;
    let accounts = spec.accounts.iter().map(|it| {
        json!({
            "name": it.name,
            "username": it.username,
            "tenant": it.tenant,
            "oid": it.oid,
            "roles": it.roles,
        })
    });
    let daemons = spec.daemons.iter().filter_map(|it| {
        let app = microsoft.entra.directory.find(spec.tenant, it.client_id)?;
        Some(json!({
            "name": it.name,
            "client_id": it.client_id,
            "client_secret": secret(&app),
            "roles": it.roles,
        }))
    });
    Ok(json!({
        "tenant_id": microsoft.world.at(spec.tenant).tenant_id,
        "client_id": app.client_id,
        "client_secret": secret(&app),
        "redirect_uris": app.redirect_uris,
        "accounts": accounts.collect::<Vec<_>>(),
        "daemons": daemons.collect::<Vec<_>>(),
    }))
}
