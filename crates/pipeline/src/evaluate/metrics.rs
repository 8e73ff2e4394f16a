//! What the evaluate loop counts about itself.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::{Registry, Unit};
use store::{Judgement, Kept};

type OfChange = [(&'static str, &'static str); 2];
type OfOutcome = [(&'static str, &'static str); 1];
type OfReason = OfOutcome;

/// Counters of one evaluate loop. Cheap to clone; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    judgements: Family<OfOutcome, Counter>,
    changes: Family<OfChange, Counter>,
    turns: Counter,
    removed: Family<OfReason, Counter>,
    compaction: Counter<f64, AtomicU64>,
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
        registry.register(
            "history_removed_rows",
            "Rows of old history taken away, by reason: thinned, or expired",
            self.removed.clone(),
        );
        registry.register_with_unit(
            "history_compaction",
            "How long making old history smaller took",
            Unit::Seconds,
            self.compaction.clone(),
        );
    }

    pub(super) fn turned(&self) {
        self.turns.inc();
    }

    pub(super) fn compacted(&self, thinned: u64, expired: u64, took: Duration) {
        for (reason, rows) in [("thinned", thinned), ("expired", expired)] {
            let label = [("reason", reason)];
            self.removed.get_or_create(&label).inc_by(rows);
        }
        self.compaction.inc_by(took.as_secs_f64());
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
