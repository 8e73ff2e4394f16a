//! An ingress for the pretended cluster: answers over TLS with a certificate of its own.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Answers until it is dropped.
pub(crate) struct Doorway {
    pub(crate) address: String,
    pub(crate) certificate: String,
    _runtime: Runtime,
}

impl Doorway {
    /// Answers everybody with this status.
    pub(crate) fn open(status: &'static str) -> Self {
        let pair = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(["licensetool.local".to_owned()]).unwrap();
        let certificate = params.self_signed(&pair).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(pair.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Whoever does not like the certificate hangs up.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let mut request = [0; 1024];
                drop(stream.read(&mut request).await);
                let body = r#"{"status":"ok","version":"0.1.0 (abcdef)","loops":[]}"#;
                let answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\n\r\n{body}");
                drop(stream.write_all(answer.as_bytes()).await);
                drop(stream.shutdown().await);
            }
        });
        Self {
            address,
            certificate: certificate.pem(),
            _runtime: runtime,
        }
    }
}
