//! Certificates, of which only the public half is ever looked at.

use anyhow::Context as _;
use jiff::Timestamp;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// The first certificate of a PEM text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublicPem {
    pub(super) der: Vec<u8>,
    pub(super) not_after: Timestamp,
}

impl PublicPem {
    /// # Errors
    /// If there is none, or it is damaged.
    pub(super) fn first(text: &[u8]) -> anyhow::Result<Self> {
        let der = CertificateDer::from_pem_slice(text).ok();
        let der = der.context("it holds no certificate (-----BEGIN CERTIFICATE-----)")?;
        let (_, read) = X509Certificate::from_der(&der).context("the certificate is damaged")?;
        let not_after = Timestamp::from_second(read.validity().not_after.timestamp());
        Ok(Self {
            not_after: not_after.context("the certificate's end is no date")?,
            der: der.to_vec(),
        })
    }
}
