//! Rings at the ingress as a browser would, and trusts the one certificate that the cluster keeps
//! for it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use seal::Certificate;
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

/// Longest answer that is read, in bytes: that of /healthz has some hundred.
const MOST: u64 = 64 * 1024;

/// The version of the program that answers.
///
/// # Errors
/// If nobody answers in time, or with another certificate, or not with 200.
pub(super) async fn version(
    address: &str,
    host: &str,
    certificate: &Certificate,
    limit: Duration,
) -> anyhow::Result<String> {
    let asked = timeout(limit, asked(address, host, certificate)).await;
    let answer = asked.with_context(|| format!("{address} does not answer in time"))??;
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text
        .split_once("\r\n\r\n")
        .context("the answer is no HTTP")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status != "200" {
        bail!("it answers {status}");
    }
    #[derive(Deserialize)]
    struct Health {
        version: String,
    }
    let health: Health = serde_json::from_str(body).context("the answer is not the program's")?;
    Ok(health.version)
}

async fn asked(address: &str, host: &str, certificate: &Certificate) -> anyhow::Result<Vec<u8>> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let only = Only {
        certificate: CertificateDer::from_pem_slice(certificate.pem().as_bytes())
            .context("the certificate is damaged")?,
        provider: provider.clone(),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("TLS cannot be set up")?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(only))
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).context("the host's name is none")?;
    let stream = TcpStream::connect(address).await;
    let stream = stream.with_context(|| format!("nobody listens at {address}"))?;
    let mut stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .context("no safe connection comes about")?;
    // Version 1.0: the answer comes in one piece.
    let request = format!("GET /healthz HTTP/1.0\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let ended = stream.take(MOST).read_to_end(&mut answer).await;
    // Some end without a farewell.
    match ended {
        Err(error) if answer.is_empty() => Err(error).context("the connection broke"),
        _ => Ok(answer),
    }
}

/// Takes this certificate and no other, whoever has signed it.
#[derive(Debug)]
struct Only {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Only {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match *shown == self.certificate {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(Error::General(
                "it shows another certificate than the one in licensetool-tls".to_owned(),
            )),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
