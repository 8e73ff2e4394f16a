//! The rules of a policy as people write and read them: `low=5%`.

use domain::{Exclusion, Layer, Policy, Threshold};
use jiff::SignedDuration;

use crate::config::{FromText, meant};

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Low,
    ClearMargin,
    StaleAfter,
    Exclude,
    RenewalLead,
}

impl Rule {
    pub(super) const ALL: [Self; 5] = [
        Self::Low,
        Self::ClearMargin,
        Self::StaleAfter,
        Self::Exclude,
        Self::RenewalLead,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::ClearMargin => "clear-margin",
            Self::StaleAfter => "stale-after",
            Self::Exclude => "exclude",
            Self::RenewalLead => "renewal-lead",
        }
    }

    /// As it can be written, too.
    pub(super) fn value(self, policy: &Policy) -> String {
        match self {
            Self::Low => match policy.low {
                Threshold::Seats(seats) => seats.to_string(),
                Threshold::Percent(percent) => format!("{percent}%"),
            },
            Self::ClearMargin => policy.clear_margin.to_string(),
            Self::StaleAfter => format!("{:#}", policy.stale_after),
            Self::Exclude => policy.exclusion.as_str().to_owned(),
            Self::RenewalLead => policy.renewal_lead_days.to_string(),
        }
    }

    pub(super) fn is_in(self, layer: &Layer) -> bool {
        match self {
            Self::Low => layer.low.is_some(),
            Self::ClearMargin => layer.clear_margin.is_some(),
            Self::StaleAfter => layer.stale_after.is_some(),
            Self::Exclude => layer.exclusion.is_some(),
            Self::RenewalLead => layer.renewal_lead_days.is_some(),
        }
    }
}

/// Changes a layer as `low=5%` says; nothing or `inherit` takes the rule back.
pub(super) fn apply(layer: &mut Layer, text: &str) -> Result<(), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("\"{text}\" must be a rule and its value, such as low=5%"))?;
    let names = Rule::ALL.map(Rule::as_str);
    let rule = Rule::ALL.into_iter().find(|rule| rule.as_str() == name);
    let rule = rule.ok_or_else(|| match meant(name, &names) {
        Some(meant) => format!("there is no rule {name}; did you mean {meant}?"),
        None => format!("there is no rule {name}; there are {}", names.join(", ")),
    })?;
    let wrong = |wrong: String| format!("{name}=\"{value}\" {wrong}, or inherit");
    match rule {
        Rule::Low => layer.low = read(value).map_err(wrong)?,
        Rule::ClearMargin => layer.clear_margin = read(value).map_err(wrong)?,
        Rule::StaleAfter => layer.stale_after = span(value).map_err(wrong)?,
        Rule::Exclude => layer.exclusion = read::<Exclusion>(value).map_err(wrong)?,
        Rule::RenewalLead => layer.renewal_lead_days = read(value).map_err(wrong)?,
    }
    Ok(())
}

/// As the API takes it: less than a minute would make every tenant unknown between two looks.
fn span(value: &str) -> Result<Option<SignedDuration>, String> {
    let allowed = SignedDuration::from_mins(1)..=SignedDuration::from_hours(24 * 366);
    match read::<SignedDuration>(value)? {
        Some(span) if !allowed.contains(&span) => Err("must be from a minute to a year".to_owned()),
        span => Ok(span),
    }
}

fn read<T: FromText>(value: &str) -> Result<Option<T>, String> {
    match value.trim() {
        "inherit" => Ok(None),
        value => Option::from_text(value),
    }
}

/// What a layer says, as it can be written.
pub(super) fn said(layer: &Layer) -> String {
    let policy = domain::effective(
        &domain::Sku::unseen(domain::SkuId::from_part_number(""), ""),
        &[*layer],
    );
    let rules = Rule::ALL.into_iter().filter(|rule| rule.is_in(layer));
    let rules: Vec<String> = rules
        .map(|rule| format!("{}={}", rule.as_str(), rule.value(&policy)))
        .collect();
    rules.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_can_be_written() {
        let mut layer = Layer::default();
        let check = |layer: &mut Layer, rules: &[&str], expected: &str| {
            for rule in rules {
                apply(layer, rule).unwrap();
            }
            assert_eq!(said(layer), expected);
        };
        check(&mut layer, &[], "");
        let all = "low=7% clear-margin=3 stale-after=2h exclude=alerts-only renewal-lead=60";
        check(&mut layer, &all.split(' ').collect::<Vec<_>>(), all);
        check(
            &mut layer,
            &["low=12", "exclude=", "stale-after=inherit"],
            "low=12 clear-margin=3 renewal-lead=60",
        );
    }

    #[test]
    fn what_is_no_rule_is_said_with_the_way_out() {
        let check = |text: &str, words: &str| {
            let wrong = apply(&mut Layer::default(), text).unwrap_err();
            assert!(wrong.contains(words), "{wrong}");
        };
        check("low", "such as low=5%");
        check(
            "weight=5",
            "there is no rule weight; there are low, clear-margin",
        );
        check("clearmargin=5", "did you mean clear-margin?");
        check(
            "low=many",
            "low=\"many\" must be a number of seats such as 5, or a share",
        );
        check(
            "exclude=all",
            "must be none, alerts-only or everywhere, or inherit",
        );
        check("renewal-lead=1000", "from 0 to 365");
    }
}
