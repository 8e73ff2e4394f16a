//! Keys and certificates, made anew at every start: nothing secret is ever written down in the
//! repository.

use std::sync::OnceLock;
use std::thread;

use anyhow::{Context as _, bail};
use aws_lc_rs::digest::{self, Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize,
    date_time_ymd,
};
use rustls_pki_types::PrivatePkcs8KeyDer;

use crate::world::{TenantSpec, World};

/// A private key and the certificate that stands for it: of an app, or Entra's own.
pub(crate) struct Credential {
    pub(crate) subject: String,
    pub(crate) certificate_der: Vec<u8>,
    pub(crate) certificate_pem: String,
    /// PKCS#8.
    pub(crate) key_pem: String,
    pub(crate) key_der: Vec<u8>,
    /// DER of the RSA public key alone, as verification takes it.
    pub(crate) public: Vec<u8>,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

impl Credential {
    /// Valid from a midnight to a midnight.
    pub(crate) fn generate(
        name: &str,
        key: &KeyPair,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> anyhow::Result<Credential> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        valid(&mut params, not_before, not_after);
        let certificate = params
            .self_signed(key)
            .context("a certificate cannot be made")?;
        Ok(Credential {
            subject: format!("CN={name}"),
            certificate_der: certificate.der().to_vec(),
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            key_der: key.serialize_der(),
            public: key.public_key_raw().to_vec(),
            not_before,
            not_after,
        })
    }

    /// As Entra's portal shows it: SHA-1, hexadecimal, upper case.
    pub(crate) fn thumbprint(&self) -> String {
        upper_hex(&self.digest(&SHA1_FOR_LEGACY_USE_ONLY))
    }

    /// The header `x5t` of an assertion, and the `kid` of Entra's own keys.
    pub(crate) fn x5t(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.digest(&SHA1_FOR_LEGACY_USE_ONLY))
    }

    /// The header `x5t#S256` of an assertion.
    pub(crate) fn x5t_s256(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.digest(&SHA256))
    }

    fn digest(&self, algorithm: &'static Algorithm) -> Vec<u8> {
        digest::digest(algorithm, &self.certificate_der)
            .as_ref()
            .to_vec()
    }
}

/// Which of a simulator's keys.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Entra,
    App(usize),
}

/// Keys of 2048 bits that this process has made, in PKCS#8. A simulator has a different one at
/// each place, but a process with many simulators (tests) makes each only once: it costs a
/// quarter of a second.
static MADE: [OnceLock<Vec<u8>>; 8] = [const { OnceLock::new() }; 8];

pub(crate) fn rsa_key(place: Place, bits: u32) -> anyhow::Result<KeyPair> {
    let size = match bits {
        2048 => RsaKeySize::_2048,
        3072 => RsaKeySize::_3072,
        4096 => RsaKeySize::_4096,
        _ => bail!("no RSA keys of {bits} bits: choose 2048, 3072 or 4096"),
    };
    let make = || KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size);
    let index = match place {
        Place::Entra => 0,
        Place::App(tenant) => tenant + 1,
    };
    let Some(made) = MADE.get(index).filter(|_| bits == 2048) else {
        return make().context("an RSA key cannot be made");
    };
    let made = made.get_or_init(|| make().map(|key| key.serialize_der()).unwrap_or_default());
    let der = PrivatePkcs8KeyDer::from(made.as_slice());
    KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_RSA_SHA256)
        .context("an RSA key cannot be made")
}

pub(crate) fn upper_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Writes the days into a certificate to be made; the time of day is midnight.
pub(crate) fn valid(params: &mut CertificateParams, from: Timestamp, until: Timestamp) {
    let day = |at: Timestamp| {
        let date = at.to_zoned_datetime(TimeZone::UTC).date();
        let small = |part: i8| u8::try_from(part).expect("months and days are positive");
        date_time_ymd(
            i32::from(date.year()),
            small(date.month()),
            small(date.day()),
        )
    };
    params.not_before = day(from);
    params.not_after = day(until);
}

/// The certificates of a world's apps: one each, or one for all.
pub(crate) struct AppKeys(Vec<Credential>);

impl AppKeys {
    /// Takes about a tenth of a second of CPU a key.
    pub(crate) fn generate(world: &World, bits: u32) -> anyhow::Result<AppKeys> {
        let count = if world.one_certificate() {
            world.len().min(1)
        } else {
            world.len()
        };
        let tenants: Vec<(usize, &TenantSpec)> = world.all().take(count).enumerate().collect();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let share = tenants.len().div_ceil(threads).max(1);
        let made = thread::scope(|scope| {
            let parts: Vec<_> = tenants
                .chunks(share)
                .map(|part| scope.spawn(move || of_tenants(world, part, bits)))
                .collect();
            let parts = parts.into_iter();
            parts
                .map(|part| part.join().expect("making a key does not panic"))
                .collect::<anyhow::Result<Vec<_>>>()
        })?;
        Ok(AppKeys(made.into_iter().flatten().collect()))
    }

    /// The certificate of the app of the tenant at that position of the world.
    pub(crate) fn of(&self, tenant: usize) -> &Credential {
        self.0.get(tenant).unwrap_or_else(|| {
            self.0
                .first()
                .expect("a world with a tenant has a certificate")
        })
    }
}

fn of_tenants(
    world: &World,
    part: &[(usize, &TenantSpec)],
    bits: u32,
) -> anyhow::Result<Vec<Credential>> {
    let certificate = |(place, tenant): &(usize, &TenantSpec)| {
        let days = tenant.certificate;
        let name = if world.one_certificate() {
            "all schools"
        } else {
            &tenant.key
        };
        Credential::generate(
            &format!("licensetool {name}"),
            &rsa_key(Place::App(*place), bits)?,
            world.midnight(days.from_day),
            world.midnight(days.ends_in_days),
        )
        .with_context(|| format!("tenant \"{}\"", tenant.key))
    };
    part.iter().map(certificate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_says_its_days_and_is_found_by_its_thumbprint() {
        let day = |text: &str| text.parse::<Timestamp>().unwrap();
        let (from, until) = (day("2026-08-10T00:00:00Z"), day("2027-08-10T00:00:00Z"));
        let key = rsa_key(Place::Entra, 2048).unwrap();
        let made = Credential::generate("school", &key, from, until).unwrap();
        assert_eq!(made.subject, "CN=school");
        assert_eq!(made.thumbprint().len(), 40);
        let x5t = URL_SAFE_NO_PAD.decode(made.x5t()).unwrap();
        assert_eq!(upper_hex(&x5t), made.thumbprint());
        assert_eq!(URL_SAFE_NO_PAD.decode(made.x5t_s256()).unwrap().len(), 32);
        assert!(made.key_pem.starts_with("-----BEGIN PRIVATE KEY-----"));
        assert!(
            made.certificate_pem
                .starts_with("-----BEGIN CERTIFICATE-----")
        );
    }

    #[test]
    fn a_key_of_an_odd_size_is_refused_with_the_sizes_that_work() {
        let error = rsa_key(Place::Entra, 1024).unwrap_err().to_string();
        assert!(error.contains("2048, 3072 or 4096"), "{error}");
    }

    #[test]
    fn a_made_up_world_shares_one_certificate_and_a_written_one_does_not() {
        let shared = AppKeys::generate(&World::generate(50, 1, 1), 2048).unwrap();
        assert_eq!(shared.0.len(), 1);
        assert_eq!(shared.of(0).thumbprint(), shared.of(49).thumbprint());
        let own = AppKeys::generate(&World::demo(), 2048).unwrap();
        assert_ne!(own.of(0).thumbprint(), own.of(1).thumbprint());
    }
}
