//! What the deliver loop counts about itself.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

type OfTry = [(&'static str, String); 2];
type OfChannel = [(&'static str, String); 1];
type OfWrite = [(&'static str, String); 2];

/// Counters of one deliver loop. Cheap to clone; clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    tries: Family<OfTry, Counter>,
    writes: Family<OfWrite, Counter>,
    duration: Family<OfChannel, Histogram, fn() -> Histogram>,
    turns: Counter,
}

/// 10 ms to 82 s: a fast answer to beyond every time limit.
fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.01, 2.0, 14))
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            tries: Family::default(),
            writes: Family::default(),
            duration: Family::new_with_constructor(histogram),
            turns: Counter::default(),
        }
    }
}

impl Metrics {
    /// Makes the counters visible in `registry`.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("deliver_turns", "Turns of the loop", self.turns.clone());
        registry.register(
            "deliver_messages",
            "Messages sent, by channel and outcome: delivered or failed",
            self.tries.clone(),
        );
        registry.register(
            "deliver_list_writes",
            "Rows of SharePoint lists written, by channel and outcome: written or failed",
            self.writes.clone(),
        );
        registry.register_with_unit(
            "deliver_duration",
            "How long it took to send a message or to bring a list up to date, by channel",
            Unit::Seconds,
            self.duration.clone(),
        );
    }

    pub(super) fn turned(&self) {
        self.turns.inc();
    }

    pub(super) fn sent(&self, channel: &str, sound: bool, messages: usize, took: Duration) {
        let outcome = if sound { "delivered" } else { "failed" };
        let label = [
            ("channel", channel.to_owned()),
            ("outcome", outcome.to_owned()),
        ];
        let messages = u64::try_from(messages).unwrap_or(u64::MAX);
        self.tries.get_or_create(&label).inc_by(messages);
        self.took(channel, took);
    }

    pub(super) fn wrote(&self, channel: &str, sound: bool) {
        let outcome = if sound { "written" } else { "failed" };
        let label = [
            ("channel", channel.to_owned()),
            ("outcome", outcome.to_owned()),
        ];
        self.writes.get_or_create(&label).inc();
    }

    pub(super) fn took(&self, channel: &str, took: Duration) {
        let label = [("channel", channel.to_owned())];
        self.duration
            .get_or_create(&label)
            .observe(took.as_secs_f64());
    }
}
