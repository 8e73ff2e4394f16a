//! A server of a few lines for what no simulator of Microsoft would send: raw bytes, one answer a
//! connection, and the requests kept as they came.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use graph::{Client, Cloud, Credential, Settings, Tenant};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

pub(crate) struct Stub {
    pub(crate) url: Url,
    requests: Arc<Mutex<Vec<String>>>,
}

/// What the server does with a request.
pub(crate) enum Reply {
    Bytes(Vec<u8>),
    /// Keeps the connection and says nothing.
    Silence,
}

/// An answer as it goes over the wire.
pub(crate) fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Entra's answer to a token request.
pub(crate) fn token(secret: &str, expires_in: u32) -> Reply {
    let body =
        format!(r#"{{"token_type":"Bearer","expires_in":{expires_in},"access_token":"{secret}"}}"#);
    Reply::Bytes(answer(200, "", body.as_bytes()))
}

pub(crate) fn asks_for_token(request: &str) -> bool {
    request.starts_with("POST ") && request.contains("/oauth2/v2.0/token ")
}

impl Stub {
    /// Gives a token to whoever asks, and to request number n (from 0) of Graph what `graph` says.
    pub(crate) async fn start(graph: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static) -> Stub {
        let asked = AtomicUsize::new(0);
        Stub::replying(move |request| {
            if asks_for_token(request) {
                return token("t", 3599);
            }
            Reply::Bytes(graph(asked.fetch_add(1, Ordering::Relaxed)))
        })
        .await
    }

    /// Replies to every request, given as text.
    pub(crate) async fn replying(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, reply) = (Arc::clone(&requests), Arc::new(reply));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (kept, reply) = (Arc::clone(&kept), Arc::clone(&reply));
                tokio::spawn(async move {
                    let request = read(&mut stream).await;
                    kept.lock().unwrap().push(request.clone());
                    match reply(&request) {
                        Reply::Bytes(bytes) => drop(stream.write_all(&bytes).await),
                        Reply::Silence => drop(stream.read(&mut [0]).await),
                    }
                });
            }
        });
        Stub {
            url: Url::parse(&format!("http://{address}")).unwrap(),
            requests,
        }
    }

    /// Every request so far, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// How many of the requests were for a token, and how many for data.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let requests = self.requests();
        let tokens = requests
            .iter()
            .filter(|request| asks_for_token(request))
            .count();
        (tokens, requests.len() - tokens)
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings::new(Cloud {
            authority: self.url.clone(),
            graph: self.url.clone(),
        })
    }

    pub(crate) fn tenant(&self) -> Tenant {
        Client::new(&self.settings()).unwrap().tenant(credential())
    }
}

/// One request as text: its head and, by its length, its body.
async fn read(stream: &mut TcpStream) -> String {
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

/// A credential that no simulator knows.
pub(crate) fn credential() -> Credential {
    static PAIR: LazyLock<(Vec<u8>, String)> = LazyLock::new(|| {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let certificate = CertificateParams::default().self_signed(&key).unwrap();
        (certificate.der().to_vec(), key.serialize_pem())
    });
    Credential::new("school.example", "app", &PAIR.0, &PAIR.1).unwrap()
}
