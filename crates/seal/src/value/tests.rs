//! What is sealed opens again, and only so; the format is held against published vectors.

use proptest::prelude::*;

use super::*;
use crate::specimen::{KEY, OTHER, now};
use crate::{Scope, SealingKey};

fn session(byte: u8) -> SessionKey {
    SessionKey::from_random(Zeroizing::new([byte; KEY_BYTES]))
}

fn sealed(plaintext: &[u8], label: &[u8]) -> Vec<u8> {
    let sealer = KEY.certificate.sealer(now()).unwrap();
    sealer.seal(plaintext, label, session(7))
}

fn opened_by(key: &SealingKey, sealed: &[u8], label: &[u8]) -> Result<Vec<u8>, OpenError> {
    open(sealed, label, [&key.opener]).map(|text| text.to_vec())
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .map(|c| c.to_digit(16).unwrap() as u8)
        .collect();
    digits.chunks(2).map(|two| two[0] << 4 | two[1]).collect()
}

/// The published vectors 13 and 14 of "The Galois/Counter Mode of Operation (GCM)" by McGrew and
/// Viega: AES-256, a key of zero bytes, the nonce of zero bytes that Sealed Secrets takes.
#[test]
fn the_cipher_is_aes_256_gcm_with_the_nonce_of_zero_bytes() {
    let check = |plaintext: &str, expected: &str| {
        let text = encrypted(&session(0), &from_hex(plaintext));
        assert_eq!(text, from_hex(expected));
    };
    check("", "530f8afbc74536b9a963b4f1c4cb738b");
    check(
        "00000000000000000000000000000000",
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
    );
}

/// A value as it lies in Git, with a fixed session key: all but the block of RSA, which is random,
/// is the same for ever.
#[test]
fn a_value_is_framed_as_the_controller_frames_it() {
    let bytes = sealed(b"", b"");
    assert_eq!(bytes[..2], [1, 0], "2048 bits are 256 bytes, big-endian");
    assert_eq!(bytes.len(), 2 + 256 + 16);
    let zero = KEY
        .certificate
        .sealer(now())
        .unwrap()
        .seal(b"", b"a/b", session(0));
    assert_eq!(zero[258..], from_hex("530f8afbc74536b9a963b4f1c4cb738b"));
    assert_eq!(opened_by(&KEY, &zero, b"a/b"), Ok(Vec::new()));
}

#[test]
fn a_value_opens_under_its_own_label_alone() {
    for scope in Scope::ALL {
        let bytes = sealed(b"hush", &scope.label("licensetool", "regcred"));
        for other in Scope::ALL {
            let opened = opened_by(&KEY, &bytes, &other.label("licensetool", "regcred"));
            let expected = if scope == other {
                Ok(b"hush".to_vec())
            } else {
                Err(OpenError::Shut)
            };
            assert_eq!(opened, expected, "{scope:?} {other:?}");
        }
    }
}

#[test]
fn another_key_opens_nothing_and_the_right_one_is_found_among_several() {
    let bytes = sealed(b"hush", b"a/b");
    assert_eq!(opened_by(&OTHER, &bytes, b"a/b"), Err(OpenError::Shut));
    let found = open(&bytes, b"a/b", [&OTHER.opener, &KEY.opener]).unwrap();
    assert_eq!(*found, b"hush");
    let none: [&Opener; 0] = [];
    assert_eq!(open(&bytes, b"a/b", none), Err(OpenError::Shut));
}

#[test]
fn any_changed_bit_and_any_cut_is_refused() {
    let bytes = sealed(b"hush", b"a/b");
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(opened_by(&KEY, &damaged, b"a/b").is_err(), "byte {at}");
        assert!(opened_by(&KEY, &bytes[..at], b"a/b").is_err(), "{at} bytes");
    }
}

#[test]
fn a_session_key_shows_nothing() {
    assert_eq!(format!("{:?}", session(1)), "[secret]");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_sealed_opens_again(plaintext: Vec<u8>, place in "[a-z]{1,9}/[a-z]{1,9}") {
        let (namespace, name) = place.split_once('/').unwrap();
        for scope in Scope::ALL {
            let label = scope.label(namespace, name);
            let bytes = sealed(&plaintext, &label);
            prop_assert_eq!(opened_by(&KEY, &bytes, &label), Ok(plaintext.clone()));
        }
    }

    #[test]
    fn hostile_bytes_never_panic(bytes: Vec<u8>, length in 0u16..600) {
        prop_assert!(opened_by(&KEY, &bytes, b"").is_err());
        let mut framed = length.to_be_bytes().to_vec();
        framed.extend(bytes.iter().cycle().take(700));
        prop_assert!(opened_by(&KEY, &framed, b"").is_err());
    }
}
