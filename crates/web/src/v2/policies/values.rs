//! The values of a policy as people write them, each with a sentence for what is none.

use domain::{Exclusion, Layer, Policy, Threshold};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{Error, Kind, quoted};

/// As many seats as nobody has.
const SEATS_MAX: i64 = 1_000_000;

const LEAD_DAYS_MAX: u16 = 365;

/// What is seen less often than once a year is not watched.
const STALE_AFTER_MAX: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Rules. What is `null` or left out is inherited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyValues)]
#[serde(deny_unknown_fields)]
pub(crate) struct Values {
    /// When a licence counts as low: a number of free seats such as `10`, or a share of the
    /// assignable ones such as `5%`.
    #[schema(example = "5%")]
    low: Option<String>,
    /// How many seats beyond the point where a level began free must reach before it ends.
    #[schema(minimum = 0, maximum = 1_000_000, example = 2)]
    clear_margin: Option<i64>,
    /// Older than this, numbers say nothing about now: `30m`, `1h 30m`.
    #[schema(example = "1h")]
    stale_after: Option<String>,
    /// `none`; `alerts-only`: shown and judged, but nobody is told; `everywhere`: not shown either.
    #[schema(example = "alerts-only")]
    exclusion: Option<String>,
    /// How long before a renewal or an end somebody is told, in days.
    #[schema(minimum = 0, maximum = 365, example = 30)]
    renewal_lead_days: Option<u16>,
}

impl From<Layer> for Values {
    fn from(layer: Layer) -> Self {
        Self {
            low: layer.low.map(threshold),
            clear_margin: layer.clear_margin,
            stale_after: layer.stale_after.map(span),
            exclusion: layer.exclusion.map(|it| it.as_str().to_owned()),
            renewal_lead_days: layer.renewal_lead_days,
        }
    }
}

/// A whole policy, of which nothing is inherited.
pub(super) fn built_in(policy: &Policy) -> Values {
    Values::from(Layer {
        low: Some(policy.low),
        clear_margin: Some(policy.clear_margin),
        stale_after: Some(policy.stale_after),
        exclusion: Some(policy.exclusion),
        renewal_lead_days: Some(policy.renewal_lead_days),
    })
}

impl Values {
    /// The layer that they mean.
    pub(super) fn layer(&self) -> Result<Layer, Error> {
        let low = self.low.as_deref().map(read_threshold).transpose()?;
        let stale_after = self.stale_after.as_deref().map(read_span).transpose()?;
        let exclusion = self.exclusion.as_deref().map(read_exclusion).transpose()?;
        if let Some(odd) = self.clear_margin.filter(|it| !(0..=SEATS_MAX).contains(it)) {
            return Err(wrong(
                "clear_margin",
                &odd.to_string(),
                "a number from 0 to 1000000",
            ));
        }
        if let Some(odd) = self.renewal_lead_days.filter(|it| *it > LEAD_DAYS_MAX) {
            let expected = "a number of days from 0 to 365";
            return Err(wrong("renewal_lead_days", &odd.to_string(), expected));
        }
        Ok(Layer {
            low,
            clear_margin: self.clear_margin,
            stale_after,
            exclusion,
            renewal_lead_days: self.renewal_lead_days,
        })
    }
}

fn wrong(member: &str, given: &str, expected: &str) -> Error {
    let detail = format!("{member}: {} is not {expected}.", quoted(given));
    Error::new(Kind::InvalidBody, detail)
}

fn threshold(threshold: Threshold) -> String {
    match threshold {
        Threshold::Seats(seats) => seats.to_string(),
        Threshold::Percent(percent) => format!("{percent}%"),
    }
}

fn read_threshold(text: &str) -> Result<Threshold, Error> {
    let threshold = match text.strip_suffix('%') {
        Some(share) => match share.trim().parse() {
            Ok(percent @ 0..=100) => Some(Threshold::Percent(percent)),
            _ => None,
        },
        None => match text.trim().parse() {
            Ok(seats @ 0..=SEATS_MAX) => Some(Threshold::Seats(seats)),
            _ => None,
        },
    };
    let expected = "a number of seats such as 10, or a share such as 5%";
    threshold.ok_or_else(|| wrong("low", text, expected))
}

fn span(span: SignedDuration) -> String {
    format!("{span:#}")
}

fn read_span(text: &str) -> Result<SignedDuration, Error> {
    let span: Option<SignedDuration> = text.parse().ok();
    let allowed = SignedDuration::from_mins(1)..=STALE_AFTER_MAX;
    // Seconds are what is kept.
    let span = span.filter(|span| allowed.contains(span) && span.subsec_nanos() == 0);
    let expected = "a time from a minute to a year such as 30m or 1h 30m";
    span.ok_or_else(|| wrong("stale_after", text, expected))
}

fn read_exclusion(text: &str) -> Result<Exclusion, Error> {
    let words = Exclusion::ALL.map(Exclusion::as_str).join(", ");
    Exclusion::from_word(text).ok_or_else(|| wrong("exclusion", text, &format!("one of {words}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_layer_survives_its_values(
            percent in proptest::option::of(0..=100_u8), margin in proptest::option::of(0..9_i64),
            stale in proptest::option::of(60..31_536_000_i64),
            lead in proptest::option::of(0..=365_u16),
        ) {
            let layer = Layer {
                low: percent.map(Threshold::Percent),
                clear_margin: margin,
                stale_after: stale.map(SignedDuration::from_secs),
                exclusion: Some(Exclusion::AlertsOnly),
                renewal_lead_days: lead,
            };
            prop_assert_eq!(Values::from(layer).layer().unwrap(), layer);
        }

        #[test]
        fn no_text_is_too_odd_to_be_refused(text in ".{0,30}") {
            drop(read_threshold(&text));
            drop(read_span(&text));
            drop(read_exclusion(&text));
        }
    }
}
