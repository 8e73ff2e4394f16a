//! What the app shows the provider: an assertion signed with its certificate, or a secret.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Registration;

/// How long an assertion is valid: Microsoft recommends five to ten minutes.
const LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// How far this machine's clock may be ahead of the provider's.
const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(2);

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// By what the provider knows the app.
#[derive(Clone)]
pub enum AppCredential {
    Certificate {
        der: Vec<u8>,
        /// PKCS#1 or PKCS#8, without a password.
        key_pem: Zeroizing<String>,
    },
    Secret(Zeroizing<String>),
}

/// Why an app cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("the key of the app for sign-in cannot be used: it must be an RSA key as PEM")]
    Key,
    #[error("the address {0} must be https and hold no password (http is for this machine only)")]
    Address(String),
    #[error("the HTTP client for sign-in cannot be made: {0}")]
    Client(String),
}

impl fmt::Debug for AppCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate { .. } => "Certificate",
            Self::Secret(_) => "Secret",
        })
    }
}

pub(super) enum Signer {
    Certificate {
        key: EncodingKey,
        /// SHA-256 of the certificate, in base64url.
        thumbprint: String,
    },
    Secret(Zeroizing<String>),
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl Signer {
    pub(super) fn new(registration: &Registration) -> Result<Self, Unusable> {
        let signer = match &registration.credential {
            AppCredential::Certificate { der, key_pem } => Self::Certificate {
                key: EncodingKey::from_rsa_pem(key_pem.as_bytes()).map_err(|_| Unusable::Key)?,
                thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, der)),
            },
            AppCredential::Secret(secret) => Self::Secret(secret.clone()),
        };
        // A key that cannot sign is found here, and not by the first person.
        signer.assertion("", "", Timestamp::UNIX_EPOCH)?;
        Ok(signer)
    }

    /// The fields of a form that say who asks.
    pub(super) fn prove(
        &self,
        client_id: &str,
        audience: &str,
        now: Timestamp,
    ) -> Vec<(&'static str, String)> {
        let assertion = self.assertion(client_id, audience, now);
        match (
            self,
            assertion.expect("the key has signed before, in `new`"),
        ) {
            (Self::Secret(secret), _) => vec![("client_secret", secret.to_string())],
            (Self::Certificate { .. }, assertion) => vec![
                ("client_assertion_type", ASSERTION_TYPE.to_owned()),
                ("client_assertion", assertion),
            ],
        }
    }

    fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        now: Timestamp,
    ) -> Result<String, Unusable> {
        let Self::Certificate { key, thumbprint } = self else {
            return Ok(String::new());
        };
        let header = Header {
            x5t_s256: Some(thumbprint.clone()),
            ..Header::new(Algorithm::PS256)
        };
        let claims = Claims {
            aud: audience,
            iss: client_id,
            sub: client_id,
            jti: Uuid::new_v4(),
            iat: now.as_second(),
            nbf: (now - CLOCK_AHEAD).as_second(),
            exp: (now + LIFETIME).as_second(),
        };
        jsonwebtoken::encode(&header, &claims, key).map_err(|_| Unusable::Key)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}
