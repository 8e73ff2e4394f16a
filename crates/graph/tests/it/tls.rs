//! That HTTP/2 over TLS is spoken, and that strangers are not trusted.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use graph::{Client, Cloud, Error, Settings};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::stub::credential;

struct Server {
    url: Url,
    ca_pem: String,
    /// Requests over HTTP/2, and over anything else.
    requests: Arc<[AtomicUsize; 2]>,
}

/// A server with a certificate of its own making, that speaks what `protocols` says.
async fn serve(protocols: &[&[u8]]) -> Server {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("https://{}", listener.local_addr().unwrap())).unwrap();
    let requests = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let answer = service_fn(move |request| {
                    std::future::ready(Ok::<_, Infallible>(reply(&request, &counted)))
                });
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    });
    Server {
        url,
        ca_pem: certificate.pem(),
        requests,
    }
}

fn reply(request: &Request<Incoming>, counted: &[AtomicUsize; 2]) -> Response<Full<Bytes>> {
    let other = usize::from(request.version() != Version::HTTP_2);
    counted[other].fetch_add(1, Ordering::Relaxed);
    let body = r#"{"value": [], "token_type": "Bearer", "expires_in": 3599, "access_token": "t"}"#;
    Response::new(Full::from(body))
}

fn settings(server: &Server, ca: Option<&str>) -> Settings {
    let cloud = Cloud {
        authority: server.url.clone(),
        graph: server.url.clone(),
    };
    Settings {
        extra_ca: ca.map(|pem| pem.as_bytes().to_vec()),
        ..Settings::new(cloud)
    }
}

#[tokio::test]
async fn http_2_is_spoken_where_it_is_offered() {
    let check = async |protocols: &[&[u8]], expected: [usize; 2]| {
        let server = serve(protocols).await;
        let client = Client::new(&settings(&server, Some(&server.ca_pem))).unwrap();
        let tenant = client.tenant(credential());
        tenant.subscribed_skus().await.unwrap();
        tenant.subscriptions().await.unwrap();
        let counts = server
            .requests
            .each_ref()
            .map(|count| count.load(Ordering::Relaxed));
        assert_eq!(counts, expected, "{protocols:?}");
    };
    check(&[b"h2", b"http/1.1"], [3, 0]).await;
    check(&[b"h2"], [3, 0]).await;
    check(&[b"http/1.1"], [0, 3]).await;
}

#[tokio::test]
async fn a_stranger_is_not_trusted_and_the_advice_names_the_bundle() {
    let (server, other) = (serve(&[b"h2"]).await, serve(&[b"h2"]).await);
    for ca in [None, Some(other.ca_pem.as_str())] {
        let client = Client::new(&settings(&server, ca)).unwrap();
        let error = client.tenant(credential()).warm_up().await.unwrap_err();
        assert!(
            matches!(error, Error::Unreachable { broke: false, .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(
            error.advice().contains("extra CA bundle (ca_file)"),
            "{}",
            error.advice()
        );
    }
    assert_eq!(
        server.requests[0].load(Ordering::Relaxed),
        0,
        "nothing was sent to it"
    );
}
