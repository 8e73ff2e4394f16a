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

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
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

/// The same of sessions that are said to have ended at the provider: one address alone never has as
/// many that count as the store takes in.
const ENDS: i32 = 60;
const END_EVERY: SignedDuration = SignedDuration::from_secs(10);

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
    ends: Limit,
}

impl Auth {
    pub(crate) fn new(settings: SignIn) -> Self {
        Self {
            session: Cookie::of("licensetool", &settings.public_url),
            begun: Cookie::of("licensetool-sign-in", &settings.public_url),
            settings,
            sign_ins: Limit::new(SIGN_INS, SIGN_IN_EVERY),
            bad_tokens: Limit::new(BAD_TOKENS, BAD_TOKEN_EVERY),
            ends: Limit::new(ENDS, END_EVERY),
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
}

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(begin::login))
        .routes(routes!(callback::callback))
        .routes(routes!(end::logout))
        .routes(routes!(end::front_channel))
}
