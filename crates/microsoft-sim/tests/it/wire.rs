//! Connections: versions of HTTP, TLS, compression, limits, counts, and the end.

use std::time::Duration;

use microsoft_sim::{Call, Counts, Options, Simulator, Tls, World};
use reqwest::Version;

use crate::client::Session;

#[tokio::test]
async fn both_versions_of_http_are_spoken() {
    let check = async |tls, over_http2, expected: Version| {
        let session = Session::over(
            Options {
                tls,
                ..Options::default()
            },
            over_http2,
        )
        .await;
        let url = session.url("/common/discovery/v2.0/keys");
        let response = session.http.get(url).send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.version()),
            (200, expected)
        );
    };
    check(Tls::Off, false, Version::HTTP_11).await;
    check(Tls::Off, true, Version::HTTP_2).await;
    check(Tls::Generated, false, Version::HTTP_11).await;
    check(Tls::Generated, true, Version::HTTP_2).await;
}

#[tokio::test]
async fn a_client_that_does_not_trust_the_authority_is_not_served() {
    let session = Session::start(Options {
        tls: Tls::Generated,
        ..Options::default()
    })
    .await;
    let stranger = reqwest::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .build()
        .unwrap();
    let url = session.url("/common/discovery/v2.0/keys");
    assert!(stranger.get(&url).send().await.unwrap_err().is_connect());
    assert_eq!(session.http.get(&url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_taken_address_is_named_in_the_error() {
    let world = || World::generate(1, 1, 1);
    let first = Simulator::start(world(), Options::default()).await.unwrap();
    let listen = first
        .base_url()
        .strip_prefix("http://")
        .unwrap()
        .parse()
        .unwrap();
    let options = Options {
        listen,
        ..Options::default()
    };
    let error = Simulator::start(world(), options)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains(&listen.to_string()), "{error}");
    first.shutdown().await;
    let again = Simulator::start(
        world(),
        Options {
            listen,
            ..Options::default()
        },
    )
    .await;
    assert!(again.is_ok());
}

#[tokio::test]
async fn a_request_without_end_is_refused() {
    let session = Session::start(Options::default()).await;
    let url = session.url("/north.example/oauth2/v2.0/token");
    let answer = session
        .http
        .post(url)
        .body(vec![b'x'; 5 << 20])
        .send()
        .await;
    // The refusal may come while the client still sends.
    assert!(answer.is_err() || answer.unwrap().status() == 413);
}

#[tokio::test]
async fn answers_under_way_are_finished_at_the_end() {
    let latency = Duration::from_millis(100);
    let session = Session::start(Options {
        latency,
        ..Options::default()
    })
    .await;
    let request = session.http.get(session.url("/common/discovery/v2.0/keys"));
    let under_way = tokio::spawn(async move { request.send().await });
    while session.simulator.counts().requests == 0 {
        tokio::task::yield_now().await;
    }
    session.simulator.shutdown().await;
    assert_eq!(under_way.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn counts_are_told_over_http_as_in_the_process() {
    let session = Session::start(Options::default()).await;
    let token = session.token("north").await;
    for path in [
        "/v1.0/subscribedSkus",
        "/v1.0/directory/subscriptions",
        "/v1.0/organization",
    ] {
        assert_eq!(
            session.graph(path, &token).await.unwrap().status,
            200,
            "{path}"
        );
    }
    let told: Counts = serde_json::from_value(session.get("/_sim/counts").await.body).unwrap();
    assert_eq!(told.calls_of("north", Call::Any), 4);
    assert_eq!(told.calls(Call::Subscriptions), 1);
    assert_eq!(told.statuses.into_iter().collect::<Vec<_>>(), [(200, 4)]);
    assert_eq!(
        (told.tokens_issued, told.connections, told.peak_concurrent),
        (1, 1, 1)
    );
    assert!(told.bytes_sent > 2_000, "{}", told.bytes_sent);
    assert_eq!(session.simulator.counts().requests, 4);
}

#[tokio::test]
async fn a_frozen_world_stands_still_while_tokens_follow_the_wall_clock() {
    let now = Some("2020-03-02T08:00:00Z".parse().unwrap());
    let session = Session::start(Options {
        now,
        ..Options::default()
    })
    .await;
    let token = session.token("north").await;
    assert_eq!(
        session
            .graph("/v1.0/subscribedSkus", &token)
            .await
            .unwrap()
            .status,
        200
    );
}
