//! What came of a sync, row by row: for the deliveries that wait for it, and for the operator.

use std::collections::{BTreeMap, HashSet};

use graph::{Write, WriteError};
use store::Delivery;

use super::Ended;
use super::plan::{Plan, Planned, Target};

/// What came of a sync.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// What was to be delivered when the store was read.
    pub(super) pending: Vec<Delivery>,
    /// Rows written.
    pub(super) written: u32,
    /// Products whose row could not be written, and why.
    pub(super) failed: BTreeMap<Target, (String, String)>,
    /// Products whose row may be created at any moment: its answer was lost. Only a later sync
    /// creates it, when nothing of this one can be under way any more.
    pub(super) doubtful: BTreeMap<Target, (String, String)>,
    /// Products of which the list asks in this sync to inform somebody: an answer that comes
    /// meanwhile is one to this question.
    pub(super) asked: HashSet<Target>,
    pub(super) remarks: Vec<String>,
}

impl Outcome {
    /// Leaves out rows whose creation may still be on its way, and says so of them.
    pub(super) fn without_doubtful(&mut self, writes: Vec<Planned>) -> Vec<Planned> {
        let is_doubtful = |(target, write): &Planned| {
            let target = target.as_ref().filter(|it| self.doubtful.contains_key(it));
            target.is_some() && matches!(write, Write::Create { .. })
        };
        let (doubtful, sure): (Vec<_>, Vec<_>) = writes.into_iter().partition(is_doubtful);
        for target in doubtful.into_iter().filter_map(|(target, _)| target) {
            let why = self.doubtful[&target].clone();
            self.failed.insert(target, why);
        }
        sure
    }

    /// Notes a write that has no good end.
    pub(super) fn note(&mut self, target: Option<&Target>, write: &Write, error: &WriteError) {
        let why = (error.to_string(), error.advice());
        let Some(target) = target else {
            self.remarks.push(format!("{}. {}", why.0, why.1));
            return;
        };
        if matches!(
            (write, error),
            (Write::Create { .. }, WriteError::Unclear(_))
        ) {
            self.doubtful.insert(target.clone(), why.clone());
        }
        self.failed.insert(target.clone(), why);
    }

    /// One remark for all rows that were not written.
    ///
    /// # Errors
    /// None was written, though some should have been.
    pub(super) fn sum_up(&mut self) -> Result<(), Ended> {
        if let Some((error, advice)) = self.failed.values().next() {
            if self.written == 0 {
                return Err(Ended::Failed {
                    error: error.clone(),
                    advice: advice.clone(),
                });
            }
            let (rows, all) = (self.failed.len(), "the next sync tries again");
            let remark =
                format!("{rows} rows were not written; {all}. The first: {error}. {advice}");
            self.remarks.push(remark);
        }
        Ok(())
    }
}

/// What an operator should know of the list.
pub(super) fn remarks(found: &Plan) -> Vec<String> {
    let duplicates = found.duplicates.iter().map(|duplicate| {
        format!(
            "{} rows too many for {} of \"{}\" in the licence list (ids {}): look with \
             `licensetool sharepoint duplicates`, clean up with `--merge`",
            duplicate.surplus.len(),
            duplicate.part_number,
            duplicate.tenant,
            duplicate.surplus.join(", ")
        )
    });
    let strange = (found.strange > 0).then(|| {
        format!(
            "{} rows of the licence list belong to no watched tenant or have no part number in \
             brackets at the end of their title: they are left alone",
            found.strange
        )
    });
    duplicates.chain(strange).collect()
}
