//! A file as text, whatever it was written in, with what all searches need of it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

pub(super) struct Text {
    /// The folder's name and the file's, with `/` between, in lower case.
    pub(super) place: String,
    /// In lower case.
    pub(super) name: String,
    /// The part after the last dot of the name, in lower case.
    pub(super) ending: String,
    pub(super) text: String,
    /// The text without white space, so that a line's end hides nothing.
    pub(super) squeezed: String,
    /// Where in `squeezed` each line begins.
    begins: Vec<usize>,
}

impl Text {
    pub(super) fn of(path: &str, bytes: &[u8]) -> Self {
        let small = path.to_lowercase().replace('\\', "/");
        let place = match small.rmatch_indices('/').nth(1) {
            Some((at, _)) => small[at + 1..].to_owned(),
            None => small,
        };
        let name = place.rsplit('/').next().unwrap_or(&place).to_owned();
        let ending = name
            .rsplit_once('.')
            .map_or("", |(_, ending)| ending)
            .to_owned();
        let text = decoded(bytes);
        let mut squeezed = String::with_capacity(text.len());
        let mut begins = Vec::new();
        for line in text.lines() {
            begins.push(squeezed.len());
            squeezed.extend(line.chars().filter(|c| !c.is_whitespace()));
        }
        Self {
            place,
            name,
            ending,
            text,
            squeezed,
            begins,
        }
    }

    /// Line numbers from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// The lines on which `found` says that there is something.
    pub(super) fn lines_where(&self, found: impl Fn(&str) -> bool) -> Vec<usize> {
        let lines = self.lines().filter(|(_, line)| found(line));
        lines.map(|(number, _)| number).collect()
    }

    /// The line of a place in the squeezed text.
    pub(super) fn line_of(&self, at: usize) -> usize {
        self.begins.partition_point(|begin| *begin <= at).max(1)
    }

    /// The lines where base64 of a text that holds `needle` stands, however it is broken.
    pub(super) fn lines_coding(&self, needle: &[u8]) -> Vec<usize> {
        let coded = coded(needle);
        let found = coded
            .iter()
            .flat_map(|coded| self.squeezed.match_indices(coded.as_str()));
        found.map(|(at, _)| self.line_of(at)).collect()
    }
}

/// Windows' tools write UTF-16.
fn decoded(bytes: &[u8]) -> String {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, _) = rest.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// What always stands in base64 of a text that holds `needle`, for each of the three places where
/// it may begin.
fn coded(needle: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|before| {
        let padded = [vec![0; before], needle.to_vec()].concat();
        let text = BASE64_STANDARD.encode(&padded);
        // Six bits a letter: the first ones and the last one depend on what stands around.
        let first = (before * 8).div_ceil(6);
        let last = padded.len() * 8 / 6;
        text[first..last].to_owned()
    })
}

/// The longest piece of `text` from its beginning of which `letter` takes every character.
pub(super) fn run(text: &str, letter: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c: char| !letter(c)).unwrap_or(text.len());
    &text[..end]
}

pub(super) fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+/=".contains(c)
}

/// A value that says "put yours here", or leads to one that stands elsewhere.
pub(super) fn is_placeholder(value: &str) -> bool {
    const WORDS: [&str; 6] = ["null", "none", "true", "false", "password", "secret"];
    let value = value.trim();
    let first = value.chars().next();
    let elsewhere = first.is_none_or(|c| "$<{[%(…*&|>!~#`\\".contains(c));
    let shapeless = value.chars().all(|c| Some(c) == first || ".…*".contains(c));
    let is_word = WORDS.iter().any(|word| value.eq_ignore_ascii_case(word));
    elsewhere || shapeless || is_word || value.contains("${") || value.contains('…')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_read_in_whatever_windows_wrote_it() {
        let units: Vec<u8> = "a\nb".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let text = Text::of("Notes.TXT", &[vec![0xff, 0xfe], units].concat());
        assert_eq!((text.text.as_str(), text.ending.as_str()), ("a\nb", "txt"));
        assert_eq!(Text::of("x/.env", b"").ending, "env");
        assert_eq!(Text::of("Makefile", b"").ending, "");
        assert_eq!(Text::of("a/B/c.d", b"").place, "b/c.d");
        assert_eq!(Text::of("b\\C", b"").place, "b/c");
    }

    #[test]
    fn placeholders_are_told_from_values() {
        let check = |value, expected| assert_eq!(is_placeholder(value), expected, "{value}");
        for value in [
            "",
            "$KEY",
            "<key>",
            "…",
            "...",
            "xxxx",
            "${{ secrets.A }}",
            "null",
            "*",
        ] {
            check(value, true);
        }
        for value in ["hush", "changeme", "a$b", "1234"] {
            check(value, false);
        }
    }

    proptest! {
        #[test]
        fn base64_hides_nothing(before: Vec<u8>, after: Vec<u8>, width in 20usize..80) {
            let hidden = [before, b"a needle".to_vec(), after].concat();
            let text = BASE64_STANDARD.encode(hidden);
            let lines: Vec<&str> = text.as_bytes().chunks(width)
                .map(|line| str::from_utf8(line).unwrap()).collect();
            let text = Text::of("a", lines.join("\n  ").as_bytes());
            prop_assert!(!text.lines_coding(b"a needle").is_empty());
        }
    }
}
