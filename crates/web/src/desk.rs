//! What pages may have done to the home folder. The program hands it in, because this crate knows
//! neither profiles nor Microsoft, and no page view may wait for either.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use domain::{Language, TenantKey};
use jiff::Timestamp;

/// Adds tenants and replaces certificates on behalf of an administrator.
#[derive(Clone)]
pub struct Desk(Arc<dyn Fn(Order) -> Answer + Send + Sync>);

/// What comes of an order.
pub type Answer = Pin<Box<dyn Future<Output = Result<Standing, Refused>> + Send>>;

/// What is to be done for a tenant.
#[derive(Clone, Debug)]
pub struct Order {
    pub key: TenantKey,
    pub task: Task,
    /// Of the sentences in the answer.
    pub language: Language,
}

#[derive(Clone, Debug)]
pub enum Task {
    /// Nothing: only say how it stands.
    Look,
    /// Make key, certificate and profile, or complete what is there.
    Add(NewTenant),
    /// Make a new certificate beside the one in use.
    Stage,
    /// Use the new certificate, if Entra accepts it.
    Activate,
    /// Give the new certificate up.
    Abandon,
}

/// What an administrator says of a tenant. What is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct NewTenant {
    /// By which its id is found.
    pub domain: Option<String>,
    /// "Directory (tenant) ID", if the domain is not known.
    pub tenant_id: Option<String>,
    pub name: Option<String>,
    /// "Application (client) ID", once the app is registered.
    pub client_id: Option<String>,
}

/// How a tenant stands in the home folder.
#[derive(Clone, Debug)]
pub struct Standing {
    /// A GUID, or a domain as long as nobody could look it up.
    pub tenant_id: String,
    /// `None`: it waits for its app.
    pub client_id: Option<String>,
    pub certificate: Certificate,
    /// The new one, which waits for its upload.
    pub staged: Option<Certificate>,
    /// What an administrator of the tenant does in Entra, in this order.
    pub steps: Vec<String>,
    /// Whether anything was written just now.
    pub changed: bool,
}

/// A certificate as it is uploaded: without its key.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// SHA-1, as the portal shows it.
    pub thumbprint: String,
    pub ends: Timestamp,
    /// PEM.
    pub pem: String,
}

/// Why nothing was done, as a sentence for the one who asked.
#[derive(Clone, Debug)]
pub enum Refused {
    /// The home folder cannot be written from here; the text says how it is done instead.
    ReadOnly(String),
    /// The tenant is not in the home folder.
    Unknown,
    Because(String),
}

impl Desk {
    pub fn new(act: impl Fn(Order) -> Answer + Send + Sync + 'static) -> Self {
        Self(Arc::new(act))
    }

    pub(crate) async fn order(&self, order: Order) -> Result<Standing, Refused> {
        (self.0)(order).await
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Desk")
    }
}
