//! Understands a thumbprint in the notations of Entra's portal, Windows, openssl and PowerShell.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::finding::is_invisible;

/// The digest of a certificate, hexadecimal in upper case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thumbprint {
    /// 40 digits, as Entra's portal shows it.
    Sha1(String),
    /// 64 digits.
    Sha256(String),
}

impl Thumbprint {
    /// Reads SHA-1 or SHA-256 as hexadecimal (any case, with or without colons or spaces, also
    /// behind openssl's `Fingerprint=`), base64 or base64url.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text
            .rsplit_once("ingerprint=")
            .map_or(text, |(_, value)| value);
        let plain: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !is_invisible(*c))
            .collect();
        from_hex(&plain).or_else(|| from_base64(&plain))
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        match self {
            Thumbprint::Sha1(digits) | Thumbprint::Sha256(digits) => digits,
        }
    }

    fn of_digits(digits: String) -> Option<Self> {
        match digits.len() {
            40 => Some(Thumbprint::Sha1(digits)),
            64 => Some(Thumbprint::Sha256(digits)),
            _ => None,
        }
    }
}

/// Bytes as digits, in upper case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn from_hex(text: &str) -> Option<Thumbprint> {
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | '-')).collect();
    let all_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    all_hex
        .then(|| Thumbprint::of_digits(digits.to_ascii_uppercase()))
        .flatten()
}

fn from_base64(text: &str) -> Option<Thumbprint> {
    let text = text.trim_end_matches('=');
    let bytes = STANDARD_NO_PAD
        .decode(text)
        .or_else(|_| URL_SAFE_NO_PAD.decode(text))
        .ok()?;
    Thumbprint::of_digits(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    const SHA1: &str = "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709";

    #[test]
    fn every_notation_of_one_thumbprint_is_the_same() {
        let colons: Vec<&str> = (0..20).map(|i| &SHA1[2 * i..2 * i + 2]).collect();
        for text in [
            SHA1.to_owned(),
            SHA1.to_lowercase(),
            colons.join(":"),
            colons.join(" "),
            colons.join("-"),
            format!("\u{200e}{SHA1}"),
            format!("SHA1 Fingerprint={}", colons.join(":")),
            format!("sha1 fingerprint={SHA1}"),
            "2jmj7l5rSw0yVb/vlWAYkK/YBwk=".to_owned(),
            "2jmj7l5rSw0yVb_vlWAYkK_YBwk".to_owned(),
        ] {
            assert_eq!(
                Thumbprint::parse(&text),
                Some(Thumbprint::Sha1(SHA1.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_thumbprint_is_not_guessed() {
        for text in [
            "",
            "=",
            "zz",
            &SHA1[1..],
            &SHA1[2..],
            "ise school",
            "2jmj7l5rSw0yVb/vlWAYkK/YBw",
        ] {
            assert_eq!(Thumbprint::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_sha256_is_read_back(bytes: [u8; 32]) {
            let expected = Some(Thumbprint::Sha256(hex(&bytes)));
            prop_assert_eq!(Thumbprint::parse(&hex(&bytes)), expected.clone());
            prop_assert_eq!(Thumbprint::parse(&STANDARD.encode(bytes)), expected.clone());
            prop_assert_eq!(Thumbprint::parse(&URL_SAFE.encode(bytes)), expected);
        }

        #[test]
        fn no_text_panics(text in ".{0,100}") {
            drop(Thumbprint::parse(&text));
        }
    }
}
