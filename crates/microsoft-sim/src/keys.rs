//! Keys and certificates, made anew at every start: nothing secret is ever written down in the
//! repository.

use std::sync::{Arc, OnceLock};
use std::thread;

use anyhow::{Context as _, Error, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize,
    date_time_ymd,
};
use rustls_pki_types::PrivatePkcs8KeyDer;
use uuid::Uuid;

use crate::certificate::Certificate;
use crate::simulator::TestCredential;
use crate::world::{TenantSpec, World};

/// A private key and the certificate that stands for it: of an app, or Entra's own.
pub(crate) struct Credential {
    /// As Entra reads it.
    pub(crate) certificate: Arc<Certificate>,
    pub(crate) certificate_der: Vec<u8>,
    pub(crate) certificate_pem: String,
    /// PKCS#8.
    pub(crate) key_pem: String,
    pub(crate) key_der: Vec<u8>,
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
            certificate: Arc::new(Certificate::read(certificate.der()).map_err(Error::msg)?),
            certificate_der: certificate.der().to_vec(),
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            key_der: key.serialize_der(),
        })
    }

    /// What clients in the same process sign in with.
    pub(crate) fn for_tests(&self, tenant_id: Uuid, client_id: Uuid) -> TestCredential {
        TestCredential {
            tenant_id,
            client_id,
            certificate_der: self.certificate_der.clone(),
            key_pem: self.key_pem.clone(),
            thumbprint_sha1_hex: self.certificate.thumbprint.clone(),
        }
    }

    /// Key and certificate in one file.
    pub(crate) fn pem(&self) -> String {
        format!("{}{}", self.key_pem, self.certificate_pem)
    }
}

/// Which of a simulator's keys.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// Entra's own, by how often it has been replaced.
    Entra(usize),
    SignIn,
    App(usize),
}

/// Keys of 2048 bits that this process has made, in PKCS#8. A simulator has a different one at
/// each place, but a process with many simulators (tests) makes each only once: it costs a
/// quarter of a second.
static MADE: [OnceLock<Vec<u8>>; 10] = [const { OnceLock::new() }; 10];

pub(crate) fn rsa_key(place: Place, bits: u32) -> anyhow::Result<KeyPair> {
    let size = match bits {
        2048 => RsaKeySize::_2048,
        3072 => RsaKeySize::_3072,
        4096 => RsaKeySize::_4096,
        _ => bail!("no RSA keys of {bits} bits: choose 2048, 3072 or 4096"),
    };
    let make = || KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size);
    let index = match place {
        Place::Entra(first @ 0..2) => Some(first),
        Place::Entra(_) => None,
        Place::SignIn => Some(2),
        Place::App(tenant) => Some(tenant + 3),
    };
    let kept = index.filter(|_| bits == 2048);
    let Some(made) = kept.and_then(|index| MADE.get(index)) else {
        return make().context("an RSA key cannot be made");
    };
    let made = made.get_or_init(|| make().map(|key| key.serialize_der()).unwrap_or_default());
    let der = PrivatePkcs8KeyDer::from(made.as_slice());
    KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_RSA_SHA256)
        .context("an RSA key cannot be made")
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

/// The certificates of a world's apps: one each, or one for all. A tenant without an app has none.
pub(crate) struct AppKeys {
    made: Vec<Option<Credential>>,
    shared: bool,
}

impl AppKeys {
    /// Takes about a tenth of a second of CPU a key.
    pub(crate) fn generate(world: &World, bits: u32) -> anyhow::Result<AppKeys> {
        let shared = world.one_certificate();
        let count = if shared {
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
        let made = made.into_iter().flatten().collect();
        Ok(AppKeys { made, shared })
    }

    /// The certificate of the app of the tenant at that position of the world.
    pub(crate) fn of(&self, tenant: usize) -> Option<&Credential> {
        let place = if self.shared { 0 } else { tenant };
        self.made.get(place)?.as_ref()
    }
}

fn of_tenants(
    world: &World,
    part: &[(usize, &TenantSpec)],
    bits: u32,
) -> anyhow::Result<Vec<Option<Credential>>> {
    let made = |(place, tenant): &(usize, &TenantSpec)| {
        if !tenant.registered {
            return Ok(None);
        }
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
        .map(Some)
    };
    part.iter().map(made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_says_its_days_and_is_found_by_its_thumbprint() {
        let day = |text: &str| text.parse::<Timestamp>().unwrap();
        let (from, until) = (day("2026-08-10T00:00:00Z"), day("2027-08-10T00:00:00Z"));
        let key = rsa_key(Place::Entra(0), 2048).unwrap();
        let made = Credential::generate("school", &key, from, until).unwrap();
        let read = &made.certificate;
        assert_eq!(read.subject, "CN=school");
        assert_eq!((read.not_before, read.not_after), (from, until));
        assert_eq!(read.public, key.public_key_raw());
        assert!(made.key_pem.starts_with("-----BEGIN PRIVATE KEY-----"));
        assert!(
            made.certificate_pem
                .starts_with("-----BEGIN CERTIFICATE-----")
        );
    }

    #[test]
    fn a_key_of_an_odd_size_is_refused_with_the_sizes_that_work() {
        let error = rsa_key(Place::Entra(0), 1024).unwrap_err().to_string();
        assert!(error.contains("2048, 3072 or 4096"), "{error}");
    }

    #[test]
    fn a_made_up_world_shares_one_certificate_and_a_written_one_does_not() {
        let thumbprint = |keys: &AppKeys, tenant| {
            let made = keys.of(tenant);
            made.map(|made| made.certificate.thumbprint.clone())
        };
        let shared = AppKeys::generate(&World::generate(50, 1, 1), 2048).unwrap();
        assert_eq!(shared.made.len(), 1);
        assert_eq!(thumbprint(&shared, 0), thumbprint(&shared, 49));
        let own = AppKeys::generate(&World::demo(), 2048).unwrap();
        assert_ne!(thumbprint(&own, 0), thumbprint(&own, 1));
    }

    #[test]
    fn a_tenant_without_an_app_has_no_certificate() {
        let world = World::demo();
        let place = world.index_of_key("neueschule").unwrap();
        let keys = AppKeys::generate(&world, 2048).unwrap();
        assert!(keys.of(place).is_none() && keys.of(0).is_some());
    }
}
