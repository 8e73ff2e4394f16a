//! What the client counts of its requests to Microsoft, as metrics.

use std::time::Duration;

use graph::{Call, Tally, Traffic};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

#[derive(Debug)]
struct Microsoft(Traffic);

/// Makes the counts visible in `registry`.
pub fn register(traffic: Traffic, registry: &mut Registry) {
    registry.register_collector(Box::new(Microsoft(traffic)));
}

impl Collector for Microsoft {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let requests = self.0.requests();
        let help = "Requests sent to Graph, by what was asked and outcome";
        let counter = MetricType::Counter;
        let mut family = encoder.encode_descriptor("graph_requests", help, None, counter)?;
        for Tally {
            call,
            outcome,
            requests,
        } in requests.iter().filter(|tally| tally.call != Call::Token)
        {
            let labels = [("call", call.as_str()), ("outcome", *outcome)];
            let mut one = family.encode_family(&labels)?;
            one.encode_counter::<NoLabelSet, _, u64>(requests, None)?;
        }
        let help = "Requests for tokens sent to Entra, by outcome";
        let mut family = encoder.encode_descriptor("token_requests", help, None, counter)?;
        for tally in requests.iter().filter(|tally| tally.call == Call::Token) {
            let labels = [("outcome", tally.outcome)];
            let mut one = family.encode_family(&labels)?;
            one.encode_counter::<NoLabelSet, _, u64>(&tally.requests, None)?;
        }
        let help = "How long requests to Microsoft took together, by what was asked";
        encode_times(&mut encoder, "microsoft_request", help, &self.0.took())?;
        let help = "How long calls have waited because Microsoft throttled them";
        encode_times(
            &mut encoder,
            "microsoft_throttled",
            help,
            &self.0.throttled(),
        )
    }
}

fn encode_times(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    times: &[(Call, Duration)],
) -> Result<(), std::fmt::Error> {
    let (unit, counter) = (Unit::Seconds, MetricType::Counter);
    let mut family = encoder.encode_descriptor(name, help, Some(&unit), counter)?;
    for (call, time) in times {
        let labels = [("call", call.as_str())];
        let mut one = family.encode_family(&labels)?;
        one.encode_counter::<NoLabelSet, _, u64>(&time.as_secs_f64(), None)?;
    }
    Ok(())
}
