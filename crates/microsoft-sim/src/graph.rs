//! Graph: what an app with a token is told about its tenant, in the shapes of the real service.

mod route;

mod batch;
mod list;
mod query;
mod rows;

mod sites;

mod spoilt;

mod refusal;

use std::cell::Cell;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use uuid::Uuid;

use self::list::{Item, List};
use self::query::Query;
use self::refusal::Refusal;
use self::route::{Resource, Route, route};
pub(crate) use self::spoilt::spoilt;
use crate::caller::{Caller, TokenFault};
use crate::counts::Tally;
use crate::endpoint::Endpoint;
use crate::fault::Orders;
use crate::message::{Reply, Request};
use crate::seats::{OfTenant, Seats};
use crate::sharepoint::Sharepoint;
use crate::throttle::{Quota, Throttle, Toll};
use crate::world::tenant::RetryAfter;
use crate::world::{TenantSpec, World};

/// What an answer depends on besides the request.
pub(crate) struct Context<'a> {
    pub(crate) world: &'a World,
    /// Of the world, which may stand still.
    pub(crate) now: Timestamp,
    /// Of the clients that are throttled, which does not.
    pub(crate) wall: Timestamp,
    pub(crate) base_url: &'a str,
    pub(crate) throttle: Option<&'a Throttle>,
    pub(crate) seats: &'a Seats,
    pub(crate) sharepoint: &'a Sharepoint,
    /// For the parts of a batch; those for the whole request have been met.
    pub(crate) orders: &'a Orders,
    pub(crate) tally: &'a Tally,
    /// By which the parts of a batch delay its answer.
    pub(crate) delay: Cell<Duration>,
}

/// What Graph has done: a body, or nothing to say.
struct Found {
    status: StatusCode,
    body: Vec<u8>,
}

impl From<Vec<u8>> for Found {
    fn from(body: Vec<u8>) -> Found {
        let status = StatusCode::OK;
        Found { status, body }
    }
}

const JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;\
                    IEEE754Compatible=false;charset=utf-8";

/// The answer to an app whose token is believed.
pub(crate) fn answer(context: &Context<'_>, caller: &Caller, request: &Request) -> Reply {
    let tenant = context.world.at(caller.tenant);
    let endpoint = Endpoint::asked(request);
    // A batch is free, its parts are not.
    let throttle = context.throttle.filter(|_| endpoint != Endpoint::Batch);
    let cost = || match endpoint.is_sharepoint() {
        true => (Quota::Sharepoint, sites::units(request)),
        false => (Quota::Identity, units(request)),
    };
    let toll = throttle.map(|throttle| throttle.spend(caller, tenant, cost(), context.wall));
    let found = match toll.and_then(|toll| toll.wait) {
        Some(_) if endpoint.is_sharepoint() => Err(Refusal::activity_limit()),
        Some(_) => Err(Refusal::throttled()),
        None => found(context, caller, tenant, request),
    };
    let mut reply = reply(context, request, found);
    if let Some(toll) = toll {
        tell(&mut reply.headers, tenant, toll);
    }
    reply
}

/// The answer to a request without a token that is believed.
pub(crate) fn unauthenticated(
    context: &Context<'_>,
    fault: TokenFault,
    request: &Request,
) -> Reply {
    let mut reply = reply(context, request, Err(Refusal::token(fault)));
    let challenge = format!(
        "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", \
         client_id=\"00000003-0000-0000-c000-000000000000\"",
        context.base_url
    );
    let challenge = HeaderValue::try_from(challenge).expect("an address is plain text");
    reply.headers.insert("www-authenticate", challenge);
    reply
}

/// The list of a tenant that knows no caller, for those who play Microsoft without a connection.
pub(crate) fn subscribed_skus_body(world: &World, tenant: &TenantSpec, at: Timestamp) -> Vec<u8> {
    whole(Resource::SubscribedSkus, world, tenant, at)
}

pub(crate) fn subscriptions_body(world: &World, tenant: &TenantSpec, at: Timestamp) -> Vec<u8> {
    whole(Resource::Subscriptions, world, tenant, at)
}

fn whole(resource: Resource, world: &World, tenant: &TenantSpec, at: Timestamp) -> Vec<u8> {
    let query = Query::default();
    let mut list = List::new("https://graph.microsoft.com", resource, &query);
    let nobody_set = OfTenant::default();
    rows::each(
        resource,
        world,
        (tenant, &nobody_set),
        at,
        |row, oddities| {
            list.push(row, oddities);
        },
    );
    list.end(|_| unreachable!("a list without $top is one page"))
}

fn found(
    context: &Context<'_>,
    caller: &Caller,
    tenant: &TenantSpec,
    request: &Request,
) -> Result<Found, Refusal> {
    match Endpoint::of(&request.path) {
        Endpoint::Batch => return batch::batch(context, caller, request).map(Found::from),
        endpoint if endpoint.is_sharepoint() => return sites::found(context, caller, request),
        _ => {}
    }
    let Route { resource, key } = route(&request.path).map_err(|it| Refusal::unknown(&it))?;
    if request.method != Method::GET {
        return Err(Refusal::method());
    }
    if !allowed(resource, &caller.roles) {
        return Err(Refusal::denied());
    }
    let asked = request.query.as_deref().unwrap_or_default();
    let query = Query::read(asked, resource)?;
    let (world, base_url) = (context.world, context.base_url);
    let seats = context.seats.of(caller.tenant);
    let whose = (tenant, &seats);
    let Some(key) = key else {
        let mut list = List::new(base_url, resource, &query);
        rows::each(resource, world, whose, context.now, |row, odd| {
            list.push(row, odd);
        });
        let link = |until: usize| query::next_link(base_url, request, &until.to_string());
        return Ok(list.end(link).into());
    };
    let mut item = Item::new(base_url, resource, &key, &query);
    rows::each(resource, world, whose, context.now, |row, odd| {
        item.look_at(row, odd);
    });
    let found = item.found.ok_or_else(|| Refusal::no_item(&key.value))?;
    Ok(found.into())
}

/// Whether one of the permissions is enough. Source: Microsoft's reference of each call.
fn allowed(resource: Resource, roles: &[String]) -> bool {
    roles.iter().any(|role| match role.as_str() {
        "Organization.Read.All" | "Organization.ReadWrite.All" => true,
        "Directory.Read.All" | "Directory.ReadWrite.All" => true,
        "LicenseAssignment.Read.All" => resource == Resource::SubscribedSkus,
        _ => false,
    })
}

/// Resource units of a request: 3 for subscribed SKUs and 1 for others, one less with `$select`.
fn units(request: &Request) -> u32 {
    let full = if Endpoint::of(&request.path) == Endpoint::SubscribedSkus {
        3
    } else {
        1
    };
    let query = request.query.as_deref().unwrap_or_default();
    let selects = query.contains("$select=") || query.contains("%24select=");
    if selects { full.max(2) - 1 } else { full }
}

fn reply(context: &Context<'_>, request: &Request, found: Result<Found, Refusal>) -> Reply {
    let id = Uuid::new_v4().to_string();
    let asked = request.headers.get("client-request-id");
    let asked = asked.and_then(|id| id.to_str().ok()).unwrap_or(&id);
    let (status, body) = match found {
        Ok(found) => (found.status, found.body),
        Err(refusal) => (refusal.status, refusal.body(context.now, &id, asked)),
    };
    let text = |text: &str| HeaderValue::try_from(text).expect("ids are plain text");
    let named = HeaderName::from_static;
    let diagnostic = concat!(
        r#"{"ServerInfo":{"DataCenter":"Simulator","Slice":"E","Ring":"1","#,
        r#""ScaleUnit":"000","RoleInstance":"SIM"}}"#
    );
    let mut headers = HeaderMap::from_iter([
        (named("request-id"), text(&id)),
        (named("client-request-id"), text(asked)),
        (named("odata-version"), HeaderValue::from_static("4.0")),
        (
            named("x-ms-ags-diagnostic"),
            HeaderValue::from_static(diagnostic),
        ),
    ]);
    if !body.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    }
    Reply {
        status,
        headers,
        body: body.into(),
    }
}

/// Writes what a request has cost into the headers.
fn tell(headers: &mut HeaderMap, tenant: &TenantSpec, toll: Toll) {
    let text = |text: String| HeaderValue::try_from(text).expect("numbers are plain text");
    headers.insert("x-ms-resource-unit", toll.units.into());
    if toll.share >= 0.8 {
        headers.insert(
            "x-ms-throttle-limit-percentage",
            text(format!("{:.2}", toll.share)),
        );
    }
    let Some(wait) = toll.wait else {
        return;
    };
    let scope = HeaderValue::from_static("Tenant_Application/ReadWrite");
    headers.insert("x-ms-throttle-scope", scope);
    let retry_after = match tenant.throttling.retry_after {
        RetryAfter::Integer => format!("{:.0}", wait.ceil()),
        RetryAfter::Fractional => format!("{wait:.3}"),
        RetryAfter::Missing => return,
    };
    headers.insert("retry-after", text(retry_after));
}
