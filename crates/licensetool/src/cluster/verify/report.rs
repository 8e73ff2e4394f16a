//! The control plan with its results: for people a table, for programs JSON.

use serde::Serialize;
use serde_json::json;

use crate::columns::{columns, printable};
use crate::exit::Outcome;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Ok,
    /// It works, and somebody should look at it.
    Warn,
    Fail,
    /// It could not be looked at.
    Unknown,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "✓",
            Self::Warn => "! warn",
            Self::Fail => "✗ fail",
            Self::Unknown => "? unknown",
        }
    }

    fn outcome(self) -> Outcome {
        match self {
            Self::Ok => Outcome::Fine,
            Self::Warn | Self::Fail => Outcome::Found,
            Self::Unknown => Outcome::Blind,
        }
    }
}

/// One check with its result.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Finding {
    pub(super) check: String,
    pub(super) expected: String,
    pub(super) found: String,
    pub(super) verdict: Verdict,
    /// What to do; empty where nothing is to be done.
    pub(super) advice: String,
}

/// All checks in their order.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) findings: Vec<Finding>,
}

impl Report {
    pub(super) fn well(&mut self, check: &str, expected: &str, found: impl Into<String>) {
        self.add(check, expected, Verdict::Ok, found, "");
    }

    pub(super) fn add(
        &mut self,
        check: &str,
        expected: &str,
        verdict: Verdict,
        found: impl Into<String>,
        advice: &str,
    ) {
        self.findings.push(Finding {
            check: check.to_owned(),
            expected: expected.to_owned(),
            found: found.into(),
            verdict,
            advice: advice.to_owned(),
        });
    }

    pub(super) fn outcome(&self) -> Outcome {
        let outcomes = self.findings.iter().map(|it| it.verdict.outcome());
        outcomes.fold(Outcome::Fine, Outcome::or)
    }

    pub(super) fn table(&self) -> String {
        let cells = |it: &Finding| {
            let (check, expected) = (it.check.clone(), it.expected.clone());
            [
                check,
                expected,
                it.found.clone(),
                it.verdict.word().to_owned(),
            ]
        };
        let head = ["Check", "Expected", "Found", "Verdict"];
        let mut text = columns(head, self.findings.iter().map(cells), &[]);
        for it in self.findings.iter().filter(|it| !it.advice.is_empty()) {
            text.push_str(&format!("\n{}: {}", it.check, printable(&it.advice)));
        }
        text
    }

    pub(super) fn json(&self, context: &str) -> anyhow::Result<String> {
        let report = json!({
            "context": context,
            "well": self.outcome() == Outcome::Fine,
            "checks": self.findings,
        });
        Ok(serde_json::to_string_pretty(&report)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_verdict_decides_and_what_could_not_be_seen_is_worst() {
        let check = |verdicts: &[Verdict], expected: Outcome| {
            let mut report = Report::default();
            for verdict in verdicts {
                report.add("a", "b", *verdict, "c", "d");
            }
            assert_eq!(report.outcome(), expected, "{verdicts:?}");
        };
        check(&[], Outcome::Fine);
        check(&[Verdict::Ok], Outcome::Fine);
        check(&[Verdict::Ok, Verdict::Warn], Outcome::Found);
        check(&[Verdict::Fail, Verdict::Ok], Outcome::Found);
        check(&[Verdict::Unknown, Verdict::Fail], Outcome::Blind);
    }
}
