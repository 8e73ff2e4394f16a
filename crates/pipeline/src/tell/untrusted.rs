//! Makes text that came from outside fit for a message: short, on one line, without secrets.

/// Longest text of a server that a failure repeats, in characters.
const SENTENCE: usize = 200;
/// Longest name of a tenant or product that a message repeats, in characters.
const NAME: usize = 200;
/// No word of a human sentence is longer; a token or a key is.
const LONGEST_WORD: usize = 60;

/// What a server answered, as a failure may repeat it: quoted, or nothing if it said nothing.
/// Words that hold one of the `hidden` texts are left out, and so is what may be a token.
pub(super) fn quoted(text: &str, hidden: &[&str]) -> String {
    let shown = |word: &str| {
        let secret = hidden.iter().any(|it| !it.is_empty() && word.contains(it));
        if secret || word.chars().count() > LONGEST_WORD {
            "[…]".to_owned()
        } else {
            word.to_owned()
        }
    };
    let line: Vec<String> = words(text).map(|word| shown(&word)).collect();
    match line.is_empty() {
        true => String::new(),
        false => format!(": \"{}\"", shortened(&line.join(" "), SENTENCE)),
    }
}

/// A name as a message may repeat it: one line without characters that steer the reader's eye.
pub(super) fn name(text: &str) -> String {
    let line: Vec<String> = words(text).collect();
    shortened(&line.join(" "), NAME)
}

pub(super) fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .map(|word| word.chars().filter(|c| !steers_the_reader(*c)).collect())
        .filter(|word: &String| !word.is_empty())
}

/// Characters that reorder or hide what stands around them.
fn steers_the_reader(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_text_is_one_harmless_line_without_secrets() {
        let check = |text: &str, expected: &str| {
            assert_eq!(quoted(text, &["hush", ""]), expected, "{text}");
        };
        check("", "");
        check(" \r\n ", "");
        check("no\r\nsuch   user\u{1b}[31m", ": \"no such user [31m\"");
        check("key=hush is wrong", ": \"[…] is wrong\"");
        check(&"x".repeat(61), ": \"[…]\"");
        check("abc\u{202e}def", ": \"abcdef\"");
        assert!(quoted(&"word ".repeat(1000), &[]).chars().count() < 210);
    }

    #[test]
    fn a_name_stays_on_its_line() {
        assert_eq!(name(" ISE\r\nBcc: x \u{200f}School"), "ISE Bcc: x School");
        assert_eq!(name(&"x".repeat(500)).chars().count(), 201);
    }
}
