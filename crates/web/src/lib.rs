//! Answers people and programs from the store, and never asks Microsoft.
//!
//! [`app()`] is the router for pages and API, [`metrics_app`] the one for the metrics listener.
//! Both are plain values: tests call them without a socket. A handler takes its caller's authority
//! as an argument; `auth` is how people and programs become callers. Without sign-in everybody on
//! this machine is one ([`check_listen`] keeps the listener here, `guard` foreign web pages out).
//!
//! Read in this order: `app` puts routes and layers together, `v1` and `v2` are the two APIs,
//! `problem` is how everything fails, `kept` is why asking again is cheap, `auth` is sign-in and
//! the only part that calls anybody.

#![allow(
    unused_qualifications,
    reason = "utoipa::path writes full paths for parameters"
)]

mod app;
mod state;
mod kept;
mod desk;
mod search;
mod overview;
mod upkeep;
mod problem;
mod answer;
mod request;
mod guard;
mod caller;
mod auth;
mod identify;
mod access;
mod exact;
mod observe;
mod moment;
mod v1;
mod v2;
mod health;
mod metrics;
mod language;
mod words;
mod format;
mod export;
mod pages;
mod docs;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use domain::{Language, Layer};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::{Route, Store};
use tokio::sync::watch;

pub use app::{app, app_and_upkeep, openapi};
pub use auth::{
    AppCredential, Authority, Network, NoKeys, NoNetwork, Registration, SessionKeys, SignIn,
    SignInApp, Unusable,
};
pub use caller::Role;
pub use desk::{Answer, Certificate, Desk, NewTenant, Order, Refused, Standing, Task};
pub use export::{
    Export, ExportFailed, ExportFormat, ExportSource, ExportWish, Exported, Separator,
};
pub use health::unfit;
pub use metrics::{Requests, metrics_app};
pub use pages::report::monthly_report;
pub use upkeep::Upkeep;

/// How long `show-fetch` waits unless the configuration says otherwise: flows give up on an answer
/// after 30 seconds or more.
pub const FETCH_WITHIN: Duration = Duration::from_secs(25);

/// What the web service is made of.
#[derive(Clone, Debug)]
pub struct Options {
    pub store: Store,
    /// What the configuration says for the whole company, over the built-in policy and under what
    /// people set here.
    pub company: Layer,
    /// The channels that hear of it when a person ends an alert.
    pub routes: Vec<Route>,
    /// How long `show-fetch` waits for Microsoft and for SharePoint, together. See
    /// [`FETCH_WITHIN`].
    pub fetch_within: Duration,
    /// For product names, and for pages if the browser names no language that we speak.
    pub language: Language,
    /// Of the times on pages.
    pub time_zone: TimeZone,
    /// Who makes reports: the name of the company.
    pub company_name: String,
    pub clock: fn() -> Timestamp,
    pub version: &'static str,
    /// The loops whose turning `/healthz` watches.
    pub loops: Vec<Loop>,
    /// Whether `/metrics` tells of tenants, licences and alerts, for which this process must be
    /// allowed to read all of the store.
    pub measures_content: bool,
    /// Counts of HTTP requests: give both routers the same one (a clone of the options does).
    pub requests: Requests,
    /// Adds tenants for pages; `None`: pages only say how it is done.
    pub desk: Option<Desk>,
    /// How people sign in; `None`: everybody on this machine may do everything.
    pub sign_in: Option<SignIn>,
    /// Becomes true when the service is to end: streams end then, too.
    pub closing: watch::Receiver<bool>,
}

/// A loop of some service, and how often it must turn.
#[derive(Clone, Debug)]
pub struct Loop {
    pub name: &'static str,
    /// When it last turned, in Unix milliseconds; 0 = not yet.
    pub turned_at: Arc<AtomicI64>,
    /// Without a turn for longer than this, it counts as stuck.
    pub within: SignedDuration,
}

/// Why the service does not listen on an address.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} can be reached from other machines, and there is no sign-in: set auth = \"entra\" \
     (docs/sign-in.md), or listen on 127.0.0.1 or [::1] and put nothing in front that lets others \
     in"
)]
pub struct NotLoopback(SocketAddr);

/// Refuses every address that is not this machine's own, for what needs no sign-in.
pub fn check_listen(addr: SocketAddr) -> Result<(), NotLoopback> {
    if addr.ip().to_canonical().is_loopback() {
        Ok(())
    } else {
        Err(NotLoopback(addr))
    }
}
