//! Both ways to be reached, a certificate that changes, and an end that lets requests finish.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::Version;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Barrier, Notify};

use super::*;
use crate::config::TlsFiles;
use crate::run::tls::Certificate;

async fn echo(ConnectInfo(peer): ConnectInfo<SocketAddr>, version: Version) -> String {
    format!("{version:?} from {}", peer.ip())
}

struct Serving {
    address: SocketAddr,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<anyhow::Result<()>>,
}

async fn serving(app: Router, tls: Option<Shown>) -> Serving {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let server = Server { listener, tls, app };
    let task = tokio::spawn(serve(server, stop.clone(), watch::Sender::new(false)));
    Serving {
        address,
        stop,
        task,
    }
}

fn client() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy()
}

#[tokio::test]
async fn a_handler_knows_who_asks_over_http_1_and_2() {
    let app = Router::new().route("/", get(echo));
    let serving = serving(app, None).await;
    let url = format!("http://{}/", serving.address);
    let one = client().http1_only().build().unwrap();
    let answer = one.get(&url).send().await.unwrap().text().await.unwrap();
    assert_eq!(answer, "HTTP/1.1 from 127.0.0.1");
    let two = client().http2_prior_knowledge().build().unwrap();
    let answer = two.get(&url).send().await.unwrap().text().await.unwrap();
    assert_eq!(answer, "HTTP/2.0 from 127.0.0.1");
    serving.stop.cancel();
    serving.task.await.unwrap().unwrap();
}

/// A certificate for 127.0.0.1, in files.
fn certificate(folder: &std::path::Path) -> (TlsFiles, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let files = TlsFiles {
        cert: folder.join("tls.crt"),
        key: folder.join("tls.key"),
    };
    std::fs::write(&files.cert, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    (files, made.cert.pem().into_bytes())
}

async fn ask_trusting(address: SocketAddr, pem: &[u8]) -> reqwest::Result<String> {
    let root = reqwest::Certificate::from_pem(pem).unwrap();
    let client = client().tls_certs_only([root]).build().unwrap();
    let url = format!("https://{address}/");
    client.get(url).send().await?.text().await
}

#[tokio::test]
async fn a_certificate_that_is_replaced_is_shown_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let (files, first) = certificate(folder.path());
    let shown = Certificate::open(&files).unwrap();
    let app = Router::new().route("/", get(echo));
    let serving = serving(app, Some(shown.shown())).await;
    let answer = ask_trusting(serving.address, &first).await.unwrap();
    assert_eq!(answer, "HTTP/2.0 from 127.0.0.1");

    let mut changed = shown.shown();
    let poll = Duration::from_millis(5);
    let following = tokio::spawn(shown.follow(poll, serving.stop.clone()));
    std::fs::write(&files.key, "half a file").unwrap();
    let (_, second) = certificate(folder.path());
    changed.changed().await.unwrap();
    assert!(ask_trusting(serving.address, &first).await.is_err());
    assert!(ask_trusting(serving.address, &second).await.is_ok());
    serving.stop.cancel();
    following.await.unwrap().unwrap();
    serving.task.await.unwrap().unwrap();
}

#[test]
fn files_that_are_no_certificate_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let (files, _) = certificate(folder.path());
    let said = |files: &TlsFiles| format!("{:#}", Certificate::open(files).err().unwrap());
    let key = std::fs::read(&files.key).unwrap();
    std::fs::write(&files.key, "x").unwrap();
    assert!(
        said(&files).contains("holds no private key"),
        "{}",
        said(&files)
    );
    std::fs::write(&files.key, key).unwrap();
    let (other, _) = certificate(tempfile::tempdir().unwrap().keep().as_path());
    let mixed = TlsFiles {
        key: other.key,
        ..files.clone()
    };
    assert!(
        said(&mixed).contains("do not belong together"),
        "{}",
        said(&mixed)
    );
    std::fs::write(&files.cert, "x").unwrap();
    assert!(
        said(&files).contains("holds no certificate"),
        "{}",
        said(&files)
    );
    std::fs::remove_file(&files.cert).unwrap();
    assert!(said(&files).contains("cannot be read"), "{}", said(&files));
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_end() {
    let (began, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (began, go_on) = (began.clone(), go_on.clone());
        move || async move {
            began.notify_one();
            go_on.notified().await;
            "done"
        }
    };
    let serving = serving(Router::new().route("/", get(slow)), None).await;
    let url = format!("http://{}/", serving.address);
    let client = client().build().unwrap();
    let asked = tokio::spawn(client.get(url).send());
    began.notified().await;
    serving.stop.cancel();
    go_on.notify_one();
    assert_eq!(asked.await.unwrap().unwrap().text().await.unwrap(), "done");
    serving.task.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_steadily_hears_of_the_end_and_loses_no_request() {
    let serving = serving(Router::new().route("/", get(echo)), None).await;
    let url = format!("http://{}/", serving.address);
    // Each of them is known here before the end: who comes first after it is refused.
    let begun = Arc::new(Barrier::new(17));
    let steady = (0..16).map(|_| {
        let (url, begun) = (url.clone(), begun.clone());
        let client = client().pool_max_idle_per_host(1).build().unwrap();
        tokio::spawn(async move {
            for asked in 1_u32.. {
                let answer = client.get(&url).send().await.unwrap();
                assert_eq!(answer.status(), 200);
                let is_last = answer.headers().contains_key("connection");
                assert!(answer.text().await.unwrap().starts_with("HTTP/1.1"));
                if is_last {
                    return;
                }
                if asked == 10 {
                    begun.wait().await;
                }
            }
        })
    });
    let steady: Vec<_> = steady.collect();
    begun.wait().await;
    serving.stop.cancel();
    for client in steady {
        client.await.unwrap();
    }
    serving.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_was_let_in_just_before_the_end_is_answered() {
    let serving = serving(Router::new().route("/", get(echo)), None).await;
    // On this one thread nobody meets it before the stop is seen.
    let address = serving.address;
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    std::io::Write::write_all(&mut stream, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    serving.stop.cancel();
    serving.task.await.unwrap().unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
}

/// Lets time pass at once. While it stands still otherwise, nothing is waited for that comes from
/// the network.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_connection_outlives_the_patience_of_a_proxy_and_ends_in_the_end() {
    let serving = serving(Router::new().route("/", get(echo)), None).await;
    let mut stream = TcpStream::connect(serving.address).await.unwrap();
    for idle in [61, 61, 0] {
        let request = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        while !answer.ends_with("127.0.0.1") {
            let mut part = [0; 512];
            let read = stream.read(&mut part).await.unwrap();
            assert_ne!(read, 0, "{answer}");
            answer.push_str(std::str::from_utf8(&part[..read]).unwrap());
        }
        pass(Duration::from_secs(idle)).await;
    }
    pass(IDLE + Duration::from_secs(1)).await;
    let mut left = Vec::new();
    stream.read_to_end(&mut left).await.unwrap();
    assert_eq!(left, b"");
    serving.stop.cancel();
    serving.task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn whoever_says_nothing_or_half_a_request_is_left() {
    let serving = serving(Router::new().route("/", get(echo)), None).await;
    for beginning in ["", "GET / HTTP/1.1\r\nhost: x\r\n", "PRI * HTTP"] {
        let mut stream = TcpStream::connect(serving.address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        let mut left = Vec::new();
        // Ends when the server closes.
        drop(stream.read_to_end(&mut left).await);
        assert!(
            left.is_empty() || left.starts_with(b"HTTP/1.1 408"),
            "{left:?}"
        );
    }
    serving.stop.cancel();
    serving.task.await.unwrap().unwrap();
}
