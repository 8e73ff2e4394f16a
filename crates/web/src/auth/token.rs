//! Finds out whether a token is sound: made by the provider, for us, for now.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use super::person::Claims;

/// How far the provider's clock may be from ours, in seconds.
const LEEWAY: i64 = 60;

/// No token lives longer than a day, so one that claims to is none of the provider's.
const LONGEST: SignedDuration = SignedDuration::from_hours(25);

/// Entra's tokens have less than 8 KiB, unless somebody is in hundreds of groups.
const MOST_BYTES: usize = 32 * 1024;

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Unreadable,
    Algorithm,
    /// Signed with a key that the provider does not publish.
    Key,
    Signature,
    Issuer,
    Audience,
    Expired,
    NotYet,
    Nonce,
    /// It is a proof of a sign-in, not a token for calling us.
    Purpose,
}

impl Flaw {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Algorithm => "algorithm",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expired => "expired",
            Self::NotYet => "not-yet",
            Self::Nonce => "nonce",
            Self::Purpose => "purpose",
        }
    }

    /// For programs that sent a token.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Unreadable => "The token cannot be read.",
            Self::Algorithm => "The token is not signed with RS256 or PS256.",
            Self::Key => "The token is signed with a key that its issuer does not publish.",
            Self::Signature => "The token's signature is wrong.",
            Self::Issuer => "The token comes from another issuer.",
            Self::Audience => "The token is meant for another service.",
            Self::Expired => "The token has expired.",
            Self::NotYet => "The token is not valid yet.",
            Self::Nonce => "The token belongs to another sign-in.",
            Self::Purpose => "The token is an id_token; send an access token.",
        }
    }
}

/// The keys that the provider publishes.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Keys {
    keys: Vec<PublicKey>,
}

#[derive(Debug, Deserialize)]
struct PublicKey {
    kid: Option<String>,
    kty: String,
    r#use: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// A token whose signature nobody has looked at yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unproven<'a> {
    token: &'a str,
    algorithm: Algorithm,
    pub(super) kid: String,
}

impl<'a> Unproven<'a> {
    /// The algorithm comes from an allow-list, never from what a token wishes.
    pub(super) fn read(token: &'a str) -> Result<Self, Flaw> {
        if token.len() > MOST_BYTES {
            return Err(Flaw::Unreadable);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::Json(_) => Flaw::Algorithm,
            _ => Flaw::Unreadable,
        })?;
        if header.crit.is_some() {
            return Err(Flaw::Unreadable);
        }
        let allowed = [Algorithm::RS256, Algorithm::PS256];
        if !allowed.contains(&header.alg) {
            return Err(Flaw::Algorithm);
        }
        Ok(Self {
            token,
            algorithm: header.alg,
            kid: header.kid.ok_or(Flaw::Key)?,
        })
    }

    /// What it says, if one of the keys has signed it.
    pub(super) fn prove(&self, keys: &Keys) -> Result<Claims, Flaw> {
        let key = keys.find(&self.kid, self.algorithm).ok_or(Flaw::Key)?;
        let mut validation = Validation::new(self.algorithm);
        // Times and audience are looked at by our own clock, and told apart.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let proven = jsonwebtoken::decode::<Claims>(self.token, &key, &validation);
        proven
            .map(|token| token.claims)
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::InvalidSignature => Flaw::Signature,
                _ => Flaw::Unreadable,
            })
    }
}

impl Keys {
    pub(super) fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid.as_deref() == Some(kid))
    }

    fn find(&self, kid: &str, algorithm: Algorithm) -> Option<DecodingKey> {
        let algorithm = format!("{algorithm:?}");
        let fits = |key: &&PublicKey| {
            key.kid.as_deref() == Some(kid)
                && key.kty == "RSA"
                && key.r#use.as_deref().is_none_or(|it| it == "sig")
                && key.alg.as_deref().is_none_or(|it| it == algorithm)
        };
        let key = self.keys.iter().find(fits)?;
        DecodingKey::from_rsa_components(key.n.as_deref()?, key.e.as_deref()?).ok()
    }
}

/// Whether the claims are valid now.
pub(super) fn in_time(claims: &Claims, now: Timestamp) -> Result<(), Flaw> {
    let now = now.as_second();
    if claims.exp.saturating_add(LEEWAY) <= now {
        return Err(Flaw::Expired);
    }
    let begins = claims.nbf.unwrap_or(claims.iat).max(claims.iat);
    if begins.saturating_sub(LEEWAY) > now {
        return Err(Flaw::NotYet);
    }
    if claims.exp.saturating_sub(claims.iat) > LONGEST.as_secs() {
        return Err(Flaw::Expired);
    }
    Ok(())
}
