//! The words for what is judged: levels, and why one is unknown.

use domain::{Level, Unknown};
use jiff::SignedDuration;

use super::{Words, messages};

messages! {
    level_enough: "genügend", "enough";
    level_low: "knapp", "low";
    level_exhausted: "aufgebraucht", "exhausted";
    level_over_assigned: "überbelegt", "over-assigned";
    level_unknown: "unbekannt", "unknown";
    unknown_never_seen: "noch nie abgefragt", "never collected";
    unknown_stale(hours): "zuletzt gesehen vor {hours} h", "last seen {hours} h ago";
    unknown_number(field): "Microsoft nannte keine Zahl für {field}",
        "Microsoft gave no number for {field}";
}

impl Words {
    pub(crate) fn level(self, level: Level) -> &'static str {
        match level {
            Level::Enough => self.level_enough(),
            Level::Low => self.level_low(),
            Level::Exhausted => self.level_exhausted(),
            Level::OverAssigned => self.level_over_assigned(),
            Level::Unknown(_) => self.level_unknown(),
        }
    }

    /// Why a level is unknown, without numbers that change from second to second.
    pub(crate) fn unknown(self, why: Unknown) -> String {
        match why {
            Unknown::NeverSeen => self.unknown_never_seen().to_owned(),
            Unknown::Stale { age_seconds } => {
                self.unknown_stale(SignedDuration::from_secs(age_seconds).as_hours())
            }
            Unknown::NumberMissing { field } => self.unknown_number(field),
        }
    }
}
