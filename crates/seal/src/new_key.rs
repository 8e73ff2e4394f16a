//! Makes keys with certificates: for sealing, and for the TLS of a host.

use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256,
    RsaKeySize,
};

use crate::key::SealingKey;
use crate::pem;

const DAY: i64 = 24;
/// Ten years, as the controller gives its own.
const SEALING_LIFE: SignedDuration = SignedDuration::from_hours(3_650 * DAY);
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

fn moment(now: Timestamp, away: SignedDuration) -> SystemTime {
    let moment = now.saturating_add(away);
    let moment = moment.expect("an absolute duration saturates");
    let seconds = u64::try_from(moment.as_second()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}
