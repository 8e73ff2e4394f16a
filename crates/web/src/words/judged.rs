//! The words for what is judged: levels, why one is unknown, and why an alert has changed.

use domain::{Level, Reason, Unknown, Why};
use jiff::SignedDuration;

use super::{Words, messages};

messages! {
    level_enough: "genügend", "enough";
    level_low: "knapp", "low";
    level_exhausted: "aufgebraucht", "exhausted";
    level_over_assigned: "überbelegt", "over-assigned";
    level_unknown: "unbekannt", "unknown";
    level_none: "nicht beurteilt", "not judged";
    unknown_never_seen: "noch nie abgefragt", "never collected";
    unknown_stale(hours): "zuletzt gesehen vor {hours} h", "last seen {hours} h ago";
    unknown_number(field): "Microsoft nannte keine Zahl für {field}",
        "Microsoft gave no number for {field}";
    reason_numbers: "die Zahlen sagen es", "the numbers say so";
    reason_covered: "ein anderer Alarm sagt es schon", "another alert says it already";
    reason_gone: "der Anlass ist weg oder von Alarmen ausgenommen",
        "the concern is gone, or excluded from alerts";
    reason_profile_removed: "das Profil des Mandanten wurde entfernt",
        "the tenant's profile was removed";
    reason_technician_informed: "technician_informed ist in SharePoint gesetzt",
        "technician_informed is set in SharePoint";
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

    /// The same, or that there is none.
    pub(crate) fn level_or_none(self, level: Option<Level>) -> &'static str {
        level.map_or(self.level_none(), |level| self.level(level))
    }

    /// A level by its stable word; `none` if there is none.
    pub(crate) fn level_word(self, word: &str) -> &'static str {
        match word {
            "enough" => self.level_enough(),
            "low" => self.level_low(),
            "exhausted" => self.level_exhausted(),
            "over-assigned" => self.level_over_assigned(),
            "none" => self.level_none(),
            _ => self.level_unknown(),
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

    /// Why an alert has changed: a person's own words, or a sentence for the program's reason.
    pub(crate) fn why(self, why: &Why) -> String {
        let reason = match why {
            Why::Said(said) => return said.clone(),
            Why::Reason(reason) => reason,
        };
        match reason {
            Reason::Numbers => self.reason_numbers(),
            Reason::Covered => self.reason_covered(),
            Reason::Gone => self.reason_gone(),
            Reason::ProfileRemoved => self.reason_profile_removed(),
            Reason::TechnicianInformed => self.reason_technician_informed(),
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Language;

    #[test]
    fn a_reason_is_said_in_the_readers_language_and_words_of_people_as_they_are() {
        let (german, english) = (Words(Language::German), Words(Language::English));
        let said = "numbers".into();
        assert_eq!([german.why(&said), english.why(&said)], ["numbers"; 2]);
        for reason in Reason::ALL {
            let why = reason.into();
            assert_eq!(english.why(&why), reason.to_string());
            assert_ne!(german.why(&why), english.why(&why));
        }
    }
}
