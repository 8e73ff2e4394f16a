//! Decides: the nouns of licence monitoring and the rules over them, as pure functions.
//!
//! Nothing here reads a clock, a file, a socket or a database, and nothing is serialisable: what
//! was seen, what the policy is and what time it is come in as arguments, a judgement goes out.
//! So every rule is a table of cases that runs in milliseconds.
//!
//! Read in this order: a [`TenantKey`] has [`Sku`]s with [`Units`] and [`Subscription`]s behind
//! them; one look at a tenant gives a [`Snapshot`] or a [`Gap`]; a [`Policy`] and the time turn a
//! SKU into a [`Level`]. [`assess()`] finds a tenant's [`Concern`]s; [`step`] and [`act`] are the
//! life of an [`Alert`].

mod tenant;
mod sku;
mod units;
mod status;
mod subscription;
mod observation;
mod policy;
mod level;
mod policies;
mod renewal;
mod concern;
mod facts;
mod alert;
mod reason;
mod deed;
mod certificate;
mod assess;
mod past;
mod compaction;
mod forecast;
mod changes;
mod names;

pub use alert::{
    Action, Alert, Change, Event, Present, Refused, Snooze, State, Step, Verdict, act, step,
};
pub use assess::{Assessment, View, assess};
pub use certificate::Certificate;
pub use changes::{Difference, PurchaseChange, SkuChange, differences};
pub use compaction::{beginning_of_day, superfluous};
pub use concern::{Concern, Kind, Severity, Stage, WHOLE_TENANT, stage};
pub use deed::Deed;
pub use facts::{Facts, NextChange, Purchase, Seats, severity, stage_word};
pub use forecast::{Forecast, RunOut, forecast};
pub use level::{Level, Unknown, freshness, judge, judge_held};
pub use names::{Language, Name, ProductNames};
pub use observation::{Cause, Gap, Look, Snapshot};
pub use past::{Past, Reading, Unseen, unused};
pub use policies::{Policies, Scope};
pub use policy::{Exclusion, Layer, Policy, Threshold, effective};
pub use reason::{Reason, Why};
pub use renewal::{Evidence, Outlook, Pin, Renewal, Sighting, renewal};
pub use sku::{AppliesTo, Sku, SkuId};
pub use status::Status;
pub use subscription::{Subscription, summed, without};
pub use tenant::{InvalidKey, Settings, TenantKey};
pub use units::Units;
