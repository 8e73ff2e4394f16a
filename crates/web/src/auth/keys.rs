//! The keys that seal cookies: the first one seals, all of them open, so that a key can be changed
//! while sessions go on.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// What a key is derived for.
const SEALING: &[u8] = b"licensetool: sealing of cookies";
const NAMING: &[u8] = b"licensetool: name of the key";

/// Bytes: of a key as it is written down, of its name, of a nonce, of a cookie's seal.
const LEAST: usize = 32;
const NAME: usize = 4;
const NONCE: usize = 12;

/// A browser keeps no longer cookie.
const LONGEST: usize = 4096;

/// The keys of sessions, the one that seals first.
pub struct SessionKeys(Vec<Key>);

struct Key {
    name: [u8; NAME],
    sealing: RandomizedNonceKey,
}

/// Why a text holds no keys; the sentence says the way out, and nothing of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKeys {
    #[error("holds no key: write one with `openssl rand -base64 48`, a line each")]
    Empty,
    #[error(
        "line {0} is no key of at least {LEAST} bytes in base64: make one with `openssl rand \
         -base64 48`"
    )]
    Unusable(usize),
}

impl SessionKeys {
    /// Reads keys in base64, a line each. Empty lines and those that begin with `#` are left out.
    ///
    /// # Errors
    /// There is none, or a line holds none.
    pub fn parse(text: &str) -> Result<Self, NoKeys> {
        let mut keys = Vec::new();
        for (at, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bytes = STANDARD.decode(line).map(Zeroizing::new);
            let bytes = bytes.ok().filter(|bytes| bytes.len() >= LEAST);
            keys.push(Key::of(&bytes.ok_or(NoKeys::Unusable(at + 1))?));
        }
        if keys.is_empty() {
            return Err(NoKeys::Empty);
        }
        Ok(Self(keys))
    }

    /// Bytes that only holders of the keys can read or make, as the text of the cookie `purpose`.
    pub(super) fn seal(&self, purpose: &str, plain: &[u8]) -> String {
        let key = self.0.first().expect("keys are read from a text with one");
        let mut sealed = plain.to_vec();
        let nonce = key
            .sealing
            .seal_in_place_append_tag(Aad::from(purpose.as_bytes()), &mut sealed)
            .expect("AES-GCM seals what fits into a cookie");
        let parts = [&key.name[..], nonce.as_ref(), &sealed].concat();
        URL_SAFE_NO_PAD.encode(parts)
    }

    /// What was sealed; `None` for everything that was not, by none of these keys, or for another
    /// purpose.
    pub(super) fn open(&self, purpose: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
        if text.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (name, rest) = bytes.split_at_checked(NAME)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE)?;
        let named = self.0.iter().filter(|key| key.name == name);
        for key in named {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut sealed = Zeroizing::new(sealed.to_vec());
            let aad = Aad::from(purpose.as_bytes());
            if let Ok(plain) = key.sealing.open_in_place(nonce, aad, &mut sealed) {
                let length = plain.len();
                sealed.truncate(length);
                return Some(sealed);
            }
        }
        None
    }
}

impl Key {
    fn of(bytes: &[u8]) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        let sealing = hmac::sign(&root, SEALING);
        let name = hmac::sign(&root, NAMING);
        let (name, _) = name
            .as_ref()
            .split_first_chunk()
            .expect("SHA-256 has more bytes than a name");
        Self {
            name: *name,
            sealing: RandomizedNonceKey::new(&AES_256_GCM, sealing.as_ref())
                .expect("SHA-256 has as many bytes as a key of AES-256"),
        }
    }
}

impl fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionKeys({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(byte: u8) -> String {
        STANDARD.encode([byte; 48])
    }

    fn keys(lines: &[u8]) -> SessionKeys {
        let text: Vec<String> = lines.iter().map(|byte| line(*byte)).collect();
        SessionKeys::parse(&text.join("\n")).unwrap()
    }

    fn opened(keys: &SessionKeys, purpose: &str, text: &str) -> Option<String> {
        let bytes = keys.open(purpose, text)?;
        Some(String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let (old, both, new) = (keys(&[1]), keys(&[2, 1]), keys(&[2]));
        let by_old = old.seal("a", b"hello");
        assert_eq!(opened(&both, "a", &by_old).as_deref(), Some("hello"));
        assert_eq!(opened(&new, "a", &by_old), None);
        let by_both = both.seal("a", b"hello");
        assert_eq!(opened(&new, "a", &by_both).as_deref(), Some("hello"));
        assert_eq!(opened(&old, "a", &by_both), None);
        assert_ne!(by_both, both.seal("a", b"hello"));
    }

    #[test]
    fn what_was_changed_or_is_for_something_else_does_not_open() {
        let keys = keys(&[1]);
        let sealed = keys.seal("a", b"hello");
        assert_eq!(opened(&keys, "b", &sealed), None);
        let bytes = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(opened(&keys, "a", &URL_SAFE_NO_PAD.encode(changed)), None);
            let shorter = URL_SAFE_NO_PAD.encode(&bytes[..at]);
            assert_eq!(opened(&keys, "a", &shorter), None);
        }
    }

    #[test]
    fn a_text_without_keys_says_the_way_out_and_nothing_of_itself() {
        let check = |text: &str, expected: NoKeys| {
            assert_eq!(SessionKeys::parse(text).unwrap_err(), expected, "{text}");
        };
        check("", NoKeys::Empty);
        check("\n# of May\n", NoKeys::Empty);
        check("secret", NoKeys::Unusable(1));
        check(&STANDARD.encode([1; 31]), NoKeys::Unusable(1));
        check(&format!("{}\nsecret", line(1)), NoKeys::Unusable(2));
        let said = NoKeys::Unusable(1).to_string();
        assert!(said.contains("openssl rand") && !said.contains("secret"));
        assert_eq!(format!("{:?}", keys(&[1, 2])), "SessionKeys(2)");
    }

    proptest! {
        #[test]
        fn no_cookie_panics(text in "[A-Za-z0-9_=-]{0,80}") {
            prop_assert!(keys(&[1]).open("a", &text).is_none());
        }
    }
}
