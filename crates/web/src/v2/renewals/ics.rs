//! iCalendar as RFC 5545 writes it: escaped texts, lines of at most 75 bytes, CRLF.

use std::fmt::Display;

/// A line may have so many bytes; what is longer is folded.
const LINE_MAX: usize = 75;

/// A calendar while it is written.
#[derive(Debug, Default)]
pub(super) struct Calendar(String);

impl Calendar {
    /// A line whose value is no text: a date, a duration, a word.
    pub(super) fn line(&mut self, name: &str, value: impl Display) {
        self.fold(&format!("{name}:{value}"));
    }

    /// A line whose value is a text, with what has a meaning made harmless.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.fold(&format!("{name}:{}", escaped(text)));
    }

    pub(super) fn finish(self) -> String {
        self.0
    }

    /// Breaks before a character that would be too much, never inside one. A continuation begins
    /// with a space, which counts.
    fn fold(&mut self, line: &str) {
        let mut length = 0;
        for character in line.chars() {
            if length + character.len_utf8() > LINE_MAX {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(character);
            length += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => safe.extend(['\\', character]),
            '\n' => safe.push_str("\\n"),
            control if control.is_control() => {}
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_has_a_meaning_is_made_harmless() {
        let check = |text, expected| assert_eq!(escaped(text), expected);
        check("a;b,c\\d", "a\\;b\\,c\\\\d");
        check("one\r\ntwo", "one\\ntwo");
        check("\u{7}bell\tß\u{85}", "bellß");
    }

    proptest! {
        #[test]
        fn folded_lines_are_short_and_unfold_to_what_they_were(text in ".{0,300}") {
            let mut calendar = Calendar::default();
            calendar.text("SUMMARY", &text);
            let folded = calendar.finish();
            let ended = folded.strip_suffix("\r\n").unwrap();
            for line in ended.split("\r\n") {
                prop_assert!(line.len() <= LINE_MAX);
                prop_assert!(!line.contains(['\r', '\n']));
            }
            prop_assert_eq!(ended.replace("\r\n ", ""), format!("SUMMARY:{}", escaped(&text)));
        }
    }
}
