//! Tokens of version 2.0: who has signed in, and who calls the company's program.

use std::collections::VecDeque;
use std::sync::PoisonError;

use aws_lc_rs::digest::{self, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{Claims, Signer};
use super::client::Proof;
use super::token::{GRAPH, LIFETIME, principal};
use super::{App, Entra, Issue, Spoilt};
use crate::clock::Now;
use crate::world::TenantSpec;
use crate::world::sign_in::{Account, SignInSpec};

/// Seconds by which Entra dates tokens of people back, for the sake of slow clocks.
const DATED_BACK: i64 = 300;

/// What an id token says besides its account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Occasion<'a> {
    pub(crate) client_id: Uuid,
    pub(crate) nonce: Option<&'a str>,
    /// Id of the session at Entra.
    pub(crate) sid: Uuid,
}

impl Entra {
    /// Spoilt as said, or else as the oldest order says.
    pub(crate) fn id_token(
        &self,
        account: &Account,
        occasion: Occasion<'_>,
        spoilt: Option<Spoilt>,
        now: Now,
    ) -> String {
        let mut claims = self.of_person(account, occasion.client_id, now);
        claims["sid"] = json!(occasion.sid);
        if let Some(nonce) = occasion.nonce {
            claims["nonce"] = json!(nonce);
        }
        let ordered = || self.with_spoils(VecDeque::pop_front);
        self.signed(claims, spoilt.or_else(ordered))
    }

    /// The next id token is spoilt.
    pub(crate) fn spoil(&self, spoilt: Spoilt) {
        self.with_spoils(|spoils| spoils.push_back(spoilt));
    }

    /// A token with which somebody calls the company's program.
    pub(crate) fn person_bearer(
        &self,
        account: &Account,
        spec: &SignInSpec,
        spoilt: Option<Spoilt>,
        now: Now,
    ) -> String {
        let mut claims = self.of_person(account, spec.client_id, now);
        claims["azp"] = json!(spec.client_id);
        claims["azpacr"] = json!(Proof::Certificate.number());
        claims["scp"] = json!("access_as_user");
        self.signed(claims, spoilt)
    }

    /// A token with which an app of the company's calls the company's program.
    pub(super) fn app_bearer(&self, app: &App, proof: Proof, issue: Issue, now: Now) -> String {
        let claims = self.of_app(app, proof, self.issued(issue, now));
        self.signed(claims, None)
    }

    /// The same, made directly.
    pub(crate) fn daemon_bearer(&self, app: &App, spoilt: Option<Spoilt>, now: Now) -> String {
        let claims = self.of_app(app, Proof::Secret, now.wall.as_second());
        self.signed(claims, spoilt)
    }

    fn of_app(&self, app: &App, proof: Proof, issued: i64) -> Value {
        let spec = self.world.sign_in().expect("the resource has been found");
        let tenant = self.world.at(spec.tenant);
        let principal = principal(tenant, app);
        let mut claims = json!({
            "aud": spec.client_id,
            "iss": self.issuer(tenant),
            "iat": issued,
            "nbf": issued,
            "exp": issued + LIFETIME,
            "azp": app.client_id,
            "azpacr": proof.number(),
            "oid": principal,
            "sub": principal,
            "tid": tenant.tenant_id,
            "uti": Uuid::new_v4(),
            "ver": "2.0",
        });
        with_roles(&mut claims, &app.roles);
        claims
    }

    /// What all tokens about somebody have in common.
    fn of_person(&self, account: &Account, client_id: Uuid, now: Now) -> Value {
        let tenant = self.world.tenant(&account.tenant);
        let tenant = tenant.expect("an account's tenant is of this world");
        let issued = now.wall.as_second() - DATED_BACK;
        let mut claims = json!({
            "aud": client_id,
            "iss": self.issuer(tenant),
            "iat": issued,
            "nbf": issued,
            "exp": issued + DATED_BACK + LIFETIME,
            "name": account.name,
            "oid": account.oid,
            "preferred_username": account.username,
            "sub": pairwise(account.oid, client_id),
            "tid": tenant.tenant_id,
            "uti": Uuid::new_v4(),
            "ver": "2.0",
        });
        with_roles(&mut claims, &account.roles);
        claims
    }

    /// The token for Graph that comes with an id token. It permits nothing that an app may do.
    pub(super) fn graph_token(
        &self,
        account: &Account,
        tenant: &TenantSpec,
        (app, proof): (&App, Proof),
        scope: &str,
        now: Now,
    ) -> String {
        let issued = now.wall.as_second() - DATED_BACK;
        self.keys.newest().sign(&Claims {
            aud: GRAPH[1].to_owned(),
            iss: format!("{}/{}/", self.base_url, tenant.tenant_id),
            iat: issued,
            nbf: issued,
            exp: issued + DATED_BACK + LIFETIME,
            appid: app.client_id,
            appidacr: proof.number(),
            idtyp: "user".to_owned(),
            oid: account.oid,
            sub: account.oid,
            tid: tenant.tenant_id,
            roles: Vec::new(),
            scp: Some(scope.to_owned()),
            uti: Uuid::new_v4(),
            ver: "1.0".to_owned(),
        })
    }

    pub(super) fn issuer(&self, tenant: &TenantSpec) -> String {
        format!("{}/{}/v2.0", self.base_url, tenant.tenant_id)
    }

    fn signed(&self, mut claims: Value, spoilt: Option<Spoilt>) -> String {
        let own = self.keys.newest();
        match (spoilt, &self.sign_in) {
            (Some(spoilt), Some(app)) => {
                spoilt.spoil(&mut claims, &self.base_url);
                // Any other key will do: this one is at hand, and certainly not Entra's.
                spoilt.sign(&claims, &own, &Signer::new(app))
            }
            _ => own.sign(&claims),
        }
    }

    fn with_spoils<T>(&self, work: impl FnOnce(&mut VecDeque<Spoilt>) -> T) -> T {
        // A queue is whole after every change, so a panic elsewhere does not spoil it.
        work(&mut self.spoils.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whoever has no role has no such claim.
fn with_roles(claims: &mut Value, roles: &[String]) {
    if !roles.is_empty() {
        claims["roles"] = json!(roles);
    }
}

/// Another `sub` for each app: two apps cannot tell that somebody is the same.
fn pairwise(oid: Uuid, client_id: Uuid) -> String {
    let both = [*oid.as_bytes(), *client_id.as_bytes()].concat();
    URL_SAFE_NO_PAD.encode(digest::digest(&SHA256, &both))
}
