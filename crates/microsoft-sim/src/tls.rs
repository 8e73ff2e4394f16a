//! An authority and a certificate for loopback addresses, because real clients refuse plain HTTP.

use std::sync::Arc;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::keys;

/// Days until the certificate ends: the strictest clients (Apple's) allow 398 in all.
const LIFE_DAYS: i32 = 395;

/// What the server shows, and what its clients must trust.
pub(crate) struct Generated {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) ca_pem: String,
}

pub(crate) fn generate(now: Timestamp) -> anyhow::Result<Generated> {
    let made = certificates(now).context("a certificate cannot be made")?;
    let config = server(made.certificate, made.key).context("TLS cannot be set up")?;
    Ok(Generated {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        ca_pem: made.ca_pem,
    })
}

struct Certificates {
    ca_pem: String,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

fn certificates(now: Timestamp) -> Result<Certificates, rcgen::Error> {
    let ca_key = KeyPair::generate()?;
    let mut ca = CertificateParams::default();
    ca.distinguished_name
        .push(DnType::CommonName, "licensetool simulator CA");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid_now(&mut ca, now);
    let ca_pem = ca.self_signed(&ca_key)?.pem();
    let issuer = Issuer::new(ca, ca_key);

    let key = KeyPair::generate()?;
    let names = ["127.0.0.1", "::1", "localhost"].map(str::to_owned);
    let mut leaf = CertificateParams::new(names)?;
    leaf.distinguished_name
        .push(DnType::CommonName, "licensetool simulator");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    valid_now(&mut leaf, now);
    let certificate = leaf.signed_by(&key, &issuer)?.der().clone();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok(Certificates {
        ca_pem,
        certificate,
        key: PrivateKeyDer::Pkcs8(key),
    })
}

fn server(
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Valid from yesterday on, should a client's clock be a little behind.
fn valid_now(params: &mut CertificateParams, now: Timestamp) {
    let day = SignedDuration::from_hours(24);
    keys::valid(params, now - day, now + day * LIFE_DAYS);
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier as _;
    use rustls_pki_types::{ServerName, UnixTime, pem::PemObject as _};

    use super::*;
    use crate::clock;

    #[test]
    fn clients_that_trust_the_authority_believe_the_loopback_names_and_no_others() {
        let now = clock::now();
        let made = certificates(now).unwrap();
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_slice(made.ca_pem.as_bytes()).unwrap();
        roots.add(ca).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = verifier.build().unwrap();
        let seconds = u64::try_from(now.as_second()).unwrap();
        let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let check = |name: &'static str, believed: bool| {
            let server = ServerName::try_from(name).unwrap();
            let got = verifier.verify_server_cert(&made.certificate, &[], &server, &[], at);
            assert_eq!(got.is_ok(), believed, "{name}: {got:?}");
        };
        check("127.0.0.1", true);
        check("::1", true);
        check("localhost", true);
        check("127.0.0.2", false);
        check("login.microsoftonline.com", false);
    }
}
