//! What one look at a tenant gave: a snapshot, or a gap with its cause.

use std::fmt;

use jiff::Timestamp;

use crate::{Sku, Subscription};

/// What one collection of one tenant saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub taken_at: Timestamp,
    /// In the order of their ids, each id once.
    pub skus: Vec<Sku>,
    /// `None` when this look did not ask for them, or could not (see `remarks`).
    pub subscriptions: Option<Vec<Subscription>>,
    /// What was odd in Microsoft's answer and survivable, as sentences for an operator.
    pub remarks: Vec<String>,
}

/// Why one collection of one tenant saw nothing. It is never "all is well" and never 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub at: Timestamp,
    pub cause: Cause,
    /// What happened, in one sentence.
    pub message: String,
    /// What to do about it, in one sentence.
    pub advice: String,
}

/// One look at a tenant.
pub type Look = Result<Snapshot, Gap>;

/// Kinds of gap, by who can end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The tenant's profile or certificate here cannot be used. The operator ends it.
    Configuration,
    /// Entra refuses the app or its certificate. The operator ends it, in Entra.
    Refused,
    /// Graph refuses the permission. The customer's administrator ends it, by consent.
    Denied,
    /// Microsoft asks us to come back later. Time ends it.
    Throttled,
    /// Microsoft answers with its own failure. Time ends it.
    Unavailable,
    /// No connection. The network's owner ends it.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// An answer that makes no sense.
    Unreadable,
}

impl Cause {
    pub const ALL: [Self; 8] = [
        Self::Configuration,
        Self::Refused,
        Self::Denied,
        Self::Throttled,
        Self::Unavailable,
        Self::Unreachable,
        Self::TimedOut,
        Self::Unreadable,
    ];

    /// The stable word for rows, APIs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Refused => "refused",
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Unreadable => "unreadable",
        }
    }

    /// The inverse of [`Cause::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word)
    }

    /// Whether it lasts until a person acts, so that asking again soon is of no use.
    pub fn needs_a_person(self) -> bool {
        matches!(self, Self::Configuration | Self::Refused | Self::Denied)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_its_own_word() {
        for cause in Cause::ALL {
            assert_eq!(Cause::from_word(cause.as_str()), Some(cause));
        }
        assert_eq!(Cause::from_word("fine"), None);
    }
}
