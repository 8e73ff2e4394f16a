//! Who asks, and what they may do. A handler takes its caller's authority as an argument:
//! [`Reader`], [`Operator`] or [`Admin`]; one that takes none is open to everybody.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use store::{By, Origin};

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

/// What is known of a request's sender, in the request's extensions.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    Known(Caller),
    /// Neither a session nor a token.
    Nobody,
}

impl Identity {
    pub(crate) fn caller(parts: &Parts) -> Option<&Caller> {
        match parts.extensions.get::<Self>() {
            Some(Self::Known(caller)) => Some(caller),
            _ => None,
        }
    }
}

fn caller(parts: &Parts, needed: Role) -> Result<Caller, Error> {
    let caller = Identity::caller(parts).ok_or_else(|| {
        let detail = "Sign in at /api/v1/auth/login, or send a bearer token.";
        Error::new(Kind::SignInNeeded, detail)
    })?;
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
