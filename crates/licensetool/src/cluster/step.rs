//! What a plan is made of. It is printed and done from the same values, so that no dry run can
//! promise something else than a real one does.

use std::time::Duration;

use super::line::Line;
use super::process::{Ended, spoken};

/// One thing that shall hold, and how it comes to hold.
pub(super) struct Step {
    /// What holds afterwards, as a condition: "the cluster runs".
    pub(super) goal: String,
    pub(super) parts: Vec<Part>,
    /// What a person does if it fails.
    pub(super) way_out: String,
}

/// The commands of a step, in their order.
pub(super) enum Part {
    /// If the answer is yes, the actions that follow are left out, up to the next question of this
    /// kind. Of several in a row one yes is enough.
    Unless(Ask),
    /// If the answer is no, nothing here can help.
    Must(Ask),
    Do(Line),
    Wait(Wait),
}

/// A question that changes nothing.
pub(super) struct Ask {
    pub(super) line: Line,
    pub(super) judge: Judge,
}

/// Reads the answer. An error is neither yes nor no: it could not be asked.
pub(super) type Judge = Box<dyn Fn(&Ended) -> anyhow::Result<Answer> + Send + Sync>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    /// With what was seen instead.
    No(String),
}

impl Answer {
    /// The other one.
    pub(super) fn not(self, seen: &str) -> Self {
        match self {
            Self::Yes => Self::No(seen.to_owned()),
            Self::No(_) => Self::Yes,
        }
    }

    pub(super) fn of(yes: bool, else_seen: impl FnOnce() -> String) -> Self {
        match yes {
            true => Self::Yes,
            false => Self::No(else_seen()),
        }
    }
}

/// A command that ends when a condition holds.
pub(super) struct Wait {
    pub(super) line: Line,
    /// "all nodes are ready".
    pub(super) until: String,
    /// Whether somebody looks after Argo CD in the meantime.
    pub(super) beside_argo_cd: bool,
}

impl Step {
    pub(super) fn new(goal: impl Into<String>, way_out: impl Into<String>) -> Self {
        let (goal, way_out) = (goal.into(), way_out.into());
        Self {
            goal,
            parts: Vec::new(),
            way_out,
        }
    }

    pub(super) fn unless(
        mut self,
        line: Line,
        judge: impl Fn(&Ended) -> anyhow::Result<Answer> + Send + Sync + 'static,
    ) -> Self {
        let judge = Box::new(judge);
        self.parts.push(Part::Unless(Ask { line, judge }));
        self
    }

    pub(super) fn must(
        mut self,
        line: Line,
        judge: impl Fn(&Ended) -> anyhow::Result<Answer> + Send + Sync + 'static,
    ) -> Self {
        let judge = Box::new(judge);
        self.parts.push(Part::Must(Ask { line, judge }));
        self
    }

    pub(super) fn doing(mut self, line: Line) -> Self {
        self.parts.push(Part::Do(line));
        self
    }

    pub(super) fn wait(self, until: impl Into<String>, line: Line) -> Self {
        self.waiting(until, line, false)
    }

    /// The same for what Argo CD brings about.
    pub(super) fn wait_for_argo_cd(self, until: impl Into<String>, line: Line) -> Self {
        self.waiting(until, line, true)
    }

    fn waiting(mut self, until: impl Into<String>, line: Line, beside_argo_cd: bool) -> Self {
        let until = until.into();
        self.parts.push(Part::Wait(Wait {
            line,
            until,
            beside_argo_cd,
        }));
        self
    }
}

/// The whole plan as a text, without doing any of it. A shell could run it.
pub(super) fn printed(steps: &[Step], limit: Duration) -> String {
    let mut lines = Vec::new();
    for step in steps {
        lines.push(format!("# {}", step.goal));
        for part in &step.parts {
            match part {
                Part::Unless(ask) => {
                    lines.push("# asks first, and leaves out what is done:".to_owned());
                    lines.push(ask.line.to_string());
                }
                Part::Must(ask) => {
                    lines.push("# must hold:".to_owned());
                    lines.push(ask.line.to_string());
                }
                Part::Do(line) => lines.push(line.to_string()),
                Part::Wait(wait) => {
                    let limit = spoken(limit);
                    lines.push(format!("# waits up to {limit} until {}:", wait.until));
                    lines.push(wait.line.to_string());
                }
            }
        }
        lines.push(String::new());
    }
    lines.join("\n").trim_end().to_owned()
}
