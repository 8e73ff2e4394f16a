//! The public half of a sealing key: what it seals with, and until when it may.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rsa::{OaepPublicEncryptingKey, PublicEncryptingKey};
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::pem;

/// A sealing certificate as it was read, whether or not it may still be used.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    /// `SubjectPublicKeyInfo`.
    public: Vec<u8>,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

/// Why nothing can be sealed with a certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("it holds no certificate that can be read (-----BEGIN CERTIFICATE-----)")]
    Unreadable,
    #[error("its key is no RSA key of 2048 bits or more, and Sealed Secrets takes no other")]
    NotRsa,
    #[error("it ended on {}", .0.strftime("%Y-%m-%d"))]
    Expired(Timestamp),
    #[error("it begins on {} only", .0.strftime("%Y-%m-%d"))]
    TooEarly(Timestamp),
}

impl Certificate {
    /// Reads the first certificate of a PEM text.
    ///
    /// # Errors
    /// If there is none, or it is damaged.
    pub fn parse(text: &[u8]) -> Result<Self, CertificateError> {
        let der = CertificateDer::from_pem_slice(text).map_err(|_| CertificateError::Unreadable)?;
        Self::of_der(der.as_ref()).ok_or(CertificateError::Unreadable)
    }

    pub(crate) fn of_der(der: &[u8]) -> Option<Self> {
        let (rest, read) = X509Certificate::from_der(der).ok()?;
        let validity = read.validity();
        let not_before = Timestamp::from_second(validity.not_before.timestamp()).ok()?;
        let not_after = Timestamp::from_second(validity.not_after.timestamp()).ok()?;
        rest.is_empty().then(|| Self {
            der: der.to_vec(),
            public: read.public_key().raw.to_vec(),
            not_before,
            not_after,
        })
    }

    /// The certificate as PEM: public, so it may stand in Git.
    pub fn pem(&self) -> String {
        pem::text("CERTIFICATE", &self.der).to_string()
    }

    /// SHA-256 of the certificate, in hexadecimal: what tells two of them apart.
    pub fn fingerprint(&self) -> String {
        let bytes = digest(&SHA256, &self.der);
        bytes
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Whether this is the public half of the key whose `SubjectPublicKeyInfo` is given.
    pub(crate) fn is_of(&self, public: &PublicEncryptingKey) -> bool {
        let der: Result<PublicKeyX509Der<'_>, _> = public.as_der();
        der.is_ok_and(|der| der.as_ref() == self.public)
    }

    /// Makes ready to seal.
    ///
    /// # Errors
    /// If it has ended or not begun, as the controller's own client refuses it; or if its key is
    /// no RSA key.
    pub fn sealer(&self, now: Timestamp) -> Result<Sealer, CertificateError> {
        if now > self.not_after {
            return Err(CertificateError::Expired(self.not_after));
        }
        if now < self.not_before {
            return Err(CertificateError::TooEarly(self.not_before));
        }
        let key = PublicEncryptingKey::from_der(&self.public);
        let key = key.map_err(|_| CertificateError::NotRsa)?;
        let key = OaepPublicEncryptingKey::new(key).map_err(|_| CertificateError::NotRsa)?;
        let fingerprint = self.fingerprint();
        Ok(Sealer { key, fingerprint })
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("fingerprint", &self.fingerprint())
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

/// A certificate that was in force when it was asked for: the only thing that seals.
#[derive(Debug)]
pub struct Sealer {
    pub(crate) key: OaepPublicEncryptingKey,
    /// Of the certificate: what was sealed with another one is sealed anew.
    pub fingerprint: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::specimen::{KEY, now};
    use jiff::SignedDuration;

    #[test]
    fn a_certificate_seals_from_its_first_to_its_last_second_only() {
        let certificate = &KEY.certificate;
        let check = |at: Timestamp, expected: Option<CertificateError>| {
            assert_eq!(certificate.sealer(at).err(), expected);
        };
        let (first, last) = (certificate.not_before, certificate.not_after);
        let second = SignedDuration::from_secs(1);
        check(first, None);
        check(now(), None);
        check(last, None);
        check(first - second, Some(CertificateError::TooEarly(first)));
        check(last + second, Some(CertificateError::Expired(last)));
    }

    #[test]
    fn a_certificate_is_read_back_from_its_pem_and_nothing_else_is() {
        let text = KEY.certificate.pem();
        let read = Certificate::parse(text.as_bytes()).unwrap();
        assert_eq!(read, KEY.certificate);
        assert_eq!(read.fingerprint().len(), 64);
        for damaged in [&text[..200], "", "-----BEGIN CERTIFICATE-----\nAQ==\n"] {
            let refused = Certificate::parse(damaged.as_bytes());
            assert_eq!(refused, Err(CertificateError::Unreadable));
        }
    }

    #[test]
    fn a_certificate_of_another_kind_of_key_seals_nothing() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::default();
        let made = params.self_signed(&pair).unwrap();
        let read = Certificate::of_der(made.der()).unwrap();
        let refused = read.sealer(now()).err();
        assert_eq!(refused, Some(CertificateError::NotRsa));
    }
}
