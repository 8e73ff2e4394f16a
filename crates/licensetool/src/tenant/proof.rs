//! What was proven of a tenant and what not, as lines for people and JSON for programs.

use serde_json::{Value, json};

use crate::columns::printable;

/// What must hold for a tenant to be watched, in the order in which it is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Profile,
    Certificate,
    Tenant,
    App,
    Registration,
    Permission,
    Subscriptions,
}

impl Step {
    const ALL: [Step; 7] = [
        Step::Profile,
        Step::Certificate,
        Step::Tenant,
        Step::App,
        Step::Registration,
        Step::Permission,
        Step::Subscriptions,
    ];

    fn word(self) -> &'static str {
        match self {
            Step::Profile => "profile",
            Step::Certificate => "certificate",
            Step::Tenant => "tenant",
            Step::App => "app",
            Step::Registration => "registration",
            Step::Permission => "permission",
            Step::Subscriptions => "subscriptions",
        }
    }
}

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Proven(String),
    Failed {
        message: String,
        advice: String,
    },
    /// Neither: it could not be asked.
    Unproven(String),
}

/// The verdicts so far.
#[derive(Debug, Default)]
pub(crate) struct Proof {
    steps: Vec<(Step, Verdict)>,
    /// What is odd and keeps nobody.
    pub(crate) remarks: Vec<String>,
}

impl Proof {
    pub(crate) fn proven(&mut self, step: Step, message: impl Into<String>) {
        self.steps.push((step, Verdict::Proven(message.into())));
    }

    pub(crate) fn failed(
        &mut self,
        step: Step,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) {
        let (message, advice) = (message.into(), advice.into());
        self.steps.push((step, Verdict::Failed { message, advice }));
    }

    pub(crate) fn unproven(&mut self, step: Step, why: impl Into<String>) {
        self.steps.push((step, Verdict::Unproven(why.into())));
    }

    /// Whether there is a verdict on a step.
    pub(crate) fn has(&self, step: Step) -> bool {
        self.steps.iter().any(|(of, _)| *of == step)
    }

    /// Whether every step was proven.
    pub(crate) fn holds(&self) -> bool {
        let proven = |step: &Step| {
            let mut of_step = self.steps.iter().filter(|(of, _)| of == step).peekable();
            let is_proven = |(_, verdict): &(Step, Verdict)| matches!(verdict, Verdict::Proven(_));
            of_step.peek().is_some() && of_step.all(is_proven)
        };
        Step::ALL.iter().all(proven)
    }

    /// What came after a failure was not looked at, and says so.
    pub(crate) fn finish(mut self) -> Self {
        let bad = |(_, verdict): &&(Step, Verdict)| !matches!(verdict, Verdict::Proven(_));
        let first = self.steps.iter().find(bad).map(|(step, _)| step.word());
        for step in Step::ALL {
            if !self.has(step) {
                let why = first.unwrap_or("what comes before");
                self.unproven(step, format!("not tried before {why} is right"));
            }
        }
        self.steps.sort_by_key(|(step, _)| *step as u8);
        self
    }

    pub(crate) fn lines(&self) -> String {
        let step = |(step, verdict): &(Step, Verdict)| {
            let word = step.word();
            match verdict {
                Verdict::Proven(message) => format!("✓ {word}: {}", printable(message)),
                Verdict::Failed { message, advice } => format!(
                    "✗ {word}: {}\n  → {}",
                    printable(message),
                    printable(advice)
                ),
                Verdict::Unproven(why) => format!("? {word}: {}", printable(why)),
            }
        };
        let remarks = self.remarks.iter();
        let remarks = remarks.map(|remark| format!("! {}", printable(remark)));
        let lines: Vec<String> = self.steps.iter().map(step).chain(remarks).collect();
        lines.join("\n")
    }

    pub(crate) fn json(&self, tenant: &str) -> Value {
        let step = |(step, verdict): &(Step, Verdict)| {
            let (word, message, advice) = match verdict {
                Verdict::Proven(message) => ("proven", message, None),
                Verdict::Failed { message, advice } => ("failed", message, Some(advice)),
                Verdict::Unproven(why) => ("unproven", why, None),
            };
            json!({
                "step": step.word(), "verdict": word, "message": message, "advice": advice,
            })
        };
        json!({
            "tenant": tenant,
            "proven": self.holds(),
            "steps": self.steps.iter().map(step).collect::<Vec<_>>(),
            "remarks": self.remarks,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_a_failure_is_neither_proven_nor_wrong() {
        let mut proof = Proof::default();
        proof.proven(Step::Profile, "sound");
        proof.failed(Step::Certificate, "ended", "replace it");
        let proof = proof.finish();
        assert!(!proof.holds());
        let lines = proof.lines();
        assert!(lines.starts_with("✓ profile: sound\n✗ certificate: ended\n  → replace it\n"));
        assert!(
            lines.contains("? tenant: not tried before certificate is right"),
            "{lines}"
        );
        assert_eq!(proof.json("a")["steps"].as_array().unwrap().len(), 7);
    }

    #[test]
    fn only_all_steps_together_hold() {
        let mut proof = Proof::default();
        for step in Step::ALL {
            assert!(!proof.holds());
            proof.proven(step, "fine");
        }
        assert!(proof.holds());
    }
}
