//! The client: both hosts with their connections, shared by all tenants.

use std::sync::Arc;

use reqwest::header::HeaderValue;
use url::Url;

use crate::credential::Credential;
use crate::error::Call;
use crate::host::{self, Host};
use crate::json::Element;
use crate::organization::Organization;
use crate::roots;
use crate::settings::Settings;
use crate::subscribed_sku::SubscribedSku;
use crate::subscription::CompanySubscription;
use crate::tenant::Tenant;
use crate::traffic::Traffic;

/// Speaks to one Microsoft cloud for any number of tenants. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: Settings,
    authority: Host,
    graph: Host,
    scope: String,
    subscribed_skus: Url,
    subscriptions: Url,
    organization: Url,
}

/// Why a client cannot be made from its settings; each sentence says the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// An address would send secrets in the clear, or is none.
    #[error("the address {0} must be https and hold no password (http is for this machine only)")]
    Insecure(String),
    /// The extra CA bundle cannot be used.
    #[error("the extra CA bundle holds no certificate: it must be PEM text with BEGIN CERTIFICATE")]
    ExtraCa,
    /// The user agent cannot be sent.
    #[error("the user agent may only hold visible ASCII characters")]
    UserAgent,
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}

impl Client {
    /// Makes a client; nothing is connected yet.
    ///
    /// # Errors
    /// If an address is neither `https` nor on this machine, or a setting cannot be used.
    pub fn new(settings: &Settings) -> Result<Client, SetupError> {
        if HeaderValue::from_str(&settings.user_agent).is_err() {
            return Err(SetupError::UserAgent);
        }
        let tls = roots::trust(settings.extra_ca.as_deref())?;
        let host = |base, low| Host::new(base, settings, &tls, &host::headers(low));
        let authority = host(&settings.cloud.authority, false)?;
        let graph = host(&settings.cloud.graph, settings.low_priority)?;
        let list = |path, members| list_url(&graph, path, members);
        let shared = Shared {
            subscribed_skus: list("subscribedSkus", SubscribedSku::NEEDED),
            subscriptions: list("directory/subscriptions", CompanySubscription::NEEDED),
            organization: list("organization", Organization::NEEDED),
            scope: settings.cloud.scope(),
            settings: settings.clone(),
            authority,
            graph,
        };
        Ok(Client {
            shared: Arc::new(shared),
        })
    }

    /// A tenant that signs in with this credential. It owns its token: keep it (or a clone).
    pub fn tenant(&self, credential: Credential) -> Tenant {
        Tenant::new(self.clone(), credential)
    }

    /// Counts of what it has sent.
    pub fn traffic(&self) -> &Traffic {
        &self.shared.settings.traffic
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(crate) fn authority(&self) -> &Host {
        &self.shared.authority
    }

    pub(crate) fn graph(&self) -> &Host {
        &self.shared.graph
    }

    pub(crate) fn scope(&self) -> &str {
        &self.shared.scope
    }

    pub(crate) fn url(&self, call: Call) -> &Url {
        match call {
            Call::SubscribedSkus => &self.shared.subscribed_skus,
            Call::Subscriptions => &self.shared.subscriptions,
            _ => &self.shared.organization,
        }
    }

    /// The address of a path below Graph's version, whose segments and query are escaped already.
    pub(crate) fn address(&self, path: &str) -> Url {
        Url::parse(&self.graph().at(&format!("v1.0/{path}"))).expect("a path below a URL is a URL")
    }
}

/// Only the members that are read are asked for: the service plans of a SKU are most of its bytes.
fn list_url(graph: &Host, path: &str, members: &[&str]) -> Url {
    let address = format!(
        "{}?$select={}",
        graph.at(&format!("v1.0/{path}")),
        members.join(",")
    );
    Url::parse(&address).expect("a path below a URL is a URL")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Cloud;

    #[test]
    fn settings_that_cannot_be_used_are_refused_with_the_way_out() {
        let check = |change: fn(&mut Settings), expected: &str| {
            let mut settings = Settings::new(Cloud::global());
            change(&mut settings);
            let error = Client::new(&settings).expect_err(expected);
            assert!(error.to_string().contains(expected), "{error}");
        };
        let url = |text| Url::parse(text).unwrap();
        assert!(Client::new(&Settings::new(Cloud::global())).is_ok());
        check(
            |s| s.extra_ca = Some(b"nonsense".to_vec()),
            "BEGIN CERTIFICATE",
        );
        check(|s| s.user_agent = "line\nbreak".into(), "visible ASCII");
        check(
            |s| s.cloud.graph.set_scheme("http").unwrap(),
            "must be https",
        );
        check(
            |s| s.cloud.authority.set_password(Some("x")).unwrap(),
            "no password",
        );
        let mut settings = Settings::new(Cloud::global());
        settings.cloud.graph = url("ftp://127.0.0.1");
        assert!(matches!(
            Client::new(&settings),
            Err(SetupError::Insecure(_))
        ));
        settings.cloud.graph = url("http://127.0.0.1:8080");
        assert!(Client::new(&settings).is_ok());
    }

    #[test]
    fn a_base_with_a_path_keeps_it() {
        let mut settings = Settings::new(Cloud::global());
        settings.cloud.graph = Url::parse("https://gateway.example/microsoft/").unwrap();
        let client = Client::new(&settings).unwrap();
        assert_eq!(
            client.url(Call::Organization).as_str(),
            "https://gateway.example/microsoft/v1.0/organization?$select=id,displayName"
        );
    }
}
