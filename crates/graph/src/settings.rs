//! Every limit of the client in one place, each with its unit and default.

use std::time::Duration;

use crate::cloud::Cloud;
use crate::traffic::Traffic;

/// How a [`Client`](crate::Client) behaves. [`Settings::new`] gives the defaults.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whom to speak to.
    pub cloud: Cloud,
    /// A PEM bundle of authorities trusted besides the system's (a company's TLS inspection, the
    /// simulator). Default: none.
    pub extra_ca: Option<Vec<u8>>,
    /// Longest time for a connection to stand, TLS included. Default: 5 s.
    pub connect_timeout: Duration,
    /// Longest time for one request, from the first byte sent to the last one read. Default: 30 s.
    pub request_timeout: Duration,
    /// Longest time for one call with all its pages, tokens and waits. Default: 60 s.
    pub deadline: Duration,
    /// Longest time for all of a SharePoint list's items, or for all writes of one call, with
    /// their tokens and waits; a batch of writes that was begun in time is waited for. Default:
    /// 10 min, in which the quota allows some 5 000 writes.
    pub site_deadline: Duration,
    /// How much of SharePoint's quota a tenant's calls may take, in resource units a minute; a
    /// quarter of it can be taken at once, so that no minute sees more than 1.25 times as much.
    /// Default: 1 000, which stays within the 1 250 that Microsoft allows an app in the smallest
    /// tenants.
    pub site_units_per_minute: u32,
    /// How often one request is sent at most. Default: 4.
    pub max_attempts: u32,
    /// Largest answer, after decompression, in bytes. Default: 32 MiB.
    pub body_limit: usize,
    /// Most pages of one listing; a SharePoint list's items have a limit of their own (1 000 pages,
    /// 200 000 entries). Default: 100.
    pub page_limit: u32,
    /// HTTP/2 connections to each of the two hosts. A server allows about 100 requests at once on
    /// each, and one core can serve each: with 200 tenants asked at once, 4 took half the time of
    /// 1. Default: 4.
    pub connections: usize,
    /// Whether Graph may throttle these calls first (`x-ms-throttle-priority: low`), which is
    /// polite for background polls and wrong while somebody waits. Default: true.
    pub low_priority: bool,
    /// Default: `licensetool/<version>`.
    pub user_agent: String,
    /// Where requests are counted. Default: counts of its own.
    pub traffic: Traffic,
}

impl Settings {
    /// The defaults for a cloud.
    pub fn new(cloud: Cloud) -> Settings {
        Settings {
            cloud,
            extra_ca: None,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(60),
            site_deadline: Duration::from_secs(10 * 60),
            site_units_per_minute: 1_000,
            max_attempts: 4,
            body_limit: 32 * 1024 * 1024,
            page_limit: 100,
            connections: 4,
            low_priority: true,
            user_agent: concat!("licensetool/", env!("CARGO_PKG_VERSION")).to_owned(),
            traffic: Traffic::default(),
        }
    }
}
