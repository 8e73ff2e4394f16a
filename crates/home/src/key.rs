//! Reads a private key, and says why one cannot be used: Entra takes RSA keys, and we no password.

use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use x509_parser::asn1_rs::{Any, FromDer as _, Integer, Oid, Sequence};
use zeroize::Zeroizing;

use crate::finding::Finding;
use crate::pem::{self, Section};
use crate::secret::SecretText;

/// Shorter keys are not safe, and neither Entra nor the cryptography library takes them.
const LEAST_BITS: usize = 2048;

const PKCS1: &str = "RSA PRIVATE KEY";
const PKCS8: &str = "PRIVATE KEY";

const NEW_KEY: &str = "make an RSA key of 2048 bits or more and a certificate for it, and upload \
                       that to the app (docs/home.md has the commands)";
const DECRYPT: &str = "store the key without a password, `openssl rsa -in <file> -out key.pem`, \
                       and put key.pem and the certificate into one file";

const RSA: &str = "1.2.840.113549.1.1.1";
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
const ELLIPTIC: &str = "1.2.840.10045.2.1";
const ED25519: &str = "1.3.101.112";

/// A private key that can sign for Entra.
pub(crate) struct Key {
    pub(crate) pem: SecretText,
    /// As PKCS#1 writes it, and a certificate too.
    pub(crate) public: Vec<u8>,
}

/// The key in a section; `None` if the section is no key.
pub(crate) fn read(section: &Section) -> Option<Result<Key, Finding>> {
    if section.label.ends_with("PARAMETERS") || !section.label.contains("PRIVATE KEY") {
        return None;
    }
    Some(usable(section))
}

fn usable(section: &Section) -> Result<Key, Finding> {
    if section.encrypted {
        return Err(Finding::error("the private key is encrypted", DECRYPT));
    }
    let der = match section.label.as_str() {
        PKCS1 | PKCS8 => section.der.as_ref().ok_or_else(damaged)?,
        "EC PRIVATE KEY" => return Err(elliptic()),
        "OPENSSH PRIVATE KEY" => return Err(openssh()),
        other => return Err(other_kind(other)),
    };
    let pkcs1 = if section.label == PKCS8 {
        pkcs1_within(der)?
    } else {
        Zeroizing::new(der.to_vec())
    };
    let bits = modulus_bits(&pkcs1).ok_or_else(damaged)?;
    if bits < LEAST_BITS {
        return Err(too_short(bits));
    }
    let pair = RsaKeyPair::from_der(&pkcs1).map_err(|_| damaged())?;
    Ok(Key {
        pem: SecretText::new(pem::text(&section.label, der)),
        public: pair.public_key().as_ref().to_vec(),
    })
}

fn too_short(bits: usize) -> Finding {
    let message = format!("the key has {bits} bits; {LEAST_BITS} are the least");
    Finding::error(message, NEW_KEY)
}

/// Why a key of this algorithm cannot be used; `None` for RSA.
fn unusable_algorithm(oid: &str) -> Option<Finding> {
    match oid {
        RSA => None,
        RSA_PSS => Some(other_kind("RSASSA-PSS")),
        ELLIPTIC => Some(elliptic()),
        ED25519 => Some(other_kind("Ed25519")),
        other => Some(other_kind(other)),
    }
}

/// RFC 5958: a version, an algorithm, and the key itself in an octet string.
fn pkcs1_within(der: &[u8]) -> Result<Zeroizing<Vec<u8>>, Finding> {
    let (algorithm, key) = pkcs8_parts(der).ok_or_else(damaged)?;
    match unusable_algorithm(&algorithm) {
        Some(finding) => Err(finding),
        None => Ok(key),
    }
}

fn pkcs8_parts(der: &[u8]) -> Option<(String, Zeroizing<Vec<u8>>)> {
    let (_, outer) = Sequence::from_der(der).ok()?;
    let (rest, _version) = Any::from_der(&outer.content).ok()?;
    let (rest, algorithm) = Sequence::from_der(rest).ok()?;
    let (_, oid) = Oid::from_der(&algorithm.content).ok()?;
    let (_, key) = Any::from_der(rest).ok()?;
    Some((oid.to_id_string(), Zeroizing::new(key.data.to_vec())))
}

/// RFC 8017: a version, then the modulus.
fn modulus_bits(pkcs1: &[u8]) -> Option<usize> {
    let (_, outer) = Sequence::from_der(pkcs1).ok()?;
    let (rest, _version) = Any::from_der(&outer.content).ok()?;
    let (_, modulus) = Integer::from_der(rest).ok()?;
    Some(bits(modulus.as_ref()))
}

/// Length of a big-endian number.
fn bits(number: &[u8]) -> usize {
    let leading = number.iter().take_while(|byte| **byte == 0).count();
    number.get(leading).map_or(0, |first| {
        (number.len() - leading) * 8 - first.leading_zeros() as usize
    })
}

fn elliptic() -> Finding {
    Finding::error(
        "the private key is an elliptic-curve key, and Entra takes RSA keys only",
        NEW_KEY,
    )
}

fn openssh() -> Finding {
    let advice = "write it as PEM, `ssh-keygen -p -m PEM -f <key file>`, if it really belongs to \
                  the certificate";
    Finding::error("the private key is in OpenSSH's own format", advice)
}

fn other_kind(what: &str) -> Finding {
    let what = what.strip_suffix(" PRIVATE KEY").unwrap_or(what);
    let what: String = what.chars().take(40).collect();
    let message = format!("the private key is of the kind {what}, and Entra takes RSA keys only");
    Finding::error(message, NEW_KEY)
}

fn damaged() -> Finding {
    Finding::error(
        "the private key is damaged",
        "copy the file again, from the line BEGIN to the line END (`openssl rsa -check -in …` \
         tests a key)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rcgen::{KeyPair, PKCS_ED25519};

    #[test]
    fn bits_are_counted_from_the_first_one() {
        let check = |number: &[u8], expected| assert_eq!(bits(number), expected);
        check(&[], 0);
        check(&[0], 0);
        check(&[1], 1);
        check(&[0, 0x80, 0], 16);
        check(&[0x7f, 0], 15);
        check(&[0xff; 256], 2048);
    }

    fn said(label: &str, der: &[u8]) -> Option<String> {
        let section = pem::sections(&pem::text(label, der)).pop().unwrap();
        let read = read(&section)?;
        Some(read.err().expect("no such key is usable").message)
    }

    /// A SEQUENCE of version 0 and a number of `bytes` bytes, as a key would begin.
    fn beginning(bytes: u8) -> Vec<u8> {
        let mut der = vec![0x30, 0x81, bytes + 7, 2, 1, 0, 2, 0x81, bytes + 1, 0];
        der.extend(vec![0xff; bytes.into()]);
        der
    }

    #[test]
    fn each_unusable_key_is_said_as_what_it_is() {
        let check = |label, der: &[u8], expected| assert_eq!(said(label, der).as_deref(), expected);
        let only_rsa = "and Entra takes RSA keys only";
        check("CERTIFICATE", b"x", None);
        check("EC PARAMETERS", b"x", None);
        check("RSA PRIVATE KEY", b"x", Some("the private key is damaged"));
        check("PRIVATE KEY", b"x", Some("the private key is damaged"));
        check(
            "ENCRYPTED PRIVATE KEY",
            b"x",
            Some("the private key is encrypted"),
        );
        let curve = format!("the private key is an elliptic-curve key, {only_rsa}");
        check("EC PRIVATE KEY", b"x", Some(&curve));
        let dsa = format!("the private key is of the kind DSA, {only_rsa}");
        check("DSA PRIVATE KEY", b"x", Some(&dsa));
        let edwards = format!("the private key is of the kind Ed25519, {only_rsa}");
        let ed25519 = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        check("PRIVATE KEY", ed25519.serialized_der(), Some(&edwards));
        let ssh = "the private key is in OpenSSH's own format";
        check("OPENSSH PRIVATE KEY", b"x", Some(ssh));
        let short = "the key has 960 bits; 2048 are the least";
        check("RSA PRIVATE KEY", &beginning(120), Some(short));
    }

    proptest! {
        #[test]
        fn no_key_panics(pkcs8: bool, der: Vec<u8>) {
            let label = if pkcs8 { PKCS8 } else { PKCS1 };
            prop_assert!(said(label, &der).is_some());
        }
    }
}
