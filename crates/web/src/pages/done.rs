//! What a page says first after a form: that it was done, or why it was not.

use crate::words::Words;

/// A confirmation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done {
    pub(crate) text: &'static str,
    /// Whether it was done as somebody wanted.
    pub(crate) well: bool,
}

impl Done {
    /// By the word in the address. A word that is none says nothing.
    pub(crate) fn of(word: Option<&str>, w: Words) -> Option<Self> {
        let (text, well) = match word? {
            "acknowledged" => (w.done_acknowledged(), true),
            "snoozed" => (w.done_snoozed(), true),
            "reopened" => (w.done_reopened(), true),
            "overtaken" => (w.done_overtaken(), false),
            "ended" => (w.done_ended(), false),
            "pinned" => (w.done_pinned(), true),
            "unpinned" => (w.done_unpinned(), true),
            "switched" => (w.done_switched(), true),
            "looking" => (w.done_looking(), true),
            "retried" => (w.done_retried(), true),
            _ => return None,
        };
        Some(Self { text, well })
    }
}
