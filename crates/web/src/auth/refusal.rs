//! Why somebody is not signed in: a sentence for them, and a problem for programs.

use crate::problem::{Error, Kind};
use crate::words::Words;

use super::begun::NotBegun;
use super::limits::TooMany;
use super::token::Flaw;

/// What went wrong, with the number that Entra gave it (`AADSTS…`) where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// This browser did not begin it, or it came back already.
    NotBegun,
    TooOld,
    /// The person cancelled, or did not consent.
    Declined(Option<u32>),
    /// The provider lets nobody in like this: Conditional Access, no such account, and the like.
    ByProvider(Option<u32>),
    /// The code was used, or came too late.
    Code(Option<u32>),
    /// The provider does not accept our app.
    App(Option<u32>),
    /// The provider was not heard, or made no sense.
    Away,
    Token(Flaw),
    ForeignTenant,
    NoRole,
    TooMany(u32),
}

impl From<NotBegun> for Refusal {
    fn from(why: NotBegun) -> Self {
        match why {
            NotBegun::Unknown => Self::NotBegun,
            NotBegun::TooOld => Self::TooOld,
        }
    }
}

impl From<Flaw> for Refusal {
    fn from(flaw: Flaw) -> Self {
        Self::Token(flaw)
    }
}

impl From<TooMany> for Refusal {
    fn from(TooMany(seconds): TooMany) -> Self {
        Self::TooMany(seconds)
    }
}

impl Refusal {
    /// For the log, the audit and tests.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NotBegun => "not-begun",
            Self::TooOld => "too-old",
            Self::Declined(_) => "declined",
            Self::ByProvider(_) => "by-provider",
            Self::Code(_) => "code",
            Self::App(_) => "app",
            Self::Away => "away",
            Self::Token(flaw) => flaw.as_str(),
            Self::ForeignTenant => "foreign-tenant",
            Self::NoRole => "no-role",
            Self::TooMany(_) => "too-many",
        }
    }

    pub(crate) fn sentence(self, w: Words) -> &'static str {
        match self {
            Self::NotBegun => w.refused_not_begun(),
            Self::TooOld => w.refused_too_old(),
            Self::Declined(_) => w.refused_declined(),
            Self::ByProvider(_) => w.refused_by_provider(),
            Self::Code(_) => w.refused_code(),
            Self::App(_) => w.refused_app(),
            Self::Away => w.refused_away(),
            Self::Token(Flaw::Expired | Flaw::NotYet) => w.refused_times(),
            Self::Token(Flaw::Nonce) => w.refused_nonce(),
            Self::Token(Flaw::Issuer | Flaw::Audience) => w.refused_meant(),
            Self::Token(_) => w.refused_proof(),
            Self::ForeignTenant => w.refused_tenant(),
            Self::NoRole => w.refused_no_role(),
            Self::TooMany(_) => w.refused_too_many(),
        }
    }

    pub(crate) fn aadsts(self) -> Option<u32> {
        match self {
            Self::Declined(code) | Self::ByProvider(code) | Self::Code(code) | Self::App(code) => {
                code
            }
            _ => None,
        }
    }

    /// Whether the audit should have it: nobody can fill that with what costs nothing to send.
    pub(super) fn is_worth_a_note(self) -> bool {
        matches!(
            self,
            Self::ByProvider(_) | Self::Token(_) | Self::ForeignTenant | Self::NoRole
        )
    }

    /// Whether another account may help.
    pub(crate) fn wants_another_account(self) -> bool {
        matches!(
            self,
            Self::ForeignTenant | Self::NoRole | Self::ByProvider(_)
        )
    }

    fn kind(self) -> Kind {
        match self {
            Self::App(_) | Self::Away => Kind::SignInUnavailable,
            Self::TooMany(_) => Kind::TooManyRequests,
            _ => Kind::SignInRefused,
        }
    }

    pub(crate) fn error(self) -> Error {
        let sentence = self.sentence(Words(domain::Language::English));
        let detail = match self.aadsts() {
            Some(code) => format!("{sentence} (AADSTS{code})"),
            None => sentence.to_owned(),
        };
        let error = Error::new(self.kind(), detail).refusing(self);
        match self {
            Self::TooMany(seconds) => error.retry_after(seconds),
            _ => error,
        }
    }
}
