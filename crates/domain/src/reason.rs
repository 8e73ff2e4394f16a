//! Why something happened to an alert: as a person says it, or by a word of the program's own.

use std::fmt;

/// Why the program itself changes an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// What was found calls for it.
    Numbers,
    /// Another alert says the same already, so that this one is kept and not told.
    Covered,
    /// The concern is gone, or rules keep it from being one.
    Gone,
    /// Nobody watches the tenant any more.
    ProfileRemoved,
    /// The company's flow has set `technician_informed` in SharePoint's licence list.
    TechnicianInformed,
}

impl Reason {
    pub const ALL: [Self; 5] = [
        Self::Numbers,
        Self::Covered,
        Self::Gone,
        Self::ProfileRemoved,
        Self::TechnicianInformed,
    ];

    /// The stable word for rows and APIs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Covered => "covered",
            Self::Gone => "gone",
            Self::ProfileRemoved => "profile-removed",
            Self::TechnicianInformed => "technician-informed",
        }
    }

    /// The inverse of [`Reason::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Numbers => "the numbers say so",
            Self::Covered => "another alert says it already",
            Self::Gone => "the concern is gone, or excluded from alerts",
            Self::ProfileRemoved => "the tenant's profile was removed",
            Self::TechnicianInformed => "technician_informed is set in SharePoint",
        })
    }
}

/// Why something happened. Displayed in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// In a person's own words; empty if they gave none.
    Said(String),
    Reason(Reason),
}

impl From<Reason> for Why {
    fn from(reason: Reason) -> Self {
        Self::Reason(reason)
    }
}

impl From<&str> for Why {
    fn from(said: &str) -> Self {
        Self::Said(said.to_owned())
    }
}

impl From<String> for Why {
    fn from(said: String) -> Self {
        Self::Said(said)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(said) => f.pad(said),
            Self::Reason(reason) => reason.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_word_leads_back_and_every_reason_has_a_sentence_of_its_own() {
        let said: BTreeSet<_> = Reason::ALL.iter().map(Reason::to_string).collect();
        assert_eq!(said.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(Reason::from_word(reason.as_str()), Some(reason));
        }
        assert_eq!(Reason::from_word("the numbers say so"), None);
    }
}
