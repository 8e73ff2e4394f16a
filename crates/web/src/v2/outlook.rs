//! What is known of a purchase's future, in words for programs and in a sentence for people.

use domain::{Evidence as Known, Language, Renewal};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::moment::Moment;

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
        let (evidence, because) = match (&renewal.evidence, language) {
            (Known::Pinned, Language::German) => {
                (Evidence::Pinned, "So von Hand festgelegt.".to_owned())
            }
            (Known::Pinned, Language::English) => {
                (Evidence::Pinned, "Somebody set it so.".to_owned())
            }
            (&Known::ObservedRenewal { seen_at, from, to }, language) => {
                let evidence = Evidence::ObservedRenewal {
                    seen_at: Moment(seen_at),
                    from: Moment(from),
                    to: Moment(to),
                };
                (evidence, renewed(from, to, language))
            }
            (&Known::HasEnded { seen_at }, language) => {
                let seen_on = day(seen_at);
                let because = match language {
                    Language::German => format!("Ausgelaufen, gesehen am {seen_on}."),
                    Language::English => format!("It has ended, seen on {seen_on}."),
                };
                let seen_at = Moment(seen_at);
                (Evidence::HasEnded { seen_at }, because)
            }
            (Known::Nothing, Language::German) => (
                Evidence::Nothing,
                "Das Datum allein sagt es nicht.".to_owned(),
            ),
            (Known::Nothing, Language::English) => {
                (Evidence::Nothing, "The date alone does not say.".to_owned())
            }
        };
        Self {
            what: renewal.outlook.as_str(),
            evidence,
            because,
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

fn renewed(from: Timestamp, to: Timestamp, language: Language) -> String {
    let (from, to) = (day(from), day(to));
    match language {
        Language::German => {
            format!("Hat sich schon verlängert: das Datum ging von {from} auf {to}.")
        }
        Language::English => format!("It has renewed before: its date went from {from} to {to}."),
    }
}

/// The day in UTC.
fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
