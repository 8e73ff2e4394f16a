//! What became of a sealed secret, for people and for programs.

use std::fmt;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::folder::SUFFIX;
use super::names;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Sealed,
    Unchanged,
    Removed,
}

/// What became of one secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) file: PathBuf,
    pub(super) what: What,
    /// The items that are new in it.
    pub(super) sealed: Vec<String>,
    /// The items that it has no more.
    pub(super) removed: Vec<String>,
    /// Those of the new ones that take the place of what was sealed from another home folder.
    pub(super) replaced: Vec<String>,
    /// Whether nobody knows what it held before.
    pub(super) was_unreadable: bool,
}

impl Change {
    pub(super) fn of(file: PathBuf, what: What) -> Self {
        Self {
            file,
            what,
            sealed: Vec::new(),
            removed: Vec::new(),
            replaced: Vec::new(),
            was_unreadable: false,
        }
    }

    /// What somebody should look at before it is committed.
    pub(super) fn warnings(&self) -> Vec<String> {
        let file = self.file.display();
        let mut warnings = Vec::new();
        if self.was_unreadable {
            warnings.push(format!(
                "{file} could not be read, perhaps after a merge, and was written anew: what only \
                 it held is gone; if that is not meant, `git checkout` one side of it and seal \
                 again"
            ));
        }
        // Pods ask for these items by their names. Of the others one goes with its tenant.
        let asked_for = [names::ENV, names::DATABASE];
        let is_asked_for = asked_for
            .iter()
            .any(|name| self.file.ends_with(format!("{name}{SUFFIX}")));
        if !self.removed.is_empty() && is_asked_for {
            warnings.push(format!(
                "{file} {} what the home folder lacks: {}; if that is not meant, put it back there \
                 and seal again",
                match self.what {
                    What::Removed => "went with",
                    _ => "lost",
                },
                self.removed.join(", ")
            ));
        }
        if !self.replaced.is_empty() {
            warnings.push(format!(
                "{file}: replaced, though another home folder sealed it: {}; if that is not meant, \
                 `git checkout` the files and `licensetool unseal --to-home` first",
                self.replaced.join(", ")
            ));
        }
        warnings
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "file": self.file.display().to_string(),
            "what": self.word(),
            "items": self.sealed,
            "removed": self.removed,
            "replaced": self.replaced,
        })
    }

    fn word(&self) -> &'static str {
        match self.what {
            What::Sealed => "sealed",
            What::Unchanged => "unchanged",
            What::Removed => "removed",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<9} {}", self.word(), self.file.display())?;
        let mut items = Vec::new();
        if !self.sealed.is_empty() {
            items.push(self.sealed.join(", "));
        }
        if !self.removed.is_empty() {
            items.push(format!("removed {}", self.removed.join(", ")));
        }
        match items.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", items.join("; ")),
        }
    }
}
