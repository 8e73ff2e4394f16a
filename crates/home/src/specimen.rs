//! Keys and certificates made for the tests: one key for all of them, since RSA keys take long.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::signature::RsaKeyPair;
use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};

use crate::pem;

/// The moment of all tests.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn rsa() -> KeyPair {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap()
}

pub(crate) static KEY: LazyLock<KeyPair> = LazyLock::new(rsa);
pub(crate) static OTHER_KEY: LazyLock<KeyPair> = LazyLock::new(rsa);

/// As new certificates have it; it takes longest.
pub(crate) static STRONG_KEY: LazyLock<KeyPair> = LazyLock::new(crate::new_certificate::rsa_key);

/// The key in both encodings.
pub(crate) fn pkcs8(key: &KeyPair) -> String {
    key.serialize_pem()
}

pub(crate) fn pkcs1(key: &KeyPair) -> String {
    let pair = RsaKeyPair::from_pkcs8(key.serialized_der()).unwrap();
    // A PKCS#8 key of 2048 bits is its PKCS#1 key behind 26 bytes.
    let der = &key.serialized_der()[26..];
    assert!(RsaKeyPair::from_der(der).is_ok() && pair.as_der().is_ok());
    pem::text("RSA PRIVATE KEY", der).to_string()
}

/// A certificate of `name`, valid from 30 days ago and for `days` from now on.
pub(crate) fn certificate(key: &KeyPair, name: &str, days: i64) -> rcgen::Certificate {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    let day = |days: i64| {
        let moment = now() + SignedDuration::from_hours(24 * days);
        let seconds = u64::try_from(moment.as_second()).unwrap();
        (SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).into()
    };
    params.not_before = day(-30);
    params.not_after = day(days);
    params.self_signed(key).unwrap()
}

/// What stands in a `mycert_<key>.pem`, valid for a year.
pub(crate) fn pem_file() -> String {
    format!(
        "{}{}",
        pkcs8(&KEY),
        certificate(&KEY, "licensetool", 365).pem()
    )
}
