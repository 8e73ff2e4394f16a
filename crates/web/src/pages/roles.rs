//! What readers see of pages and what they may not do: buttons are for operators, the audit for
//! admins.

use axum::Extension;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use domain::{Language, Layer, TenantKey};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::{Store, TenantEntry};
use tower::ServiceExt as _;

use crate::access::ROUTES;
use crate::caller::{Caller, Identity, Role};
use crate::state::App;
use crate::{Options, Requests};

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// What the service is told, on a store with one tenant.
pub(super) async fn options(folder: &tempfile::TempDir) -> Options {
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    let tenant = TenantEntry {
        key: TenantKey::parse("alpha").unwrap(),
        name: "Alpha".to_owned(),
        tenant_id: "id".to_owned(),
        certificate: None,
    };
    store.add_tenant(&tenant, now()).await.unwrap();
    Options {
        store,
        company: Layer::default(),
        company_name: String::new(),
        routes: Vec::new(),
        fetch_within: std::time::Duration::from_secs(25),
        language: Language::English,
        time_zone: TimeZone::UTC,
        clock: now,
        version: "0",
        sign_in: None,
        loops: Vec::new(),
        measures_content: true,
        requests: Requests::default(),
        desk: None,
        closing: tokio::sync::watch::channel(false).1,
    }
}

/// The pages as somebody of a role sees them.
async fn pages(role: Role, folder: &tempfile::TempDir) -> axum::Router {
    let caller = Caller {
        who: "somebody".to_owned(),
        role,
        from: None,
        signed_in: true,
    };
    let (router, _) = super::router().split_for_parts();
    router
        .layer(Extension(Identity::Known(caller)))
        .with_state(App::new(options(folder).await))
}

async fn ask(pages: &axum::Router, method: &str, path: &str) -> Response {
    let request = Request::builder().method(method).uri(path);
    let form = "application/x-www-form-urlencoded";
    let request = request.header(header::CONTENT_TYPE, form);
    let request = request.body(Body::empty()).expect("a plain request");
    let answer = pages.clone().oneshot(request).await;
    answer.expect("routers never fail")
}

async fn html(pages: &axum::Router, path: &str) -> String {
    let page = ask(pages, "GET", path).await;
    assert_eq!(page.status(), StatusCode::OK, "{path}");
    let body = axum::body::to_bytes(page.into_body(), 1_000_000).await;
    String::from_utf8(body.expect("a whole body").to_vec()).expect("a page is text")
}

#[tokio::test]
async fn readers_see_no_buttons_and_operators_do() {
    let folder = tempfile::tempdir().unwrap();
    let (reads, acts) = (
        pages(Role::Reader, &folder).await,
        pages(Role::Operator, &folder).await,
    );
    for path in ["/alerts", "/renewals", "/monitoring", "/deliveries"] {
        let page = html(&reads, path).await;
        assert!(!page.contains("method=\"post\""), "{path}: {page}");
        assert!(
            !page.contains("/audit"),
            "{path} leads to what readers may not see"
        );
    }
    let page = html(&acts, "/monitoring").await;
    assert!(page.contains("id=\"enabled-alpha\"") && page.contains("id=\"look-alpha\""));
}

#[tokio::test]
async fn forms_of_readers_are_refused_and_the_audit_is_for_admins() {
    let folder = tempfile::tempdir().unwrap();
    let reads = pages(Role::Reader, &folder).await;
    let forms: Vec<_> = ROUTES
        .iter()
        .filter(|(method, path, _)| *method == "POST" && !path.starts_with("/api/"))
        .collect();
    assert!(forms.len() > 5, "{forms:?}");
    for (method, path, _) in forms {
        let path = path.replace("{id}", "1").replace("{tenant}", "alpha");
        let refused = ask(&reads, method, &path).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{path}");
    }
    for (role, status) in [
        (Role::Reader, StatusCode::FORBIDDEN),
        (Role::Operator, StatusCode::FORBIDDEN),
        (Role::Admin, StatusCode::OK),
    ] {
        let pages = pages(role, &folder).await;
        assert_eq!(ask(&pages, "GET", "/audit").await.status(), status);
    }
}
