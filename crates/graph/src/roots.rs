//! Whom to trust: the system's authorities if it has a file of them, else Mozilla's as compiled in
//! (an image from scratch has no file), and the operator's own besides.

use std::fs;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::client::SetupError;

/// Where Linux distributions keep their bundle: Debian and Alpine, Fedora, SUSE, others.
const SYSTEM_FILES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// TLS settings with explicit roots, for whoever builds an HTTP client of the same trust as
/// [`Client`](crate::Client)'s (reqwest: `tls_backend_preconfigured`).
///
/// Trusted are the system's authorities if it has a file of them, else Mozilla's as compiled in,
/// and besides them those of `extra_ca`, a PEM bundle ([`Settings::extra_ca`]). HTTP/2 is offered
/// first, then HTTP/1.1 (ALPN); TLS 1.2 and 1.3; no client certificate. It reads the system's file:
/// make it once and clone it.
///
/// [`Settings::extra_ca`]: crate::Settings::extra_ca
///
/// # Errors
/// [`SetupError::ExtraCa`] if the bundle holds no certificate that can be used.
pub fn trust(extra_ca: Option<&[u8]>) -> Result<ClientConfig, SetupError> {
    let mut roots = system();
    if let Some(pem) = extra_ca {
        let added = add(&mut roots, pem);
        if added == 0 {
            return Err(SetupError::ExtraCa);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider supports TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let found = SYSTEM_FILES
        .iter()
        .filter_map(|path| fs::read(path).ok())
        .any(|pem| add(&mut roots, &pem) > 0);
    if !found {
        roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    }
    roots
}

/// Adds what can be used of a PEM bundle, and says how many that were.
fn add(roots: &mut RootCertStore, pem: &[u8]) -> usize {
    let certificates = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
    let (added, _) = roots.add_parsable_certificates(certificates);
    added
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_always_roots() {
        assert!(system().len() > 50);
    }

    #[test]
    fn http_2_is_offered_first() {
        let config = trust(None).unwrap();
        assert_eq!(config.alpn_protocols, [&b"h2"[..], b"http/1.1"]);
    }

    #[test]
    fn an_extra_bundle_without_a_certificate_is_refused() {
        for pem in [
            "",
            "nonsense",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        ] {
            assert!(
                matches!(trust(Some(pem.as_bytes())), Err(SetupError::ExtraCa)),
                "{pem}"
            );
        }
    }
}
