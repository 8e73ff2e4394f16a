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
mod onboarding;
mod licenses_page;
mod tenant_page;
mod monitoring;
mod monitoring_page;
mod alerts;
mod alerts_page;
mod alert_page;
mod policies;
mod deliveries;
mod deliveries_page;
mod audit;
mod renewals;
mod renewals_page;
mod calendar;
mod forecasts;
mod changes;
mod deeds;
mod exports;
mod reports;
mod guard;
mod provider;
mod browser;
mod sign_in;
mod refusals;
mod roles;
mod pages;
mod description;
mod metrics;
