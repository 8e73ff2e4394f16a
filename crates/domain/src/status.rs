//! Microsoft's life-cycle words, kept even when they are new to us.

use std::fmt;

/// `capabilityStatus` of a SKU and `status` of a subscription: Microsoft uses one set for both.
///
/// Source: Microsoft Graph v1.0, `subscribedSku` and `companySubscription`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    Enabled,
    /// In the grace period: over, still usable.
    Warning,
    /// Grace is over: nothing can be assigned any more.
    Suspended,
    Deleted,
    /// Cancelled.
    LockedOut,
    /// A word that this version does not know; shown as Microsoft wrote it.
    Other(String),
    /// Microsoft said nothing.
    Missing,
}

impl Status {
    pub fn from_graph(word: Option<&str>) -> Self {
        match word {
            Some("Enabled") => Self::Enabled,
            Some("Warning") => Self::Warning,
            Some("Suspended") => Self::Suspended,
            Some("Deleted") => Self::Deleted,
            Some("LockedOut") => Self::LockedOut,
            Some(other) => Self::Other(other.to_owned()),
            None => Self::Missing,
        }
    }

    /// Microsoft's word, `None` where there was none. The inverse of [`Status::from_graph`].
    pub fn as_graph(&self) -> Option<&str> {
        match self {
            Self::Enabled => Some("Enabled"),
            Self::Warning => Some("Warning"),
            Self::Suspended => Some("Suspended"),
            Self::Deleted => Some("Deleted"),
            Self::LockedOut => Some("LockedOut"),
            Self::Other(word) => Some(word),
            Self::Missing => None,
        }
    }

    /// Whether seats of this status can be used now. A word that is new to us counts: silence
    /// about it would be worse.
    pub fn is_usable(&self) -> bool {
        !matches!(self, Self::Suspended | Self::Deleted | Self::LockedOut)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_graph().unwrap_or("unknown"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_survives_the_way_in_and_out() {
        for word in [
            "Enabled",
            "Warning",
            "Suspended",
            "Deleted",
            "LockedOut",
            "Foo",
            "",
        ] {
            assert_eq!(Status::from_graph(Some(word)).as_graph(), Some(word));
        }
        assert_eq!(Status::from_graph(None).as_graph(), None);
        assert_eq!(Status::from_graph(Some("Foo")).to_string(), "Foo");
        assert_eq!(Status::from_graph(None).to_string(), "unknown");
    }
}
