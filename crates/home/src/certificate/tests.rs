//! Every shape in which people store a key and its certificate, and every one that cannot be used.

use super::*;
use crate::pem;
use crate::specimen::{KEY, OTHER_KEY, certificate, now, pem_file, pkcs1, pkcs8};
use proptest::prelude::*;
use rcgen::KeyPair;
use std::sync::LazyLock;

static PEM: LazyLock<String> = LazyLock::new(pem_file);

#[track_caller]
fn usable(text: &str) -> Certificate {
    match parse_pem(text.as_bytes()) {
        Ok(certificate) => certificate,
        Err(findings) => panic!("{findings:?}"),
    }
}

#[track_caller]
fn refused(text: impl AsRef<[u8]>, expected: &[&str]) {
    let findings = parse_pem(text.as_ref()).expect_err("cannot be used");
    let messages: Vec<&str> = findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(messages, expected);
    assert!(findings.iter().all(|f| !f.advice.is_empty()));
}

#[test]
fn a_certificate_says_what_it_is() {
    let own = certificate(&KEY, "licensetool", 365);
    let read = usable(&format!("{}{}", own.pem(), pkcs8(&KEY)));
    assert_eq!(read.der, own.der().to_vec());
    assert_eq!(read.subject, "CN=licensetool");
    assert_eq!(read.not_after.duration_since(now()).as_hours(), 365 * 24);
    assert_eq!(now().duration_since(read.not_before).as_hours(), 30 * 24);
    assert_eq!(read.thumbprint_sha1, sha1(own.der()));
    assert_eq!(read.thumbprint_sha1.len(), 40);
    assert_eq!(read.thumbprint_sha256.len(), 64);
    assert_eq!(read.key_pem.expose(), pkcs8(&KEY).replace("\r\n", "\n"));
}

#[test]
fn every_order_and_encoding_is_taken() {
    let own = certificate(&KEY, "own", 365).pem();
    let issuer = certificate(&OTHER_KEY, "issuer", 3650).pem();
    let bag = "Bag Attributes\n    localKeyID: 01\nsubject=CN = own\n";
    for key in [pkcs1(&KEY), pkcs8(&KEY)] {
        for text in [
            format!("{key}{own}"),
            format!("{own}{key}"),
            format!("{key}{own}{issuer}"),
            format!("{issuer}{own}{key}"),
            format!("{bag}{key}{bag}{own}"),
            format!("\u{feff}{key}{own}").replace('\n', "\r\n"),
            format!("{key}{own}").replace('\n', "\n    "),
            format!("{}{key}{own}", pem::text("EC PARAMETERS", b"x").as_str()),
            format!("{}{key}{own}", KeyPair::generate().unwrap().serialize_pem()),
        ] {
            let read = usable(&text);
            assert_eq!(read.subject, "CN=own");
            assert_eq!(read.key_pem.expose(), key.replace("\r\n", "\n"));
        }
    }
}

#[test]
fn of_several_pairs_the_one_that_ends_last_is_taken() {
    let old = certificate(&KEY, "old", 10).pem();
    let new = certificate(&OTHER_KEY, "new", 700).pem();
    let text = format!("{new}{}{old}{}", pkcs8(&KEY), pkcs8(&OTHER_KEY));
    assert_eq!(usable(&text).subject, "CN=new");
}

#[test]
fn what_is_missing_is_said() {
    let own = certificate(&KEY, "own", 365).pem();
    refused("", &["holds no PEM section (-----BEGIN …)"]);
    refused("hello", &["holds no PEM section (-----BEGIN …)"]);
    refused(&own, &["holds no private key"]);
    refused(pkcs8(&KEY), &["holds no certificate"]);
    refused(
        b"\x30\x82\x01\x02",
        &["is binary (DER or PKCS#12), not PEM"],
    );
    refused(b"-----BEGIN \xFF", &["is no text file"]);
    refused(
        vec![b' '; LIMIT + 1],
        &["is larger than 256 KiB, so it is no certificate"],
    );
}

#[test]
fn a_foreign_certificate_is_named() {
    let foreign = certificate(&OTHER_KEY, "foreign", 365);
    let expected = format!(
        "the private key does not belong to the certificate CN=foreign (SHA-1 {})",
        sha1(foreign.der())
    );
    refused(format!("{}{}", pkcs8(&KEY), foreign.pem()), &[&expected]);
}

#[test]
fn unusable_keys_are_said_as_what_they_are() {
    let own = certificate(&KEY, "own", 365).pem();
    let check = |key: &str, expected: &str| refused(format!("{key}{own}"), &[expected]);
    let elliptic = KeyPair::generate().unwrap().serialize_pem();
    let only_rsa = "the private key is an elliptic-curve key, and Entra takes RSA keys only";
    check(&elliptic, only_rsa);
    check(
        &pem::text("ENCRYPTED PRIVATE KEY", b"x"),
        "the private key is encrypted",
    );
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\
               \nAQID\n-----END RSA PRIVATE KEY-----\n";
    check(old, "the private key is encrypted");
    let cut: String = pkcs8(&KEY).lines().take(10).collect::<Vec<_>>().join("\n");
    refused(cut, &["the private key is damaged", "holds no certificate"]);
    let half = pem::text("PRIVATE KEY", &KEY.serialized_der()[..600]);
    check(&half, "the private key is damaged");
    let mut wrong = KEY.serialized_der().to_vec();
    *wrong.last_mut().unwrap() ^= 1;
    check(
        &pem::text("PRIVATE KEY", &wrong),
        "the private key is damaged",
    );
}

#[test]
fn a_damaged_certificate_is_said() {
    let own = certificate(&KEY, "own", 365);
    let half = pem::text("CERTIFICATE", &own.der()[..300]);
    let longer = pem::text("CERTIFICATE", &[own.der(), &[0][..]].concat());
    for damaged in [half, longer] {
        let text = format!("{}{}", pkcs8(&KEY), damaged.as_str());
        refused(text, &["a certificate in it is damaged"]);
    }
}

#[test]
fn debug_shows_no_key() {
    let shown = format!("{:?}", usable(&PEM));
    let secret = pkcs8(&KEY);
    let secret = secret.lines().nth(3).unwrap();
    assert!(
        shown.contains("CN=licensetool") && shown.len() < 250,
        "{shown}"
    );
    assert!(!shown.contains(&secret[..16]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(parse_pem(&bytes));
    }

    #[test]
    fn no_change_of_a_valid_file_panics(
        at in any::<prop::sample::Index>(),
        len in 0usize..40,
        new in "[A-Za-z0-9+/=\n-]{0,40}",
    ) {
        let mut bytes = PEM.as_bytes().to_vec();
        let at = at.index(bytes.len());
        let end = (at + len).min(bytes.len());
        bytes.splice(at..end, new.bytes());
        if let Ok(read) = parse_pem(&bytes) {
            prop_assert!(read.key_pem.expose().contains("PRIVATE KEY"));
        }
    }

    #[test]
    fn no_changed_byte_within_a_section_panics(
        key: bool,
        at in any::<prop::sample::Index>(),
        to: u8,
    ) {
        let own = certificate(&KEY, "own", 365);
        let (mut key_der, mut der) = (KEY.serialized_der().to_vec(), own.der().to_vec());
        let changed = if key { &mut key_der } else { &mut der };
        let at = at.index(changed.len());
        changed[at] = to;
        let sections = [pem::text("PRIVATE KEY", &key_der), pem::text("CERTIFICATE", &der)];
        drop(parse_pem(format!("{}{}", *sections[0], *sections[1]).as_bytes()));
    }
}
