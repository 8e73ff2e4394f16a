//! What the operator reads when Entra refuses, for every code of the table; and how often Entra is
//! asked at all.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use graph::{Client, Error, Settings, Tenant};
use serde_json::json;

use crate::stub::{Reply, Stub, answer, asks_for_token, credential, token};

const EMPTY: &[u8] = br#"{"value": []}"#;

/// Entra's error body, as the real one writes it.
fn refusal(code: u32, error: &str, text: &str) -> Vec<u8> {
    let description = format!(
        "AADSTS{code}: {text} Trace ID: 4c9e5bd0-7f0d-4a2c-a2be-5b2a3c1f0000 Correlation ID: \
         9b3c1e2a-2f76-4f3f-8b1d-0d8f6f1c0000 Timestamp: 2026-08-10 06:00:00Z"
    );
    serde_json::to_vec(&json!({
        "error": error,
        "error_description": description,
        "error_codes": [code],
        "timestamp": "2026-08-10 06:00:00Z",
        "trace_id": "4c9e5bd0-7f0d-4a2c-a2be-5b2a3c1f0000",
        "correlation_id": "9b3c1e2a-2f76-4f3f-8b1d-0d8f6f1c0000",
    }))
    .unwrap()
}

/// A tenant whose token request is always answered so, at most twice.
async fn tenant_of(status: u16, body: Vec<u8>) -> (Stub, Tenant) {
    let headers = "x-ms-request-id: 4c9e\r\nRetry-After: 0\r\n";
    let bytes = answer(status, headers, &body);
    let stub = Stub::replying(move |_| Reply::Bytes(bytes.clone())).await;
    let settings = Settings {
        max_attempts: 2,
        ..stub.settings()
    };
    let tenant = Client::new(&settings).unwrap().tenant(credential());
    (stub, tenant)
}

/// What a person reads: the sentence without the random id, and the advice.
fn read(error: &Error) -> (String, String) {
    let id = error.failure().client_request_id.unwrap().to_string();
    let (sentence, advice) = (error.to_string().replace(&id, "ID"), error.advice());
    (
        sentence,
        advice.replace(credential().thumbprint_sha1(), "THUMBPRINT"),
    )
}

/// One refusal: answer of Entra (status, AADSTS code, OAuth error), sentence and advice.
async fn check_refusal((status, code, error): (u16, u32, &str), meaning: &str, advice: &str) {
    let (stub, tenant) = tenant_of(status, refusal(code, error, "Words. More words.")).await;
    let error = tenant.subscribed_skus().await.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error:?}");
    let (sentence, advised) = read(&error);
    let ids = format!("({status}, AADSTS{code}, request-id 4c9e, client-request-id ID)");
    assert_eq!(sentence, format!("Entra refuses a token: {meaning} {ids}"));
    assert_eq!(advised, advice);
    assert_eq!(stub.counts(), (1, 0), "a refusal is not tried again");
}

#[tokio::test]
async fn a_certificate_that_is_refused_is_told_with_what_to_do() {
    check_refusal(
        (401, 700_027, "invalid_client"),
        "the certificate is not registered with the app, or its signature is wrong",
        "Upload the tenant's certificate (.crt) to the app app under \"Certificates & secrets\", \
         or correct the profile: the thumbprint there must be THUMBPRINT.",
    )
    .await;
    check_refusal(
        (401, 700_024, "invalid_client"),
        "the assertion is outside its time",
        "Set the clock of this machine: it is several minutes wrong.",
    )
    .await;
    check_refusal(
        (401, 7_000_218, "invalid_client"),
        "the request arrived without its assertion",
        "Check that no proxy between this machine and Entra changes requests.",
    )
    .await;
    let secret = "This tool signs in with a certificate: check that the authority is Microsoft's \
                  and that no proxy changes requests.";
    let wrong = (401, 7_000_215, "invalid_client");
    check_refusal(wrong, "the client secret is wrong", secret).await;
    let expired = (401, 7_000_222, "invalid_client");
    check_refusal(expired, "the client secret has expired", secret).await;
}

#[tokio::test]
async fn a_tenant_or_app_that_is_refused_is_told_with_what_to_do() {
    check_refusal(
        (400, 700_016, "unauthorized_client"),
        "the app does not exist in this tenant",
        "Check client_id app in the tenant's profile; if it is right, an administrator of the \
         tenant school.example has to consent to the app first.",
    )
    .await;
    check_refusal(
        (400, 90_002, "invalid_request"),
        "the tenant does not exist",
        "Check tenant_id school.example in the tenant's profile.",
    )
    .await;
    check_refusal(
        (400, 900_023, "invalid_request"),
        "the tenant id is neither a GUID nor a domain",
        "Correct tenant_id school.example in the tenant's profile: it is the GUID that Entra \
         shows as \"Directory (tenant) ID\".",
    )
    .await;
    check_refusal(
        (401, 7_000_112, "unauthorized_client"),
        "the app is disabled in this tenant",
        "Have an administrator of the tenant school.example enable the app app under \
         \"Enterprise applications\".",
    )
    .await;
    check_refusal(
        (400, 53_003, "interaction_required"),
        "Conditional Access of the tenant blocks the app",
        "Have an administrator of the tenant school.example exclude the app app from the policy \
         for workload identities, or allow the address of this machine.",
    )
    .await;
}

#[tokio::test]
async fn a_scope_or_code_that_nobody_expects_is_told_with_what_to_do() {
    let cloud =
        "Check the configured Graph host: it must belong to the same cloud as the authority.";
    let scope = (400, 1_002_012, "invalid_scope");
    check_refusal(scope, "the scope is not one of an app", cloud).await;
    let resource = (400, 500_011, "invalid_resource");
    check_refusal(
        resource,
        "the configured Graph is unknown in this cloud",
        cloud,
    )
    .await;
    check_refusal(
        (400, 99_999, "invalid_request"),
        "Words",
        "Look the code up at https://login.microsoftonline.com/error, and check the app \
         registration of this tenant.",
    )
    .await;
}

#[tokio::test]
async fn a_transient_code_is_tried_again_and_never_a_refusal() {
    let check = async |status: u16, code: u32, variant: &str, sentence: &str| {
        let (stub, tenant) = tenant_of(status, refusal(code, "temporarily_unavailable", "X")).await;
        let error = tenant.warm_up().await.unwrap_err();
        assert!(format!("{error:?}").starts_with(variant), "{error:?}");
        assert!(error.to_string().starts_with(sentence), "{error}");
        assert!(error.advice().starts_with("Nothing needs to be done"));
        assert_eq!(error.failure().code, Some(format!("AADSTS{code}")));
        assert_eq!(stub.counts(), (2, 0));
    };
    let throttled = "Entra throttles the token request and asks to wait 0 s";
    let unavailable = "Entra is out of order for the token request";
    check(400, 50_196, "Throttled", throttled).await;
    check(400, 90_055, "Throttled", throttled).await;
    check(400, 90_006, "Unavailable", unavailable).await;
    check(503, 90_024, "Unavailable", unavailable).await;
    check(504, 90_033, "Unavailable", unavailable).await;
    check(429, 0, "Throttled", throttled).await;
    check(500, 1, "Unavailable", unavailable).await;
}

#[tokio::test]
async fn an_answer_that_is_not_entras_is_told_apart() {
    let check = async |status: u16, body: &str, expected: &str| {
        let (_stub, tenant) = tenant_of(status, body.as_bytes().to_vec()).await;
        let (sentence, _) = read(&tenant.warm_up().await.unwrap_err());
        assert!(sentence.starts_with(expected), "{sentence}");
    };
    let nonsense = "Entra's answer to the token request makes no sense:";
    check(
        403,
        "<html>Please sign in</html>",
        &format!("{nonsense} an error without a code"),
    )
    .await;
    check(404, "[]", &format!("{nonsense} an error without a code")).await;
    check(200, "<html>", &format!("{nonsense} it is not JSON")).await;
    check(
        200,
        "{}",
        &format!("{nonsense} its token is not of the type Bearer"),
    )
    .await;
    let odd = r#"{"error": 1, "error_description": "AADSTS700027: x", "error_codes": "none"}"#;
    check(
        401,
        odd,
        "Entra refuses a token: the certificate is not registered",
    )
    .await;
    let bare = r#"{"error": "invalid_client"}"#;
    check(
        401,
        bare,
        "Entra refuses a token: it does not say why (401, invalid_client",
    )
    .await;
}

#[tokio::test]
async fn many_questions_at_once_need_one_token() {
    let stub = Stub::start(|_| answer(200, "", EMPTY)).await;
    let tenant = stub.tenant();
    let mut questions = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let tenant = tenant.clone();
        questions.spawn(async move { tenant.subscribed_skus().await.is_ok() });
    }
    assert!(questions.join_all().await.into_iter().all(|fine| fine));
    assert_eq!(stub.counts(), (1, 8));
    tenant.warm_up().await.unwrap();
    assert_eq!(stub.counts(), (1, 8));
}

#[tokio::test]
async fn a_token_about_to_end_is_not_used_again() {
    let check = async |expires_in: u32, tokens: usize| {
        let stub = Stub::replying(move |request| {
            if asks_for_token(request) {
                return token("t", expires_in);
            }
            Reply::Bytes(answer(200, "", EMPTY))
        })
        .await;
        let tenant = stub.tenant();
        tenant.subscriptions().await.unwrap();
        tenant.subscriptions().await.unwrap();
        assert_eq!(stub.counts(), (tokens, 2), "expires in {expires_in} s");
    };
    check(3599, 1).await;
    check(299, 2).await;
}

/// A server that numbers its tokens, and refuses those before number `accepted`.
async fn revoking(accepted: usize) -> Stub {
    let issued = AtomicUsize::new(0);
    Stub::replying(move |request| {
        if asks_for_token(request) {
            return token(
                &format!("number-{}", issued.fetch_add(1, Ordering::Relaxed)),
                3599,
            );
        }
        let good = (accepted..9).any(|n| request.contains(&format!("Bearer number-{n}\r\n")));
        let refused = r#"{"error": {"code": "InvalidAuthenticationToken",
            "message": "Lifetime validation failed, the token is expired.", "innererror":
            {"request-id": "from-body"}}}"#;
        Reply::Bytes(match good {
            true => answer(200, "", EMPTY),
            false => answer(401, "", refused.as_bytes()),
        })
    })
    .await
}

#[tokio::test]
async fn a_revoked_token_is_replaced_once() {
    let stub = revoking(1).await;
    let tenant = stub.tenant();
    tenant.subscribed_skus().await.unwrap();
    assert_eq!(stub.counts(), (2, 2));
    tenant.subscribed_skus().await.unwrap();
    assert_eq!(stub.counts(), (2, 3), "the new one is kept");

    let stub = revoking(9).await;
    let error = stub.tenant().subscribed_skus().await.unwrap_err();
    assert_eq!(stub.counts(), (2, 2), "exactly one new token");
    let (sentence, advice) = read(&error);
    assert_eq!(
        sentence,
        "Graph refuses a token that was just made, for subscribedSkus: Lifetime validation \
         failed, the token is expired (401, InvalidAuthenticationToken, request-id from-body, \
         client-request-id ID)"
    );
    assert_eq!(
        advice,
        "Check that the configured Graph host belongs to the same cloud as the authority, and \
         that the app is not blocked in this tenant."
    );
}

#[tokio::test]
async fn a_tenant_that_hangs_costs_one_time_out() {
    let check = async |silent: fn(&str) -> bool, expected: &str, counts: (usize, usize)| {
        let stub = Stub::replying(move |request| match silent(request) {
            true => Reply::Silence,
            false => token("t", 3599),
        })
        .await;
        let limit = Duration::from_millis(300);
        let settings = Settings {
            request_timeout: limit,
            ..stub.settings()
        };
        let tenant = Client::new(&settings).unwrap().tenant(credential());
        let started = Instant::now();
        let (skus, subscriptions) = tokio::join!(tenant.subscribed_skus(), tenant.subscriptions());
        assert!(started.elapsed() >= limit);
        assert_eq!(stub.counts(), counts, "nothing is asked twice");
        let error = skus.unwrap_err();
        assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
        assert!(subscriptions.is_err());
        assert_eq!(error.to_string().split(" (").next(), Some(expected));
    };
    let entra = "Entra did not answer the token request within 0.3 s";
    check(asks_for_token, entra, (1, 0)).await;
    let graph = "Graph did not answer subscribedSkus within 0.3 s";
    check(|request| !asks_for_token(request), graph, (1, 2)).await;
}

/// What discovery answers that is neither a tenant nor "there is none".
#[tokio::test]
async fn a_discovery_that_does_not_say_is_an_error() {
    let check = async |status: u16, body: &'static str, expected: &str| {
        let stub = Stub::replying(move |_| Reply::Bytes(answer(status, "", body.as_bytes()))).await;
        let settings = Settings {
            max_attempts: 1,
            ..stub.settings()
        };
        let client = Client::new(&settings).unwrap();
        let error = client.find_tenant("school.example").await.unwrap_err();
        let said = error.to_string();
        assert!(said.contains(expected), "{said}");
        assert!(!error.advice().is_empty());
    };
    check(429, "", "Entra throttles the OpenID configuration").await;
    check(
        503,
        "",
        "Entra is out of order for the OpenID configuration",
    )
    .await;
    check(403, "", "makes no sense: the status 403").await;
    check(200, "{}", "makes no sense: it names no tenant").await;
    let shared = "{\"issuer\": \"https://login.example/{tenantid}/v2.0\"}";
    check(200, shared, "it names no tenant").await;
}
