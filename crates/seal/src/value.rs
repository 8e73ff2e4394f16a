//! One sealed value: a key for this value alone, locked with RSA, and the value under that key.
//!
//! ```text
//! 2 bytes   length of the next block, big-endian
//! n bytes   RSA-OAEP (SHA-256, MGF1 with SHA-256, label of the scope) of 32 random bytes
//! m bytes   AES-256-GCM with those 32 bytes, nonce of 12 zero bytes, nothing authenticated beside
//! 16 bytes  its tag
//! ```
//!
//! The nonce is always the same. That is sound for one reason only: a key seals a single value. So
//! [`SessionKey`] cannot be copied and is used up by sealing.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rsa::OAEP_SHA256_MGF1SHA256;
use zeroize::Zeroizing;

use crate::certificate::Sealer;
use crate::key::Opener;

const KEY_BYTES: usize = 32;
const LENGTH_BYTES: usize = 2;

/// The key of one value. It must be random and never used twice: make one for each value from the
/// system's source of random bytes.
pub struct SessionKey(Zeroizing<[u8; KEY_BYTES]>);

impl SessionKey {
    /// Takes 32 random bytes.
    pub fn from_random(bytes: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Why a sealed value stays shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It is no sealed value at all.
    #[error("it is cut off or is no sealed value")]
    NotSealed,
    /// Which of these it is cannot be told, and that is how it should be.
    #[error(
        "none of the keys opens it: it was sealed with another key, for another name, namespace \
         or scope, or it is damaged"
    )]
    Shut,
}

impl Sealer {
    /// Seals a value under a label (of [`Scope::label`](crate::Scope::label)).
    ///
    /// # Panics
    /// Never: a certificate in force has a key of 2048 bits or more, which locks 32 bytes.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a session key seals once: the nonce is fixed, and twice would betray both texts"
    )]
    pub fn seal(&self, plaintext: &[u8], label: &[u8], session: SessionKey) -> Vec<u8> {
        let mut block = vec![0; self.key.ciphertext_size()];
        let locked = self.key.encrypt(
            &OAEP_SHA256_MGF1SHA256,
            session.0.as_slice(),
            &mut block,
            Some(label),
        );
        let locked = locked.expect("32 bytes are locked with any key of 2048 bits or more");
        let length = u16::try_from(locked.len()).expect("no key has half a million bits");
        let mut sealed = Vec::with_capacity(LENGTH_BYTES + locked.len() + plaintext.len() + 16);
        sealed.extend(length.to_be_bytes());
        sealed.extend_from_slice(locked);
        sealed.extend(encrypted(&session, plaintext));
        sealed
    }
}

/// Text and tag.
fn encrypted(session: &SessionKey, plaintext: &[u8]) -> Vec<u8> {
    let mut text = plaintext.to_vec();
    text.reserve_exact(AES_256_GCM.tag_len());
    let key = cipher(session.0.as_slice()).expect("the key has 32 bytes");
    let sealed = key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut text);
    sealed.expect("a value is shorter than 64 GiB");
    text
}

fn cipher(key: &[u8]) -> Option<LessSafeKey> {
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?))
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

/// Opens a sealed value with whichever of the keys does it.
///
/// # Errors
/// If it is no sealed value, or none of the keys opens it under this label. Never panics,
/// whatever the bytes are.
pub fn open<'a>(
    sealed: &[u8],
    label: &[u8],
    keys: impl IntoIterator<Item = &'a Opener>,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (locked, text) = parts(sealed).ok_or(OpenError::NotSealed)?;
    let mut keys = keys.into_iter();
    keys.find_map(|key| opened(locked, text, label, key))
        .ok_or(OpenError::Shut)
}

/// Whether bytes have the form of a sealed value: a block as long as those of RSA keys are, and
/// no less than a tag behind it.
pub(crate) fn is_sealed(bytes: &[u8]) -> bool {
    parts(bytes).is_some_and(|(locked, _)| locked.len() >= 256 && locked.len() % 64 == 0)
}

fn parts(sealed: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = sealed.split_first_chunk::<LENGTH_BYTES>()?;
    let (locked, text) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    (text.len() >= AES_256_GCM.tag_len()).then_some((locked, text))
}

fn opened(locked: &[u8], text: &[u8], label: &[u8], key: &Opener) -> Option<Zeroizing<Vec<u8>>> {
    if locked.len() != key.0.key_size_bytes() {
        return None;
    }
    let mut room = Zeroizing::new(vec![0; key.0.min_output_size()]);
    let session = key
        .0
        .decrypt(&OAEP_SHA256_MGF1SHA256, locked, &mut room, Some(label));
    let session = cipher(session.ok()?)?;
    let mut text = Zeroizing::new(text.to_vec());
    let length = session
        .open_in_place(nonce(), Aad::empty(), &mut text)
        .ok()?
        .len();
    text.truncate(length);
    Some(text)
}

#[cfg(test)]
mod tests;
