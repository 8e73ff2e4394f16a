//! Makes one usable certificate of a PEM file: the one that belongs to the private key in it.

use std::fmt;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use jiff::Timestamp;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::finding::{Finding, excerpt};
use crate::key::{self, Key};
use crate::new_certificate::public_text;
use crate::pem::{self, Section};
use crate::secret::SecretText;
use crate::thumbprint::hex;

/// The most bytes of a certificate file: a key and a chain have less than 16 KiB.
pub(crate) const LIMIT: usize = 256 * 1024;

const BOTH: &str = "put the private key and its certificate into the file, one after the other: \
                    `cat key.pem cert.pem`";

/// A certificate and its private key.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    pub der: Vec<u8>,
    /// PKCS#1 or PKCS#8, without a password, and nothing else.
    pub key_pem: SecretText,
    /// As openssl writes it: `CN=licensetool`.
    pub subject: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// Hexadecimal, upper case, as Entra's portal shows it.
    pub thumbprint_sha1: String,
    /// Hexadecimal, upper case.
    pub thumbprint_sha256: String,
}

impl Certificate {
    /// The certificate alone, without its key, as it is uploaded: PEM.
    pub fn public_pem(&self) -> String {
        public_text(&self.der)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject)
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .field("thumbprint_sha1", &self.thumbprint_sha1)
            .finish_non_exhaustive()
    }
}

/// Reads the content of a certificate file; never panics.
///
/// Key and certificate may stand in any order and among other text. Of a chain, the certificate
/// that belongs to the key is taken; of several such pairs the one that ends last.
///
/// # Errors
/// Everything that is wrong, if there is no such pair.
pub fn parse_pem(bytes: &[u8]) -> Result<Certificate, Vec<Finding>> {
    let text = as_text(bytes).map_err(|finding| vec![finding])?;
    let sections = pem::sections(text);
    let (keys, mut wrong) = keys(&sections);
    let certificates: Vec<_> = sections.iter().filter_map(read_certificate).collect();
    let pairs = keys.iter().flat_map(|key| {
        let readable = certificates.iter().flatten();
        readable
            .filter(|found| found.public == key.public)
            .map(move |found| (found, key))
    });
    if let Some((found, key)) = pairs.max_by_key(|(found, _)| found.not_after) {
        return Ok(found.with(key));
    }
    if sections.is_empty() {
        wrong.push(Finding::error("holds no PEM section (-----BEGIN …)", BOTH));
    } else if keys.is_empty() && wrong.is_empty() {
        wrong.push(Finding::error("holds no private key", BOTH));
    } else if certificates.is_empty() {
        wrong.push(Finding::error("holds no certificate", BOTH));
    }
    wrong.extend(
        certificates
            .iter()
            .filter_map(|found| found.as_ref().err().cloned()),
    );
    if wrong.is_empty() {
        wrong.push(strangers(certificates.iter().flatten()));
    }
    Err(wrong)
}

fn keys(sections: &[Section]) -> (Vec<Key>, Vec<Finding>) {
    let (mut keys, mut wrong) = (Vec::new(), Vec::new());
    for read in sections.iter().filter_map(key::read) {
        match read {
            Ok(key) => keys.push(key),
            Err(finding) => wrong.push(finding),
        }
    }
    (keys, wrong)
}

/// Key and certificates are sound, and do not belong together.
fn strangers<'a>(certificates: impl Iterator<Item = &'a Readable<'a>>) -> Finding {
    let named: Vec<String> = certificates
        .take(3)
        .map(|found| format!("{} (SHA-1 {})", found.subject, sha1(found.der)))
        .collect();
    let message = format!(
        "the private key does not belong to the certificate {}",
        named.join(" or ")
    );
    Finding::error(message, "store the two that were made together")
}

fn as_text(bytes: &[u8]) -> Result<&str, Finding> {
    if bytes.len() > LIMIT {
        let message = format!(
            "is larger than {} KiB, so it is no certificate",
            LIMIT / 1024
        );
        return Err(Finding::error(message, "put the right file in its place"));
    }
    // DER, and so PKCS#12 (.pfx), begins with a SEQUENCE whose length takes one or two bytes.
    if bytes.starts_with(&[0x30, 0x82]) || bytes.starts_with(&[0x30, 0x80]) {
        let advice = "write it as PEM: `openssl pkcs12 -in <file> -nodes -out <file>.pem` for \
                      .pfx and .p12, `openssl x509 -inform DER -in <file>` for .cer";
        return Err(Finding::error(
            "is binary (DER or PKCS#12), not PEM",
            advice,
        ));
    }
    str::from_utf8(bytes)
        .map(|text| text.trim_start_matches('\u{feff}'))
        .map_err(|_| Finding::error("is no text file", "save it as PEM in UTF-8 or ASCII"))
}

/// What a sound certificate says of itself.
struct Readable<'a> {
    der: &'a [u8],
    public: Vec<u8>,
    subject: String,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Readable<'_> {
    fn with(&self, key: &Key) -> Certificate {
        Certificate {
            der: self.der.to_vec(),
            key_pem: key.pem.clone(),
            subject: self.subject.clone(),
            not_before: self.not_before,
            not_after: self.not_after,
            thumbprint_sha1: sha1(self.der),
            thumbprint_sha256: hex(digest(&SHA256, self.der).as_ref()),
        }
    }
}

/// `None` if the section is no certificate.
fn read_certificate(section: &Section) -> Option<Result<Readable<'_>, Finding>> {
    if !matches!(section.label.as_str(), "CERTIFICATE" | "X509 CERTIFICATE") {
        return None;
    }
    let read = section.der.as_ref().and_then(|der| readable(der));
    Some(read.ok_or_else(|| {
        Finding::error(
            "a certificate in it is damaged",
            "copy the file again, from the line BEGIN to the line END",
        )
    }))
}

fn readable(der: &[u8]) -> Option<Readable<'_>> {
    let (rest, certificate) = X509Certificate::from_der(der).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let moment = |time: &x509_parser::time::ASN1Time| Timestamp::from_second(time.timestamp());
    Some(Readable {
        der,
        public: certificate.public_key().subject_public_key.data.to_vec(),
        subject: subject(&certificate),
        not_before: moment(&certificate.validity().not_before).ok()?,
        not_after: moment(&certificate.validity().not_after).ok()?,
    })
}

fn subject(certificate: &X509Certificate<'_>) -> String {
    let text = certificate.subject().to_string();
    if text.is_empty() {
        return "without a subject".to_owned();
    }
    excerpt(&text).trim_matches('"').to_owned()
}

fn sha1(der: &[u8]) -> String {
    hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref())
}

#[cfg(test)]
mod tests;
