//! What the collect loop counts about itself.

use std::time::Duration;

use domain::Look;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

type Outcome = [(&'static str, &'static str); 1];

/// Counters of one collect loop. Cheap to clone; clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    looks: Family<Outcome, Counter>,
    duration: Histogram,
    in_flight: Gauge,
    turns: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            looks: Family::default(),
            // 10 ms to 41 s: a fast answer to beyond the request time limit.
            duration: Histogram::new(exponential_buckets(0.01, 2.0, 13)),
            in_flight: Gauge::default(),
            turns: Counter::default(),
        }
    }
}

impl Metrics {
    /// Makes the counters visible in `registry`.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("collect_turns", "Turns of the loop", self.turns.clone());
        registry.register(
            "collect_looks",
            "Looks at tenants, by outcome: seen, or the cause of the gap",
            self.looks.clone(),
        );
        registry.register_with_unit(
            "collect_look_duration",
            "How long a look at one tenant took",
            Unit::Seconds,
            self.duration.clone(),
        );
        registry.register(
            "collect_in_flight",
            "Tenants being asked at this moment",
            self.in_flight.clone(),
        );
    }

    pub(super) fn turned(&self) {
        self.turns.inc();
    }

    pub(super) fn began(&self) {
        self.in_flight.inc();
    }

    pub(super) fn ended(&self, look: &Look, took: Duration) {
        self.in_flight.dec();
        self.duration.observe(took.as_secs_f64());
        let outcome = look
            .as_ref()
            .map_or_else(|gap| gap.cause.as_str(), |_| "seen");
        self.looks.get_or_create(&[("outcome", outcome)]).inc();
    }
}
