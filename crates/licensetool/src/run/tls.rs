//! The certificate with which pages and API are served, read again when it changes.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::sync::watch;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::config::TlsFiles;

/// What servers show, at this moment.
pub(crate) type Shown = watch::Receiver<Arc<ServerConfig>>;

/// The certificate and how to notice that it was replaced.
pub(crate) struct Certificate {
    files: TlsFiles,
    read: Zeroizing<Vec<u8>>,
    shown: watch::Sender<Arc<ServerConfig>>,
}

impl Certificate {
    /// # Errors
    /// The files cannot be read, or do not belong together.
    pub(crate) fn open(files: &TlsFiles) -> anyhow::Result<Self> {
        let (config, read) = load(files)?;
        Ok(Self {
            files: files.clone(),
            read,
            shown: watch::Sender::new(Arc::new(config)),
        })
    }

    pub(crate) fn shown(&self) -> Shown {
        self.shown.subscribe()
    }

    /// Takes over what changes until `stop`; what cannot be used changes nothing.
    pub(crate) async fn follow(
        mut self,
        poll: Duration,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        while let Some(()) = stop.run_until_cancelled(tokio::time::sleep(poll)).await {
            let files = self.files.clone();
            let loaded = tokio::task::spawn_blocking(move || load(&files)).await;
            match loaded.context("reading the certificate")? {
                Ok((config, read)) if read != self.read => {
                    self.shown.send_replace(Arc::new(config));
                    self.read = read;
                    tracing::info!("the certificate of the pages changed: it is shown from now on");
                }
                Ok(_) => {}
                Err(error) => tracing::error!("the certificate stays as it was: {error:#}"),
            }
        }
        Ok(())
    }
}

/// Whether a server can show a certificate.
///
/// # Errors
/// The files cannot be read, or do not belong together.
pub(crate) fn check(files: &TlsFiles) -> anyhow::Result<()> {
    load(files).map(drop)
}

/// The certificate as servers show it, and the bytes it was made of.
fn load(files: &TlsFiles) -> anyhow::Result<(ServerConfig, Zeroizing<Vec<u8>>)> {
    let cert = bytes("tls.cert_file", &files.cert)?;
    let key = bytes("tls.key_file", &files.key)?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&cert)
        .collect::<Result<_, _>>()
        .with_context(|| format!("tls.cert_file: {} is damaged", files.cert.display()))?;
    if chain.is_empty() {
        let name = files.cert.display();
        bail!("tls.cert_file: {name} holds no certificate: write it as PEM (BEGIN CERTIFICATE)");
    }
    let private = PrivateKeyDer::from_pem_slice(&key).map_err(|_| {
        let name = files.key.display();
        anyhow::anyhow!(
            "tls.key_file: {name} holds no private key without a password: write it as PEM (BEGIN \
             PRIVATE KEY)"
        )
    })?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .context("TLS cannot be set up")?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .context(
            "tls.cert_file and tls.key_file do not belong together: store the two that were made \
             together, the server's own certificate first",
        )?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let read = Zeroizing::new([&cert[..], &key[..]].concat());
    Ok((config, read))
}

fn bytes(setting: &str, file: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let bytes = fs::read(file).map(Zeroizing::new);
    bytes.with_context(|| format!("{setting}: {} cannot be read", file.display()))
}
