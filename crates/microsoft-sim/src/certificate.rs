//! Certificates as Entra knows them: without their key, and named by their thumbprints.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION;
use x509_parser::time::ASN1Time;

/// A certificate that is registered with an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    pub(crate) subject: String,
    /// As Entra's portal shows it: SHA-1, hexadecimal, upper case.
    pub(crate) thumbprint: String,
    /// The header `x5t` of an assertion, and the `kid` of Entra's own keys.
    pub(crate) x5t: String,
    /// The header `x5t#S256` of an assertion.
    pub(crate) x5t_s256: String,
    /// DER of the RSA public key alone, as verification takes it.
    pub(crate) public: Vec<u8>,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

impl Certificate {
    pub(crate) fn read(der: &[u8]) -> Result<Certificate, String> {
        let (_, read) = x509_parser::parse_x509_certificate(der)
            .map_err(|_| "this is no certificate: choose the .crt or .pem of one")?;
        let key = read.public_key();
        if key.algorithm.algorithm != OID_PKCS1_RSAENCRYPTION {
            return Err("its key is not RSA, and Entra takes no other: make one with RSA".into());
        }
        let sha1 = digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, der);
        Ok(Certificate {
            subject: read.subject().to_string(),
            thumbprint: upper_hex(sha1.as_ref()),
            x5t: URL_SAFE_NO_PAD.encode(sha1),
            x5t_s256: URL_SAFE_NO_PAD.encode(digest::digest(&SHA256, der)),
            public: key.subject_public_key.data.to_vec(),
            not_before: instant(read.validity().not_before),
            not_after: instant(read.validity().not_after),
        })
    }

    /// From a file that somebody uploads: PEM, DER, or the base64 of it. `now` is the world's.
    pub(crate) fn uploaded(file: &[u8], now: Timestamp) -> Result<Certificate, String> {
        let certificate = Certificate::read(&der(file)?)?;
        if certificate.not_after <= now {
            let ended = certificate.not_after;
            return Err(format!(
                "it ended at {ended}: upload one that is still valid"
            ));
        }
        Ok(certificate)
    }
}

fn der(file: &[u8]) -> Result<Vec<u8>, String> {
    let Ok(text) = str::from_utf8(file) else {
        return Ok(file.to_vec());
    };
    if text.contains("PRIVATE KEY-----") {
        return Err(
            "this file holds a private key, which nobody else may see: upload the \
                    certificate alone"
                .into(),
        );
    }
    if !text.contains("-----BEGIN") {
        let base64: String = text.split_whitespace().collect();
        return Ok(STANDARD.decode(base64).unwrap_or_default());
    }
    let found = CertificateDer::pem_slice_iter(file).collect::<Result<Vec<_>, _>>();
    match found.as_deref() {
        Ok([one]) => Ok(one.to_vec()),
        Ok([]) | Err(_) => Err("this is no certificate: choose the .crt or .pem of one".into()),
        Ok(many) => Err(format!(
            "{} certificates in one file: upload one",
            many.len()
        )),
    }
}

fn instant(time: ASN1Time) -> Timestamp {
    Timestamp::from_second(time.timestamp()).unwrap_or(Timestamp::MAX)
}

pub(crate) fn upper_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::keys::{Credential, Place, rsa_key};

    fn day(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn made() -> Credential {
        let (from, until) = (day("2026-08-10T00:00:00Z"), day("2027-08-10T00:00:00Z"));
        let key = rsa_key(Place::Entra(0), 2048).unwrap();
        Credential::generate("school", &key, from, until).unwrap()
    }

    #[test]
    fn a_certificate_is_found_by_its_thumbprints() {
        let read = Certificate::read(&made().certificate_der).unwrap();
        assert_eq!(read.thumbprint.len(), 40);
        let x5t = URL_SAFE_NO_PAD.decode(&read.x5t).unwrap();
        assert_eq!(upper_hex(&x5t), read.thumbprint);
        assert_eq!(URL_SAFE_NO_PAD.decode(read.x5t_s256).unwrap().len(), 32);
    }

    #[test]
    fn a_certificate_is_taken_in_each_form_in_which_people_have_it() {
        let (made, now) = (made(), day("2026-09-01T00:00:00Z"));
        let base64 = STANDARD.encode(&made.certificate_der);
        let windows = made.certificate_pem.replace('\n', "\r\n");
        let forms = [
            made.certificate_der.clone(),
            made.certificate_pem.clone().into_bytes(),
            windows.into_bytes(),
            base64.into_bytes(),
        ];
        for form in forms {
            assert_eq!(
                Certificate::uploaded(&form, now).unwrap(),
                *made.certificate
            );
        }
    }

    #[test]
    fn what_entra_does_not_take_is_refused_with_the_reason() {
        let (made, now) = (made(), day("2026-09-01T00:00:00Z"));
        let check = |file: &str, at: Timestamp, word: &str| {
            let refusal = Certificate::uploaded(file.as_bytes(), at).unwrap_err();
            assert!(refusal.contains(word), "{refusal}");
        };
        let pem = &made.certificate_pem;
        let late = made.certificate.not_after + SignedDuration::from_secs(1);
        check(&made.pem(), now, "private key");
        check(&format!("{pem}{pem}"), now, "2 certificates");
        check(pem, late, "ended at 2027-08-10");
        check("", now, "no certificate");
        check("hello", now, "no certificate");
        check(&pem[..pem.len() / 2], now, "no certificate");
        let key = KeyPair::generate().unwrap();
        let elliptic = CertificateParams::default().self_signed(&key).unwrap();
        check(&elliptic.pem(), now, "not RSA");
    }
}
