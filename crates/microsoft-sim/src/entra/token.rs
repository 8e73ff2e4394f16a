//! The token endpoint: what an app gets for itself, and where a sign-in ends.

use jiff::SignedDuration;
use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;

use super::access::Claims;
use super::client::{Form, Proof, field};
use super::{App, Entra, Issue, Refusal};
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

/// Seconds that a token lives.
pub(super) const LIFETIME: i64 = 3_599;

/// What a token is for.
enum Resource<'a> {
    /// Graph, or another service of Microsoft's.
    Service(&'a str),
    /// The company's own program.
    SignIn,
}

impl Entra {
    pub(super) fn token(
        &self,
        request: &Request,
        issue: Issue,
        now: Now,
    ) -> Result<Value, Refusal> {
        let name = request.path.split('/').nth(1).unwrap_or_default();
        let tenant = self.tenant(name)?;
        let form: Form = form_urlencoded::parse(&request.body).into_owned().collect();
        match field(&form, "grant_type")? {
            "client_credentials" => self.client_credentials(tenant, &form, request, issue, now),
            "authorization_code" => self.redeem(tenant, &form, request, now),
            other => {
                let message = format!("The app requested an unsupported grant type '{other}'.");
                Err(Refusal::new(70_003, message))
            }
        }
    }

    fn client_credentials(
        &self,
        index: usize,
        form: &Form,
        request: &Request,
        issue: Issue,
        now: Now,
    ) -> Result<Value, Refusal> {
        let tenant = self.world.at(index);
        let client_id = field(form, "client_id")?;
        let resource = self.resource(field(form, "scope")?, index)?;
        let app = self.app(index, client_id)?;
        let proof = self.proof(form, &app, tenant, request, now)?;
        let token = match resource {
            Resource::Service(name) => self.issue(&app, tenant, name, proof, issue, now),
            Resource::SignIn => self.app_bearer(&app, proof, issue, now),
        };
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
    fn resource<'a>(&self, scope: &'a str, tenant: usize) -> Result<Resource<'a>, Refusal> {
        let Some(resource) = scope.trim().strip_suffix("/.default") else {
            let message = format!(
                "The provided value for scope {scope} is not valid. Client credential flows must \
                 have a scope value with /.default suffixed to the resource identifier."
            );
            return Err(Refusal::new(1_002_012, message));
        };
        let resource = resource.trim_end_matches('/');
        if self.is_graph(resource) || OTHER_RESOURCES.contains(&resource) {
            return Ok(Resource::Service(resource));
        }
        let own = self.world.sign_in().filter(|spec| spec.tenant == tenant);
        let name = resource.strip_prefix("api://").unwrap_or(resource);
        if own.is_some_and(|spec| Uuid::try_parse(name) == Ok(spec.client_id)) {
            return Ok(Resource::SignIn);
        }
        let message = format!(
            "The resource principal named {resource} was not found in the tenant named {}.",
            self.world.at(tenant).name
        );
        Err(Refusal::new(500_011, message))
    }

    fn issue(
        &self,
        app: &App,
        tenant: &TenantSpec,
        resource: &str,
        proof: Proof,
        issue: Issue,
        now: Now,
    ) -> String {
        let principal = principal(tenant, app);
        let issued = self.issued(issue, now);
        let uti = Uuid::new_v4();
        if issue == Issue::Revoked {
            self.with_revoked(|revoked| revoked.insert(uti));
        }
        self.keys.newest().sign(&Claims {
            aud: resource.to_owned(),
            iss: format!("{}/{}/", self.base_url, tenant.tenant_id),
            iat: issued,
            nbf: issued,
            exp: issued + LIFETIME,
            appid: app.client_id,
            appidacr: proof.number(),
            idtyp: "app".to_owned(),
            oid: principal,
            sub: principal,
            tid: tenant.tenant_id,
            roles: app.granted.to_vec(),
            scp: None,
            uti,
            ver: "1.0".to_owned(),
        })
    }

    /// When a token says that it was made, in seconds.
    pub(super) fn issued(&self, issue: Issue, now: Now) -> i64 {
        let age = if issue == Issue::Expired { DAY } else { 0 };
        (now.wall - SignedDuration::from_secs(age)).as_second()
    }
}

/// A made-up service principal: the same one for the same app.
pub(super) fn principal(tenant: &TenantSpec, app: &App) -> Uuid {
    Uuid::new_v5(&tenant.tenant_id, app.client_id.as_bytes())
}
