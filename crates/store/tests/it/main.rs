//! The store on SQLite through its public functions, as the services use it. One program, so that
//! it links once. The same stories on PostgreSQL: `tests/postgres`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod place;
mod fixture;
mod variety;
mod story;
mod alerts;
mod outbox;
mod channels;
mod rules;
mod audit;
mod forgetting;
mod erasing;
mod looks;
mod marks;
mod claims;
mod racing;
mod refreshes;
mod history;
mod compaction;
mod opening;
mod model;
mod revision;
mod wakes;
mod sessions;
mod copying;
mod checking;
mod backup;
