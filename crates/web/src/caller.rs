//! Who asks, and what they may do. A handler takes its caller's authority as an argument:
//! [`Reader`], [`Operator`] or [`Admin`]; one that takes none is open to everybody.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use store::{By, Origin};

use crate::auth::refusal::Refusal;
use crate::problem::{Error, Kind};

/// What somebody may do; each may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sees everything but the audit log.
    Reader,
    /// Acknowledges, switches, sets rules, asks for looks.
    Operator,
    /// Adds tenants and reads the audit log.
    Admin,
}

impl Role {
    /// As Entra's app roles and the API's description write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// Whatever the case of its letters.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        let all = [Self::Reader, Self::Operator, Self::Admin];
        all.into_iter()
            .find(|role| role.as_str().eq_ignore_ascii_case(word))
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// For histories and the audit log.
    pub(crate) who: String,
    pub(crate) role: Role,
    /// The address the request came from, if it is known.
    pub(crate) from: Option<IpAddr>,
    /// Whether somebody signed in, or everybody on this machine is let in.
    pub(crate) signed_in: bool,
}

impl Caller {
    /// For the audit of what they do.
    pub(crate) fn by(&self) -> By<'_> {
        By {
            who: &self.who,
            from: self.from.map(Origin::Address),
        }
    }
}

/// Where a request's sender is left as soon as they are known, for whoever has to tell that the
/// request failed. In the request's extensions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen(pub(crate) Arc<OnceLock<Caller>>);

/// What is known of a request's sender, in the request's extensions.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    Known(Caller),
    /// Neither a session nor a token.
    Nobody,
    /// A sound token without a role of ours.
    WithoutRole(String),
    /// A token that is none.
    BadToken(Refusal),
    /// Nobody can say now whether a token or a session is good: the provider or the store is away.
    Unproven(Error),
}

impl Identity {
    /// Puts it where handlers find it.
    pub(crate) fn put(self, extensions: &mut Extensions) {
        if let (Self::Known(caller), Some(Seen(seen))) = (&self, extensions.get()) {
            seen.get_or_init(|| caller.clone());
        }
        extensions.insert(self);
    }

    pub(crate) fn caller(parts: &Parts) -> Option<&Caller> {
        match parts.extensions.get::<Self>() {
            Some(Self::Known(caller)) => Some(caller),
            _ => None,
        }
    }
}

impl Identity {
    /// Why somebody who is not known may not do what takes this role.
    fn refused(&self, needed: Role) -> Error {
        match self {
            Self::Known(_) | Self::Nobody => {
                let detail = "Sign in at /api/v1/auth/login, or send a bearer token.";
                Error::new(Kind::SignInNeeded, detail)
            }
            Self::WithoutRole(who) => {
                let needed = needed.as_str();
                let detail = format!("It takes the role {needed}, and \"{who}\" has none.");
                Error::new(Kind::RoleMissing, detail)
            }
            Self::BadToken(Refusal::Token(flaw)) => Error::new(Kind::InvalidToken, flaw.sentence()),
            Self::BadToken(Refusal::ForeignTenant) => {
                let detail = "The token comes from a tenant that is not allowed here.";
                Error::new(Kind::InvalidToken, detail)
            }
            Self::BadToken(refusal) => refusal.error(),
            Self::Unproven(error) => error.clone(),
        }
    }
}

fn caller(parts: &Parts, needed: Role) -> Result<Caller, Error> {
    let caller = match parts.extensions.get::<Identity>() {
        Some(Identity::Known(caller)) => caller,
        Some(other) => return Err(other.refused(needed)),
        None => return Err(Identity::Nobody.refused(needed)),
    };
    if caller.role >= needed {
        return Ok(caller.clone());
    }
    let (has, needed) = (caller.role.as_str(), needed.as_str());
    let detail = format!(
        "It takes the role {needed}, and \"{}\" has the role {has}.",
        caller.who
    );
    Err(Error::new(Kind::RoleMissing, detail))
}

macro_rules! authority {
    ($($(#[$about:meta])* $role:ident)*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug)]
        pub(crate) struct $role(pub(crate) Caller);

        impl<S: Send + Sync> FromRequestParts<S> for $role {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
                caller(parts, Role::$role).map(Self)
            }
        }
    )*};
}

authority! {
    /// Somebody who may read.
    Reader
    /// Somebody who may change what is watched and told.
    Operator
    /// Somebody who may add tenants, and see who did what.
    Admin
}
