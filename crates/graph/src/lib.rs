//! Speaks to Entra and Microsoft Graph, so that nothing else has to know tokens, pages,
//! throttling or the many ways in which an answer can be wrong.
//!
//! A [`Client`] holds the connections, a [`Tenant`] one tenant's credential and token:
//!
//! ```no_run
//! # use std::error::Error;
//! # async fn example(certificate_der: &[u8], key_pem: &str) -> Result<(), Box<dyn Error>> {
//! use graph::{Client, Cloud, Credential, Settings};
//!
//! let client = Client::new(&Settings::new(Cloud::global()))?;
//! let credential = Credential::new("contoso.com", "client-id", certificate_der, key_pem)?;
//! let skus = client.tenant(credential).subscribed_skus().await?;
//! for sku in skus.items {
//!     println!("{:?}: {:?} in use", sku.sku_part_number, sku.consumed_units);
//! }
//! # Ok(()) }
//! ```
//!
//! # What is retried
//!
//! Within one listing, at most [`Settings::max_attempts`] times a request and never past
//! [`Settings::deadline`]; the last error then carries its `retry_after` to the caller.
//!
//! | what happened | then |
//! |---|---|
//! | 429, or any 5xx, with `Retry-After` | that long (seconds or an HTTP date) and jitter |
//! | 429, or any 5xx, without | exponential backoff with jitter |
//! | Entra's transient codes (AADSTS50196, 90006, …), whatever their status | as 429 and 5xx |
//! | the connection broke after it stood (reset, cut-off body) | exponential backoff with jitter |
//! | 401 from Graph | once per listing, at once, with a new token |
//! | no answer in time | never: a silent tenant costs one time-out |
//! | no connection (name, network, TLS) | never |
//! | 400, 403, 404, an answer that makes no sense, a credential that Entra refuses | never |
//! | a redirect | never followed |
//!
//! # What is believed
//!
//! Nothing. A field of the wrong type, null or missing becomes `None` and a remark, an entry that
//! is no object becomes a remark, and a whole answer that makes no sense becomes
//! [`Error::Unreadable`]. A number is `Some` only if exactly that number stood in the answer.

mod client;
mod cloud;
mod settings;

mod credential;
mod tenant;
mod token;

mod clock;
mod exchange;
mod host;
mod retry;
mod roots;

mod entra_errors;
mod error;
mod graph_errors;
mod untrusted;

mod json;
mod listing;
mod organization;
mod pages;
mod subscribed_sku;
mod subscription;

pub use client::{Client, SetupError};
pub use cloud::Cloud;
pub use credential::{Credential, CredentialError};
pub use error::{Call, Error, Failure};
pub use listing::{Listing, Page};
pub use organization::{Organization, parse_organization};
pub use settings::Settings;
pub use subscribed_sku::{PrepaidUnits, SubscribedSku, parse_subscribed_skus};
pub use subscription::{CompanySubscription, parse_subscriptions};
pub use tenant::Tenant;
pub use token::{Token, parse_token};
