//! What is known of a purchase's future, in words for programs and in a sentence for people.

use domain::{Evidence as Known, Language, Renewal};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::moment::Moment;
use crate::words::Words;

/// What the next change will be, as far as it is known.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Outlook {
    /// `renews`, `ends` or `unknown`: a date alone does not say.
    #[schema(value_type = String, example = "renews")]
    what: &'static str,
    evidence: Evidence,
    /// The evidence as a sentence in the reader's language.
    because: String,
}

/// Why it is believed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Evidence {
    /// An operator said so.
    Pinned,
    /// The date moved forward while the subscription stayed enabled.
    ObservedRenewal {
        seen_at: Moment,
        from: Moment,
        to: Moment,
    },
    /// It is in its grace period or beyond.
    HasEnded { seen_at: Moment },
    /// Nothing that would tell was seen yet.
    Nothing,
}

impl Outlook {
    pub(crate) fn of(renewal: &Renewal, language: Language) -> Self {
        let evidence = match renewal.evidence {
            Known::Pinned => Evidence::Pinned,
            Known::ObservedRenewal { seen_at, from, to } => Evidence::ObservedRenewal {
                seen_at: Moment(seen_at),
                from: Moment(from),
                to: Moment(to),
            },
            Known::HasEnded { seen_at } => Evidence::HasEnded {
                seen_at: Moment(seen_at),
            },
            Known::Nothing => Evidence::Nothing,
        };
        Self {
            what: renewal.outlook.as_str(),
            evidence,
            because: Words(language).because(renewal, day),
        }
    }

    /// The evidence as a sentence.
    pub(crate) fn because(&self) -> &str {
        &self.because
    }

    /// The stable word.
    pub(crate) fn word(&self) -> &'static str {
        self.what
    }
}

/// The day in UTC.
fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
