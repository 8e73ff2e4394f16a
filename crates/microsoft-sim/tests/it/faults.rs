//! What a test may order to go wrong goes wrong, for the one it is meant for and as often as said.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use microsoft_sim::{Call, Fault, FaultKind, Options, RetryAfter, Tls};
use serde_json::{Value, json};

use crate::client::{Answer, Session};

const SKUS: &str = "/v1.0/subscribedSkus";

fn fault(call: Call, kind: FaultKind, times: Option<u32>) -> Fault {
    Fault {
        tenant: Some("north".to_owned()),
        call,
        kind,
        times,
    }
}

fn of_skus(kind: FaultKind) -> Fault {
    fault(Call::SubscribedSkus, kind, Some(1))
}

async fn session() -> Session {
    Session::start(Options::default()).await
}

fn status(code: u16, retry_after: Option<RetryAfter>) -> FaultKind {
    FaultKind::Status {
        status: code,
        retry_after,
    }
}

#[tokio::test]
async fn a_status_comes_in_the_words_of_the_service() {
    let session = session().await;
    let token = session.token("north").await;
    for code in [403, 404, 429, 500, 502, 503, 504] {
        session.simulator.order(of_skus(status(code, None)));
        let answer = session.graph(SKUS, &token).await.unwrap();
        assert_eq!(answer.status, code);
        assert!(answer.body["error"]["code"].is_string(), "{answer:?}");
        assert!(answer.headers.contains_key("request-id"));

        session
            .simulator
            .order(fault(Call::Token, status(code, None), Some(1)));
        let answer = session
            .present("north", &session.assertion("north").signed())
            .await;
        assert_eq!(answer.status, code);
        assert!(answer.body["error_codes"][0].is_u64(), "{answer:?}");
        assert_eq!(session.graph(SKUS, &token).await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn retry_after_comes_in_every_form() {
    let session = session().await;
    let token = session.token("north").await;
    let check = async |retry_after: Option<RetryAfter>, expected: fn(&str) -> bool| {
        session.simulator.order(of_skus(status(429, retry_after)));
        let answer = session.graph(SKUS, &token).await.unwrap();
        let header = answer.headers.get("retry-after");
        let header = header.map_or("", |header| header.to_str().unwrap());
        assert!(expected(header), "{header:?}");
    };
    check(None, str::is_empty).await;
    check(Some(RetryAfter::Seconds(3.0)), |it| it == "3").await;
    check(Some(RetryAfter::Seconds(0.5)), |it| it == "0.5").await;
    check(Some(RetryAfter::HttpDate(5)), |it| it.ends_with(" GMT")).await;
}

#[tokio::test]
async fn entra_answers_with_the_code_that_is_ordered() {
    let session = session().await;
    session.simulator.order(fault(
        Call::Token,
        FaultKind::Aadsts { code: 53_003 },
        Some(1),
    ));
    let assertion = session.assertion("north").signed();
    let answer = session.present("north", &assertion).await;
    assert_eq!(
        (answer.status, &answer.body["error"]),
        (400, &json!("interaction_required"))
    );
    assert_eq!(session.present("north", &assertion).await.status, 200);
}

/// Each break of the connection, over each kind of it.
#[tokio::test]
async fn a_connection_breaks_on_order_and_the_next_request_is_served() {
    for (tls, over_http2) in [
        (Tls::Off, false),
        (Tls::Generated, true),
        (Tls::Generated, false),
    ] {
        let session = Session::over(
            Options {
                tls,
                ..Options::default()
            },
            over_http2,
        )
        .await;
        let token = session.token("north").await;
        session.simulator.order(of_skus(FaultKind::Reset));
        let error = session.graph(SKUS, &token).await.unwrap_err();
        assert!(is_reset(&error), "{tls:?} {over_http2}: {error:?}");
        session.simulator.order(of_skus(FaultKind::CutOff));
        let error = session.graph(SKUS, &token).await.unwrap_err();
        assert!(
            error.is_body() || error.is_decode(),
            "{tls:?} {over_http2}: {error:?}"
        );
        assert_eq!(session.graph(SKUS, &token).await.unwrap().status, 200);
    }
}

fn is_reset(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let error_of_io = error.downcast_ref::<io::Error>();
        if error_of_io.is_some_and(|it| it.kind() == io::ErrorKind::ConnectionReset) {
            return true;
        }
        cause = error.source();
    }
    false
}

#[tokio::test]
async fn a_hanging_call_never_ends_and_disturbs_no_other() {
    let session = session().await;
    let token = session.token("north").await;
    session.simulator.order(of_skus(FaultKind::Hang));
    let hanging = tokio::spawn({
        let request = session.http.get(session.url(SKUS)).bearer_auth(&token);
        async move { request.send().await }
    });
    while session.simulator.counts().calls(Call::SubscribedSkus) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(session.graph(SKUS, &token).await.unwrap().status, 200);
    assert!(!hanging.is_finished());
    // The end of the simulator ends the call, and does not wait for it.
    session.simulator.shutdown().await;
    assert!(hanging.await.unwrap().is_err());
}

#[tokio::test]
async fn an_answer_is_spoilt_on_order() {
    let session = session().await;
    let token = session.token("north").await;
    let spoilt = async |kind| {
        session.simulator.order(of_skus(kind));
        session.graph(SKUS, &token).await.unwrap()
    };
    let invalid = spoilt(FaultKind::InvalidJson).await;
    assert_eq!((invalid.status, &invalid.body), (200, &Value::Null));
    let twisted = spoilt(FaultKind::WrongTypes).await;
    assert!(
        twisted.body["value"][0]["consumedUnits"].is_string(),
        "{twisted:?}"
    );
    assert!(twisted.body["value"][0]["skuId"].is_number());
    let sound = session.graph(SKUS, &token).await.unwrap();
    assert_eq!(sound.body["value"][0]["consumedUnits"], 80);
}

#[tokio::test]
async fn a_huge_answer_is_as_huge_as_ordered() {
    let session = session().await;
    let token = session.token("north").await;
    session.simulator.order(of_skus(FaultKind::Huge { mib: 3 }));
    let request = session.http.get(session.url(SKUS)).bearer_auth(&token);
    let body = request.send().await.unwrap().bytes().await.unwrap();
    assert!(body.len() > 3 << 20 && body.len() < 4 << 20);
    assert!(serde_json::from_slice::<Value>(&body).is_ok());
}

async fn follow(session: &Session, token: &str, link: &Value) -> Answer {
    let link = link.as_str().unwrap();
    let path = link.strip_prefix(&session.simulator.base_url()).unwrap();
    session.graph(path, token).await.unwrap()
}

#[tokio::test]
async fn pages_are_made_on_order() {
    let session = session().await;
    let token = session.token("north").await;
    session
        .simulator
        .order(of_skus(FaultKind::EmptyPages { pages: 2 }));
    let path = format!("{SKUS}?$select=skuId,consumedUnits");
    let mut page = session.graph(&path, &token).await.unwrap();
    for _ in 0..2 {
        assert_eq!(page.body["value"], json!([]));
        page = follow(&session, &token, &page.body["@odata.nextLink"]).await;
    }
    assert_eq!(page.body["value"].as_array().unwrap().len(), 2);
    assert!(
        page.body["value"][0].get("skuPartNumber").is_none(),
        "$select is kept"
    );
    assert!(page.body.get("@odata.nextLink").is_none());

    session.simulator.order(of_skus(FaultKind::EndlessPages));
    let mut page = session.graph(SKUS, &token).await.unwrap();
    let mut links = Vec::new();
    for _ in 0..5 {
        assert_eq!(page.body["value"].as_array().unwrap().len(), 2);
        links.push(page.body["@odata.nextLink"].to_string());
        page = follow(&session, &token, &page.body["@odata.nextLink"]).await;
    }
    links.dedup();
    assert_eq!(links.len(), 5);

    let url = "https://elsewhere.example/v1.0/subscribedSkus?$skiptoken=1";
    session.simulator.order(of_skus(FaultKind::ForeignNextLink {
        url: url.to_owned(),
    }));
    let page = session.graph(SKUS, &token).await.unwrap();
    assert_eq!(page.body["@odata.nextLink"], url);
}

#[tokio::test]
async fn a_revoked_token_stays_revoked_and_a_new_one_works() {
    let session = session().await;
    let token = session.token("north").await;
    session.simulator.order(of_skus(FaultKind::RevokedToken));
    for path in [SKUS, SKUS, "/v1.0/organization"] {
        assert_eq!(session.graph(path, &token).await.unwrap().status, 401);
    }
    let new = session.token("north").await;
    assert_eq!(session.graph(SKUS, &new).await.unwrap().status, 200);
    session
        .simulator
        .order(fault(Call::Token, FaultKind::RevokedToken, Some(1)));
    let stillborn = session.token("north").await;
    assert_eq!(session.graph(SKUS, &stillborn).await.unwrap().status, 401);
}

#[tokio::test]
async fn an_expired_token_is_refused_and_the_same_one_later_believed() {
    let session = session().await;
    let token = session.token("north").await;
    session.simulator.order(of_skus(FaultKind::ExpiredToken));
    let refused = session.graph(SKUS, &token).await.unwrap();
    assert_eq!(refused.status, 401);
    assert_eq!(refused.body["error"]["code"], "InvalidAuthenticationToken");
    assert_eq!(session.graph(SKUS, &token).await.unwrap().status, 200);
    session
        .simulator
        .order(fault(Call::Token, FaultKind::ExpiredToken, Some(1)));
    let expired = session.token("north").await;
    assert_eq!(session.graph(SKUS, &expired).await.unwrap().status, 401);
}

#[tokio::test]
async fn latency_delays_and_other_faults_still_happen() {
    let session = session().await;
    let token = session.token("north").await;
    session
        .simulator
        .order(of_skus(FaultKind::Latency { ms: 80 }));
    session.simulator.order(of_skus(status(503, None)));
    let begun = tokio::time::Instant::now();
    assert_eq!(session.graph(SKUS, &token).await.unwrap().status, 503);
    assert!(begun.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn orders_are_given_and_withdrawn_over_http() {
    let session = session().await;
    let token = session.token("north").await;
    let faults = session.url("/_sim/faults");
    let order = async |text: &'static str| {
        session
            .http
            .post(&faults)
            .body(text)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(
        order(r#"{"tenant":"north","call":"any","kind":{"status":{"status":503}}}"#).await,
        204
    );
    assert_eq!(
        order(r#"{"tenant":"west","call":"any","kind":"hang"}"#).await,
        400
    );
    assert_eq!(order("all of them").await, 400);
    assert_eq!(
        session
            .get("/_sim/faults")
            .await
            .body
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(session.graph(SKUS, &token).await.unwrap().status, 503);
    assert_eq!(
        session.http.delete(&faults).send().await.unwrap().status(),
        204
    );
    assert_eq!(session.graph(SKUS, &token).await.unwrap().status, 200);
    assert_eq!(session.get("/_sim/elsewhere").await.status, 404);
}

#[tokio::test]
#[should_panic(expected = "no tenant \\\"west\\\"")]
async fn an_order_for_nobody_is_a_mistake_of_the_test() {
    let order = Fault {
        tenant: Some("west".to_owned()),
        ..of_skus(FaultKind::Hang)
    };
    session().await.simulator.order(order);
}
