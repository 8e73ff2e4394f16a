//! The documents by which clients find endpoints and keys, as the real ones are made.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::{Entra, Refusal};
use crate::message::Request;
use crate::world::TenantSpec;

/// Names that stand for every tenant.
pub(super) const SHARED: [&str; 3] = ["common", "organizations", "consumers"];

impl Entra {
    pub(super) fn discovery(&self, path: &str) -> Result<Value, Refusal> {
        let name = path.split('/').nth(1).unwrap_or_default();
        // The shared document has a placeholder where a tenant's own has its id.
        let issued_for = if SHARED.contains(&name) {
            "{tenantid}".to_owned()
        } else {
            self.known(name)?.tenant_id.to_string()
        };
        let base = format!("{}/{name}", self.base_url);
        Ok(json!({
            "token_endpoint": format!("{base}/oauth2/v2.0/token"),
            "token_endpoint_auth_methods_supported":
                ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": format!("{base}/discovery/v2.0/keys"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": format!("{}/{issued_for}/v2.0", self.base_url),
            "request_uri_parameter_supported": false,
            "userinfo_endpoint": format!("{}/oidc/userinfo", self.base_url),
            "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
            "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
            "http_logout_supported": true,
            "frontchannel_logout_supported": true,
            "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
            "claims_supported": [
                "sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid",
                "ver", "at_hash", "email",
            ],
            "tenant_region_scope": "EU",
            "cloud_instance_name": self.host(),
            "msgraph_host": self.host(),
        }))
    }

    /// The public keys of tokens. No `alg`, as at Microsoft.
    pub(super) fn jwks(&self, path: &str) -> Result<Value, Refusal> {
        let name = path.split('/').nth(1).unwrap_or_default();
        if !SHARED.contains(&name) {
            self.known(name)?;
        }
        let keys = self.keys.all().into_iter();
        let keys = keys.map(|key| key.public_key(&self.base_url));
        Ok(json!({ "keys": keys.collect::<Vec<_>>() }))
    }

    /// Which hosts are one authority. This one knows itself alone.
    pub(super) fn instance(&self, request: &Request) -> Result<Value, Refusal> {
        let query = request.query.as_deref().unwrap_or_default();
        let asked = form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "authorization_endpoint")
            .ok_or_else(|| Refusal::missing("authorization_endpoint"))?
            .1;
        let rest = asked.strip_prefix(&self.base_url);
        let Some(name) = rest.and_then(|path| path.split('/').nth(1)) else {
            let message = "Unknown or invalid instance.";
            return Err(Refusal::new(50_049, message));
        };
        let host = self.host();
        Ok(json!({
            "tenant_discovery_endpoint":
                format!("{}/{name}/v2.0/.well-known/openid-configuration", self.base_url),
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }))
    }

    fn known(&self, name: &str) -> Result<&TenantSpec, Refusal> {
        let tenant = self.tenant(name).map_err(Refusal::at_discovery)?;
        Ok(self.world.at(tenant))
    }

    fn host(&self) -> &str {
        let (_, host) = self.base_url.split_once("://").unwrap_or_default();
        host
    }
}
