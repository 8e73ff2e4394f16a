//! The web service through its routers, without sockets, on a real store. One program, so that it
//! links once.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;
mod v1;
mod kept;
mod v2;
mod paging;
mod refreshes;
mod guard;
mod pages;
mod description;
mod metrics;
