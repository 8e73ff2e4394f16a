//! Webhook and Teams: what is sent, and what each way to fail says.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::stub::{Identity, Reply, Stub, answer, greeting, identity, nobody};
use super::*;

// seal: allow webhook-secret: the published example of Standard Webhooks
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn webhook(url: &str, reach: Reach) -> Channel {
    let settings = WebhookSettings {
        url: Secret::new(url),
        secrets: vec![Secret::new(SECRET)],
        reach,
    };
    Channel::Webhook(Webhook::new(&settings).unwrap())
}

fn teams(url: &str, reach: Reach) -> Channel {
    let url = Secret::new(url);
    Channel::Teams(Teams::new(&TeamsSettings { url, reach }).unwrap())
}

/// Both channels, as whatever breaks below them says the same.
fn both(url: &str, reach: &Reach) -> [Channel; 2] {
    [webhook(url, reach.clone()), teams(url, reach.clone())]
}

fn local(port: u16) -> String {
    format!("http://127.0.0.1:{port}/in?sig=topsecret")
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let mut lines = request.lines();
    let prefix = format!("{name}: ");
    lines.find_map(|line| line.strip_prefix(&prefix)).unwrap()
}

#[tokio::test]
async fn a_webhook_is_signed_over_exactly_what_is_sent() {
    let stub = Stub::http(answer(204, "", "")).await;
    let channel = webhook(&local(stub.port), reach(None));
    assert_eq!(send(&channel).await, Ok(Taken::default()));
    let requests = stub.requests();
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("POST /in?sig=topsecret HTTP/1.1"),
        "{head}"
    );
    assert_eq!(
        header(head, "content-type"),
        "application/cloudevents+json; charset=utf-8"
    );
    assert_eq!(header(head, "webhook-id"), exhausted().id.to_string());
    assert_eq!(
        header(head, "webhook-timestamp"),
        now().as_second().to_string()
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(&SECRET[6..]).unwrap());
    let signature = header(head, "webhook-signature")
        .strip_prefix("v1,")
        .unwrap();
    let signature = STANDARD.decode(signature).unwrap();
    let signed = format!("{}.{}.{body}", exhausted().id, now().as_second());
    hmac::verify(&key, signed.as_bytes(), &signature).unwrap();
}

#[tokio::test]
async fn a_repetition_has_the_same_id_and_body_and_a_new_time() {
    let stub = Stub::http(answer(200, "", "ok")).await;
    let channel = webhook(&local(stub.port), reach(None));
    let voice = voice(Language::German);
    for second in [0, 60] {
        let now = now() + jiff::SignedDuration::from_secs(second);
        channel.send(&[exhausted()], &voice, now).await.unwrap();
    }
    let requests = stub.requests();
    let of = |index: usize| requests[index].split_once("\r\n\r\n").unwrap();
    let (one, other) = (of(0), of(1));
    assert_eq!(one.1, other.1);
    assert_eq!(header(one.0, "webhook-id"), header(other.0, "webhook-id"));
    for name in ["webhook-timestamp", "webhook-signature"] {
        assert_ne!(header(one.0, name), header(other.0, name), "{name}");
    }
}

#[tokio::test]
async fn samples_say_where_to_look() {
    let check = async |channel: fn(&str, Reach) -> Channel, marks: &[&str], said: &[&str]| {
        let stub = Stub::http(answer(202, "", "")).await;
        let channel = channel(&local(stub.port), reach(None));
        let told = channel.test(&voice(Language::German), now()).await.unwrap();
        for word in said {
            assert!(told.contains(word), "{told}");
        }
        assert!(!told.contains("topsecret"), "{told}");
        let requests = stub.requests();
        for mark in marks {
            assert!(requests[0].contains(mark), "{requests:?}");
        }
    };
    let marks = ["licensetool.channel.test.v1", "\"test\":true"];
    check(
        webhook,
        &marks,
        &["127.0.0.1", "licensetool.channel.test.v1", "202"],
    )
    .await;
    check(teams, &["PROBE: "], &["Teams channel", "run history"]).await;
}

#[tokio::test]
async fn a_refusal_says_what_to_do() {
    let check = async |status, body: &str, message: &str, in_webhook: &str, in_teams: &str| {
        let stub = Stub::http(answer(status, "", body)).await;
        let [webhook, teams] = both(&local(stub.port), &reach(None));
        fails(send(&webhook).await, message, in_webhook);
        fails(send(&teams).await, message, in_teams);
    };
    check(
        400,
        "{\"error\":\"bad\"}",
        "(400): \"{\"error\":\"bad\"}\"",
        "log",
        "log",
    )
    .await;
    check(
        401,
        "",
        "does not accept the message from us (401)",
        "secret",
        "sig",
    )
    .await;
    check(
        403,
        "",
        "does not accept the message from us (403)",
        "secret",
        "sig",
    )
    .await;
    check(
        404,
        "",
        "does not know the address (404)",
        "new url",
        "switch it on",
    )
    .await;
    check(
        410,
        "",
        "removed for good (410)",
        "remove the channel",
        "make a new one",
    )
    .await;
    check(413, "", "too large (413)", "64 KiB", "64 KiB").await;
    check(
        500,
        "oops topsecret",
        "(500): \"oops […]\"",
        "tried again",
        "tried again",
    )
    .await;
    check(
        502,
        SECRET,
        "a fault of its own (502)",
        "tried again",
        "tried again",
    )
    .await;
}

#[tokio::test]
async fn nothing_of_our_secrets_is_repeated() {
    let stub = Stub::http(answer(400, "", &format!("sig=topsecret {SECRET} no"))).await;
    let channel = webhook(&local(stub.port), reach(None));
    let failure = fails(send(&channel).await, "(400): \"[…] […] no\"", "log");
    for secret in ["topsecret", SECRET] {
        assert!(!format!("{failure:?} {channel:?}").contains(secret));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Stub::http(answer(200, "", "")).await;
    let location = format!("Location: http://127.0.0.1:{}/\r\n", target.port);
    let stub = Stub::http(answer(307, &location, "")).await;
    for channel in both(&local(stub.port), &reach(None)) {
        fails(
            send(&channel).await,
            "elsewhere, which is not followed (307)",
            "Set url",
        );
    }
    assert_eq!(target.requests().len(), 0);
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_passed_on() {
    let check = async |status, headers: &str, seconds: Option<u64>| {
        let stub = Stub::http(answer(status, headers, "")).await;
        for channel in both(&local(stub.port), &reach(None)) {
            let failure = send(&channel).await.unwrap_err();
            assert_eq!(
                failure.retry_after,
                seconds.map(Duration::from_secs),
                "{failure}"
            );
        }
    };
    check(429, "Retry-After: 120\r\n", Some(120)).await;
    check(
        503,
        "Retry-After: Mon, 23 Nov 2026 13:06:00 GMT\r\n",
        Some(60),
    )
    .await;
    check(503, "", None).await;
}

#[tokio::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    let stub = Stub::http(answer(400, "", &"no ".repeat(1_000_000))).await;
    let channel = webhook(&local(stub.port), reach(None));
    let failure = fails(send(&channel).await, "no no no", "log");
    assert!(failure.message.chars().count() < 300);
}

#[tokio::test]
async fn who_does_not_listen_answer_or_stay_is_told_apart() {
    let check = async |url: &str, reach: Reach, message: &str, advice: &str| {
        for channel in both(url, &reach) {
            fails(send(&channel).await, message, advice);
        }
    };
    let refused = local(nobody().await);
    check(
        &refused,
        reach(None),
        "refuses the connection",
        "host and port",
    )
    .await;
    let silent = local(Stub::http(Reply::Silence).await.port);
    check(
        &silent,
        impatient(None),
        "no whole answer within 0.5 s",
        "tried again",
    )
    .await;
    let silent = silent.replace("http:", "https:");
    check(&silent, impatient(None), "stood within 0.25 s", "firewall").await;
    let gone = local(Stub::http(Reply::End).await.port);
    check(&gone, reach(None), "broke", "tried again").await;
    let nonsense = local(
        Stub::http(Reply::Bytes("SSH-2.0-x\r\n\r\n".to_owned()))
            .await
            .port,
    );
    check(&nonsense, reach(None), "broke", "tried again").await;
    let plain = format!("https://127.0.0.1:{}/", greeting().await);
    check(&plain, reach(None), "no TLS came about", "port").await;
}

#[tokio::test]
async fn a_stranger_is_not_trusted_and_a_known_one_is() {
    let ours: Identity = identity("127.0.0.1");
    let stub = Stub::https(&ours, answer(200, "", "")).await;
    let url = format!("https://127.0.0.1:{}/", stub.port);
    for channel in both(&url, &reach(Some(&ours.ca_pem))) {
        send(&channel).await.unwrap();
    }
    let other = identity("127.0.0.1");
    for ca in [None, Some(other.ca_pem.as_str())] {
        for channel in both(&url, &reach(ca)) {
            fails(send(&channel).await, "is not trusted: \"", "ca_file");
        }
    }
    let misnamed = identity("school.example");
    let stub = Stub::https(&misnamed, answer(200, "", "")).await;
    let url = format!("https://127.0.0.1:{}/", stub.port);
    for channel in both(&url, &reach(Some(&misnamed.ca_pem))) {
        fails(send(&channel).await, "is not trusted: \"", "another name");
    }
    assert_eq!(stub.requests().len(), 0, "nothing was sent to it");
}

#[tokio::test]
async fn nothing_is_sent_for_no_messages() {
    let voice = voice(Language::German);
    let channel = webhook(&local(nobody().await), reach(None));
    assert_eq!(channel.send(&[], &voice, now()).await, Ok(Taken::default()));
}

#[test]
fn a_webhook_without_a_secret_is_refused() {
    let settings = WebhookSettings {
        url: Secret::new("https://school.example/"),
        secrets: Vec::new(),
        reach: reach(None),
    };
    let error = Webhook::new(&settings).unwrap_err().to_string();
    assert!(error.contains("secret is missing"), "{error}");
}
