//! All words of the pages, German and English side by side: the one catalogue.
//!
//! A message is a method, so that none can be missing in a language, none can be asked for that is
//! not there, and one that nobody uses is a compiler's warning (and CI refuses those).

mod auth;
mod frame;
mod judged;
mod licenses;
mod forecast;
mod tenants;
mod onboarding;
mod causes;
mod lists;
mod alerts;
mod renewals;
mod monitoring;
mod deliveries;
mod export;
mod report;
mod audit;

use domain::Language;

/// The words of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words(pub(crate) Language);

/// Writes messages as methods of [`Words`]:
///
/// - `name: "Deutsch", "English";` always says the same;
/// - `name(what): "… {what} …", "… {what} …";` has gaps, filled by whatever can be displayed;
/// - `name[n]: "ein Platz" | "{n} Plätze", "one seat" | "{n} seats";` counts, and writes the number
///   as the language does.
macro_rules! messages {
    ($($name:ident $(($($gap:ident),+))? $([$count:ident])? :
        $german:literal $(| $germans:literal)?, $english:literal $(| $englishes:literal)?;)*) => {
        impl $crate::words::Words {
            $($crate::words::message! {
                $name $(($($gap),+))? $([$count])? :
                $german $(| $germans)?, $english $(| $englishes)?
            })*
        }
    };
}

macro_rules! message {
    ($name:ident : $german:literal, $english:literal) => {
        pub(crate) fn $name(self) -> &'static str {
            match self.0 {
                domain::Language::German => $german,
                domain::Language::English => $english,
            }
        }
    };
    ($name:ident ($($gap:ident),+) : $german:literal, $english:literal) => {
        pub(crate) fn $name(self, $($gap: impl std::fmt::Display),+) -> String {
            match self.0 {
                domain::Language::German => format!($german),
                domain::Language::English => format!($english),
            }
        }
    };
    ($name:ident [$count:ident] :
        $german:literal | $germans:literal, $english:literal | $englishes:literal) => {
        pub(crate) fn $name(self, $count: i64) -> String {
            let one = $count == 1;
            let $count = $crate::format::number($count, self.0);
            match (self.0, one) {
                (domain::Language::German, true) => $german.to_owned(),
                (domain::Language::German, false) => format!($germans),
                (domain::Language::English, true) => $english.to_owned(),
                (domain::Language::English, false) => format!($englishes),
            }
        }
    };
}

pub(crate) use message;
pub(crate) use messages;

#[cfg(test)]
mod tests {
    use super::*;

    messages! {
        plain: "Guten Tag", "Good day";
        with_gaps(first, second): "{first} vor {second}", "{second} after {first}";
        counted[n]: "ein Platz" | "{n} Plätze", "one seat" | "{n} seats";
    }

    #[test]
    fn a_message_says_the_same_in_both_languages() {
        let (german, english) = (Words(Language::German), Words(Language::English));
        assert_eq!((german.plain(), english.plain()), ("Guten Tag", "Good day"));
        assert_eq!(german.with_gaps("A", 2), "A vor 2");
        assert_eq!(english.with_gaps("A", 2), "2 after A");
        assert_eq!(german.counted(1), "ein Platz");
        assert_eq!(german.counted(1234), "1'234 Plätze");
        assert_eq!(english.counted(0), "0 seats");
    }
}
