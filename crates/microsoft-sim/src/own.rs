//! The simulator's own paths, for tests that drive a real program from outside.

mod apps;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::fault::Order;
use crate::message::{Reply, Request};
use crate::microsoft::Microsoft;
use crate::portal;

const HELP: &str = "\
GET    /_sim/counts   what was asked and answered since the start
GET    /_sim/faults   the orders that stand
POST   /_sim/faults   one more, such as {\"call\":\"token\",\"kind\":\"hang\",\"times\":1}
DELETE /_sim/faults   none any more
POST   /_sim/units    a SKU's numbers in place of its course's, which null brings back, such as
                      {\"tenant\":\"a\",\"sku\":\"FLOW_FREE\",\"consumed\":7,\"enabled\":null}
GET    /_sim/tenants  all tenants with their apps, certificates and permissions
POST   /_sim/apps     registers an app: {\"tenant\":\"a\"}
POST   /_sim/certificates  {\"tenant\":\"a\",\"client_id\":\"...\",\"pem\":\"...\"}
DELETE /_sim/certificates  {\"tenant\":\"a\",\"client_id\":\"...\",\"thumbprint\":\"...\"}
POST   /_sim/permissions   asked for and granted: {\"tenant\":\"a\",\"client_id\":\"...\",
                           \"permission\":\"Organization.Read.All\"}
POST   /_sim/redirects     {\"tenant\":\"a\",\"client_id\":\"...\",\"redirect_uri\":\"https://...\"}
GET    /_sim/sign-in  the app by which people sign in, accounts and daemons
POST   /_sim/id-token spoils the next one: {\"spoilt\":\"otherNonce\"}
POST   /_sim/keys     publishes a new key, and signs with it
GET    /portal        pages for what the paths from /_sim/tenants to /_sim/redirects do
";

pub(crate) fn answer(microsoft: &Microsoft, request: &Request) -> Reply {
    let path = request.path.trim_end_matches('/');
    if !path.starts_with("/_sim") {
        return portal::answer(microsoft, request);
    }
    match (request.method.as_str(), path) {
        ("GET", "/_sim/counts") => json(&microsoft.tally.read(&microsoft.world)),
        ("GET", "/_sim/faults") => json(&microsoft.orders.list()),
        ("POST", "/_sim/faults") => done(order(microsoft, &request.body)),
        ("POST", "/_sim/units") => done(set(microsoft, &request.body)),
        ("GET", "/_sim/tenants") => json(&apps::tenants(microsoft)),
        ("POST", "/_sim/apps") => made(apps::register(microsoft, &request.body)),
        ("POST", "/_sim/certificates") => made(apps::upload(microsoft, &request.body)),
        ("DELETE", "/_sim/certificates") => done(apps::remove(microsoft, &request.body)),
        ("POST", "/_sim/permissions") => done(apps::grant(microsoft, &request.body)),
        ("POST", "/_sim/redirects") => done(apps::redirect(microsoft, &request.body)),
        ("GET", "/_sim/sign-in") => made(apps::sign_in(microsoft)),
        ("POST", "/_sim/id-token") => done(apps::spoil(microsoft, &request.body)),
        ("POST", "/_sim/keys") => done(apps::roll_keys(microsoft)),
        ("DELETE", "/_sim/faults") => {
            microsoft.orders.clear();
            text(StatusCode::NO_CONTENT, "")
        }
        ("GET", "/_sim") => text(StatusCode::OK, HELP),
        _ => text(StatusCode::NOT_FOUND, HELP),
    }
}

fn order(microsoft: &Microsoft, body: &[u8]) -> Result<(), String> {
    let order: Order = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    microsoft.order(order)
}

/// A SKU's numbers; one that is left out stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Units {
    tenant: String,
    sku: String,
    #[serde(default, deserialize_with = "present")]
    consumed: Option<Option<i64>>,
    #[serde(default, deserialize_with = "present")]
    enabled: Option<Option<i64>>,
}

/// Tells null from a field that is left out.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<i64>>, D::Error> {
    Deserialize::deserialize(value).map(Some)
}

fn set(microsoft: &Microsoft, body: &[u8]) -> Result<(), String> {
    let units: Units = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let owner = microsoft.owner(&units.tenant, &units.sku)?;
    microsoft.seats.change(owner, &units.sku, |set| {
        set.consumed = units.consumed.unwrap_or(set.consumed);
        set.enabled = units.enabled.unwrap_or(set.enabled);
    });
    Ok(())
}

fn made(result: Result<Value, String>) -> Reply {
    match result {
        Ok(value) => json(&value),
        Err(reason) => done(Err(reason)),
    }
}

fn done(result: Result<(), String>) -> Reply {
    match result {
        Ok(()) => text(StatusCode::NO_CONTENT, ""),
        Err(reason) => text(StatusCode::BAD_REQUEST, &format!("{reason}\n")),
    }
}

fn json(value: &impl Serialize) -> Reply {
    let body = serde_json::to_vec(value).expect("counts and faults are plain data");
    reply(StatusCode::OK, "application/json", body.into())
}

fn text(status: StatusCode, text: &str) -> Reply {
    let body = Bytes::copy_from_slice(text.as_bytes());
    reply(status, "text/plain; charset=utf-8", body)
}

fn reply(status: StatusCode, kind: &'static str, body: Bytes) -> Reply {
    let kind = HeaderValue::from_static(kind);
    Reply {
        status,
        headers: HeaderMap::from_iter([(CONTENT_TYPE, kind)]),
        body,
    }
}
