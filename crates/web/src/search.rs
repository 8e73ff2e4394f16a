//! Names as people look for them and as lists order them: without regard to case or accents.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text in lower case and without accents, so that "Zürich" is found by "zurich", and stands
/// among the Z in a list of names. Two texts that look the same are the same then.
pub(crate) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let plain = text.nfkd().filter(|letter| !is_combining_mark(*letter));
    let lower: String = plain.collect::<String>().to_lowercase();
    lower.replace('ß', "ss")
}

/// Words that all have to be found, wherever; of none everything is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Search(Vec<String>);

impl Search {
    pub(crate) fn of(text: &str) -> Self {
        let words = folded(text);
        Self(words.split_whitespace().map(str::to_owned).collect())
    }

    /// In the form of [`folded`].
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether each word is found.
    pub(crate) fn all(&self, is_found: impl FnMut(&str) -> bool) -> bool {
        self.words().all(is_found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_and_accents_make_no_difference() {
        for (text, expected) in [
            ("A3", "a3"),
            ("Zürich", "zurich"),
            ("Zu\u{308}rich", "zurich"),
            ("GENÈVE", "geneve"),
            ("Straße", "strasse"),
            ("İstanbul", "istanbul"),
            ("Ⅳ ﬁn", "iv fin"),
            ("Οδός", "οδος"),
            ("🎓 中", "🎓 中"),
            ("", ""),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn every_word_has_to_be_found() {
        let search = Search::of("  Büro  365 ");
        assert_eq!(search.words().collect::<Vec<_>>(), ["buro", "365"]);
        let has =
            |texts: &'static [&str]| move |word: &str| texts.iter().any(|it| it.contains(word));
        assert!(search.all(has(&["office 365", "buro"])));
        assert!(!search.all(has(&["office 365"])));
        assert!(Search::of(" \t").is_empty() && Search::default().all(|_| false));
    }

    proptest! {
        #[test]
        fn what_is_folded_stays_as_it_is(text in ".{0,40}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }
    }
}
