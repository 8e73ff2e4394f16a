//! Makes a key and a certificate that Entra takes.

use std::time::{Duration, SystemTime};

use domain::TenantKey;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256,
    RsaKeySize,
};
use zeroize::Zeroizing;

use crate::pem;

/// A year, after which a new one is due.
const LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Machines whose clock is behind take it, too.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// An RSA key of 3072 bits, as good as 128 bits of a symmetric one.
pub(crate) fn rsa_key() -> KeyPair {
    let made = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_3072);
    made.expect("RSA keys of this size are made wherever the system gives random bytes")
}

/// Key and certificate as one PEM text, valid for a year.
pub(crate) fn pem_text(key_pair: &KeyPair, key: &TenantKey, now: Timestamp) -> Zeroizing<String> {
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, format!("licensetool {key}"));
    params.distinguished_name = name;
    params.is_ca = IsCa::NoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.not_before = moment(now, -BEFORE).into();
    params.not_after = moment(now, LIFE).into();
    let made = params.self_signed(key_pair);
    let certificate = made.expect("a name and two moments make a certificate");
    let private = pem::text("PRIVATE KEY", key_pair.serialized_der());
    Zeroizing::new([private.as_str(), &public_text(certificate.der())].concat())
}

/// The certificate alone, for the upload.
pub(crate) fn public_text(der: &[u8]) -> String {
    pem::text("CERTIFICATE", der).to_string()
}

fn moment(now: Timestamp, away: SignedDuration) -> SystemTime {
    let moment = now.saturating_add(away);
    let moment = moment.expect("an absolute duration saturates");
    let seconds = u64::try_from(moment.as_second()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_pem;
    use crate::specimen::{STRONG_KEY, now};

    #[test]
    fn what_is_made_is_what_entra_takes() {
        let key = TenantKey::parse("ise-school").unwrap();
        let made = parse_pem(pem_text(&STRONG_KEY, &key, now()).as_bytes()).unwrap();
        assert_eq!(made.subject, "CN=licensetool ise-school");
        assert_eq!(made.not_after.duration_since(now()).as_hours(), 365 * 24);
        assert_eq!(now().duration_since(made.not_before).as_hours(), 1);
        let der = made.key_pem.expose().len();
        assert!(der > 2_300, "3072 bits are some 2.4 KiB of PEM: {der}");
    }
}
