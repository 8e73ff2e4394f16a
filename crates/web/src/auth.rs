//! Sign-in with Entra or a provider like it: the code flow with PKCE, sessions in sealed cookies so
//! that every replica can answer, and bearer tokens for programs.
//!
//! Read in this order: `begin` sends somebody to the provider, `callback` takes in what comes back,
//! `known` finds out with each request who it is, `end` and `ended` sign out.

pub(crate) mod network;
pub(crate) mod limits;
pub(crate) mod cookie;
mod chance;
mod keys;
pub(crate) mod back;
mod begun;
mod person;
pub(crate) mod token;
pub(crate) mod refusal;
mod provider;
mod session;
pub(crate) mod known;
mod begin;
mod callback;
mod end;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use store::{Revision, Store};
use tokio::sync::watch;
use url::Url;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::App;

pub use keys::{NoKeys, SessionKeys};
pub use network::{Network, NoNetwork};
pub use provider::{AppCredential, Authority, Registration, SignInApp, Unusable};

use begun::AllBegun;
use cookie::Cookie;
use limits::Limit;
use session::Session;

/// Where the provider sends somebody back to, under the public address.
const CALLBACK: &str = "api/v1/auth/callback";

/// Sign-ins of one address: a whole office may share one. So many at once, then one a second.
const SIGN_INS: i32 = 60;
const SIGN_IN_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// The same of tokens that are none.
const BAD_TOKENS: i32 = 20;
const BAD_TOKEN_EVERY: SignedDuration = SignedDuration::from_secs(3);

/// How people sign in. App and keys may change while the service runs.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub app: watch::Receiver<Arc<SignInApp>>,
    pub keys: watch::Receiver<Arc<SessionKeys>>,
    /// Where people reach the service.
    pub public_url: Url,
    /// How long a session lasts.
    pub lifetime: SignedDuration,
    /// Proxies whose word on a request's origin counts.
    pub trusted_proxies: Vec<Network>,
}

/// The same, with what is remembered between requests.
#[derive(Debug)]
pub(crate) struct Auth {
    settings: SignIn,
    session: Cookie,
    begun: Cookie,
    sign_ins: Limit,
    bad_tokens: Limit,
    ended: Mutex<Option<(Revision, Arc<HashSet<String>>)>>,
}

impl Auth {
    pub(crate) fn new(settings: SignIn) -> Self {
        Self {
            session: Cookie::of("licensetool", &settings.public_url),
            begun: Cookie::of("licensetool-sign-in", &settings.public_url),
            settings,
            sign_ins: Limit::new(SIGN_INS, SIGN_IN_EVERY),
            bad_tokens: Limit::new(BAD_TOKENS, BAD_TOKEN_EVERY),
            ended: Mutex::default(),
        }
    }

    pub(crate) fn trusted_proxies(&self) -> &[Network] {
        &self.settings.trusted_proxies
    }

    /// Whether people reach the service over HTTPS alone.
    pub(crate) fn is_secure(&self) -> bool {
        self.settings.public_url.scheme() == "https"
    }

    fn app(&self) -> Arc<SignInApp> {
        self.settings.app.borrow().clone()
    }

    fn keys(&self) -> Arc<SessionKeys> {
        self.settings.keys.borrow().clone()
    }

    /// An address of ours as the provider must know it.
    fn own(&self, path: &str) -> String {
        let base = self.settings.public_url.as_str().trim_end_matches('/');
        format!("{base}/{path}")
    }

    fn all_begun(&self, text: Option<&str>) -> AllBegun {
        AllBegun::open(text, &self.keys(), &self.begun)
    }

    /// The session in a cookie's text, if it lives.
    fn open(&self, text: &str, now: Timestamp) -> Option<Session> {
        let lifetime = self.settings.lifetime;
        Session::open(text, &self.keys(), &self.session, lifetime, now)
    }

    /// Whether a session was ended before its time. As long as the store is away, what was known
    /// last counts: nobody sees anything without the store.
    async fn has_ended(&self, session: &Session, store: &Store, now: Timestamp) -> bool {
        let ended = match store.revision().await {
            Ok(revision) => self.ended_at(revision, store, now).await,
            Err(_) => self.remembered().map(|(_, ended)| ended),
        };
        ended.is_some_and(|ended| session.names().any(|name| ended.contains(name)))
    }

    async fn ended_at(
        &self,
        revision: Revision,
        store: &Store,
        now: Timestamp,
    ) -> Option<Arc<HashSet<String>>> {
        let known = self.remembered();
        if let Some((at, ended)) = &known
            && *at == revision
        {
            return Some(ended.clone());
        }
        let Ok(ended) = store.ended_sessions(now).await else {
            return known.map(|(_, ended)| ended);
        };
        let ended = Arc::new(ended);
        *lock(&self.ended) = Some((revision, ended.clone()));
        Some(ended)
    }

    fn remembered(&self) -> Option<(Revision, Arc<HashSet<String>>)> {
        lock(&self.ended).clone()
    }
}

/// A panic elsewhere leaves a whole value behind: it is replaced in one step.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(begin::login))
        .routes(routes!(callback::callback))
        .routes(routes!(end::logout))
        .routes(routes!(end::front_channel))
}
