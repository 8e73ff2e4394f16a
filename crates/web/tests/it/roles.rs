//! The whole table of who may do what: every route, as everybody.

use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::browser::{Browser, SESSION};
use crate::fixture::{A1_STUDENTS, Service, now};
use crate::provider::Provider;
use crate::sign_in::service;

const RANKS: [&str; 3] = ["reader", "operator", "admin"];

/// Who asks, what shows it, and how far they may go: the position in [`RANKS`].
struct Visitor {
    name: String,
    header: Option<(&'static str, String)>,
    rank: Option<usize>,
    bad_token: bool,
}

impl Visitor {
    fn new(name: &str, header: Option<(&'static str, String)>, rank: Option<usize>) -> Self {
        Self {
            name: name.to_owned(),
            header,
            rank,
            bad_token: false,
        }
    }
}

fn nine_hours_ago() -> Timestamp {
    now() - SignedDuration::from_hours(9)
}

async fn session(service: &Service, provider: &Provider, role: &str) -> String {
    let mut browser = Browser::new(&service.app);
    let claims = provider.person(Some(&[role]));
    browser.sign_in(provider, claims).await;
    let session = browser.session().expect("somebody with a role is let in");
    format!("{SESSION}={session}")
}

/// The session of somebody who signed in nine hours ago.
async fn expired(service: &Service, provider: &Provider) -> String {
    let mut options = service.options.clone();
    options.clock = nine_hours_ago;
    let mut browser = Browser::new(&web::app(options));
    let authorize = browser.begin("/").await;
    let mut claims = provider.person(Some(&["admin"]));
    for moment in ["iat", "nbf", "exp"] {
        claims[moment] = (claims[moment].as_i64().unwrap() - 9 * 3600).into();
    }
    let code = provider.picked(&authorize, claims);
    browser.come_back(&authorize, &code).await;
    format!("{SESSION}={}", browser.session().unwrap())
}

async fn visitors(service: &Service, provider: &Provider) -> Vec<Visitor> {
    let mut visitors = vec![Visitor::new("nobody", None, None)];
    for (rank, role) in RANKS.into_iter().enumerate() {
        let cookie = session(service, provider, role).await;
        visitors.push(Visitor::new(role, Some(("cookie", cookie)), Some(rank)));
        let token = provider.signed(provider.person(Some(&[role])));
        let bearer = Some(("authorization", format!("Bearer {token}")));
        visitors.push(Visitor::new(&format!("bearer {role}"), bearer, Some(rank)));
    }
    let mut tampered = session(service, provider, "admin").await;
    let last = if tampered.pop() == Some('A') {
        'B'
    } else {
        'A'
    };
    tampered.push(last);
    visitors.push(Visitor::new("tampered", Some(("cookie", tampered)), None));
    let expired = expired(service, provider).await;
    visitors.push(Visitor::new("expired", Some(("cookie", expired)), None));
    let token = provider.signed(provider.person(Some(&["admin"])));
    let (signed, _) = token.rsplit_once('.').unwrap();
    let bearer = Some(("authorization", format!("Bearer {signed}.AAAA")));
    visitors.push(Visitor {
        bad_token: true,
        ..Visitor::new("bad bearer", bearer, None)
    });
    visitors
}

/// Method, path and role of every operation, as the description has them.
fn routes() -> Vec<(Method, String, Option<usize>)> {
    let document: Value = serde_json::from_str(&web::openapi()).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, about) in item.as_object().unwrap() {
            let role = about["x-required-role"].as_str();
            let rank = role.map(|role| RANKS.iter().position(|it| *it == role).unwrap());
            let path = path
                .replace("{sku_id}", A1_STUDENTS)
                .replace("{message}", A1_STUDENTS)
                .replace("{kind}", "internal")
                .replace("{tenant}", "alpha");
            let segments = path
                .split('/')
                .map(|segment| match segment.starts_with('{') {
                    true => "1",
                    false => segment,
                });
            let path = segments.collect::<Vec<_>>().join("/");
            let method = method.to_ascii_uppercase().parse().unwrap();
            routes.push((method, path, rank));
        }
    }
    // It ends the session, so it comes last.
    routes.sort_by_key(|(_, path, _)| path.ends_with("/logout"));
    routes
}

/// Status, and which problem, without waiting for the end of what never ends.
async fn asked(service: &Service, method: &Method, path: &str, as_: &Visitor) -> (u16, String) {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "licensetool.example");
    if let Some((name, value)) = &as_.header {
        request = request.header(*name, value);
    }
    let answer = service
        .app
        .clone()
        .oneshot(request.body(Body::empty()).unwrap());
    let answer = answer.await.unwrap();
    let status = answer.status().as_u16();
    let is_problem = answer
        .headers()
        .get("content-type")
        .is_some_and(|it| it == "application/problem+json");
    if !is_problem {
        return (status, String::new());
    }
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let problem: Value = serde_json::from_slice(&body).unwrap();
    let kind = problem["type"].as_str().unwrap();
    (status, kind.trim_start_matches("/problems/").to_owned())
}

#[tokio::test]
async fn exactly_those_who_may_get_through() {
    let (service, provider) = service().await;
    let routes = routes();
    assert!(routes.len() > 50);
    for visitor in visitors(&service, &provider).await {
        // Each is counted for itself, and changes nothing for the others.
        let service = Service::schools().await.change(|options| {
            options.sign_in = service.options.sign_in.clone();
        });
        for (method, path, needed) in &routes {
            let (status, problem) = asked(&service, method, path, &visitor).await;
            let expected = match (needed, visitor.rank) {
                (None, _) => None,
                (Some(needed), Some(rank)) if rank >= *needed => None,
                (Some(_), Some(_)) => Some((403, "role-missing")),
                (Some(_), None) if visitor.bad_token && status == 429 => {
                    Some((429, "too-many-requests"))
                }
                (Some(_), None) if visitor.bad_token => Some((401, "invalid-token")),
                (Some(_), None) => Some((401, "sign-in-needed")),
            };
            let what = format!("{} {method} {path}: {status} {problem}", visitor.name);
            match expected {
                Some(expected) => assert_eq!((status, problem.as_str()), expected, "{what}"),
                None => {
                    let kept_out = ["sign-in-needed", "role-missing", "invalid-token"];
                    assert!(!kept_out.contains(&problem.as_str()), "{what}");
                    let callback = path.ends_with("/callback");
                    assert!(callback || ![401, 403].contains(&status), "{what}");
                }
            }
        }
    }
}
