//! Finds out with each request who sends it: by a session's cookie, or by a bearer token.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;

use super::network::From;
use super::person::{Person, Roles};
use super::provider::in_time;
use super::refusal::Refusal;
use super::session::Session;
use super::{Auth, back};
use crate::caller::{Caller, Identity, Role};
use crate::state::App;

/// What was found.
pub(crate) struct Found {
    pub(crate) identity: Identity,
    /// For ending it: whether it lets somebody in, the identity says.
    pub(crate) session: Option<Session>,
    /// Whether the browser keeps a session that lets nobody in any more.
    stale: bool,
}

impl Found {
    fn only(identity: Identity) -> Self {
        Self {
            identity,
            session: None,
            stale: false,
        }
    }
}

impl Auth {
    /// A token goes before a cookie: a program that sends one means it.
    pub(crate) async fn known(&self, app: &App, headers: &HeaderMap, from: From) -> Found {
        match bearer(headers) {
            Some(token) => Found::only(self.by_token(token, from, app.now()).await),
            None => self.by_session(app, headers, from).await,
        }
    }

    async fn by_session(&self, app: &App, headers: &HeaderMap, from: From) -> Found {
        let Some(text) = self.session.read(headers).filter(|text| !text.is_empty()) else {
            return Found::only(Identity::Nobody);
        };
        let now = app.now();
        let stale = Found {
            stale: true,
            ..Found::only(Identity::Nobody)
        };
        let Some(session) = self.open(text, now) else {
            return stale;
        };
        let Some(role) = session.role() else {
            return stale;
        };
        let identity = match session.has_ended(app.store(), now).await {
            Ok(true) => return stale,
            Ok(false) => Identity::Known(caller(session.who.clone(), role, from)),
            // It may have ended, so it lets nobody in; it may go on, so it is not forgotten.
            Err(error) => Identity::Unproven(error.into()),
        };
        Found {
            session: Some(session),
            ..Found::only(identity)
        }
    }

    async fn by_token(&self, token: &str, from: From, now: Timestamp) -> Identity {
        let app = self.app();
        let person = match in_time(app.bearer(token, now)).await.flatten() {
            Ok(person) if !person.is_let_in => Err(Refusal::ForeignTenant),
            person => person,
        };
        match person {
            Ok(Person {
                roles: Roles::Has(role),
                who,
                ..
            }) => Identity::Known(caller(who, role, from)),
            Ok(person) => Identity::WithoutRole(person.who),
            // One that nobody can prove counts as well: it may be as bad.
            Err(refusal) => match self.bad_tokens.count(from.0, now) {
                Ok(()) if refusal == Refusal::Away => Identity::Unproven(refusal.error()),
                Ok(()) => Identity::BadToken(refusal),
                Err(too_many) => Identity::BadToken(too_many.into()),
            },
        }
    }

    /// Has the browser forget what is of no use, and keep nothing of sign-in itself.
    pub(crate) fn finish(&self, found_stale: bool, path: &str, response: &mut Response) {
        let headers = response.headers_mut();
        if found_stale && !self.session.is_set_in(headers) {
            headers.append(header::SET_COOKIE, self.session.remove());
        }
        if path.starts_with(back::OWN) {
            let never = HeaderValue::from_static("no-store");
            headers.insert(header::CACHE_CONTROL, never);
            headers.remove(header::ETAG);
        }
    }
}

impl Found {
    pub(crate) fn is_stale(&self) -> bool {
        self.stale
    }
}

fn caller(who: String, role: Role, from: From) -> Caller {
    Caller {
        who,
        role,
        from: from.0,
        signed_in: true,
    }
}

/// The token of an `Authorization` header of that scheme.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let line = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = line.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
