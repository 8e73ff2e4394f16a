//! Says what can be wrong, and by what it is recognised: never by a text that may change.

use std::fmt;

/// The kinds of thing that can be wrong with a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Few or no free seats of a product. Subject: its SKU id.
    Stock,
    /// More seats assigned than bought. Subject: the SKU id.
    OverAssignment,
    /// A purchase comes to its date, or is in grace. Subject: the subscription's id.
    Renewal,
    /// A trial comes to its end. Subject: the subscription's id.
    Trial,
    /// The tool's own certificate in the tenant ends. Subject: its thumbprint.
    Certificate,
    /// Numbers are too old or missing. Subject: [`WHOLE_TENANT`], or the id of the SKU of which a
    /// number is missing.
    Staleness,
}

/// The subject of a staleness that concerns all that is known of a tenant.
pub const WHOLE_TENANT: &str = "tenant";

impl Kind {
    pub const ALL: [Self; 6] = [
        Self::Stock,
        Self::OverAssignment,
        Self::Renewal,
        Self::Trial,
        Self::Certificate,
        Self::Staleness,
    ];

    /// The stable word for rows, APIs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::OverAssignment => "over-assignment",
            Self::Renewal => "renewal",
            Self::Trial => "trial",
            Self::Certificate => "certificate",
            Self::Staleness => "staleness",
        }
    }

    /// The inverse of [`Kind::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The identity of a concern within its tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Concern {
    pub kind: Kind,
    /// An id, as [`Kind`] says of which thing. Never empty, never a name.
    pub subject: String,
}

impl Concern {
    pub fn new(kind: Kind, subject: impl Into<String>) -> Self {
        Self {
            kind,
            subject: subject.into(),
        }
    }

    /// Whether it can be judged without numbers of the tenant.
    pub(crate) fn needs_no_numbers(&self) -> bool {
        match self.kind {
            Kind::Certificate => true,
            Kind::Staleness => self.subject == WHOLE_TENANT,
            _ => false,
        }
    }
}

/// How much a concern asks of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know in time.
    Notice,
    /// Somebody should act in the coming days.
    Warning,
    /// Somebody lacks something now, or will very soon.
    Critical,
}

impl Severity {
    pub const ALL: [Self; 3] = [Self::Notice, Self::Warning, Self::Critical];

    /// The stable word for rows, APIs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The inverse of [`Severity::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How far a concern has got, within its kind; a higher one is worse. See [`stage`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stage(pub u8);

/// The stages of each kind.
pub mod stage {
    use super::Stage;

    /// Nothing: what has been told of an alert that nobody was told of.
    pub const NONE: Stage = Stage(0);
    /// Stock: free seats at or under the threshold.
    pub const LOW: Stage = Stage(1);
    /// Stock: no free seat.
    pub const EXHAUSTED: Stage = Stage(2);
    /// Over-assignment and staleness have this one alone.
    pub const ONLY: Stage = Stage(1);
    /// Renewal and trial: the date is near.
    pub const COMING: Stage = Stage(1);
    /// Renewal and trial: over, the seats still work for a while.
    pub const IN_GRACE: Stage = Stage(2);
    /// Certificate: ended.
    pub const EXPIRED: Stage = Stage(5);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.as_str()), Some(kind));
        }
        for severity in Severity::ALL {
            assert_eq!(Severity::from_word(severity.as_str()), Some(severity));
        }
        assert_eq!(Kind::from_word("price"), None);
        assert_eq!(Severity::from_word("mild"), None);
    }
}
