//! What was asked and answered: tests and benchmarks count calls here, not at the client.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::endpoint::Endpoint;
use crate::fault::Call;
use crate::world::World;

/// Everything since the start; `GET /_sim/counts` answers the same as JSON. The simulator's own
/// paths are not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All requests to Entra and Graph, answered or not.
    pub requests: u64,
    /// By endpoint: `token`, `authorize`, `logout`, `adminConsent`, `subscribedSkus`,
    /// `subscriptions`, `organization`, `batch`, `sites`, `listItems`, `listWrite`, `discovery`,
    /// `instance`, `keys`, `other`. Those without a request are left out. Parts of a batch are not
    /// requests.
    pub endpoints: BTreeMap<String, u64>,
    /// By tenant key and endpoint. Requests that belong to no known tenant are left out.
    pub tenants: BTreeMap<String, BTreeMap<String, u64>>,
    /// By status; an answer that a fault kept back has none.
    pub statuses: BTreeMap<u16, u64>,
    pub tokens_issued: u64,
    /// Connections accepted.
    pub connections: u64,
    /// Bytes written to connections, with headers and TLS.
    pub bytes_sent: u64,
    /// Most requests that waited for an answer at the same time.
    pub peak_concurrent: u64,
    /// Rows of lists that apps have written, in a batch or alone.
    #[serde(default)]
    pub list_writes: ListWrites,
}

/// How many rows apps have created, changed and removed; not those of people and flows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListWrites {
    pub created: u64,
    pub updated: u64,
    pub deleted: u64,
}

impl Counts {
    /// Requests of one kind, of all tenants.
    #[must_use]
    pub fn calls(&self, call: Call) -> u64 {
        if call == Call::Any {
            return self.requests;
        }
        calls(&self.endpoints, call)
    }

    /// Requests of one kind, of one tenant.
    #[must_use]
    pub fn calls_of(&self, tenant: &str, call: Call) -> u64 {
        let endpoints = self.tenants.get(tenant);
        endpoints.map_or(0, |endpoints| calls(endpoints, call))
    }
}

fn calls(endpoints: &BTreeMap<String, u64>, call: Call) -> u64 {
    let wanted = |name: &str| {
        let endpoint = Endpoint::ALL.into_iter().find(|it| it.name() == name);
        endpoint.is_some_and(|endpoint| endpoint.is(call))
    };
    let counted = endpoints.iter().filter(|(name, _)| wanted(name));
    counted.map(|(_, count)| count).sum()
}

type Row = [u64; Endpoint::ALL.len()];

/// The counters behind [`Counts`].
#[derive(Debug)]
pub(crate) struct Tally {
    requests: Mutex<Requests>,
    pub(crate) tokens_issued: AtomicU64,
    pub(crate) connections: AtomicU64,
    /// Connections that stand now.
    pub(crate) open: watch::Sender<u64>,
    pub(crate) bytes_sent: AtomicU64,
    waiting: AtomicU64,
    peak: AtomicU64,
}

#[derive(Debug)]
struct Requests {
    /// By position of the tenant; the last row is for requests of nobody known.
    tenants: Vec<Row>,
    statuses: BTreeMap<u16, u64>,
    list_writes: ListWrites,
}

/// A request that waits for its answer, until dropped.
#[derive(Debug)]
pub(crate) struct Waiting<'a>(&'a Tally);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Tally {
    pub(crate) fn new(tenants: usize) -> Tally {
        Tally {
            requests: Mutex::new(Requests {
                tenants: vec![Row::default(); tenants + 1],
                statuses: BTreeMap::new(),
                list_writes: ListWrites::default(),
            }),
            tokens_issued: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            open: watch::Sender::new(0),
            bytes_sent: AtomicU64::new(0),
            waiting: AtomicU64::new(0),
            peak: AtomicU64::new(0),
        }
    }

    pub(crate) fn request(&self, endpoint: Endpoint, tenant: Option<usize>) -> Waiting<'_> {
        self.change(|requests| {
            let nobody = requests.tenants.len() - 1;
            requests.tenants[tenant.unwrap_or(nobody)][endpoint as usize] += 1;
        });
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed) + 1;
        self.peak.fetch_max(waiting, Ordering::Relaxed);
        Waiting(self)
    }

    pub(crate) fn answered(&self, status: StatusCode) {
        self.change(|requests| *requests.statuses.entry(status.as_u16()).or_default() += 1);
    }

    pub(crate) fn created(&self) {
        self.change(|requests| requests.list_writes.created += 1);
    }

    pub(crate) fn updated(&self) {
        self.change(|requests| requests.list_writes.updated += 1);
    }

    pub(crate) fn deleted(&self) {
        self.change(|requests| requests.list_writes.deleted += 1);
    }

    pub(crate) fn read(&self, world: &World) -> Counts {
        let (rows, statuses, list_writes) = self.change(|requests| {
            let (rows, statuses) = (requests.tenants.clone(), requests.statuses.clone());
            (rows, statuses, requests.list_writes)
        });
        let mut all = Row::default();
        for row in &rows {
            all.iter_mut()
                .zip(row)
                .for_each(|(sum, count)| *sum += count);
        }
        let busy = world
            .all()
            .zip(&rows)
            .filter(|(_, row)| row.iter().any(|it| *it > 0));
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            requests: all.iter().sum(),
            endpoints: named(&all),
            tenants: busy
                .map(|(tenant, row)| (tenant.key.clone(), named(row)))
                .collect(),
            statuses,
            tokens_issued: load(&self.tokens_issued),
            connections: load(&self.connections),
            bytes_sent: load(&self.bytes_sent),
            peak_concurrent: load(&self.peak),
            list_writes,
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Requests) -> T) -> T {
        // Counters are whole after every change, so a panic elsewhere does not spoil them.
        change(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn named(row: &Row) -> BTreeMap<String, u64> {
    let pairs = Endpoint::ALL.into_iter().zip(row);
    pairs
        .filter(|(_, count)| **count > 0)
        .map(|(endpoint, count)| (endpoint.name().to_owned(), *count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_endpoint_and_tenant() {
        let world = World::generate(3, 1, 1);
        let tally = Tally::new(world.len());
        drop(tally.request(Endpoint::Token, Some(0)));
        drop(tally.request(Endpoint::Token, Some(2)));
        drop(tally.request(Endpoint::SubscribedSkus, Some(2)));
        drop(tally.request(Endpoint::Keys, None));
        tally.answered(StatusCode::OK);
        tally.answered(StatusCode::TOO_MANY_REQUESTS);
        let counts = tally.read(&world);
        assert_eq!(counts.requests, 4);
        assert_eq!(counts.calls(Call::Any), 4);
        assert_eq!(counts.calls(Call::Token), 2);
        assert_eq!(counts.calls_of("school-00003", Call::Token), 1);
        assert_eq!(counts.calls_of("school-00003", Call::Any), 2);
        assert_eq!(counts.calls_of("school-00002", Call::Any), 0);
        assert_eq!(counts.endpoints["keys"], 1);
        assert_eq!(counts.tenants.len(), 2);
        assert_eq!(counts.statuses, BTreeMap::from([(200, 1), (429, 1)]));
    }

    #[test]
    fn the_peak_is_of_requests_that_wait_at_the_same_time() {
        let world = World::generate(1, 1, 1);
        let tally = Tally::new(world.len());
        let two = [
            tally.request(Endpoint::Token, Some(0)),
            tally.request(Endpoint::Token, Some(0)),
        ];
        drop(two);
        drop(tally.request(Endpoint::Token, Some(0)));
        assert_eq!(tally.read(&world).peak_concurrent, 2);
    }
}
