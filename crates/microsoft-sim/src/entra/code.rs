//! Authorization codes: given where somebody signs in, redeemed once, soon, and by the same app.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{self, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{Form, field};
use super::id_token::Occasion;
use super::token::LIFETIME;
use super::{Entra, Refusal};
use crate::clock::Now;
use crate::message::Request;
use crate::world::sign_in::Account;

/// How long a code works. Microsoft says "about ten minutes", and advises to use it at once.
const CODE_LIFE: SignedDuration = SignedDuration::from_secs(60);
/// How long it is remembered, to be refused with the right reason.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(600);

/// How a verifier is compared with the challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    S256(String),
    Plain(String),
}

/// What a code stands for.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) tenant: usize,
    pub(super) client_id: Uuid,
    pub(super) redirect_uri: String,
    pub(super) account: Account,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Option<Challenge>,
    pub(super) scope: String,
    pub(super) sid: Uuid,
    pub(super) given: Timestamp,
    pub(super) redeemed: bool,
}

/// The codes that have been given lately.
#[derive(Default)]
pub(super) struct Codes(Mutex<HashMap<String, Grant>>);

impl Codes {
    pub(super) fn give(&self, grant: Grant) -> String {
        let code = format!("1.{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        self.change(|codes| {
            let now = grant.given;
            codes.retain(|_, grant| now.duration_since(grant.given) < REMEMBERED);
            codes.insert(code.clone(), grant);
        });
        code
    }

    /// All codes that have been given are too old now.
    pub(super) fn expire(&self) {
        self.change(|codes| {
            let too_old = codes.values_mut();
            too_old.for_each(|grant| grant.given -= CODE_LIFE + SignedDuration::from_secs(1));
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut HashMap<String, Grant>) -> T) -> T {
        // A grant is whole after every change, so a panic elsewhere does not spoil it.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Challenge {
    pub(super) fn read(method: Option<&str>, value: &str) -> Result<Challenge, Refusal> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if !(43..=128).contains(&value.len()) || !value.bytes().all(allowed) {
            let message = "The size of the code_challenge parameter is not valid.";
            return Err(Refusal::new(50_147, message));
        }
        match method {
            Some("S256") => Ok(Challenge::S256(value.to_owned())),
            None | Some("plain") => Ok(Challenge::Plain(value.to_owned())),
            Some(_) => {
                let message =
                    "The code_challenge_method parameter is not supported: S256 or plain.";
                Err(Refusal::new(501_491, message))
            }
        }
    }

    fn fits(&self, verifier: &str) -> bool {
        match self {
            Challenge::Plain(value) => value == verifier,
            Challenge::S256(value) => {
                let hash = digest::digest(&SHA256, verifier.as_bytes());
                *value == URL_SAFE_NO_PAD.encode(hash)
            }
        }
    }
}

impl Grant {
    fn judge(&self, tenant: usize, client_id: Uuid, form: &Form, now: Now) -> Result<(), Refusal> {
        if self.tenant != tenant {
            let message = "Provided Authorization Code is intended to use against other tenant, \
                           thus rejected.";
            return Err(Refusal::new(700_005, message));
        }
        if self.client_id != client_id {
            let message = "Provided grant is invalid or malformed.";
            return Err(Refusal::new(70_000, message));
        }
        if self.redeemed {
            let message = "OAuth2 Authorization code was already redeemed, please retry with a new \
                           valid code or use an existing refresh token.";
            return Err(Refusal::new(54_005, message));
        }
        if now.wall.duration_since(self.given) > CODE_LIFE {
            let message = "The provided authorization code or refresh token has expired due to \
                           inactivity. Send a new interactive authorization request for this user \
                           and resource.";
            return Err(Refusal::new(70_008, message));
        }
        let redirect = field(form, "redirect_uri")?;
        if self.redirect_uri != redirect {
            let message = format!(
                "The reply address '{redirect}' does not match the reply address '{}' provided \
                 when requesting Authorization code.",
                self.redirect_uri
            );
            return Err(Refusal::new(500_112, message));
        }
        self.judge_verifier(form.get("code_verifier"))
    }

    fn judge_verifier(&self, verifier: Option<&String>) -> Result<(), Refusal> {
        match (&self.challenge, verifier) {
            (None, None) => Ok(()),
            (Some(challenge), Some(verifier)) if challenge.fits(verifier) => Ok(()),
            (Some(_), None) => {
                let message = "The code_verifier does not match the code_challenge supplied in \
                               the authorization request for PKCE.";
                Err(Refusal::new(50_148, message))
            }
            (_, Some(_)) => {
                let message = "The Code_Verifier does not match the code_challenge supplied in \
                               the authorization request.";
                Err(Refusal::new(501_481, message))
            }
        }
    }
}

impl Entra {
    pub(super) fn redeem(
        &self,
        tenant: usize,
        form: &Form,
        request: &Request,
        now: Now,
    ) -> Result<Value, Refusal> {
        let client_id = field(form, "client_id")?;
        let code = field(form, "code")?;
        let app = self.app(tenant, client_id)?;
        let spec = self.world.at(tenant);
        let proof = self.proof(form, &app, spec, request, now)?;
        let grant = self.codes.change(|codes| {
            let grant = codes.get_mut(code).ok_or_else(|| {
                Refusal::new(
                    9_002_313,
                    "Invalid request. Request is malformed or invalid.",
                )
            })?;
            grant.judge(tenant, app.client_id, form, now)?;
            grant.redeemed = true;
            Ok(grant.clone())
        })?;
        let occasion = Occasion {
            client_id: app.client_id,
            nonce: grant.nonce.as_deref(),
            sid: grant.sid,
        };
        let account = &grant.account;
        Ok(json!({
            "token_type": "Bearer",
            "scope": grant.scope,
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": self.graph_token(account, spec, (&app, proof), &grant.scope, now),
            "id_token": self.id_token(account, occasion, None, now),
        }))
    }

    /// Codes that somebody has not redeemed yet are too old from now on.
    pub(crate) fn expire_codes(&self) {
        self.codes.expire();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source of verifier and challenge: RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn a_challenge_is_met_by_its_verifier_alone() {
        let s256 = Challenge::read(Some("S256"), CHALLENGE).unwrap();
        assert!(s256.fits(VERIFIER) && !s256.fits(CHALLENGE) && !s256.fits(""));
        let plain = Challenge::read(None, VERIFIER).unwrap();
        assert!(plain.fits(VERIFIER) && !plain.fits(CHALLENGE));
    }

    #[test]
    fn a_challenge_that_entra_does_not_know_is_refused() {
        let check = |method, value: &str, code| {
            let refusal = Challenge::read(method, value).unwrap_err();
            assert_eq!(refusal.code, code, "{method:?} {value}");
        };
        check(Some("S256"), &CHALLENGE[1..], 50_147);
        check(Some("S256"), &"a".repeat(129), 50_147);
        check(Some("S256"), &CHALLENGE.replace('-', "+"), 50_147);
        check(Some("s256"), CHALLENGE, 501_491);
    }
}
