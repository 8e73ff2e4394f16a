//! The web service through its routers, without sockets, on a real store. One program, so that it
//! links once.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;
mod evaluator;
mod v1;
mod kept;
mod v2;
mod paging;
mod refreshes;
mod fetch;
mod failures;
mod licenses_page;
mod tenant_page;
mod monitoring;
mod alerts;
mod alert_page;
mod policies;
mod deliveries;
mod renewals;
mod calendar;
mod forecasts;
mod changes;
mod deeds;
mod guard;
mod pages;
mod description;
mod metrics;
