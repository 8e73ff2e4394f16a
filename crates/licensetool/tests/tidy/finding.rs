//! What a rule has to say: where, what, and the way out.

use std::fmt;

/// One violation, as one line of the report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Relative to the root of the tree.
    pub(crate) path: String,
    /// Counted from 1; 0 if the whole file is meant.
    pub(crate) line: usize,
    /// What is wrong.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) way_out: &'static str,
}

impl Finding {
    pub(crate) fn new(path: &str, line: usize, what: String, way_out: &'static str) -> Self {
        Self {
            path: path.to_owned(),
            line,
            what,
            way_out,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.path)?;
        if self.line > 0 {
            write!(formatter, ":{}", self.line)?;
        }
        write!(formatter, ": {}. {}.", self.what, self.way_out)
    }
}

/// Fails with the places where a planted violation was found, if they are not the expected ones.
#[track_caller]
pub(crate) fn check(found: &[Finding], places: &[(&str, usize)]) {
    let mut found_places: Vec<(&str, usize)> = found
        .iter()
        .map(|finding| (finding.path.as_str(), finding.line))
        .collect();
    found_places.sort_unstable();
    assert_eq!(found_places, places, "{found:#?}");
}
