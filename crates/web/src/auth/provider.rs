//! The provider of sign-in, Entra or one that behaves like it: where it is, which keys it signs
//! with, and what it gives for a code. The only calls of this crate to anybody.

mod credential;
mod heard;
mod http;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use url::Url;

use super::begun::Begun;
use super::limits::Limit;
use super::person::Person;
use super::refusal::Refusal;
use super::token::{self, Flaw, Keys, Unproven};

use credential::Signer;
pub use credential::{AppCredential, Unusable};
use heard::Heard;
pub(super) use http::{aadsts, in_time};

/// Keys that we do not know are asked for so often at once, and once in each interval.
const ASKS_AT_ONCE: i32 = 3;
const ASKS_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Entra's name for any tenant with work accounts, and what its issuer has in its place.
const ANY: &str = "organizations";
const PLACEHOLDER: &str = "{tenantid}";

/// The company's app, and whose users it lets in.
#[derive(Clone, Debug)]
pub struct Registration {
    pub authority: Authority,
    /// The company's own tenant.
    pub tenant_id: String,
    pub client_id: String,
    pub credential: AppCredential,
    /// Whose users may sign in besides.
    pub allowed_tenants: Vec<String>,
    /// Whether somebody without an app role is kept out.
    pub require_role: bool,
}

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Entra, at this address.
    Entra(Url),
    /// The provider with this issuer, which stands for the company's own tenant where its tokens
    /// name none.
    Other(String),
}

/// The app, ready to be used, with what is known of its provider.
#[derive(Debug)]
pub struct SignInApp {
    registration: Registration,
    issuer: String,
    signer: Signer,
    http: reqwest::Client,
    about: Mutex<Heard<About>>,
    keys: Mutex<Heard<Keys>>,
    asking: Limit,
}

/// What discovery tells (OpenID Connect Discovery 1.0).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct About {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    pub(super) end_session_endpoint: Option<Url>,
}

#[derive(Deserialize)]
struct Granted {
    id_token: String,
}

impl SignInApp {
    /// Makes the app ready; nothing is asked yet. `tls` says whom to trust.
    ///
    /// # Errors
    /// The key cannot sign, or an address is not safe.
    pub fn new(registration: Registration, tls: rustls::ClientConfig) -> Result<Self, Unusable> {
        let issuer = registration.issuer();
        let address = Url::parse(&issuer).ok().filter(http::is_safe);
        let address = address.ok_or_else(|| Unusable::Address(issuer.clone()))?;
        Ok(Self {
            signer: Signer::new(&registration)?,
            http: http::client(&address, tls)?,
            registration,
            issuer,
            about: Mutex::default(),
            keys: Mutex::default(),
            asking: Limit::new(ASKS_AT_ONCE, ASKS_EVERY),
        })
    }

    pub(super) fn registration(&self) -> &Registration {
        &self.registration
    }

    /// What the provider says of itself; an older word, if it is away now.
    pub(super) async fn about(&self, now: Timestamp) -> Result<Arc<About>, Refusal> {
        let mut heard = self.about.lock().await;
        match heard.fresh(now) {
            Some(about) => Ok(about),
            None if heard.rests(now) => heard.last(),
            None => {
                let about = self.ask_about().await;
                heard.hear(about, now)
            }
        }
    }

    async fn ask_about(&self) -> Result<About, Refusal> {
        let base = self.issuer.trim_end_matches('/');
        let url = format!("{base}/.well-known/openid-configuration");
        let about: About = self.get(&url).await?;
        let endpoints = [
            Some(&about.authorization_endpoint),
            Some(&about.token_endpoint),
            Some(&about.jwks_uri),
            about.end_session_endpoint.as_ref(),
        ];
        let safe = endpoints.into_iter().flatten().all(http::is_safe);
        let said = about.issuer.replace(PLACEHOLDER, ANY);
        if !safe || said.trim_end_matches('/') != base {
            tracing::error!(issuer = about.issuer, "the provider names another issuer");
            return Err(Refusal::Away);
        }
        Ok(about)
    }

    /// The keys, asked for anew if they do not have this one.
    async fn keys(&self, kid: &str, now: Timestamp) -> Result<Arc<Keys>, Refusal> {
        let about = self.about(now).await?;
        let mut heard = self.keys.lock().await;
        if let Some(keys) = heard.fresh(now).filter(|keys| keys.has(kid)) {
            return Ok(keys);
        }
        if heard.rests(now) || self.asking.count(None, now).is_err() {
            return heard.last();
        }
        let keys = self.get(about.jwks_uri.as_str()).await;
        heard.hear(keys, now)
    }

    async fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, Refusal> {
        let answer = self.http.get(url).send().await;
        let answer = http::read(answer).await?;
        answer.success().ok_or(Refusal::Away)
    }

    /// Who comes with this code.
    pub(super) async fn redeem(
        &self,
        code: &str,
        begun: &Begun,
        redirect_uri: &str,
        now: Timestamp,
    ) -> Result<Person, Refusal> {
        let about = self.about(now).await?;
        let endpoint = about.token_endpoint.as_str();
        let mut form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", self.registration.client_id.clone()),
            ("code", code.to_owned()),
            ("redirect_uri", redirect_uri.to_owned()),
            ("code_verifier", begun.verifier.clone()),
        ];
        form.extend(
            self.signer
                .prove(&self.registration.client_id, endpoint, now),
        );
        let answer = self.http.post(endpoint).form(&form).send().await;
        let answer = http::read(answer).await?;
        let granted: Granted = answer.success().ok_or_else(|| answer.refusal())?;
        let claims = self.proven(&granted.id_token, now).await?;
        if claims.nonce.as_deref() != Some(&begun.nonce) {
            return Err(Flaw::Nonce.into());
        }
        let ours = [self.registration.client_id.clone()];
        self.person(claims, &ours, &about, now)
    }

    /// Who calls with this access token.
    pub(super) async fn bearer(&self, token: &str, now: Timestamp) -> Result<Person, Refusal> {
        let claims = self.proven(token, now).await?;
        // An id_token proves a sign-in to us, and is no token for calling us.
        if claims.nonce.is_some() {
            return Err(Flaw::Purpose.into());
        }
        let client_id = &self.registration.client_id;
        let ours = [client_id.clone(), format!("api://{client_id}")];
        let about = self.about(now).await?;
        self.person(claims, &ours, &about, now)
    }

    async fn proven(&self, token: &str, now: Timestamp) -> Result<super::person::Claims, Refusal> {
        let unproven = Unproven::read(token)?;
        let keys = self.keys(&unproven.kid, now).await?;
        Ok(unproven.prove(&keys)?)
    }

    fn person(
        &self,
        claims: super::person::Claims,
        ours: &[String],
        about: &About,
        now: Timestamp,
    ) -> Result<Person, Refusal> {
        let tid = self.tenant_of(claims.tid.as_deref()).ok_or(Flaw::Issuer)?;
        if !about.is_issuer_of(&claims.iss, &tid) {
            return Err(Flaw::Issuer.into());
        }
        if !claims.aud.is_only(ours) {
            return Err(Flaw::Audience.into());
        }
        token::in_time(&claims, now)?;
        let is_let_in = self.registration.lets_in(&tid);
        Ok(claims.person(tid, is_let_in))
    }

    /// Whether an answer comes from the provider, on behalf of a tenant whose users are let in.
    pub(super) fn is_by(&self, about: &About, iss: &str) -> bool {
        let mut let_in = self.registration.let_in();
        let_in.any(|tid| about.is_issuer_of(iss, tid))
    }

    /// Whose user it is. Entra always says it.
    fn tenant_of(&self, claimed: Option<&str>) -> Option<String> {
        let own = || match &self.registration.authority {
            Authority::Entra(_) => None,
            Authority::Other(_) => Some(self.registration.tenant_id.clone()),
        };
        claimed.map(str::to_ascii_lowercase).or_else(own)
    }
}

impl About {
    /// Whether a tenant's tokens come from this issuer: where those of any tenant are taken, Entra
    /// names itself with a placeholder for the tenant.
    fn is_issuer_of(&self, iss: &str, tid: &str) -> bool {
        self.issuer.replace(PLACEHOLDER, &tid.to_ascii_lowercase()) == iss
    }
}

impl Registration {
    /// With whose tokens people sign in: those of the company's own tenant, or of any if others
    /// are allowed.
    fn issuer(&self) -> String {
        match &self.authority {
            Authority::Other(issuer) => issuer.clone(),
            Authority::Entra(base) => {
                let base = base.as_str().trim_end_matches('/');
                let tenant = match self.allowed_tenants.is_empty() {
                    true => &self.tenant_id,
                    false => ANY,
                };
                format!("{base}/{tenant}/v2.0")
            }
        }
    }

    /// The tenants whose users may sign in.
    fn let_in(&self) -> impl Iterator<Item = &str> {
        let others = self.allowed_tenants.iter().map(String::as_str);
        others.chain([self.tenant_id.as_str()])
    }

    fn lets_in(&self, tid: &str) -> bool {
        self.let_in().any(|it| it.eq_ignore_ascii_case(tid))
    }

    pub(super) fn is_own(&self, tid: &str) -> bool {
        self.tenant_id.eq_ignore_ascii_case(tid)
    }
}
