//! The receiver of webhooks: what it keeps, and how it answers.

use std::time::Duration;

use microsoft_sim::Tls;
use microsoft_sim::sink::{WebhookMode, WebhookSink};

fn client(sink: &WebhookSink) -> reqwest::Client {
    let roots = sink.ca_pem().map(str::as_bytes);
    let roots = roots.map(|pem| reqwest::Certificate::from_pem(pem).unwrap());
    let client = reqwest::Client::builder().tls_certs_only(roots).no_proxy();
    client.build().unwrap()
}

#[tokio::test]
async fn a_request_is_kept_with_all_that_it_says() {
    for tls in [Tls::Off, Tls::Generated] {
        let sink = WebhookSink::start(tls).await.unwrap();
        assert_eq!(
            sink.url().starts_with("https://127.0.0.1:"),
            tls == Tls::Generated
        );
        let request = client(&sink).post(format!("{}?a=1", sink.url()));
        let request = request
            .header("X-Signature", "abc")
            .header("x-signature", "def");
        let answer = request.body("{\"n\":1}").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let hook = sink.received(1).await.remove(0);
        assert_eq!(
            (hook.method.as_str(), hook.path.as_str()),
            ("POST", "/hook?a=1")
        );
        assert_eq!(hook.headers["x-signature"], "abc, def");
        assert_eq!(hook.body, b"{\"n\":1}");
        assert_eq!(sink.hooks().len(), 1);
    }
}

#[tokio::test]
async fn whoever_does_not_trust_the_authority_sends_nothing() {
    let sink = WebhookSink::start(Tls::Generated).await.unwrap();
    let plain = WebhookSink::start(Tls::Off).await.unwrap();
    let sent = client(&plain).post(sink.url()).body("x").send().await;
    assert!(sent.unwrap_err().is_connect());
    assert!(sink.hooks().is_empty());
}

#[tokio::test]
async fn it_answers_as_ordered_from_the_next_request_on() {
    let sink = WebhookSink::start(Tls::Off).await.unwrap();
    let client = client(&sink);
    let post = async || client.post(sink.url()).body("x").send().await;
    sink.set_mode(WebhookMode::status(410));
    assert_eq!(post().await.unwrap().status(), 410);
    sink.set_mode(WebhookMode::Status {
        status: 503,
        retry_after: Some("7".to_owned()),
    });
    let later = post().await.unwrap();
    assert_eq!(
        (later.status().as_u16(), &later.headers()["retry-after"]),
        (503, &"7".parse().unwrap())
    );
    let wait = Duration::from_millis(60);
    sink.set_mode(WebhookMode::Slow(wait));
    let begun = tokio::time::Instant::now();
    assert_eq!(post().await.unwrap().status(), 200);
    assert!(begun.elapsed() >= wait);
    sink.set_mode(WebhookMode::Reset);
    assert!(post().await.is_err());
    assert_eq!(sink.hooks().len(), 4, "each was kept, whatever came of it");
}

#[tokio::test]
async fn a_receiver_that_hangs_answers_when_it_ends_at_the_latest() {
    let sink = WebhookSink::start(Tls::Off).await.unwrap();
    sink.set_mode(WebhookMode::Hang);
    let request = client(&sink).post(sink.url()).body("x");
    let hanging = tokio::spawn(async move { request.send().await });
    sink.received(1).await;
    assert!(!hanging.is_finished());
    drop(sink);
    assert!(hanging.await.unwrap().is_err());
}
