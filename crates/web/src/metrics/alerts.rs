//! Alerts and what is to be told of them as gauges, read from the store at each scrape.

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;
use store::{AlertCount, ChannelState, Queue};

use crate::problem::Error;
use crate::state::App;

/// What goes on, and how the channels stand.
#[derive(Debug)]
pub(super) struct Told {
    alerts: Vec<AlertCount>,
    queues: Vec<Waiting>,
    channels: Vec<ChannelState>,
}

/// What waits for a channel.
#[derive(Debug)]
struct Waiting {
    queue: Queue,
    /// In seconds; `None`: nothing waits.
    oldest: Option<i64>,
}

/// Reads it. A channel of the configuration for which nothing waits has a 0: that is known.
pub(super) async fn read(app: &App) -> Result<Told, Error> {
    let store = app.store();
    let mut queues = store.queues().await?;
    for route in &app.options().routes {
        if queues.iter().all(|queue| queue.channel != route.channel) {
            queues.push(Queue {
                channel: route.channel.clone(),
                pending: 0,
                oldest: None,
                dead: 0,
            });
        }
    }
    let now = app.now();
    Ok(Told {
        alerts: store.alert_counts().await?,
        queues: queues.into_iter().map(|it| Waiting::of(it, now)).collect(),
        channels: store.channels().await?,
    })
}

impl Waiting {
    fn of(queue: Queue, now: Timestamp) -> Self {
        let age = |at: Timestamp| now.duration_since(at).as_secs().max(0);
        Self {
            oldest: queue.oldest.map(age),
            queue,
        }
    }
}

impl Collector for Told {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.encode_alerts(&mut encoder)?;
        self.encode_queues(&mut encoder)?;
        self.encode_channels(&mut encoder)
    }
}

type Number<T> = fn(&T) -> Option<i64>;

const QUEUES: [(&str, &str, Number<Waiting>); 3] = [
    (
        "outbox_pending",
        "Deliveries that wait for a channel",
        |it| Some(it.queue.pending),
    ),
    (
        "outbox_oldest_seconds",
        "How long the oldest delivery has been waiting",
        |it| it.oldest,
    ),
    (
        "deliveries_dead",
        "Deliveries that were tried as often as allowed",
        |it| Some(it.queue.dead),
    ),
];

const CHANNELS: [(&str, &str, Number<ChannelState>); 2] = [
    (
        "channel_synced_timestamp_seconds",
        "When lists elsewhere were last brought up to date, in seconds since 1970",
        |it| it.synced_at.map(Timestamp::as_second),
    ),
    (
        "channel_failures",
        "Failures in a row of bringing lists up to date",
        |it| Some(i64::from(it.failures)),
    ),
];

impl Told {
    fn encode_alerts(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let help = "Alerts that go on";
        let mut family = encoder.encode_descriptor("alerts", help, None, MetricType::Gauge)?;
        for counted in &self.alerts {
            let labels = [
                ("tenant", counted.tenant.as_str()),
                ("kind", counted.kind.as_str()),
                ("severity", counted.severity.as_str()),
                ("state", counted.state.as_str()),
            ];
            family
                .encode_family(&labels)?
                .encode_gauge(&counted.count)?;
        }
        Ok(())
    }

    fn encode_queues(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        for (name, help, number) in QUEUES {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for waiting in &self.queues {
                if let Some(number) = number(waiting) {
                    let labels = [("channel", waiting.queue.channel.as_str())];
                    family.encode_family(&labels)?.encode_gauge(&number)?;
                }
            }
        }
        Ok(())
    }

    fn encode_channels(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        for (name, help, number) in CHANNELS {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for channel in &self.channels {
                if let Some(number) = number(channel) {
                    let labels = [("channel", channel.channel.as_str())];
                    family.encode_family(&labels)?.encode_gauge(&number)?;
                }
            }
        }
        Ok(())
    }
}
