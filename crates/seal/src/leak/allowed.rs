//! Marks by which somebody says that what was found is no secret, and why.

use super::text::Text;
use super::{Leak, LeakKind};

const MARK: &str = "seal: allow ";
const WHOLE_FILE: &str = " in this file";
/// A mark for a whole file stands where a reader of the file sees it.
const FIRST_LINES: usize = 20;
/// Letters of a reason: fewer explain nothing.
const LEAST_REASON: usize = 10;

pub(super) struct Mark {
    line: usize,
    kind: LeakKind,
    whole_file: bool,
}

impl Mark {
    /// A mark holds for its line and the next one, or for all of them.
    pub(super) fn covers(&self, leak: Leak) -> bool {
        let near = leak.line == self.line || leak.line == self.line + 1;
        self.kind == leak.kind && (near || self.whole_file)
    }
}

pub(super) fn marks(text: &Text) -> Vec<Mark> {
    let marked = text.lines().filter_map(|(line, text)| mark(line, text));
    marked.collect()
}

fn mark(line: usize, text: &str) -> Option<Mark> {
    let (_, said) = text.split_once(MARK)?;
    let (what, reason) = said.split_once(':')?;
    let (word, whole_file) = match what.strip_suffix(WHOLE_FILE) {
        Some(word) => (word, true),
        None => (what, false),
    };
    let kind = LeakKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word)?;
    let reason = reason.chars().filter(|c| c.is_alphanumeric()).count();
    let is_seen = !whole_file || line <= FIRST_LINES;
    (reason >= LEAST_REASON && is_seen).then_some(Mark {
        line,
        kind,
        whole_file,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_needs_a_kind_and_a_reason() {
        let check = |text: &str, expected: Option<bool>| {
            assert_eq!(
                mark(3, text).map(|mark| mark.whole_file),
                expected,
                "{text}"
            );
        };
        let mark = |rest: &str| format!("# {MARK}{rest}");
        check(&mark("token: published test vector"), Some(false));
        check(
            &mark("token in this file: published test vectors"),
            Some(true),
        );
        check(&mark("token: why"), None);
        check(&mark("token"), None);
        check(&mark("everything: published test vector"), None);
        check("token: published test vector", None);
    }
}
