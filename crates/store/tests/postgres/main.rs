//! The stories of `tests/it` on PostgreSQL, and what is PostgreSQL's own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod place;
#[path = "../it/fixture.rs"]
mod fixture;
#[path = "../it/variety.rs"]
mod variety;
#[path = "../it/story.rs"]
mod story;
#[path = "../it/alerts.rs"]
mod alerts;
#[path = "../it/outbox.rs"]
mod outbox;
#[path = "../it/channels.rs"]
mod channels;
#[path = "../it/rules.rs"]
mod rules;
#[path = "../it/audit.rs"]
mod audit;
#[path = "../it/forgetting.rs"]
mod forgetting;
#[path = "../it/erasing.rs"]
mod erasing;
#[path = "../it/looks.rs"]
mod looks;
#[path = "../it/marks.rs"]
mod marks;
#[path = "../it/claims.rs"]
mod claims;
#[path = "../it/racing.rs"]
mod racing;
#[path = "../it/refreshes.rs"]
mod refreshes;
#[path = "../it/compaction.rs"]
mod compaction;
#[path = "../it/history.rs"]
mod history;
#[path = "../it/model.rs"]
mod model;
#[path = "../it/revision.rs"]
mod revision;
#[path = "../it/wakes.rs"]
mod wakes;
#[path = "../it/sessions.rs"]
mod sessions;
#[path = "../it/copying.rs"]
mod copying;
#[path = "../it/checking.rs"]
mod checking;

mod opening;
mod listening;
mod letting_in;
mod backup;
mod moving;
mod roles;
