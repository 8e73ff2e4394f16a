//! Speaks to Entra and Microsoft Graph, so that nothing else has to know tokens, pages, batches,
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
//! [`Client::find_tenant`] needs no credential: it says which tenant a domain belongs to.
//!
//! [`Tenant::site`] reads and writes the lists of a SharePoint site of the tenant:
//!
//! ```no_run
//! # async fn example(tenant: graph::Tenant) -> Result<(), graph::Error> {
//! use graph::{Field, Fields, Write, WriteError};
//!
//! let site = tenant.site("school.sharepoint.com,2c712604-…,2d2244c3-…");
//! for item in site.items("list id", &["Title", "Frei"]).await?.items {
//!     let fields = Fields::from([("Frei".to_owned(), Field::Number(3.0))]);
//!     let write = Write::Update { id: item.id, etag: item.etag, fields };
//!     for result in site.write("list id", &[write]).await {
//!         match result {
//!             Ok(written) => println!("{} is now {:?}", written.id, written.etag),
//!             Err(WriteError::Changed) => println!("read it again and decide anew"),
//!             Err(other) => println!("{other}. {}", other.advice()),
//!         }
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! # What is retried
//!
//! Within one call, at most [`Settings::max_attempts`] times a request and never past
//! [`Settings::deadline`] ([`Settings::site_deadline`] for all items of a list and for writes); the
//! last error then carries its `retry_after` to the caller.
//!
//! | what happened to a reading request | then |
//! |---|---|
//! | 429, or any 5xx, with `Retry-After` | that long (seconds or an HTTP date) and jitter |
//! | 429, or any 5xx, without | exponential backoff with jitter |
//! | Entra's transient codes (AADSTS50196, 90006, …), whatever their status | as 429 and 5xx |
//! | the connection broke after it stood (reset, cut-off body) | exponential backoff with jitter |
//! | 401 from Graph | once per call, at once, with a new token |
//! | no answer in time | never: a silent tenant costs one time-out |
//! | no connection (name, network, TLS) | never |
//! | 400, 403, 404, an answer that makes no sense, a credential that Entra refuses | never |
//! | a redirect | never followed |
//!
//! Writes go in batches, and are sent again only where that cannot do a thing twice. An update and
//! a delete carry `If-Match`, so their repeat is harmless; a create has no such protection.
//!
//! | what happened to a batch, or to a write in it | create | update, delete |
//! |---|---|---|
//! | 429 | again after `Retry-After` | again after `Retry-After` |
//! | 401, once per call | again with a new token | again with a new token |
//! | 5xx | [`WriteError::Unclear`] | again after `Retry-After`, at last `Unclear` |
//! | its answer did not come, or makes no sense; 408 | `Unclear` | `Unclear` |
//! | 412, 409 `resourceModified` | [`WriteError::Changed`] | `Changed`, by itself if repeated |
//! | 409 `nameAlreadyExists` | [`WriteError::Exists`] | `Exists` |
//! | 404 | [`WriteError::NotDone`] | [`WriteError::Gone`] |
//! | 400, 403, other 4xx, no connection | `NotDone` | `NotDone`, or `Unclear` after a 5xx |
//!
//! When a batch fails in a way that the next would meet too (403, 404 of the list, no connection,
//! no answer, nonsense, throttled for longer than there is time), the rest is not sent and is
//! `NotDone`. A new list and a new column are sent again after 429 and 401 alone.
//!
//! # What SharePoint's quota allows
//!
//! Each tenant's calls to SharePoint wait for their turn, so that they take at most
//! [`Settings::site_units_per_minute`] and this program is never the cause of a 429; what would
//! wait past its deadline is not sent.
//!
//! # What is believed
//!
//! Nothing. A field of the wrong type, null or missing becomes `None` and a remark, an entry that
//! is no object becomes a remark, and a whole answer that makes no sense becomes
//! [`Error::Unreadable`]. A number is `Some` only if exactly that number stood in the answer.
//!
//! The items of a list are the exception: one without an id, an etag or fields makes the answer
//! unreadable, because whoever does not see a row would create it again.

mod client;
mod cloud;
mod settings;

mod credential;
mod discovery;
mod tenant;
mod token;

mod clock;
mod exchange;
mod traffic;
mod host;
mod retry;
mod roots;

mod entra_errors;
mod error;
mod graph_errors;
mod untrusted;

mod json;
mod listing;
mod site;
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
pub use retry::retry_after;
pub use roots::trust;
pub use settings::Settings;
pub use site::{
    BatchPart, Column, ColumnKind, Field, Fields, Item, ListInfo, NewColumn, Site, SiteInfo, Write,
    WriteError, Written, parse_batch, parse_items,
};
pub use subscribed_sku::{PrepaidUnits, SubscribedSku, parse_subscribed_skus};
pub use subscription::{CompanySubscription, parse_subscriptions};
pub use tenant::Tenant;
pub use token::{Token, parse_token};
pub use traffic::{Tally, Traffic};
