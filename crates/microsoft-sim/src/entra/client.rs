//! How an app proves who it is: by an assertion that a registered certificate signed, or by a
//! secret.

use std::collections::HashMap;

use uuid::Uuid;

use super::assertion::{self, Expected};
use super::{App, Entra, Refusal};
use crate::clock::Now;
use crate::message::Request;
use crate::world::TenantSpec;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How a client has proven who it is, as `appidacr` says it.
#[derive(Clone, Copy)]
pub(super) enum Proof {
    Secret = 1,
    Certificate = 2,
}

impl Proof {
    pub(super) fn number(self) -> String {
        (self as u8).to_string()
    }
}

pub(super) type Form = HashMap<String, String>;

/// A field of a form to the token endpoint.
pub(super) fn field<'a>(form: &'a Form, name: &str) -> Result<&'a str, Refusal> {
    let value = form.get(name).map(String::as_str);
    value.ok_or_else(|| Refusal::missing(name))
}

impl Entra {
    /// The app of that id in a tenant.
    pub(super) fn app(
        &self,
        tenant: usize,
        client_id: &str,
    ) -> Result<std::sync::Arc<App>, Refusal> {
        let id = Uuid::try_parse(client_id).ok();
        let app = id.and_then(|id| self.directory.find(tenant, id));
        app.ok_or_else(|| unknown_app(client_id, self.world.at(tenant)))
    }

    pub(super) fn proof(
        &self,
        form: &Form,
        app: &App,
        tenant: &TenantSpec,
        request: &Request,
        now: Now,
    ) -> Result<Proof, Refusal> {
        if let Some(given) = form.get("client_assertion") {
            if field(form, "client_assertion_type")? != ASSERTION {
                let message = "The client assertion type is not supported.";
                return Err(Refusal::new(50_012, message));
            }
            let expected = Expected {
                client_id: &app.client_id.to_string(),
                registered: &app.certificates,
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
        self.judge_secret(given, app, now)?;
        Ok(Proof::Secret)
    }

    fn judge_secret(&self, given: &str, app: &App, now: Now) -> Result<(), Refusal> {
        let app_id = app.client_id;
        let secret = app.secrets.iter().find(|secret| secret.value == given);
        let secret = secret.ok_or_else(|| {
            let message = format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is \
                 the client secret value, not the client secret ID, for a secret added to app \
                 '{app_id}'."
            );
            Refusal::new(7_000_215, message)
        })?;
        if self.world.midnight(secret.ends_in_days) <= now.world {
            let message =
                format!("The provided client secret keys for app '{app_id}' are expired.");
            return Err(Refusal::new(7_000_222, message));
        }
        Ok(())
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
