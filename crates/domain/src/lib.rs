//! Decides: the nouns of licence monitoring and the rules over them, as pure functions.
//!
//! Nothing here reads a clock, a file, a socket or a database, and nothing is serialisable: what
//! was seen, what the policy is and what time it is come in as arguments, a judgement goes out.
//! So every rule is a table of cases that runs in milliseconds.
//!
//! Read in this order: a [`TenantKey`] has [`Sku`]s with [`Units`] and [`Subscription`]s behind
//! them; one look at a tenant gives a [`Snapshot`] or a [`Gap`]; a [`Policy`] and the time turn a
//! SKU into a [`Level`].

mod tenant;
mod sku;
mod units;
mod status;
mod subscription;
mod observation;
mod policy;
mod level;
mod renewal;
mod names;

pub use level::{Level, Unknown, freshness, judge, judge_held};
pub use names::{Language, Name, ProductNames};
pub use observation::{Cause, Gap, Look, Snapshot};
pub use policy::{Exclusion, Layer, Policy, Threshold, effective};
pub use renewal::{Evidence, Outlook, Pin, Renewal, Sighting, renewal};
pub use sku::{AppliesTo, Sku, SkuId};
pub use status::Status;
pub use subscription::{Subscription, summed, without};
pub use tenant::{InvalidKey, Settings, TenantKey};
pub use units::Units;
