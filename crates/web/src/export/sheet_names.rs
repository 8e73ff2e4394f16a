//! Names of sheets: Excel opens no workbook in which one is too long, odd, or there twice.

use std::collections::HashSet;

/// Excel counts in units of UTF-16.
const LONGEST: usize = 31;

/// Names that are taken, as Excel compares them: without regard to case.
#[derive(Debug, Default)]
pub(super) struct SheetNames(HashSet<String>);

impl SheetNames {
    /// A name that Excel takes, as near to the `wanted` one as can be.
    pub(super) fn make(&mut self, wanted: &str, fallback: &str) -> String {
        let clean = cleaned(wanted);
        let base = if clean.is_empty() { fallback } else { &clean };
        let first = cut(base, LONGEST);
        if self.take(&first) {
            return first;
        }
        let mut numbered = (2_u64..).map(|number| {
            let end = format!(" ({number})");
            format!("{}{end}", cut(base, LONGEST - end.len()))
        });
        let free = numbered.find(|name| self.take(name));
        free.expect("numbers do not end before sheets do")
    }

    fn take(&mut self, name: &str) -> bool {
        // Excel keeps this name for itself.
        let is_free = !name.eq_ignore_ascii_case("history");
        is_free && self.0.insert(name.to_uppercase().to_lowercase())
    }
}

/// Without signs that a sheet's name must not have; apostrophes not at its ends.
fn cleaned(wanted: &str) -> String {
    let allowed = |sign: char| match sign {
        '[' | ']' | ':' | '*' | '?' | '/' | '\\' => ' ',
        sign if sign.is_control() || matches!(sign, '\u{fffe}' | '\u{ffff}') => ' ',
        sign => sign,
    };
    let text: String = wanted.chars().map(allowed).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    trimmed(&words.join(" ")).to_owned()
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|sign: char| sign == '\'' || sign.is_whitespace())
}

/// Up to so many units of UTF-16, without half a character.
fn cut(text: &str, most: usize) -> String {
    let mut length = 0;
    let fits = |sign: &char| {
        length += sign.len_utf16();
        length <= most
    };
    let short: String = text.chars().take_while(fits).collect();
    trimmed(&short).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_cleaned_cut_and_numbered() {
        let mut names = SheetNames::default();
        let mut check = |wanted: &str, expected: &str| {
            assert_eq!(names.make(wanted, "key"), expected, "{wanted:?}");
        };
        check("Alpha School", "Alpha School");
        check("ALPHA school", "ALPHA school (2)");
        check("a/b:c*[d]?\\e", "a b c d e");
        check("''quoted''", "quoted");
        check("'*'", "key");
        check("", "key (2)");
        check("History", "History (2)");
        let long = "The School of a Very Long Name, East";
        check(long, "The School of a Very Long Name,");
        check(
            "The School of a Very Long Name, West",
            "The School of a Very Long N (2)",
        );
        check(&"🎓".repeat(200), &"🎓".repeat(15));
        check(&"🎓".repeat(201), &format!("{} (2)", "🎓".repeat(13)));
    }

    proptest! {
        #[test]
        fn excel_takes_every_name(wanted in proptest::collection::vec(".{0,40}", 0..30)) {
            let mut names = SheetNames::default();
            let mut taken = HashSet::new();
            for name in wanted.iter().map(|name| names.make(name, "key")) {
                prop_assert!(!name.is_empty() && name.encode_utf16().count() <= LONGEST);
                let odd = ['[', ']', ':', '*', '?', '/', '\\'];
                prop_assert!(!name.contains(odd));
                prop_assert!(!name.starts_with('\'') && !name.ends_with('\''));
                prop_assert!(taken.insert(name.to_lowercase()));
            }
        }
    }
}
