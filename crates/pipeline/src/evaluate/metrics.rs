//! What the evaluate loop counts about itself.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use store::{Judgement, Kept};

type OfChange = [(&'static str, &'static str); 2];
type OfOutcome = [(&'static str, &'static str); 1];

/// Counters of one evaluate loop. Cheap to clone; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    judgements: Family<OfOutcome, Counter>,
    changes: Family<OfChange, Counter>,
    turns: Counter,
}

impl Metrics {
    /// Makes the counters visible in `registry`.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("evaluate_turns", "Turns of the loop", self.turns.clone());
        registry.register(
            "evaluate_judgements",
            "Judgements of tenants, by outcome: kept, or lost to somebody who was quicker",
            self.judgements.clone(),
        );
        registry.register(
            "evaluate_alert_changes",
            "Changes of alerts by judgements, by kind of concern and change",
            self.changes.clone(),
        );
    }

    pub(super) fn turned(&self) {
        self.turns.inc();
    }

    pub(super) fn count(&self, judgements: &[Judgement], kept: &[Kept]) {
        for (judgement, kept) in judgements.iter().zip(kept) {
            let outcome = match kept {
                Kept::Done { .. } => "kept",
                Kept::ClaimLost | Kept::Overtaken => "lost",
            };
            let label = [("outcome", outcome)];
            self.judgements.get_or_create(&label).inc();
            if outcome == "lost" {
                continue;
            }
            for judged in &judgement.steps {
                let kind = judged.step.alert.concern.kind.as_str();
                if let Some(change) = judged.step.change {
                    let label = [("kind", kind), ("change", change.as_str())];
                    self.changes.get_or_create(&label).inc();
                }
            }
        }
    }
}
