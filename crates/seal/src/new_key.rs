//! Makes keys with certificates: for sealing, and for the TLS of a host.

use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize, SanType,
};
use zeroize::Zeroizing;

use crate::key::SealingKey;
use crate::pem;

const DAY: i64 = 24;
/// Ten years, as the controller gives its own.
const SEALING_LIFE: SignedDuration = SignedDuration::from_hours(3_650 * DAY);
/// A year, the longest that browsers take is a little more.
const HOST_LIFE: SignedDuration = SignedDuration::from_hours(365 * DAY);
/// Machines whose clock is behind take it, too.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

pub(crate) fn sealing_key(now: Timestamp, size: RsaKeySize) -> SealingKey {
    let made = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size);
    let pair = made.expect("RSA keys of this size are made wherever the system gives random bytes");
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "licensetool sealing key");
    params.distinguished_name = name;
    params.is_ca = IsCa::NoCa;
    params.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
    params.not_before = moment(now, -BEFORE).into();
    params.not_after = moment(now, SEALING_LIFE).into();
    let made = params.self_signed(&pair);
    let certificate = made.expect("a name and two moments make a certificate");
    let private = pem::text("PRIVATE KEY", pair.serialized_der());
    let public = pem::text("CERTIFICATE", certificate.der());
    let key = SealingKey::of_pem(private.as_bytes(), public.as_bytes());
    key.expect("what was made together belongs together")
}

/// Key and certificate of a host that nobody vouches for, as two PEM texts: the key first. Valid
/// for a year; browsers warn of it once.
///
/// # Errors
/// If `host` is neither a name of the DNS nor an address.
pub fn self_signed(host: &str, now: Timestamp) -> Result<(Zeroizing<String>, String), NotAHost> {
    let mut params =
        CertificateParams::new(vec![host.to_owned()]).map_err(|_| NotAHost(host.to_owned()))?;
    // What is no address is taken there for a name, whatever it is.
    let is_address = matches!(params.subject_alt_names[..], [SanType::IpAddress(_)]);
    if !is_address && !is_name(host) {
        return Err(NotAHost(host.to_owned()));
    }
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, host);
    params.distinguished_name = name;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = moment(now, -BEFORE).into();
    params.not_after = moment(now, HOST_LIFE).into();
    // P-256: every browser takes it.
    let pair = KeyPair::generate().expect("keys are made wherever the system gives random bytes");
    let made = params.self_signed(&pair);
    let certificate = made.map_err(|_| NotAHost(host.to_owned()))?;
    let private = pem::text("PRIVATE KEY", pair.serialized_der());
    Ok((
        private,
        pem::text("CERTIFICATE", certificate.der()).to_string(),
    ))
}

/// No certificate can be made for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no name of a host: write one such as licensetool.local")]
pub struct NotAHost(String);

/// A name of the DNS, of which the first part may be `*`.
fn is_name(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(letter)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let name = text.strip_prefix("*.").unwrap_or(text);
    let last = name.rsplit('.').next().unwrap_or(name);
    // No name ends in a number: that is an address with a slip of the pen.
    let is_number = last.chars().all(|c| c.is_ascii_digit());
    text.len() <= 253 && !is_number && name.split('.').all(is_label)
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
    use crate::certificate::Certificate;
    use crate::specimen::now;

    #[test]
    fn a_host_gets_a_certificate_for_a_year_and_no_other_text_does() {
        let (key, certificate) = self_signed("licensetool.local", now()).unwrap();
        assert!(key.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        let read = Certificate::parse(certificate.as_bytes()).unwrap();
        assert_eq!(read.not_after.duration_since(now()).as_hours(), 365 * 24);
        for host in ["a", "192.0.2.1", "::1", "*.example.org", "a-1.example"] {
            assert!(self_signed(host, now()).is_ok(), "{host}");
        }
        let long = "a".repeat(64);
        for text in [
            "",
            "ä b",
            "bad host!",
            "https://x/",
            "a..b",
            ".",
            "a.",
            "-a",
            "a-",
            "*",
            "a.*.b",
            "a_b",
            "a:443",
            "192.0.2.256",
            &long,
        ] {
            let refused = self_signed(text, now()).unwrap_err().to_string();
            assert!(refused.contains("no name of a host"), "{refused}");
        }
    }
}
