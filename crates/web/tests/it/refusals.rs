//! Sign-ins and tokens that were tampered with: each is refused, with a sentence of its own.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::browser::{BEGUN, Browser, led_to, parameter};
use crate::fixture::{Answer, Service, ask, now};
use crate::provider::Provider;
use crate::sign_in::service;

/// Holds an answer against its sentence: as a page for people, as a problem for programs.
#[track_caller]
fn refused(answer: &Answer, status: u16, sentence: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    let said = answer.text().replace("&#39;", "'");
    assert!(said.contains(sentence), "\"{sentence}\" is not in {said}");
    assert!(said.contains("<h1>"), "it is a page: {said}");
}

/// Signs in with a token that was changed.
async fn spoilt(spoil: impl FnOnce(&mut Value, &mut Value) + Send + 'static) -> Answer {
    let (service, provider) = service().await;
    let mut browser = Browser::new(&service.app);
    provider.spoil(spoil);
    let answer = browser
        .sign_in(&provider, provider.person(Some(&["admin"])))
        .await;
    assert_eq!(browser.session(), None);
    assert!(
        !browser.cookies.contains_key(BEGUN),
        "it cannot be tried again"
    );
    answer
}

#[tokio::test]
async fn a_spoilt_id_token_lets_nobody_in() {
    let proof = "bears no valid signature";
    let none = |_: &mut Value, header: &mut Value| header["alg"] = "none".into();
    refused(&spoilt(none).await, 403, proof);
    let symmetric = |_: &mut Value, header: &mut Value| header["alg"] = "HS256".into();
    refused(&spoilt(symmetric).await, 403, proof);
    let no_kid = |_: &mut Value, header: &mut Value| *header = json!({"alg": "RS256"});
    refused(&spoilt(no_kid).await, 403, proof);
    let critical = |_: &mut Value, header: &mut Value| header["crit"] = json!(["exp"]);
    refused(&spoilt(critical).await, 403, proof);

    let nonce = |claims: &mut Value, _: &mut Value| claims["nonce"] = "other".into();
    refused(&spoilt(nonce).await, 403, "belongs to another sign-in");
    let no_nonce = |claims: &mut Value, _: &mut Value| claims["nonce"] = Value::Null;
    refused(&spoilt(no_nonce).await, 403, "belongs to another sign-in");

    let meant = "comes from somewhere else, or is meant for another program";
    let issuer = |claims: &mut Value, _: &mut Value| claims["iss"] = "https://evil.example".into();
    refused(&spoilt(issuer).await, 403, meant);
    let audience = |claims: &mut Value, _: &mut Value| claims["aud"] = "other".into();
    refused(&spoilt(audience).await, 403, meant);
    let several = |claims: &mut Value, _: &mut Value| {
        claims["aud"] = json!([claims["aud"], "other"]);
    };
    refused(&spoilt(several).await, 403, meant);
    let untold = |claims: &mut Value, _: &mut Value| claims["tid"] = Value::Null;
    refused(&spoilt(untold).await, 403, meant);

    let times = "is not valid now";
    let moment = |hours: i64| (now() + SignedDuration::from_hours(hours)).as_second();
    let expired = move |claims: &mut Value, _: &mut Value| claims["exp"] = moment(-1).into();
    refused(&spoilt(expired).await, 403, times);
    let early = move |claims: &mut Value, _: &mut Value| claims["nbf"] = moment(1).into();
    refused(&spoilt(early).await, 403, times);
    let future = move |claims: &mut Value, _: &mut Value| claims["iat"] = moment(1).into();
    refused(&spoilt(future).await, 403, times);
    let for_ever = move |claims: &mut Value, _: &mut Value| claims["exp"] = moment(48).into();
    refused(&spoilt(for_ever).await, 403, times);
    let timeless = |claims: &mut Value, _: &mut Value| claims["exp"] = Value::Null;
    refused(&spoilt(timeless).await, 403, proof);
}

#[tokio::test]
async fn a_clock_that_is_a_little_off_does_no_harm() {
    let (service, provider) = service().await;
    for off in [-50, 50] {
        let mut claims = provider.person(None);
        claims["iat"] = (now().as_second() + off).into();
        claims["nbf"] = (now().as_second() + off).into();
        claims["exp"] = (now().as_second() + off.min(3600)).into();
        let mut browser = Browser::new(&service.app);
        let answer = browser.sign_in(&provider, claims).await;
        assert_eq!(led_to(&answer), "/alerts/7", "{off}");
    }
}

#[tokio::test]
async fn users_of_another_tenant_stay_outside() {
    let (service, provider) = service().await;
    let mut claims = provider.person(Some(&["admin"]));
    let foreign = "11111111-2222-4333-8444-555555555555";
    // Even if the issuer says nothing about it.
    claims["tid"] = foreign.into();
    let mut browser = Browser::new(&service.app);
    let answer = browser.sign_in(&provider, claims).await;
    refused(&answer, 403, "Accounts of this tenant may not sign in here");
    assert!(answer.text().contains("account=other"), "{}", answer.text());
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn a_key_that_the_provider_does_not_publish_signs_nothing() {
    let (service, provider) = service().await;
    let mut browser = Browser::new(&service.app);
    provider.forge();
    let answer = browser.sign_in(&provider, provider.person(None)).await;
    refused(&answer, 403, "bears no valid signature");
    provider.roll(false);
    let answer = browser.sign_in(&provider, provider.person(None)).await;
    refused(&answer, 403, "bears no valid signature");
}

#[tokio::test]
async fn keys_that_roll_over_are_asked_for_anew_and_not_without_end() {
    let (service, provider) = service().await;
    let mut browser = Browser::new(&service.app);
    let answer = browser.sign_in(&provider, provider.person(None)).await;
    assert_eq!(led_to(&answer), "/alerts/7");
    provider.roll(true);
    let answer = browser.sign_in(&provider, provider.person(None)).await;
    assert_eq!(led_to(&answer), "/alerts/7");
    assert_eq!(provider.asked_for_keys(), 2);
    for n in 0..9 {
        provider.spoil(move |_, header| header["kid"] = format!("unknown-{n}").into());
        let answer = browser.sign_in(&provider, provider.person(None)).await;
        refused(&answer, 403, "bears no valid signature");
    }
    assert_eq!(
        provider.asked_for_keys(),
        3,
        "three at once, then one a minute"
    );
}

#[tokio::test]
async fn an_answer_counts_once_and_only_where_it_was_asked_for() {
    let (service, provider) = service().await;
    let not_begun = "did not begin this sign-in, or it was used already";
    let mut browser = Browser::new(&service.app);
    let authorize = browser.begin("/a").await;
    let begun = browser.cookies.clone();
    let code = provider.picked(&authorize, provider.person(None));

    let tampered = format!("/api/v1/auth/callback?code={code}&state=tampered");
    refused(&browser.clone().get(&tampered).await, 403, not_begun);
    let stateless = format!("/api/v1/auth/callback?code={code}");
    refused(&browser.clone().get(&stateless).await, 403, not_begun);
    let doubled = format!("{tampered}&state=twice");
    refused(&browser.clone().get(&doubled).await, 403, not_begun);
    let mut victim = Browser::new(&service.app);
    refused(&victim.come_back(&authorize, &code).await, 403, not_begun);
    let mut forged = Browser::new(&service.app);
    let mut cookie = begun[BEGUN].clone();
    let last = if cookie.pop() == Some('A') { 'B' } else { 'A' };
    cookie.push(last);
    forged.cookies.insert(BEGUN.to_owned(), cookie);
    refused(&forged.come_back(&authorize, &code).await, 403, not_begun);

    assert_eq!(led_to(&browser.come_back(&authorize, &code).await), "/a");
    refused(&browser.come_back(&authorize, &code).await, 403, not_begun);
    // With the old cookie, too, because the provider gives nothing for a code twice.
    let mut replayed = Browser::new(&service.app);
    replayed.cookies = begun;
    let again = replayed.come_back(&authorize, &code).await;
    refused(&again, 403, "was used already, or has expired");
    assert!(again.text().contains("AADSTS54005"));
    assert_eq!(replayed.session(), None);
}

fn in_ten_minutes() -> Timestamp {
    now() + SignedDuration::from_mins(10)
}

#[tokio::test]
async fn an_answer_that_comes_late_is_refused() {
    let (service, provider) = service().await;
    let mut browser = Browser::new(&service.app);
    let authorize = browser.begin("/a").await;
    let code = provider.picked(&authorize, provider.person(None));
    let service = service.change(|options| options.clock = in_ten_minutes);
    let answer = browser.at(&service.app).come_back(&authorize, &code).await;
    refused(&answer, 403, "took longer than ten minutes");
}

#[tokio::test]
async fn another_code_than_the_one_of_this_sign_in_is_refused() {
    let (service, provider) = service().await;
    let mut attacker = Browser::new(&service.app);
    let theirs = attacker.begin("/a").await;
    let code = provider.picked(&theirs, provider.person(None));
    let mut victim = Browser::new(&service.app);
    let authorize = victim.begin("/a").await;
    let answer = victim.come_back(&authorize, &code).await;
    refused(&answer, 403, "was used already, or has expired");
    assert!(
        answer.text().contains("AADSTS501481"),
        "PKCE holds them apart"
    );
    let made_up = victim.begin("/a").await;
    let answer = victim.come_back(&made_up, "made-up").await;
    refused(&answer, 403, "was used already, or has expired");
}

#[tokio::test]
async fn what_the_provider_says_is_told_with_its_number() {
    let (service, provider) = service().await;
    let check = async |query: &str, status: u16, sentence: &str, number: &str| {
        let mut browser = Browser::new(&service.app);
        let authorize = browser.begin("/a").await;
        let state = parameter(&authorize, "state");
        let answer = browser
            .get(&format!("/api/v1/auth/callback?state={state}&{query}"))
            .await;
        refused(&answer, status, sentence);
        assert_eq!(answer.text().contains("AADSTS"), !number.is_empty());
        assert!(answer.text().contains(number), "{}", answer.text());
        assert!(!answer.text().contains("alert(") && !answer.text().contains(&state));
    };
    check(
        "error=access_denied&error_description=AADSTS65004%3A+declined",
        403,
        "was cancelled",
        "AADSTS65004",
    )
    .await;
    check(
        "error=interaction_required&error_description=AADSTS53003%3A+%3Cscript%3Ealert(1)",
        403,
        "does not allow this sign-in",
        "AADSTS53003",
    )
    .await;
    check("error=server_error", 502, "cannot be reached", "").await;
    check(
        "code=x&iss=https://evil.example",
        403,
        "comes from somewhere else",
        "",
    )
    .await;
    let redeemed = async |status, error, description| {
        let mut browser = Browser::new(&service.app);
        provider.refuse(status, error, description);
        browser.sign_in(&provider, provider.person(None)).await
    };
    let answer = redeemed(401, "invalid_client", "AADSTS700027: key").await;
    refused(&answer, 502, "does not accept this program");
    assert!(answer.text().contains("AADSTS700027"));
    let answer = redeemed(503, "temporarily_unavailable", "").await;
    refused(&answer, 502, "cannot be reached");
}

#[tokio::test]
async fn a_page_speaks_german_and_a_program_hears_a_problem() {
    let (service, _) = service().await;
    let request = Request::get("/api/v1/auth/callback")
        .header("accept", "text/html")
        .header("accept-language", "de-CH");
    let page = ask(&service.app, request, Body::empty()).await;
    assert!(page.text().contains("nicht dieser Browser begonnen"));
    let problem = service.get("/api/v1/auth/callback").await;
    assert_eq!(problem.problem(), "sign-in-refused");
}

#[tokio::test]
async fn a_provider_that_is_away_is_said() {
    let provider = Provider::start().await;
    let mut registration = provider.registration();
    // Nobody listens there.
    registration.authority = web::Authority::Entra("http://127.0.0.1:9/".parse().unwrap());
    let sign_in = provider.sign_in_as(registration);
    let service = Service::schools().await;
    let service = service.change(|options| options.sign_in = Some(sign_in));
    let mut browser = Browser::new(&service.app);
    let answer = browser.get("/api/v1/auth/login").await;
    refused(&answer, 502, "cannot be reached");
}

#[tokio::test]
async fn a_provider_that_is_slow_with_everything_is_said_in_time() {
    let (service, provider) = service().await;
    let mut browser = Browser::new(&service.app);
    let authorize = browser.begin("/a").await;
    let code = provider.picked(&authorize, provider.person(None));
    let mut questions = provider.hold();
    // A replica that has never heard of the provider asks it one thing after another.
    let sign_in = provider.sign_in();
    let service = service.change(|options| options.sign_in = Some(sign_in));
    let mut browser = browser.at(&service.app);
    // The clock stands still between our own steps as long as this goes on.
    let (go_on, until) = std::sync::mpsc::channel::<()>();
    let stands = tokio::task::spawn_blocking(move || until.recv());
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let came = tokio::spawn(async move { browser.come_back(&authorize, &code).await });
    let about = questions.recv().await.unwrap();
    tokio::time::advance(Duration::from_secs(4)).await;
    about.send(()).unwrap();
    let _token = questions.recv().await.unwrap();
    tokio::time::advance(Duration::from_secs(3)).await;
    drop(go_on);
    stands.await.unwrap().unwrap_err();
    let answer = came.await.unwrap();
    refused(&answer, 502, "cannot be reached");
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "one limit for all"
    );
}

fn in_thirteen_hours() -> Timestamp {
    now() + SignedDuration::from_hours(13)
}

fn half_a_minute_later() -> Timestamp {
    in_thirteen_hours() + SignedDuration::from_secs(30)
}

#[tokio::test]
async fn a_provider_that_is_away_is_not_asked_with_each_request() {
    let (service, provider) = service().await;
    Browser::new(&service.app).begin("/a").await;
    assert_eq!(provider.asked_about(), 1);
    provider.be_away(true);
    let service = service.change(|options| options.clock = in_thirteen_hours);
    for _ in 0..3 {
        // Its old word stands.
        Browser::new(&service.app).begin("/a").await;
    }
    assert_eq!(provider.asked_about(), 1);
    let service = service.change(|options| options.clock = half_a_minute_later);
    Browser::new(&service.app).begin("/a").await;
    assert_eq!(provider.asked_about(), 1);
}

#[tokio::test]
async fn tokens_that_nobody_can_prove_cost_nothing_and_count_as_bad() {
    let (service, provider) = service().await;
    provider.be_away(true);
    let forged = "eyJhbGciOiJSUzI1NiIsImtpZCI6Im5vbmUifQ.e30.AAAA";
    for _ in 0..20 {
        let answer = call(&service, forged).await;
        assert_eq!(answer.problem(), "sign-in-unavailable");
    }
    assert_eq!(provider.asked_about(), 1);
    let limited = call(&service, forged).await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn too_many_sign_ins_of_an_address_have_to_wait() {
    let (service, _) = service().await;
    let mut last = None;
    for _ in 0..61 {
        last = Some(Browser::new(&service.app).get("/api/v1/auth/login").await);
    }
    let last = last.unwrap();
    refused(&last, 429, "Too many sign-ins came from your address");
    assert_eq!(last.header("retry-after"), "1");
}

/// Calls with a token.
async fn call(service: &Service, token: &str) -> Answer {
    let request =
        Request::get("/api/v2/tenants").header("authorization", format!("Bearer {token}"));
    service.send(request).await
}

#[tokio::test]
async fn bearer_tokens_are_held_to_the_same() {
    let (service, provider) = service().await;
    let sound = provider.person(Some(&["reader"]));
    assert_eq!(
        call(&service, &provider.signed(sound.clone())).await.status,
        200
    );
    let mut by_uri = sound.clone();
    by_uri["aud"] = format!("api://{}", crate::provider::CLIENT).into();
    assert_eq!(call(&service, &provider.signed(by_uri)).await.status, 200);
    let roleless = call(&service, &provider.signed(provider.person(None))).await;
    assert_eq!(roleless.problem(), "role-missing");

    let check = async |change: &dyn Fn(&mut Value), sentence: &str| {
        let mut claims = sound.clone();
        change(&mut claims);
        let answer = call(&service, &provider.signed(claims)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{sentence}");
        assert_eq!(answer.problem(), "invalid-token");
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer error=\"invalid_token\""
        );
        assert_eq!(answer.json()["detail"], sentence);
    };
    check(
        &|it| it["aud"] = "other".into(),
        "The token is meant for another service.",
    )
    .await;
    check(
        &|it| it["iss"] = "x".into(),
        "The token comes from another issuer.",
    )
    .await;
    check(&|it| it["exp"] = 1.into(), "The token has expired.").await;
    check(
        &|it| it["nbf"] = 4_000_000_000_i64.into(),
        "The token is not valid yet.",
    )
    .await;
    let purpose = "The token is an id_token; send an access token.";
    check(&|it| it["nonce"] = "n".into(), purpose).await;
    let tenant = "The token comes from a tenant that is not allowed here.";
    check(
        &|it| it["tid"] = "11111111-2222-4333-8444-555555555555".into(),
        tenant,
    )
    .await;
    for (spoil, sentence) in [
        ("none", "The token is not signed with RS256 or PS256."),
        ("HS256", "The token is not signed with RS256 or PS256."),
    ] {
        provider.spoil(move |_, header| header["alg"] = spoil.into());
        check(&|_| (), sentence).await;
    }
    provider.forge();
    check(&|_| (), "The token's signature is wrong.").await;
    provider.roll(false);
    let key = "The token is signed with a key that its issuer does not publish.";
    check(&|_| (), key).await;
    let nonsense = call(&service, "nonsense").await;
    assert_eq!(nonsense.json()["detail"], "The token cannot be read.");
    // Open addresses do not care.
    let request = Request::get("/healthz").header("authorization", "Bearer nonsense");
    assert_eq!(service.send(request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn too_many_bad_tokens_of_an_address_have_to_wait() {
    let (service, provider) = service().await;
    for _ in 0..20 {
        assert_eq!(
            call(&service, "nonsense").await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    let limited = call(&service, "nonsense").await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.header("retry-after"), "3");
    // A good one from there still counts.
    let good = provider.signed(provider.person(Some(&["reader"])));
    assert_eq!(call(&service, &good).await.status, 200);
}
