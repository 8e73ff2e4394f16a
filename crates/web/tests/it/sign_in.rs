//! Signing in and out, through a provider that behaves.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use store::AuditFilter;

use crate::browser::{BEGUN, Browser, SESSION, led_to, parameter};
use crate::fixture::{Answer, Service, ask, now};
use crate::provider::{CLIENT, COMPANY, Provider, SITE};

/// A service whose people sign in.
pub(crate) async fn service() -> (Service, Provider) {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in();
    let service = Service::schools().await;
    let service = service.change(|options| options.sign_in = Some(sign_in));
    (service, provider)
}

/// What stands under `/api/v2/tenants` for somebody, as a status.
async fn status(browser: &mut Browser) -> u16 {
    browser.accepts = "application/json";
    let answer = browser.get("/api/v2/tenants").await;
    answer.status.as_u16()
}

#[tokio::test]
async fn somebody_signs_in_and_is_led_back() {
    let (service, provider) = service().await;
    let mut browser = Browser::new(&service.app);
    let page = browser.get("/alerts/7?x=1").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(
        page.header("location"),
        "/api/v1/auth/login?return_to=/alerts/7%3Fx%3D1"
    );
    let authorize = browser.begin("/alerts/7").await;
    assert_eq!(parameter(&authorize, "client_id"), CLIENT);
    assert_eq!(parameter(&authorize, "response_type"), "code");
    assert_eq!(parameter(&authorize, "scope"), "openid profile");
    assert_eq!(
        parameter(&authorize, "redirect_uri"),
        format!("{SITE}api/v1/auth/callback")
    );
    assert!(browser.cookies.contains_key(BEGUN));
    let code = provider.picked(&authorize, provider.person(Some(&["reader"])));
    let answer = browser.come_back(&authorize, &code).await;
    assert_eq!(led_to(&answer), "/alerts/7");
    assert!(!browser.cookies.contains_key(BEGUN), "it is used");
    let strict = answer.header("strict-transport-security");
    assert_eq!(strict, "max-age=31536000");
    let session = browser.session().unwrap();
    assert!(session.len() < 1000 && !session.contains("schulservice"));
    let page = browser.get("/nowhere").await;
    assert!(page.text().contains("operator@schulservice.example"));
    assert_eq!(status(&mut browser).await, 200);
}

#[tokio::test]
async fn who_came_and_went_stands_in_the_audit() {
    let (service, provider) = service().await;
    let mut browser = Browser::new(&service.app);
    browser
        .sign_in(&provider, provider.person(Some(&["reader"])))
        .await;
    browser.get("/api/v1/auth/logout").await;
    browser
        .sign_in(&provider, provider.person(Some(&["auditor"])))
        .await;
    provider.spoil(|claims, _| claims["aud"] = "other".into());
    browser.sign_in(&provider, provider.person(None)).await;
    // Whoever has not begun leaves nothing: anybody could send that without end.
    browser.get("/api/v1/auth/callback?state=x&code=y").await;
    // Neither does whoever has, and writes the provider's answer themselves.
    for made_up in [
        "error=interaction_required",
        "code=x&iss=https://evil.example",
    ] {
        let state = parameter(&browser.begin("/a").await, "state");
        let path = format!("/api/v1/auth/callback?state={state}&{made_up}");
        assert_eq!(browser.get(&path).await.status, StatusCode::FORBIDDEN);
    }
    let authorize = browser.begin("/a").await;
    browser.come_back(&authorize, "made-up").await;
    // What the provider says of a code is another matter.
    provider.refuse(400, "interaction_required", "AADSTS53003: no");
    browser.sign_in(&provider, provider.person(None)).await;
    let all = AuditFilter::default();
    let rows = service.store().audit(&all, None, 10);
    let rows = rows.await.unwrap().into_iter().rev();
    let rows: Vec<String> = rows
        .filter(|row| row.who != "test")
        .map(|row| {
            let (who, what, subject) = (row.who, row.what.as_str(), row.subject);
            format!("{who} {what} {subject} {}", row.detail)
        })
        .collect();
    let (who, account) = (
        "operator@schulservice.example",
        format!("7c9e6679-7425-40de-944b-e07fc1f90ae7@{COMPANY}"),
    );
    assert_eq!(
        rows,
        [
            format!("{who} signed-in {account} role: reader"),
            format!("{who} signed-out {account} "),
            format!("{who} sign-in-refused {account} no-role"),
            "unknown sign-in-refused  audience".to_owned(),
            "unknown sign-in-refused  by-provider (AADSTS53003)".to_owned(),
        ]
    );
}

#[tokio::test]
async fn several_tabs_sign_in_at_once() {
    let (service, provider) = service().await;
    let mut browser = Browser::new(&service.app);
    let first = browser.begin("/a").await;
    let second = browser.begin("/b").await;
    for (authorize, back) in [(second, "/b"), (first, "/a")] {
        let code = provider.picked(&authorize, provider.person(None));
        let answer = browser.come_back(&authorize, &code).await;
        assert_eq!(led_to(&answer), back);
    }
}

#[tokio::test]
async fn roles_come_from_the_token_and_from_the_profile() {
    let provider = Provider::start().await;
    let schools = Service::schools().await;
    let foreign = "11111111-2222-4333-8444-555555555555";
    let check =
        async |required: bool, roles: Option<&[&str]>, tid: &str, expected: Option<&str>| {
            let mut registration = provider.registration();
            registration.require_role = required;
            registration.allowed_tenants = vec![foreign.to_owned()];
            let sign_in = provider.sign_in_as(registration);
            let mut options = schools.options.clone();
            options.sign_in = Some(sign_in);
            let app = web::app(options);
            let mut browser = Browser::new(&app);
            let mut claims = provider.person(roles);
            claims["tid"] = tid.into();
            claims["iss"] = provider.issuer().replace(COMPANY, tid).into();
            let answer = browser.sign_in(&provider, claims).await;
            let Some(expected) = expected else {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{roles:?} {tid}");
                assert!(
                    answer.text().contains("has no role here"),
                    "{}",
                    answer.text()
                );
                assert!(answer.text().contains("account=other"));
                return;
            };
            assert_eq!(led_to(&answer), "/alerts/7");
            browser.accepts = "application/json";
            let forbidden = browser.send("POST", "/api/v2/refreshes").await;
            let acts = forbidden.status != StatusCode::FORBIDDEN;
            assert_eq!(acts, expected != "reader", "{roles:?} {tid}");
        };
    check(false, Some(&["reader"]), COMPANY, Some("reader")).await;
    check(
        false,
        Some(&["reader", "operator"]),
        COMPANY,
        Some("operator"),
    )
    .await;
    check(false, None, COMPANY, Some("operator")).await;
    check(true, None, COMPANY, None).await;
    check(true, Some(&["admin"]), foreign, Some("admin")).await;
    check(false, None, foreign, None).await;
    check(false, Some(&["auditor"]), COMPANY, None).await;
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_there() {
    let (service, provider) = service().await;
    let mut browser = Browser::new(&service.app);
    browser.sign_in(&provider, provider.person(None)).await;
    let session = browser.session().unwrap().to_owned();
    let answer = browser.get("/api/v1/auth/logout").await;
    let to: url::Url = answer.header("location").parse().unwrap();
    assert_eq!(to.path(), "/logout");
    assert_eq!(parameter(&to, "post_logout_redirect_uri"), SITE);
    assert_eq!(browser.session(), None);
    // A copy of the cookie is worth nothing either.
    let mut thief = Browser::with_session(&service.app, &session);
    assert_eq!(status(&mut thief).await, 401);
    assert_eq!(thief.session(), None, "it is told to forget it");
}

#[tokio::test]
async fn a_session_that_ended_at_the_provider_has_ended_on_every_replica() {
    let (service, provider) = service().await;
    let other_replica = web::app(service.options.clone());
    let mut browser = Browser::new(&service.app);
    browser.sign_in(&provider, provider.person(None)).await;
    let mut elsewhere = Browser::with_session(&other_replica, browser.session().unwrap());
    assert_eq!(status(&mut elsewhere).await, 200);
    let ended = async |iss: &str, sid: &str| -> Answer {
        let mut frame = Browser::new(&service.app);
        let path = format!("/api/v1/auth/front-channel-logout?iss={iss}&sid={sid}");
        frame.get(&path).await
    };
    let wrong = ended("https://evil.example", "session-at-the-provider").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        ended(&provider.issuer(), "").await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(status(&mut elsewhere).await, 200);
    let answer = ended(&provider.issuer(), "session-at-the-provider").await;
    assert_eq!(answer.status, StatusCode::OK);
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("frame-ancestors http://127.0.0.1:"),
        "{policy}"
    );
    assert_eq!(status(&mut elsewhere).await, 401);
    assert_eq!(status(&mut browser).await, 401);
}

#[tokio::test]
async fn who_says_without_end_that_sessions_ended_keeps_nobody_from_signing_in() {
    let (service, provider) = service().await;
    let said = async |sid: &str| {
        let iss = provider.issuer();
        let path = format!("/api/v1/auth/front-channel-logout?iss={iss}&sid={sid}");
        Browser::new(&service.app).get(&path).await
    };
    for n in 0..60 {
        assert_eq!(said(&n.to_string()).await.status, StatusCode::OK);
    }
    let limited = said("one-more").await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.header("retry-after"), "10");
    let mut browser = Browser::new(&service.app);
    let answer = browser.sign_in(&provider, provider.person(None)).await;
    assert_eq!(led_to(&answer), "/alerts/7");
}

#[tokio::test]
async fn a_session_lets_nobody_in_while_nobody_can_say_whether_it_ended() {
    let (service, provider) = service().await;
    let mut browser = Browser::new(&service.app);
    browser.sign_in(&provider, provider.person(None)).await;
    service.store().close().await;
    browser.accepts = "application/json";
    // With or without need of the store.
    for path in ["/api/v2/tenants", "/api/v2/tenants?x=1"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.problem(), "store-unavailable", "{path}");
    }
    let answer = browser.get("/api/v1/auth/logout").await;
    assert_eq!(answer.problem(), "store-unavailable");
    assert!(browser.session().is_some(), "it may go on");
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_provider_of_several_tenants_says_for_which_it_speaks() {
    let provider = Provider::start().await;
    let allowed = "11111111-2222-4333-8444-555555555555";
    let mut registration = provider.registration();
    registration.allowed_tenants = vec![allowed.to_uppercase()];
    let sign_in = provider.sign_in_as(registration);
    let service = Service::schools().await;
    let service = service.change(|options| options.sign_in = Some(sign_in));
    let stranger = "99999999-2222-4333-8444-555555555555";
    for (tid, is_let_in) in [(COMPANY, true), (allowed, true), (stranger, false)] {
        let iss = provider.issuer().replace(COMPANY, tid);
        let mut browser = Browser::new(&service.app);
        let authorize = browser.begin("/a").await;
        let mut claims = provider.person(Some(&["reader"]));
        (claims["tid"], claims["iss"]) = (tid.into(), iss.clone().into());
        let code = provider.picked(&authorize, claims);
        // As in RFC 9207.
        let code = format!("{code}&iss={iss}");
        let answer = browser.come_back(&authorize, &code).await;
        assert_eq!(answer.status == StatusCode::SEE_OTHER, is_let_in, "{tid}");
        let ended = format!("/api/v1/auth/front-channel-logout?iss={iss}&sid={tid}");
        let ended = Browser::new(&service.app).get(&ended).await;
        assert_eq!(ended.status == StatusCode::OK, is_let_in, "{tid}");
    }
}

fn in_nine_hours() -> Timestamp {
    now() + SignedDuration::from_hours(9)
}

#[tokio::test]
async fn an_expired_session_is_nobody_and_is_removed() {
    let (service, provider) = service().await;
    let mut browser = Browser::new(&service.app);
    browser.sign_in(&provider, provider.person(None)).await;
    let session = browser.session().unwrap().to_owned();
    let service = service.change(|options| options.clock = in_nine_hours);
    let mut later = Browser::with_session(&service.app, &session);
    let answer = later.get("/alerts/7").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.header("location").starts_with("/api/v1/auth/login?"));
    assert_eq!(later.session(), None);
}

#[tokio::test]
async fn a_key_is_changed_while_sessions_go_on() {
    let (service, provider) = service().await;
    let mut browser = Browser::new(&service.app);
    browser.sign_in(&provider, provider.person(None)).await;
    let (old, new) = ("QUJD".repeat(16), "REVG".repeat(16));
    for (text, expected) in [(format!("{new}\n{old}"), 200), (new, 401)] {
        let keys = std::sync::Arc::new(web::SessionKeys::parse(&text).unwrap());
        let sign_in = web::SignIn {
            keys: tokio::sync::watch::channel(keys).1,
            ..service.options.sign_in.clone().unwrap()
        };
        let mut options = service.options.clone();
        options.sign_in = Some(sign_in);
        let mut other = browser.clone().at(&web::app(options));
        assert_eq!(status(&mut other).await, expected);
    }
}

#[tokio::test]
async fn scripts_and_forms_are_not_led_to_the_provider() {
    let (service, _) = service().await;
    for (method, mode) in [("GET", "cors"), ("POST", "navigate")] {
        let request = Request::builder()
            .method(method)
            .uri("/alerts/7")
            .header("accept", "text/html")
            .header("sec-fetch-mode", mode)
            .header("sec-fetch-site", "same-origin");
        let answer = ask(&service.app, request, Body::empty()).await;
        assert_ne!(answer.status, StatusCode::SEE_OTHER, "{method} {mode}");
    }
}

#[tokio::test]
async fn nobody_is_led_away_after_sign_in() {
    let (service, provider) = service().await;
    for away in [
        "//evil.example",
        "https://evil.example/",
        "/%5Cevil.example",
        "/%09/evil.example",
    ] {
        let mut browser = Browser::new(&service.app);
        let authorize = browser.begin(away).await;
        let code = provider.picked(&authorize, provider.person(None));
        let answer = browser.come_back(&authorize, &code).await;
        assert_eq!(answer.header("location"), "/licenses", "{away}");
    }
}

#[tokio::test]
async fn without_sign_in_its_addresses_lead_on() {
    let service = Service::schools().await;
    let login = service.get("/api/v1/auth/login?return_to=/alerts/7").await;
    assert_eq!(login.header("location"), "/alerts/7");
    let logout = service.get("/api/v1/auth/logout").await;
    assert_eq!(logout.header("location"), "/");
    let callback = service.get("/api/v1/auth/callback").await;
    assert_eq!(callback.problem(), "not-found");
}

#[tokio::test]
async fn cookies_fit_plain_addresses_of_this_machine() {
    let (service, provider) = service().await;
    let service = service.change(|options| {
        let sign_in = options.sign_in.as_mut().unwrap();
        sign_in.public_url = "http://127.0.0.1:5000/".parse().unwrap();
    });
    let mut browser = Browser::new(&service.app);
    browser.host = "localhost:5000";
    let answer = browser.get("/api/v1/auth/login?return_to=/a").await;
    let there = "http://127.0.0.1:5000/api/v1/auth/login?return_to=/a";
    assert_eq!(
        answer.header("location"),
        there,
        "cookies belong to one name"
    );
    browser.host = "127.0.0.1:5000";
    let authorize = browser.begin("/").await;
    let redirect = parameter(&authorize, "redirect_uri");
    assert_eq!(redirect, "http://127.0.0.1:5000/api/v1/auth/callback");
    assert!(browser.cookies.contains_key("licensetool-sign-in-5000"));
    drop(provider);
    assert!(!browser.cookies.contains_key(SESSION));
}
