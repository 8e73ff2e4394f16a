//! Entra: discovery, keys, sign-in, and a token endpoint that gives tokens only to whom the real
//! one would.

mod discovery;

mod token;
mod client;
mod assertion;
mod access;
mod keyring;

mod authorize;
mod code;
mod id_token;
mod spoilt;
mod logout;
mod consent;

mod refusal;

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, PRAGMA};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use url::form_urlencoded;
use uuid::Uuid;

use self::access::Signer;
use self::code::Codes;
pub(crate) use self::id_token::Occasion;
use self::keyring::Keyring;
use self::refusal::Refusal;
pub use self::spoilt::Spoilt;
use crate::caller::{Caller, TokenFault};
use crate::clock::Now;
use crate::directory::{App, Directory};
use crate::endpoint::Endpoint;
use crate::keys::{self, AppKeys, Credential, Place};
use crate::message::{Reply, Request};
use crate::world::World;
use crate::world::sign_in::SignInSpec;
use crate::world::tenant::CertificateSpec;

/// An authority for all tenants of a world.
pub(crate) struct Entra {
    world: World,
    base_url: String,
    apps: AppKeys,
    sign_in: Option<Credential>,
    pub(crate) directory: Directory,
    keys: Keyring,
    codes: Codes,
    /// What is wrong with the next id tokens.
    spoils: Mutex<VecDeque<Spoilt>>,
    /// Ids of tokens that are no longer believed.
    revoked: Mutex<HashSet<Uuid>>,
}

/// What is odd about the next token, by order of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Issue {
    Sound,
    Expired,
    Revoked,
}

impl Entra {
    pub(crate) fn new(
        world: World,
        base_url: String,
        bits: u32,
        now: Now,
    ) -> anyhow::Result<Entra> {
        let apps = AppKeys::generate(&world, bits)?;
        let sign_in = world.sign_in().map(|spec| sign_in_key(spec, &world, bits));
        let sign_in = sign_in.transpose()?;
        Ok(Entra {
            directory: Directory::new(&world, &apps, sign_in.as_ref()),
            apps,
            sign_in,
            keys: Keyring::new(own_key(0, now.wall)?),
            codes: Codes::default(),
            spoils: Mutex::default(),
            world,
            base_url,
            revoked: Mutex::default(),
        })
    }

    /// The key and certificate that a tenant's app has from the start.
    pub(crate) fn credential(&self, tenant: usize) -> Option<&Credential> {
        self.apps.of(tenant)
    }

    /// Those of the app by which people sign in.
    pub(crate) fn sign_in_credential(&self) -> Option<&Credential> {
        self.sign_in.as_ref()
    }

    /// The app by which people sign in, as it is now.
    pub(crate) fn sign_in_app(&self) -> Option<(&SignInSpec, Arc<App>)> {
        let spec = self.world.sign_in()?;
        let app = self.directory.find(spec.tenant, spec.client_id)?;
        Some((spec, app))
    }

    /// Publishes one more key, and signs with it from now on.
    pub(crate) fn roll_keys(&self, now: Timestamp) -> anyhow::Result<()> {
        self.keys.roll(|before| own_key(before, now))
    }

    /// The tenant in a path, by id or domain.
    pub(crate) fn tenant_in(&self, path: &str) -> Option<usize> {
        let name = path.split('/').nth(1)?;
        match Uuid::try_parse(name) {
            Ok(id) => self.world.index_of_id(id),
            Err(_) => self.world.index_of_domain(name),
        }
    }

    pub(crate) fn answer(&self, request: &Request, issue: Issue, now: Now) -> Reply {
        let endpoint = Endpoint::of(&request.path);
        let answer = match (endpoint, request.method.as_str()) {
            (Endpoint::Token, "POST") => self.token(request, issue, now),
            (Endpoint::Discovery, "GET" | "HEAD") => self.discovery(&request.path),
            (Endpoint::Keys, "GET" | "HEAD") => self.jwks(&request.path),
            (Endpoint::Instance, "GET" | "HEAD") => self.instance(request),
            (Endpoint::Other, _) => return nowhere(),
            (endpoint, "GET" | "POST") if self.has_page(endpoint) => {
                return self.shown(endpoint, request, now);
            }
            (_, method) => Err(Refusal::method(endpoint, method)),
        };
        let mut reply = match answer {
            Ok(body) => reply(StatusCode::OK, &body),
            Err(refusal) => refusal.reply(&self.base_url, correlation(request), now.wall),
        };
        self.complete(&mut reply.headers, request);
        reply
    }

    fn has_page(&self, endpoint: Endpoint) -> bool {
        let pages = [
            Endpoint::Authorize,
            Endpoint::Logout,
            Endpoint::AdminConsent,
        ];
        pages.contains(&endpoint)
    }

    /// What people see in their browser.
    fn shown(&self, endpoint: Endpoint, request: &Request, now: Now) -> Reply {
        let shown = match endpoint {
            Endpoint::Authorize => self.authorize(request, now),
            Endpoint::Logout => self.logout(request),
            _ => self.admin_consent(request, now),
        };
        let refused = |refusal: Refusal| refusal.page(correlation(request), now.wall);
        let mut reply = shown.unwrap_or_else(refused);
        self.complete(&mut reply.headers, request);
        reply
    }

    /// An answer with one of Entra's codes, by order of a test.
    pub(crate) fn refuse(&self, code: u32, request: &Request, now: Now) -> Reply {
        let refusal = Refusal::new(code, "Answered by order of a test.");
        let mut reply = refusal.reply(&self.base_url, correlation(request), now.wall);
        self.complete(&mut reply.headers, request);
        reply
    }

    /// Who sends a request to Graph.
    pub(crate) fn caller(&self, headers: &HeaderMap, now: Timestamp) -> Result<Caller, TokenFault> {
        let token = self.keys.read(access::bearer(headers)?, now)?;
        if self.with_revoked(|revoked| revoked.contains(&token.uti)) {
            return Err(TokenFault::Revoked);
        }
        if !self.is_graph(&token.aud) {
            return Err(TokenFault::Audience);
        }
        Ok(Caller {
            tenant: self
                .world
                .index_of_id(token.tid)
                .ok_or(TokenFault::Malformed)?,
            app_id: token.appid,
            roles: token.roles,
        })
    }

    /// From now on the token in these headers is not believed.
    pub(crate) fn revoke(&self, headers: &HeaderMap, now: Timestamp) {
        let token = access::bearer(headers).and_then(|token| self.keys.read(token, now));
        if let Ok(token) = token {
            self.with_revoked(|revoked| revoked.insert(token.uti));
        }
    }

    fn is_graph(&self, resource: &str) -> bool {
        resource == self.base_url || token::GRAPH.contains(&resource)
    }

    fn with_revoked<T>(&self, work: impl FnOnce(&mut HashSet<Uuid>) -> T) -> T {
        // A set is whole after every insertion, so a panic elsewhere does not spoil it.
        work(&mut self.revoked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn complete(&self, headers: &mut HeaderMap, request: &Request) {
        let fixed = [
            (CACHE_CONTROL, "no-store, no-cache"),
            (PRAGMA, "no-cache"),
            (EXPIRES, "-1"),
            (HeaderName::from_static("x-content-type-options"), "nosniff"),
            (HeaderName::from_static("x-ms-ests-server"), "2.1.0 - SIM"),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let id = HeaderValue::try_from(Uuid::new_v4().to_string());
        headers.insert("x-ms-request-id", id.expect("an id is plain text"));
        let name = "client-request-id";
        if let Some(id) = request.headers.get(name) {
            headers.insert(name, id.clone());
        }
    }
}

fn sign_in_key(spec: &SignInSpec, world: &World, bits: u32) -> anyhow::Result<Credential> {
    let key = keys::rsa_key(Place::SignIn, bits)?;
    let days = CertificateSpec::default();
    Credential::generate(
        &format!("{} sign-in", spec.name),
        &key,
        world.midnight(days.from_day),
        world.midnight(days.ends_in_days),
    )
}

/// Entra's key after so many others.
fn own_key(before: usize, now: Timestamp) -> anyhow::Result<Signer> {
    let year = SignedDuration::from_hours(365 * 24);
    let from = now - SignedDuration::from_hours(24);
    let key = keys::rsa_key(Place::Entra(before), 2048)?;
    let own = Credential::generate("licensetool simulator Entra", &key, from, from + year)?;
    Ok(Signer::new(&own))
}

fn nowhere() -> Reply {
    Reply {
        status: StatusCode::NOT_FOUND,
        headers: HeaderMap::new(),
        body: Bytes::new(),
    }
}

fn reply(status: StatusCode, body: &serde_json::Value) -> Reply {
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    Reply {
        status,
        headers: HeaderMap::from_iter([(CONTENT_TYPE, json)]),
        body: body.to_string().into(),
    }
}

/// The id by which the client knows the request: in a header, or in the query as MSAL sends it.
fn correlation(request: &Request) -> Uuid {
    let name = "client-request-id";
    let header = request.headers.get(name).and_then(|id| id.to_str().ok());
    let query = request.query.as_deref().unwrap_or_default();
    let in_query = form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, id)| id.into_owned());
    let told = header.map(str::to_owned).or(in_query);
    told.and_then(|id| Uuid::try_parse(&id).ok())
        .unwrap_or_else(Uuid::new_v4)
}
