//! The private half of a sealing key: it alone opens what was sealed.

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use jiff::Timestamp;
use rustls_pki_types::{PrivateKeyDer, pem::PemObject as _};
use zeroize::Zeroizing;

use crate::certificate::Certificate;
use crate::manifest::ManifestError;
use crate::new_key;

/// A private key with its certificate. Shown nowhere, and overwritten in memory when dropped.
pub struct SealingKey {
    pub certificate: Certificate,
    /// As it was read: PKCS#1 or PKCS#8, one PEM section.
    pem: Zeroizing<String>,
    pub opener: Opener,
}

/// The part of a private key that opens.
#[derive(Debug)]
pub struct Opener(pub(crate) OaepPrivateDecryptingKey);

impl Opener {
    /// Takes the first private key of a PEM text: PKCS#1, as Sealed Secrets writes it, or PKCS#8.
    ///
    /// # Errors
    /// If there is none, or it is no RSA key.
    pub fn of_pem(text: &[u8]) -> Result<Self, KeyError> {
        let der = PrivateKeyDer::from_pem_slice(text).map_err(|_| KeyError::NoKey)?;
        let key = decrypting_key(&der).ok_or(KeyError::NotRsa)?;
        let opener = OaepPrivateDecryptingKey::new(key).map_err(|_| KeyError::NotRsa)?;
        Ok(Self(opener))
    }
}

/// Why a text is no sealing key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("it holds no private key that can be read (-----BEGIN RSA PRIVATE KEY-----)")]
    NoKey,
    #[error("its private key is no RSA key of 2048 bits or more")]
    NotRsa,
    #[error("it holds no certificate that can be read (-----BEGIN CERTIFICATE-----)")]
    NoCertificate,
    #[error("its certificate belongs to another private key")]
    Strangers,
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error("it holds no sealing key: no Secret of the type kubernetes.io/tls")]
    NoSecret,
}

impl SealingKey {
    /// Makes a new one: RSA of 4096 bits, self-signed, valid for ten years, as the controller
    /// makes its own. Takes seconds.
    pub fn generate(now: Timestamp) -> Self {
        new_key::sealing_key(now, rcgen::RsaKeySize::_4096)
    }

    /// Takes key and certificate as the controller keeps them, two PEM texts. The key may be
    /// PKCS#1, as Sealed Secrets writes it, or PKCS#8.
    ///
    /// # Errors
    /// If one of them cannot be read, or they do not belong together.
    pub fn of_pem(key: &[u8], certificate: &[u8]) -> Result<Self, KeyError> {
        let certificate = Certificate::parse(certificate).map_err(|_| KeyError::NoCertificate)?;
        let der = PrivateKeyDer::from_pem_slice(key).map_err(|_| KeyError::NoKey)?;
        let private = decrypting_key(&der).ok_or(KeyError::NotRsa)?;
        if !certificate.is_of(&private.public_key()) {
            return Err(KeyError::Strangers);
        }
        let opener = OaepPrivateDecryptingKey::new(private).map_err(|_| KeyError::NotRsa)?;
        let opener = Opener(opener);
        let text = str::from_utf8(key).map_err(|_| KeyError::NoKey)?;
        Ok(Self {
            certificate,
            pem: Zeroizing::new(text.to_owned()),
            opener,
        })
    }

    /// The private key itself, for the one who keeps it.
    pub fn expose_pem(&self) -> &str {
        &self.pem
    }
}

/// The library decrypts with PKCS#8 alone.
fn decrypting_key(der: &PrivateKeyDer<'_>) -> Option<PrivateDecryptingKey> {
    match der {
        PrivateKeyDer::Pkcs8(key) => PrivateDecryptingKey::from_pkcs8(key.secret_pkcs8_der()).ok(),
        PrivateKeyDer::Pkcs1(key) => {
            let pair = KeyPair::from_der(key.secret_pkcs1_der()).ok()?;
            let pkcs8: Pkcs8V1Der<'_> = pair.as_der().ok()?;
            PrivateDecryptingKey::from_pkcs8(pkcs8.as_ref()).ok()
        }
        _ => None,
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKey")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pem;
    use crate::specimen::{KEY, OTHER, now};

    fn refused(key: &str, certificate: &str) -> Option<KeyError> {
        SealingKey::of_pem(key.as_bytes(), certificate.as_bytes()).err()
    }

    #[test]
    fn a_key_is_read_in_both_forms_and_only_with_its_certificate() {
        let certificate = KEY.certificate.pem();
        assert_eq!(refused(KEY.expose_pem(), &certificate), None);
        let der = PrivateKeyDer::from_pem_slice(KEY.expose_pem().as_bytes()).unwrap();
        let PrivateKeyDer::Pkcs8(pkcs8) = &der else {
            panic!("we make PKCS#8");
        };
        // RFC 5958: 26 bytes before the key of RFC 8017.
        let pkcs1 = pem::text("RSA PRIVATE KEY", &pkcs8.secret_pkcs8_der()[26..]);
        assert_eq!(refused(&pkcs1, &certificate), None);
        let other = OTHER.certificate.pem();
        assert_eq!(refused(&pkcs1, &other), Some(KeyError::Strangers));
        assert_eq!(refused(&pkcs1, &pkcs1), Some(KeyError::NoCertificate));
        assert_eq!(refused("", &certificate), Some(KeyError::NoKey));
        let elliptic = rcgen::KeyPair::generate().unwrap().serialize_pem();
        assert_eq!(refused(&elliptic, &certificate), Some(KeyError::NotRsa));
    }

    #[test]
    fn debug_shows_the_certificate_alone() {
        let shown = format!("{:?}", *KEY);
        assert!(shown.contains(&KEY.certificate.fingerprint()), "{shown}");
        assert!(!shown.contains("PRIVATE"), "{shown}");
    }

    #[test]
    fn a_new_key_has_the_size_and_the_life_of_the_controllers_own() {
        let made = SealingKey::generate(now());
        assert_eq!(made.opener.0.key_size_bits(), 4096);
        let life = made.certificate.not_after.duration_since(now());
        assert_eq!(life.as_hours() / 24, 3650);
    }
}
