//! How the process is doing: whether its loops turn, how busy its connections to the store are.

use std::fmt;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use store::Connections;

use crate::Loop;
use crate::health::is_stuck;
use crate::state::App;

#[derive(Debug)]
struct Operation {
    loops: Vec<Turning>,
    pool: Vec<Connections>,
}

#[derive(Debug)]
struct Turning {
    name: &'static str,
    /// In seconds since 1970; `None`: not yet.
    turned_at: Option<i64>,
    is_stuck: bool,
}

/// Makes it visible in `registry` as it is now.
pub(super) fn register(app: &App, registry: &mut Registry) {
    let loops = app.options().loops.iter();
    registry.register_collector(Box::new(Operation {
        loops: loops
            .map(|it| Turning::of(it, app.started_at(), app.now()))
            .collect(),
        pool: app.store().pool(),
    }));
}

impl Turning {
    fn of(a_loop: &Loop, started_at: Timestamp, now: Timestamp) -> Self {
        let turned_at = a_loop.turned_at.load(Ordering::Relaxed);
        Self {
            name: a_loop.name,
            turned_at: (turned_at != 0).then_some(turned_at / 1000),
            is_stuck: is_stuck(a_loop, started_at, now),
        }
    }
}

type Number = fn(&Turning) -> Option<i64>;

const LOOPS: [(&str, &str, Number); 2] = [
    (
        "loop_turned_timestamp_seconds",
        "When a loop last turned, in seconds since 1970",
        |it| it.turned_at,
    ),
    (
        "loop_stuck",
        "Whether a loop should have turned and has not",
        |it| Some(it.is_stuck.into()),
    ),
];

impl Collector for Operation {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let gauge = MetricType::Gauge;
        for (name, help, number) in LOOPS {
            let mut family = encoder.encode_descriptor(name, help, None, gauge)?;
            for turning in &self.loops {
                if let Some(number) = number(turning) {
                    let labels = [("loop", turning.name)];
                    family.encode_family(&labels)?.encode_gauge(&number)?;
                }
            }
        }
        let help = "Open connections to the store, by what they are for";
        let mut family = encoder.encode_descriptor("store_connections", help, None, gauge)?;
        for connections in &self.pool {
            for (state, number) in [("busy", connections.busy), ("idle", connections.idle)] {
                let labels = [("purpose", connections.purpose), ("state", state)];
                let mut one = family.encode_family(&labels)?;
                one.encode_gauge(&i64::from(number))?;
            }
        }
        Ok(())
    }
}
