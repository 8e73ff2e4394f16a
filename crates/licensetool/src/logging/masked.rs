//! Keeps people's mail addresses and tokens out of the log, also where another server's words are
//! repeated in it.

use std::borrow::Cow;
use std::io::{self, Write};

/// Stands for what is not shown.
const HIDDEN: &str = "[…]";

/// How a JSON Web Token begins: `{"` in base64. Shorter words that begin so are none.
const TOKEN: &str = "eyJ";
const SHORTEST_TOKEN: usize = 40;

/// Writes lines without what is masked. A line comes in one piece.
pub(super) struct Masked<T>(pub(super) T);

impl<T: Write> Write for Masked<T> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        self.0.write_all(masked(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Of an address only its domain stays, which says whose server is meant.
fn masked(text: &str) -> Cow<'_, str> {
    if !["@", "%40", TOKEN].iter().any(|mark| text.contains(mark)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c| !is_inside(c)) {
        let word = piece.trim_end_matches(|c| !is_inside(c));
        shown.push_str(&masked_word(word));
        shown.push_str(&piece[word.len()..]);
    }
    Cow::Owned(shown)
}

fn masked_word(word: &str) -> Cow<'_, str> {
    if word.len() >= SHORTEST_TOKEN && word.contains(TOKEN) {
        return Cow::Borrowed(HIDDEN);
    }
    for at in ["@", "%40"] {
        match word.rsplit_once(at) {
            Some((who, domain)) if !who.is_empty() && !domain.is_empty() => {
                return Cow::Owned(format!("{HIDDEN}{at}{domain}"));
            }
            _ => {}
        }
    }
    Cow::Borrowed(word)
}

/// Whether an address or a token may go on with it.
fn is_inside(c: char) -> bool {
    c.is_alphanumeric() || "!#$&'*+-/=?^_`{|}~.%@".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_tokens_are_not_shown() {
        let check = |text: &str, expected: &str| {
            let mut out = Vec::new();
            Masked(&mut out).write_all(text.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        };
        check("", "");
        check("ready at 127.0.0.1:5000\n", "ready at 127.0.0.1:5000\n");
        check(
            "refuses anna.muster@b.example: \"<x@y.example> unknown\"\n",
            "refuses […]@b.example: \"<[…]@y.example> unknown\"\n",
        );
        check("to=anna%40b.example&x", "[…]%40b.example&x");
        check("@odata.nextLink, a @ b, @", "@odata.nextLink, a @ b, @");
        check("{\"who\":\"a@b.example\"}", "{\"who\":\"[…]@b.example\"}");
        let token = format!("eyJ{}.eyJ{}.x-y_z", "a".repeat(30), "b".repeat(30));
        check(&format!("Bearer {token}, eyJ"), "Bearer […], eyJ");
        check("é@ü.example", "[…]@ü.example");
    }
}
