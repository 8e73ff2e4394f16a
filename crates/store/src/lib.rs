//! Keeps what was seen and gives it back as domain values: the place where services meet.
//!
//! Truth is append-only: rows of history say "from this moment these numbers" and never change.
//! Alerts and what is to be told of them change in one transaction; every change names the state it
//! expects, so two evaluators or a person and an evaluator never undo each other.
//! Whatever somebody does on purpose says [`By`] whom, and leaves a row of the audit in the
//! transaction of the change.
//! Beside history stand two small projections, written in the same transaction: the tenant's row
//! with its schedule and the time of the last success, and the newest snapshot as documents. So a
//! look that changes nothing touches one small row.
//!
//! The store is a file of SQLite or a database of PostgreSQL; every statement but a few is one text
//! for both (module `sql`).
//! On SQLite the file is in WAL mode with `synchronous = NORMAL`: a killed process loses nothing
//! that was reported as kept; a power cut may lose the last commits, never the file.

mod sql;
mod tables;
mod database;
mod tenants;
mod claims;
mod looks;
mod document;
mod states;
mod history;
mod compaction;
mod refreshes;
mod revision;
mod wakes;
mod audit;
mod sessions;
mod switches;
mod policies;
mod facts;
mod alerts;
mod judging;
mod outbox;
mod asked;
mod channels;
mod forgetting;
mod copying;
mod checking;
mod erasing;
mod load;
mod manual;
mod names;
mod error;
#[cfg(test)]
mod plans;

pub use alerts::{
    About, Acted, AlertChange, AlertCount, AlertFilter, AlertTotal, KeptAlert, Urgency,
};
pub use asked::Asked;
pub use audit::{AuditEntry, AuditFilter, By, Origin};
pub use channels::{ChannelClaim, ChannelState, Synced};
pub use checking::Inconsistency;
pub use claims::Claim;
pub use compaction::{Compacted, Compaction};
pub use copying::{Checksum, CopiedTable, CopyPart, CopyProgress, ROWS_AT_ONCE, Told};
pub use database::{Address, Password, Schema, Store};
pub use erasing::{Cleared, Erasure, Share};
pub use error::Error;
pub use history::{History, Point, Unseen};
pub use judging::{Judged, Judgement, Judging, Kept};
pub use load::Connections;
pub use looks::{Finished, Recorded};
pub use manual::ManualLicense;
pub use outbox::{
    Delivery, DeliveryFilter, DeliveryState, Failure, KeptDelivery, Queue, Retry, Route, Settled,
    Telling,
};
pub use policies::{KeptPolicy, PolicySet};
pub use refreshes::{Refresh, RefreshedTenant};
pub use revision::Revision;
pub use states::State;
pub use switches::Agreed;
pub use tenants::{Mark, Tenant, TenantEntry};
pub use wakes::{News, Wakes};

/// What the store's functions answer.
pub type Result<T> = std::result::Result<T, Error>;
