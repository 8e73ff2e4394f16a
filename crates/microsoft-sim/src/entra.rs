//! Entra: discovery, keys, and a token endpoint that gives tokens only to whom the real one would.

mod access;
mod assertion;
mod discovery;
mod refusal;
mod token;

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, PRAGMA};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use url::form_urlencoded;
use uuid::Uuid;

use self::access::Signer;
use self::refusal::Refusal;
use crate::caller::{Caller, TokenFault};
use crate::clock::Now;
use crate::endpoint::Endpoint;
use crate::keys::{self, AppKeys, Credential, Place};
use crate::message::{Reply, Request};
use crate::world::World;

/// An authority for all tenants of a world.
pub(crate) struct Entra {
    world: World,
    base_url: String,
    apps: AppKeys,
    signer: Signer,
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
        let year = SignedDuration::from_hours(365 * 24);
        let from = now.wall - SignedDuration::from_hours(24);
        let key = keys::rsa_key(Place::Entra, 2048)?;
        let own = Credential::generate("licensetool simulator Entra", &key, from, from + year)?;
        Ok(Entra {
            apps: AppKeys::generate(&world, bits)?,
            signer: Signer::new(&own),
            world,
            base_url,
            revoked: Mutex::default(),
        })
    }

    /// The key and certificate of a tenant's app.
    pub(crate) fn app(&self, tenant: usize) -> &Credential {
        self.apps.of(tenant)
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
            (Endpoint::Keys, "GET" | "HEAD") => self.keys(&request.path),
            (Endpoint::Instance, "GET" | "HEAD") => self.instance(request),
            (Endpoint::Other, _) => return nowhere(),
            (_, method) => Err(Refusal::method(endpoint, method)),
        };
        let mut reply = match answer {
            Ok(body) => reply(StatusCode::OK, &body),
            Err(refusal) => refusal.reply(&self.base_url, correlation(request), now.wall),
        };
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
        let token = self.signer.read(access::bearer(headers)?, now)?;
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
        let token = access::bearer(headers).and_then(|token| self.signer.read(token, now));
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
