//! Who is let in, what an answer allows, and what a method may do.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use proptest::prelude::*;

use crate::fixture::{Service, ask};

#[tokio::test]
async fn only_names_of_this_machine_are_answered() {
    let service = Service::schools().await;
    for (host, ok) in [
        ("localhost:5000", true),
        ("127.0.0.1:5000", true),
        ("[::1]:5000", true),
        ("demo.localhost", true),
        ("evil.example", false),
        ("localhost.evil.example:5000", false),
        ("192.0.2.7", false),
        ("", false),
        ("a b", false),
    ] {
        let request = Request::get("/api/v2/tenants").header("host", host);
        let answer = service.send(request).await;
        if ok {
            assert_eq!(answer.status, StatusCode::OK, "{host}");
        } else {
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
            assert_eq!(answer.problem(), "foreign-host");
            assert!(!answer.text().contains("Alpha"));
        }
    }
    let twice = Request::get("/")
        .header("host", "localhost")
        .header("host", "evil.example");
    assert_eq!(service.send(twice).await.problem(), "foreign-host");
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing() {
    let service = Service::schools().await;
    for (header, value, ok) in [
        ("origin", "http://localhost:5000", true),
        ("origin", "http://evil.example", false),
        ("origin", "http://localhost:8080", false),
        ("origin", "null", false),
        ("sec-fetch-site", "same-origin", true),
        ("sec-fetch-site", "none", true),
        ("sec-fetch-site", "cross-site", false),
        ("sec-fetch-site", "same-site", false),
    ] {
        let request = Request::post("/api/v2/refreshes").header(header, value);
        let answer = service.send(request).await;
        if ok {
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{header}: {value}");
        } else {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{header}: {value}");
            assert_eq!(answer.problem(), "foreign-origin");
        }
    }
    let read = Request::get("/").header("origin", "http://evil.example");
    assert_eq!(service.send(read).await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_answer_carries_what_browsers_need_to_be_careful() {
    let service = Service::schools().await;
    for path in [
        "/",
        "/api/v1/docs",
        "/api/v2/licenses",
        "/nowhere",
        "/problems/internal",
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            "same-origin",
            "{path}"
        );
        assert_eq!(
            answer.header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        assert!(answer.header("permissions-policy").contains("camera=()"));
        assert_eq!(answer.header("strict-transport-security"), "", "plain");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
        assert_eq!(answer.headers.get("access-control-allow-origin"), None);
    }
    let ids = [service.get("/").await, service.get("/").await];
    assert_ne!(ids[0].header("x-request-id"), ids[1].header("x-request-id"));
}

#[tokio::test]
async fn an_id_that_a_proxy_has_given_is_kept_if_it_is_fit_for_a_log() {
    let service = Service::schools().await;
    let given = async |id: &str| {
        let request = Request::get("/nowhere").header("x-request-id", id);
        let answer = service.send(request).await;
        answer.header("x-request-id").to_owned()
    };
    for fit in ["4bf92f3577b34da6", "a_B-9", &"x".repeat(64)] {
        assert_eq!(given(fit).await, fit);
    }
    for unfit in ["", "a b", "anna@b.example", "eyJh.b.c", &"x".repeat(65)] {
        assert_eq!(given(unfit).await.len(), 36, "{unfit}");
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_cannot_be_done_are_problems() {
    let service = Service::schools().await;
    for (method, path, status, problem, allow) in [
        (Method::GET, "/nowhere", 404, "not-found", ""),
        (Method::GET, "/api/v3/tenants", 404, "not-found", ""),
        (
            Method::GET,
            "/api/v1/licenses/status/show/",
            404,
            "not-found",
            "",
        ),
        (
            Method::POST,
            "/api/v2/tenants",
            405,
            "method-not-allowed",
            "GET,HEAD",
        ),
        (
            Method::DELETE,
            "/api/v1/licenses/1",
            405,
            "method-not-allowed",
            "GET,HEAD",
        ),
        (
            Method::PUT,
            "/api/v1/licenses/",
            405,
            "method-not-allowed",
            "GET,HEAD,POST",
        ),
        (
            Method::GET,
            "/api/v2/refreshes",
            405,
            "method-not-allowed",
            "POST",
        ),
        (Method::OPTIONS, "/", 405, "method-not-allowed", "GET,HEAD"),
    ] {
        let answer = service
            .send(Request::builder().method(&method).uri(path))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
        assert_eq!(answer.problem(), problem);
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn head_answers_like_get_without_a_body_and_never_writes() {
    let service = Service::schools().await;
    for path in [
        "/",
        "/api/v1/licenses/",
        "/api/v1/licenses/status/show",
        "/api/v1/monitoring/tenants",
        "/api/v2/licenses",
        "/api/v2/alerts",
        "/api/v2/deliveries",
        "/api/v2/channels",
        "/api/v2/policies",
        "/api/v2/policies/alpha/PLENTY",
        "/api/v2/renewals",
        "/api/v2/renewals.ics",
        "/api/v2/tenants/alpha/changes",
    ] {
        let (get, head) = (
            service.get(path).await,
            service.send(Request::head(path)).await,
        );
        assert_eq!(head.status, StatusCode::OK, "{path}");
        assert_eq!(head.header("etag"), get.header("etag"), "{path}");
        assert_eq!(head.body.len(), 0, "{path}");
    }
    let before = service.store().revision().await.unwrap();
    for path in [
        "/api/v2/refreshes",
        "/api/v1/licenses/",
        "/api/v2/tenants/alpha",
        "/api/v1/licenses/status/show-fetch",
        "/api/v1/monitoring/tenants/alpha",
        "/api/v2/alerts/1/resolve",
        "/api/v2/policies/alpha",
        "/api/v2/renewals/alpha/p-1/pin",
    ] {
        service.send(Request::head(path)).await;
    }
    let refused = service.send(Request::head("/api/v2/refreshes")).await;
    assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(service.store().revision().await.unwrap(), before);
}

#[tokio::test]
async fn big_answers_travel_compressed_to_those_who_can_read_it() {
    let service = Service::schools().await;
    let path = "/api/v2/licenses";
    let request = Request::get(path).header("accept-encoding", "gzip");
    let small = service.send(request).await;
    assert_eq!(small.header("content-encoding"), "gzip");
    assert!(small.body.len() * 3 < service.get(path).await.body.len());
}

#[tokio::test]
async fn a_store_that_is_away_is_a_problem_and_no_empty_list() {
    let service = Service::schools().await;
    service.store().close().await;
    for path in [
        "/api/v1/licenses/status/show",
        "/api/v1/licenses/status/show-fetch",
        "/api/v1/licenses/status/show-fetch/alpha",
        "/api/v1/monitoring/tenants",
        "/api/v2/licenses",
        "/api/v2/tenants",
        "/api/v2/alerts",
        "/api/v2/alerts/1",
        "/api/v2/deliveries",
        "/api/v2/channels",
        "/api/v2/policies",
        "/api/v2/policies/company",
        "/api/v2/renewals",
        "/api/v2/renewals.ics",
        "/alerts/1",
        "/alerts",
        "/renewals",
        "/monitoring",
        "/deliveries",
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(
            (answer.problem(), answer.header("retry-after")),
            ("store-unavailable".into(), "1")
        );
    }
    assert_eq!(service.get("/readyz").await.problem(), "not-ready");
    assert_eq!(
        service.get("/healthz").await.status,
        StatusCode::OK,
        "a restart would not help"
    );
    assert_eq!(service.get("/").await.status, StatusCode::OK);
    let written = service
        .post("/api/v1/licenses/", r#"{"name": "a", "count": 1}"#)
        .await;
    assert_eq!(written.problem(), "store-unavailable");
}

#[tokio::test]
async fn metrics_and_probes_are_asked_by_address_and_by_no_foreign_name() {
    let service = Service::schools().await;
    let registry = prometheus_client::registry::Registry::default();
    let app: Router = web::metrics_app(service.options.clone(), registry);
    for (host, status) in [
        ("10.1.2.3:9464", 200),
        ("localhost:9464", 200),
        ("evil.example", 421),
    ] {
        for path in ["/metrics", "/healthz", "/readyz"] {
            let answer = ask(&app, Request::get(path).header("host", host), Body::empty()).await;
            assert_eq!(answer.status.as_u16(), status, "{host} {path}");
        }
    }
    let other = ask(&app, Request::get("/api/v2/tenants"), Body::empty()).await;
    assert_eq!(
        other.status,
        StatusCode::NOT_FOUND,
        "no API on the metrics listener"
    );
}

#[test]
fn without_sign_in_only_loopback_is_listened_on() {
    for (address, ok) in [
        ("127.0.0.1:5000", true),
        ("[::1]:5000", true),
        ("[::ffff:127.0.0.1]:5000", true),
        ("0.0.0.0:5000", false),
        ("[::]:5000", false),
        ("10.0.0.1:5000", false),
    ] {
        let checked = web::check_listen(address.parse().unwrap());
        assert_eq!(checked.is_ok(), ok, "{address}");
        if let Err(refused) = checked {
            assert!(
                refused.to_string().contains("listen on 127.0.0.1"),
                "{refused}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_request_is_too_odd_to_be_answered(
        list in prop::sample::select(vec![
            "/api/v2/licenses", "/api/v2/subscriptions", "/api/v1/licenses/status/show", "/",
            "/api/v2/alerts", "/api/v2/deliveries", "/api/v2/renewals", "/api/v2/renewals.ics",
            "/alerts", "/renewals", "/monitoring", "/deliveries",
        ]),
        name in prop::sample::select(vec![
            "tenant", "level", "sku", "q", "cursor", "limit", "before", "language", "x", "kind",
            "state", "since", "alert", "channel",
        ]),
        value in ".{0,40}",
        raw in "[!-~]{0,40}",
    ) {
        let escaped: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let service = Service::empty().await;
            for path in [
                format!("{list}?{name}={escaped}"),
                format!("{list}?{}", raw.replace('#', "")),
                format!("/api/v1/licenses/status/show/{escaped}"),
                format!("/api/v2/tenants/{escaped}"),
                format!("/api/v2/licenses/a/{escaped}/history"),
                format!("/problems/{escaped}"),
                format!("/alerts/{escaped}"),
                format!("/api/v2/alerts/{escaped}"),
                format!("/api/v2/policies/a/{escaped}"),
                format!("/api/v2/tenants/{escaped}/changes?since={escaped}"),
            ] {
                let Ok(uri) = path.parse::<axum::http::Uri>() else { continue };
                let answer = service.send(Request::get(uri)).await;
                assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text());
            }
        });
    }
}
