//! What people and programs do on purpose, in the words of the audit.

use std::fmt;

use crate::Action;

/// What somebody did: a change, or something that others must be able to ask about later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deed {
    SignedIn,
    /// Somebody proved who they are, or failed to, and was not let in.
    SignInRefused,
    SignedOut,
    TenantCreated,
    /// Its app is known.
    TenantCompleted,
    /// A new certificate was made beside the one in use.
    CertificateStaged,
    CertificateActivated,
    /// The new one is not wanted any more.
    CertificateAbandoned,
    /// Nothing is left of it but that it was erased.
    TenantErased,
    /// Watched or not, told of or not.
    TenantSwitched,
    PolicySet,
    /// A layer of rules says nothing any more.
    PolicyDropped,
    PinSet,
    PinDropped,
    AlertAcknowledged,
    AlertSnoozed,
    AlertReopened,
    AlertResolved,
    DeliveryRetried,
    RefreshOrdered,
    ManualLicenseAdded,
    /// Product names were taken over from Microsoft's table.
    NamesImported,
    Exported,
}

impl Deed {
    pub const ALL: [Self; 23] = [
        Self::SignedIn,
        Self::SignInRefused,
        Self::SignedOut,
        Self::TenantCreated,
        Self::TenantCompleted,
        Self::CertificateStaged,
        Self::CertificateActivated,
        Self::CertificateAbandoned,
        Self::TenantErased,
        Self::TenantSwitched,
        Self::PolicySet,
        Self::PolicyDropped,
        Self::PinSet,
        Self::PinDropped,
        Self::AlertAcknowledged,
        Self::AlertSnoozed,
        Self::AlertReopened,
        Self::AlertResolved,
        Self::DeliveryRetried,
        Self::RefreshOrdered,
        Self::ManualLicenseAdded,
        Self::NamesImported,
        Self::Exported,
    ];

    /// The stable word for rows and APIs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::SignInRefused => "sign-in-refused",
            Self::SignedOut => "signed-out",
            Self::TenantCreated => "tenant-created",
            Self::TenantCompleted => "tenant-completed",
            Self::CertificateStaged => "certificate-staged",
            Self::CertificateActivated => "certificate-activated",
            Self::CertificateAbandoned => "certificate-abandoned",
            Self::TenantErased => "tenant-erased",
            Self::TenantSwitched => "tenant-switched",
            Self::PolicySet => "policy-set",
            Self::PolicyDropped => "policy-dropped",
            Self::PinSet => "pin-set",
            Self::PinDropped => "pin-dropped",
            Self::AlertAcknowledged => "alert-acknowledged",
            Self::AlertSnoozed => "alert-snoozed",
            Self::AlertReopened => "alert-reopened",
            Self::AlertResolved => "alert-resolved",
            Self::DeliveryRetried => "delivery-retried",
            Self::RefreshOrdered => "refresh-ordered",
            Self::ManualLicenseAdded => "manual-license-added",
            Self::NamesImported => "names-imported",
            Self::Exported => "exported",
        }
    }

    /// The inverse of [`Deed::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == word)
    }
}

impl From<Action> for Deed {
    fn from(action: Action) -> Self {
        match action {
            Action::Acknowledge => Self::AlertAcknowledged,
            Action::Snooze(_) => Self::AlertSnoozed,
            Action::Reopen => Self::AlertReopened,
            Action::Resolve => Self::AlertResolved,
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_word_leads_back_and_there_are_no_two_alike() {
        let words: BTreeSet<_> = Deed::ALL.into_iter().map(Deed::as_str).collect();
        assert_eq!(words.len(), Deed::ALL.len());
        for deed in Deed::ALL {
            assert_eq!(Deed::from_word(deed.as_str()), Some(deed));
        }
        assert_eq!(Deed::from_word("nothing"), None);
    }
}
