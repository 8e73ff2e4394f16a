//! The program split into processes, one a role, that share nothing but a database.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../it/fixture.rs"]
mod fixture;
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../it/process.rs"]
mod process;
mod company;
mod story;
mod settings;
