//! The token endpoint: client credentials, by certificate or by secret.

use std::collections::HashMap;

use jiff::SignedDuration;
use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;

use super::access::Claims;
use super::assertion::{self, Expected};
use super::{Entra, Issue, Refusal};
use crate::clock::Now;
use crate::message::Request;
use crate::world::{TenantSpec, course::DAY};

/// Graph's names as a resource. A client may also use the simulator's own address.
pub(super) const GRAPH: [&str; 2] = [
    "https://graph.microsoft.com",
    "00000003-0000-0000-c000-000000000000",
];

/// Other services that every tenant has. Graph does not take their tokens.
const OTHER_RESOURCES: [&str; 2] = [
    "https://management.azure.com",
    "https://outlook.office365.com",
];

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Seconds that a token lives.
const LIFETIME: i64 = 3_599;

/// How a client has proven who it is, as `appidacr` says it.
#[derive(Clone, Copy)]
enum Proof {
    Secret = 1,
    Certificate = 2,
}

type Form<'a> = HashMap<String, String>;

impl Entra {
    pub(super) fn token(
        &self,
        request: &Request,
        issue: Issue,
        now: Now,
    ) -> Result<Value, Refusal> {
        let name = request.path.split('/').nth(1).unwrap_or_default();
        let index = self.tenant(name)?;
        let tenant = self.world.at(index);
        let form: Form = form_urlencoded::parse(&request.body).into_owned().collect();
        let field = |name: &str| form.get(name).ok_or_else(|| Refusal::missing(name));

        let grant = field("grant_type")?;
        if grant != "client_credentials" {
            let message = format!("The app requested an unsupported grant type '{grant}'.");
            return Err(Refusal::new(70_003, message));
        }
        let client_id = field("client_id")?;
        let resource = self.resource(field("scope")?, tenant)?;
        if Uuid::try_parse(client_id).ok() != Some(tenant.client_id) {
            return Err(unknown_app(client_id, tenant));
        }
        let proof = self.proof(&form, index, request, now)?;
        let token = self.issue(tenant, resource, proof, issue, now);
        Ok(json!({
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": token,
        }))
    }

    /// The tenant of that name: a GUID, or one of its domains.
    pub(super) fn tenant(&self, name: &str) -> Result<usize, Refusal> {
        if ["common", "organizations", "consumers"].contains(&name) {
            let message = "No tenant-identifying information found in either the request or \
                           implied by any provided credentials.";
            return Err(Refusal::new(50_059, message));
        }
        let is_domain = name.contains('.') && !name.starts_with('.') && !name.ends_with('.');
        if Uuid::try_parse(name).is_err() && !is_domain {
            let message = format!(
                "Specified tenant identifier '{name}' is neither a valid DNS name, nor a valid \
                 external domain."
            );
            return Err(Refusal::new(900_023, message));
        }
        self.tenant_in(&format!("/{name}")).ok_or_else(|| {
            let message = format!(
                "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and \
                 are signing into the correct cloud."
            );
            Refusal::new(90_002, message)
        })
    }

    /// The resource of a scope that ends with `/.default`.
    fn resource<'a>(&self, scope: &'a str, tenant: &TenantSpec) -> Result<&'a str, Refusal> {
        let Some(resource) = scope.trim().strip_suffix("/.default") else {
            let message = format!(
                "The provided value for scope {scope} is not valid. Client credential flows must \
                 have a scope value with /.default suffixed to the resource identifier."
            );
            return Err(Refusal::new(1_002_012, message));
        };
        let resource = resource.trim_end_matches('/');
        if self.is_graph(resource) || OTHER_RESOURCES.contains(&resource) {
            return Ok(resource);
        }
        let message = format!(
            "The resource principal named {resource} was not found in the tenant named {}.",
            tenant.name
        );
        Err(Refusal::new(500_011, message))
    }

    fn proof(
        &self,
        form: &Form,
        index: usize,
        request: &Request,
        now: Now,
    ) -> Result<Proof, Refusal> {
        let tenant = self.world.at(index);
        if let Some(given) = form.get("client_assertion") {
            let kind = form.get("client_assertion_type");
            if kind.ok_or_else(|| Refusal::missing("client_assertion_type"))? != ASSERTION {
                return Err(Refusal::new(
                    50_012,
                    "The client assertion type is not supported.",
                ));
            }
            let expected = Expected {
                client_id: &tenant.client_id.to_string(),
                registered: self.app(index),
                audiences: &self.audiences(tenant, request),
            };
            assertion::judge(given, &expected, now)?;
            return Ok(Proof::Certificate);
        }
        let Some(given) = form.get("client_secret") else {
            let message = "The request body must contain the following parameter: \
                           'client_assertion' or 'client_secret'.";
            return Err(Refusal::new(7_000_218, message));
        };
        let secret = tenant.secrets.iter().find(|secret| secret.value == *given);
        let secret = secret.ok_or_else(|| {
            let message = format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is \
                 the client secret value, not the client secret ID, for a secret added to app \
                 '{}'.",
                tenant.client_id
            );
            Refusal::new(7_000_215, message)
        })?;
        if self.world.midnight(secret.ends_in_days) <= now.world {
            let app = tenant.client_id;
            let message = format!("The provided client secret keys for app '{app}' are expired.");
            return Err(Refusal::new(7_000_222, message));
        }
        Ok(Proof::Secret)
    }

    /// What `aud` of an assertion may be: the token endpoint, or the issuer; with the tenant's id
    /// or its domain; at this server's address, or at the name by which the client reached it.
    fn audiences(&self, tenant: &TenantSpec, request: &Request) -> Vec<String> {
        let scheme = self.base_url.split("://").next().unwrap_or_default();
        let asked = request.headers.get(http::header::HOST);
        let asked = asked.and_then(|host| host.to_str().ok());
        let asked = asked.map(|host| format!("{scheme}://{host}"));
        let hosts = std::iter::once(self.base_url.clone()).chain(asked);
        let names = [tenant.tenant_id.to_string(), tenant.domain.clone()];
        let paths = ["oauth2/v2.0/token", "oauth2/token", "v2.0"];
        hosts
            .flat_map(|host| names.clone().map(|name| format!("{host}/{name}")))
            .flat_map(|base| paths.map(|path| format!("{base}/{path}")))
            .collect()
    }

    fn issue(
        &self,
        tenant: &TenantSpec,
        resource: &str,
        proof: Proof,
        issue: Issue,
        now: Now,
    ) -> String {
        // A made-up service principal: the same one for the same app.
        let principal = Uuid::new_v5(&tenant.tenant_id, tenant.client_id.as_bytes());
        let age = if issue == Issue::Expired { DAY } else { 0 };
        let issued = (now.wall - SignedDuration::from_secs(age)).as_second();
        let uti = Uuid::new_v4();
        if issue == Issue::Revoked {
            self.with_revoked(|revoked| revoked.insert(uti));
        }
        self.signer.sign(&Claims {
            aud: resource.to_owned(),
            iss: format!("{}/{}/", self.base_url, tenant.tenant_id),
            iat: issued,
            nbf: issued,
            exp: issued + LIFETIME,
            appid: tenant.client_id,
            appidacr: (proof as u8).to_string(),
            idtyp: "app".to_owned(),
            oid: principal,
            sub: principal,
            tid: tenant.tenant_id,
            roles: tenant.permissions.to_vec(),
            uti,
            ver: "1.0".to_owned(),
        })
    }
}

fn unknown_app(client_id: &str, tenant: &TenantSpec) -> Refusal {
    let message = format!(
        "Application with identifier '{client_id}' was not found in the directory '{}'. This can \
         happen if the application has not been installed by the administrator of the tenant or \
         consented to by any user in the tenant.",
        tenant.name
    );
    Refusal::new(700_016, message)
}
