//! Entra's keys: it signs with the newest one, and publishes the older ones as long as their
//! tokens live.

use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;

use super::access::{Claims, Signer};
use crate::caller::TokenFault;

/// Oldest first, and never without one.
pub(super) struct Keyring(RwLock<Vec<Arc<Signer>>>);

impl Keyring {
    pub(super) fn new(first: Signer) -> Keyring {
        Keyring(RwLock::new(vec![Arc::new(first)]))
    }

    pub(super) fn newest(&self) -> Arc<Signer> {
        self.all().pop().expect("a ring begins with a key")
    }

    pub(super) fn all(&self) -> Vec<Arc<Signer>> {
        // A list is whole after every addition, so a panic elsewhere does not spoil it.
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// From now on another one signs, made with the number of those before it.
    pub(super) fn roll(
        &self,
        make: impl FnOnce(usize) -> anyhow::Result<Signer>,
    ) -> anyhow::Result<()> {
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let made = make(keys.len())?;
        keys.push(Arc::new(made));
        Ok(())
    }

    /// The claims of a token that one of the keys signed, whatever they are.
    pub(super) fn verified(&self, token: &str) -> Result<Value, TokenFault> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenFault::Malformed)?;
        let (_, claims) = signed.split_once('.').ok_or(TokenFault::Malformed)?;
        let decoded = |part: &str| {
            URL_SAFE_NO_PAD
                .decode(part)
                .map_err(|_| TokenFault::Malformed)
        };
        let (claims, signature) = (decoded(claims)?, decoded(signature)?);
        if !self
            .all()
            .iter()
            .any(|key| key.has_signed(signed, &signature))
        {
            return Err(TokenFault::Signature);
        }
        serde_json::from_slice(&claims).map_err(|_| TokenFault::Malformed)
    }

    /// The claims of an access token for Graph or a service like it, whose time has not ended.
    pub(super) fn read(&self, token: &str, now: Timestamp) -> Result<Claims, TokenFault> {
        let claims = self.verified(token)?;
        if claims["exp"]
            .as_i64()
            .is_none_or(|exp| exp <= now.as_second())
        {
            return Err(TokenFault::Expired);
        }
        // Tokens for the company's program and for a sign-in have other claims.
        serde_json::from_value(claims).map_err(|_| TokenFault::Audience)
    }
}
