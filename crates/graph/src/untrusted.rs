//! Makes text that came from outside fit for a message: short, on one line, without secrets.

/// Longest text of Microsoft's that a message repeats, in characters.
pub(crate) const SENTENCE: usize = 200;
/// Longest value of an answer that a remark repeats, in characters.
const EXCERPT: usize = 40;
/// No word of a human sentence is longer; a token, an assertion or a key is.
const LONGEST_WORD: usize = 60;

/// One line of at most `limit` characters in which nothing can be a token or move the cursor.
pub(crate) fn cleaned(text: &str, limit: usize) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let word: String = word.chars().filter(|c| !steers_the_reader(*c)).collect();
        if word.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(if word.chars().count() > LONGEST_WORD {
            "[…]"
        } else {
            &word
        });
        if line.chars().count() > limit {
            break;
        }
    }
    shortened(&line, limit)
}

/// A value of an answer as a remark may repeat it: quoted, escaped, short.
pub(crate) fn excerpt(text: &str) -> String {
    let shown: String = text
        .chars()
        .take(EXCERPT)
        .flat_map(char::escape_debug)
        .collect();
    let more = if text.chars().nth(EXCERPT).is_some() {
        "…"
    } else {
        ""
    };
    format!("\"{shown}{more}\"")
}

fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Characters that reorder or hide what stands around them.
fn steers_the_reader(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_text_becomes_one_harmless_line() {
        let check = |text: &str, expected: &str| assert_eq!(cleaned(text, 20), expected);
        check("", "");
        check("  plain   words ", "plain words");
        check("two\r\nlines\u{1b}[31m", "two lines [31m");
        check("abc\u{202e}def", "abcdef");
        check("exactly twenty chars", "exactly twenty chars");
        check("a little more than twenty", "a little more than t…");
        check(&"ä".repeat(61), "[…]");
        check(
            &format!("token {} gone", "x".repeat(2000)),
            "token […] gone",
        );
    }

    #[test]
    fn an_excerpt_is_quoted_and_short() {
        let check = |text: &str, expected: &str| assert_eq!(excerpt(text), expected);
        check("many", "\"many\"");
        check("a\"b\n\u{7}", r#""a\"b\n\u{7}""#);
        check(&"x".repeat(1000), &format!("\"{}…\"", "x".repeat(40)));
    }
}
