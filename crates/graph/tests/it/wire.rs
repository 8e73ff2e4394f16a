//! What goes over the wire, and what becomes of bytes that no Microsoft would send.

use std::time::Duration;

use graph::{Client, Error, Settings};

use crate::stub::{Reply, Stub, answer, asks_for_token, credential, token};

const EMPTY: &[u8] = br#"{"value": []}"#;

/// The error when Graph always sends these bytes, and how often it was asked, of two times at most.
async fn error_of(bytes: Vec<u8>) -> (Error, usize) {
    let stub = Stub::start(move |_| bytes.clone()).await;
    let settings = Settings {
        max_attempts: 2,
        ..stub.settings()
    };
    let tenant = Client::new(&settings).unwrap().tenant(credential());
    let error = tenant.subscribed_skus().await.expect_err("an error");
    (error, stub.requests().len() - 1)
}

#[tokio::test]
async fn a_request_says_who_asks_for_what_and_how_urgently() {
    let stub = Stub::start(|_| answer(200, "", EMPTY)).await;
    stub.tenant().subscribed_skus().await.unwrap();
    let requests = stub.requests();
    let check = |request: &str, words: &[&str]| {
        for word in words {
            assert!(request.contains(word), "{word} in {request}");
        }
    };
    check(
        &requests[0],
        &[
            "POST /school.example/oauth2/v2.0/token HTTP",
            "client-request-id: ",
            "client_id=app&",
            "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&",
            "grant_type=client_credentials&",
            "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A\
             jwt-bearer&",
        ],
    );
    check(
        &requests[1],
        &[
            "GET /v1.0/subscribedSkus?$select=id,skuId,skuPartNumber,appliesTo,capabilityStatus,\
             consumedUnits,prepaidUnits,subscriptionIds HTTP",
            "authorization: Bearer t\r\n",
            "user-agent: licensetool/",
            "accept: application/json\r\n",
            "accept-encoding: gzip\r\n",
            "x-ms-throttle-priority: low\r\n",
            "client-request-id: ",
        ],
    );
    assert!(!requests[0].contains("x-ms-throttle-priority"));
}

#[tokio::test]
async fn somebody_who_waits_does_not_ask_to_be_throttled_first() {
    let stub = Stub::start(|_| answer(200, "", EMPTY)).await;
    let mut settings = stub.settings();
    settings.low_priority = false;
    settings.user_agent = "NONISV|School|licensetool/1".into();
    let tenant = Client::new(&settings).unwrap().tenant(credential());
    tenant.subscriptions().await.unwrap();
    let request = &stub.requests()[1];
    assert!(!request.contains("x-ms-throttle-priority"));
    assert!(request.contains("user-agent: NONISV|School|licensetool/1\r\n"));
}

#[tokio::test]
async fn the_id_in_an_error_is_the_one_that_was_sent() {
    let stub = Stub::start(|_| answer(404, "request-id: abc\r\n", b"")).await;
    let error = stub.tenant().subscriptions().await.unwrap_err();
    let id = error.failure().client_request_id.unwrap();
    assert!(stub.requests()[1].contains(&format!("client-request-id: {id}")));
    assert_eq!(
        error.to_string(),
        format!(
            "Graph does not know directory/subscriptions (404, request-id abc, \
             client-request-id {id})"
        )
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Stub::start(|_| answer(200, "", EMPTY)).await;
    let (error, sent) = error_of(answer(
        302,
        &format!("Location: {}\r\n", elsewhere.url),
        b"",
    ))
    .await;
    assert!(matches!(error, Error::Unreadable { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("a redirect, which is never followed"),
        "{error}"
    );
    assert_eq!((sent, elsewhere.requests().len()), (1, 0));
}

#[tokio::test]
async fn pages_are_followed_and_put_together_but_never_to_another_host() {
    let page = |link: &str| {
        let body = format!(r#"{{"value": [{{"id": "x"}}], "@odata.nextLink": "{link}"}}"#);
        answer(200, "", body.as_bytes())
    };
    let elsewhere = Stub::start(|_| answer(200, "", EMPTY)).await;
    let link = format!("{}v1.0/x?$skiptoken=abc", elsewhere.url);
    let (error, _) = error_of(page(&link)).await;
    let host = elsewhere.url.origin().ascii_serialization();
    let words = format!("its next link leads to another host ({host}) and is not followed (200,");
    assert!(error.to_string().contains(&words), "{error}");
    assert_eq!(
        elsewhere.requests().len(),
        0,
        "nobody else ever sees the token"
    );

    // The address of a server is only known once it runs: so the link is read from the request.
    let stub = Stub::replying(move |request| {
        if asks_for_token(request) {
            return token("t", 3599);
        }
        let host = request
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .unwrap();
        Reply::Bytes(match request.contains("$skiptoken=last") {
            true => answer(200, "", br#"{"value": [{"id": "y"}]}"#),
            false => page(&format!("http://{host}/v1.0/x?$skiptoken=last")),
        })
    })
    .await;
    let listing = stub.tenant().subscriptions().await.unwrap();
    let ids: Vec<_> = listing
        .items
        .iter()
        .map(|item| item.id.as_deref())
        .collect();
    assert_eq!(ids, [Some("x"), Some("y")]);
    assert!(
        listing
            .remarks
            .contains(&"page 2: value[0].skuId: missing".to_owned())
    );
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit_and_no_further() {
    let check = async |limit: usize, bytes: Vec<u8>, fits: bool| {
        let stub = Stub::start(move |_| bytes.clone()).await;
        let mut settings = stub.settings();
        settings.body_limit = limit;
        let tenant = Client::new(&settings).unwrap().tenant(credential());
        match tenant.subscribed_skus().await {
            Ok(_) => assert!(fits),
            Err(error) => {
                let words = format!("it is larger than {limit} bytes");
                assert!(!fits && error.to_string().contains(&words), "{error}");
            }
        }
    };
    let chunked = |body: &str| {
        let length = body.len();
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        format!("{head}{length:x}\r\n{body}\r\n0\r\n\r\n").into_bytes()
    };
    let text = str::from_utf8(EMPTY).unwrap();
    check(13, answer(200, "", EMPTY), true).await;
    check(12, answer(200, "", EMPTY), false).await;
    check(13, chunked(text), true).await;
    check(12, chunked(text), false).await;
}

#[tokio::test]
async fn bytes_that_are_no_answer_are_unreadable_or_a_broken_connection() {
    let zip = "Content-Encoding: gzip\r\n";
    let (error, _) = error_of(answer(200, zip, b"this is no gzip at all")).await;
    assert!(
        error.to_string().contains("it cannot be decompressed"),
        "{error}"
    );

    let (error, sent) = error_of(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec()).await;
    assert!(
        matches!(error, Error::Unreachable { broke: true, .. }),
        "{error}"
    );
    assert_eq!(sent, 2, "a broken connection is tried again");
}

#[tokio::test]
async fn an_answer_that_is_cut_off_once_is_asked_for_again() {
    let whole = answer(200, "", EMPTY);
    let stub = Stub::start(move |n| whole[..whole.len() - usize::from(n == 0)].to_vec()).await;
    assert!(stub.tenant().subscribed_skus().await.is_ok());
    assert_eq!(stub.requests().len(), 3);
}

#[tokio::test]
async fn a_date_in_retry_after_counts_from_the_servers_clock() {
    let headers = "Date: Mon, 10 Aug 2020 06:00:00 GMT\r\n\
                   Retry-After: Mon, 10 Aug 2020 06:01:30 GMT\r\n";
    let (error, sent) = error_of(answer(429, headers, b"")).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(90)));
    assert_eq!(
        sent, 1,
        "a wait beyond the deadline is the caller's to make"
    );
    assert!(error.to_string().contains("asks to wait 90 s"), "{error}");
}

#[tokio::test]
async fn every_status_leads_to_one_decision() {
    let check = async |status: u16, body: &str, expected: &str, requests: usize| {
        let stub = {
            let bytes = answer(status, "Retry-After: 0\r\n", body.as_bytes());
            Stub::start(move |_| bytes.clone()).await
        };
        let error = stub.tenant().organization().await.expect_err(expected);
        let variant = format!("{error:?}");
        assert!(variant.starts_with(expected), "{status}: {variant}");
        assert!(!error.advice().is_empty());
        let sent = stub
            .requests()
            .iter()
            .filter(|r| r.contains("/v1.0/organization"))
            .count();
        assert_eq!(sent, requests, "{status}");
    };
    check(200, "{}", "Unreadable", 1).await;
    check(200, r#"{"value": []}"#, "Gone", 1).await;
    check(204, "", "Unreadable", 1).await;
    check(400, "", "Unreadable", 1).await;
    check(401, "", "Refused", 2).await;
    check(403, "<html>", "Denied", 1).await;
    check(404, "", "Gone", 1).await;
    check(410, "", "Gone", 1).await;
    check(418, r#"{"error": 7}"#, "Unreadable", 1).await;
    check(429, "", "Throttled", 4).await;
    check(500, "", "Unavailable", 4).await;
    check(502, "", "Unavailable", 4).await;
    check(503, "", "Unavailable", 4).await;
    check(504, "", "Unavailable", 4).await;
}

#[tokio::test]
async fn a_hostile_error_body_cannot_flood_or_steer_a_message() {
    let token = "eyJ0".repeat(500);
    let message = format!("bad\\u001b[2J token {token} {}", "word ".repeat(10_000));
    let body = format!(r#"{{"error": {{"code": "{token}", "message": "{message}"}}}}"#);
    let (error, _) = error_of(answer(403, "request-id: \x01\r\n", body.as_bytes())).await;
    let shown = format!("{error} {error:?}");
    assert!(error.to_string().chars().count() < 500, "{error}");
    assert!(
        !shown.contains("eyJ0") && !shown.contains('\u{1b}'),
        "{shown}"
    );
}

#[tokio::test]
async fn a_host_that_is_not_there_is_unreachable_and_asked_once() {
    let stub = Stub::start(|_| Vec::new()).await;
    let mut settings = stub.settings();
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    settings.cloud.authority.set_port(Some(free)).unwrap();
    let tenant = Client::new(&settings).unwrap().tenant(credential());
    let error = tenant.warm_up().await.unwrap_err();
    assert!(
        matches!(error, Error::Unreachable { broke: false, .. }),
        "{error}"
    );
    let host = format!("127.0.0.1:{free}");
    let expected =
        format!("Entra ({host}) cannot be reached for the token request: Connection refused");
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert!(
        error
            .advice()
            .contains(&format!("between this machine and {host}"))
    );
}
