//! A server of a few lines: raw bytes, with TLS or without, and the requests kept as they came.

use std::future::Future;
use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What a server does with a request.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    Bytes(String),
    /// Keeps the connection and says nothing.
    Silence,
    /// Hangs up.
    End,
}

/// An answer as it goes over the wire.
pub(super) fn answer(status: u16, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Bytes(format!(
        "HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n\
         {body}"
    ))
}

pub(super) struct Stub {
    pub(super) port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// Replies to every HTTP request.
    pub(super) async fn http(reply: Reply) -> Self {
        Self::start(None, reply).await
    }

    pub(super) async fn https(identity: &Identity, reply: Reply) -> Self {
        Self::start(Some(identity.acceptor.clone()), reply).await
    }

    async fn start(tls: Option<TlsAcceptor>, reply: Reply) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        let port = listen(move |stream| {
            let (tls, reply, kept) = (tls.clone(), reply.clone(), Arc::clone(&kept));
            async move {
                match tls {
                    None => serve(stream, &reply, &kept).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, &reply, &kept).await;
                        }
                    }
                }
            }
        });
        Self {
            port: port.await,
            requests,
        }
    }

    /// Every request so far, head and body.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Serves every connection; answers the port.
pub(super) async fn listen<F: Future<Output = ()> + Send + 'static>(
    serve: impl Fn(TcpStream) -> F + Send + 'static,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream));
        }
    });
    port
}

/// A port at which nobody listens.
pub(super) async fn nobody() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

/// A port at which somebody speaks first, and no TLS.
pub(super) async fn greeting() -> u16 {
    let greet = |mut stream: TcpStream| async move {
        let _ = stream.write_all(b"220 mx.example ready\r\n").await;
        drop(stream.read(&mut [0]).await);
    };
    listen(greet).await
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    reply: &Reply,
    kept: &Mutex<Vec<String>>,
) {
    let request = read(&mut stream).await;
    kept.lock().unwrap().push(request);
    match reply {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(bytes.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Reply::Silence => drop(stream.read(&mut [0]).await),
        Reply::End => {}
    }
}

/// One request as text: its head and, by its length, its body.
async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&chunk[..count]),
            _ => return text,
        }
    }
}

/// A certificate of its own making.
pub(super) struct Identity {
    pub(super) acceptor: TlsAcceptor,
    pub(super) ca_pem: String,
}

/// For a host by that name.
pub(super) fn identity(name: &str) -> Identity {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    Identity {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        ca_pem: certificate.pem(),
    }
}
