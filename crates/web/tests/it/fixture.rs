//! A web service of its own for each test: two schools, one that fails, one that is new, one that
//! is switched off.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use domain::{
    AppliesTo, Cause, Gap, Language, Layer, Look, Severity, Sku, SkuId, Snapshot, Status,
    Subscription, TenantKey, Units,
};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::{By, Route, Store, TenantEntry};
use tower::ServiceExt as _;
use web::{Loop, Options, Requests};

/// What all clocks in these tests show.
pub(crate) fn now() -> Timestamp {
    "2026-08-17T06:15:00Z".parse().unwrap()
}

pub(crate) fn minutes_ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

/// Who makes the changes that a test begins with.
pub(crate) const TEST: By<'static> = By {
    who: "test",
    from: None,
};

pub(crate) struct Service {
    pub(crate) app: Router,
    pub(crate) options: Options,
    _folder: tempfile::TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The end of the problem's type, after checking that it is a whole one.
    #[track_caller]
    pub(crate) fn problem(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text()
        );
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        for member in ["title", "detail"] {
            assert!(
                !problem[member].as_str().unwrap().is_empty(),
                "{member}: {problem}"
            );
        }
        problem["type"]
            .as_str()
            .unwrap()
            .strip_prefix("/problems/")
            .unwrap()
            .to_owned()
    }
}

impl Service {
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("store.db").display());
        let store = Store::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        let options = Options {
            store,
            company: Layer::default(),
            routes: vec![route("mail")],
            fetch_within: Duration::from_millis(200),
            language: Language::English,
            time_zone: jiff::tz::TimeZone::UTC,
            company_name: "Example Services".to_owned(),
            clock: now,
            version: "0.0.0 (test)",
            loops: vec![Loop {
                name: "collect",
                turned_at: Arc::new(AtomicI64::new(now().as_millisecond())),
                within: SignedDuration::from_secs(60),
            }],
            measures_content: true,
            requests: Requests::default(),
            desk: None,
            sign_in: None,
            closing: tokio::sync::watch::channel(false).1,
        };
        Self::with(options, folder)
    }

    fn with(options: Options, folder: tempfile::TempDir) -> Self {
        Self {
            app: web::app(options.clone()),
            options,
            _folder: folder,
        }
    }

    /// The same store under other options.
    pub(crate) fn change(self, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = self.options;
        change(&mut options);
        Self::with(options, self._folder)
    }

    /// Another service on the same store, under other options. It lasts as long as the first.
    pub(crate) fn of(service: &Self, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = service.options.clone();
        change(&mut options);
        Self::with(options, tempfile::tempdir().unwrap())
    }

    /// `alpha` and `beta` were seen, `denied` never, `new` was not asked, `off` is switched off.
    pub(crate) async fn schools() -> Self {
        let service = Self::empty().await;
        let store = service.store();
        let entries = [
            entry("alpha", "Alpha School"),
            entry("beta", "Schule <b>Beta</b> 🏫"),
            entry("denied", "Denied School"),
            entry("new", "New School"),
            entry("off", "Switched off"),
        ];
        store.sync_tenants(&entries, minutes_ago(60)).await.unwrap();
        service
            .look(
                "alpha",
                seen(minutes_ago(10), alpha_skus(), Some(alpha_purchases())),
            )
            .await;
        service
            .look("beta", seen(minutes_ago(20), beta_skus(), None))
            .await;
        service.look("denied", denied(minutes_ago(5))).await;
        service
            .look("off", seen(minutes_ago(600), vec![sku("A3", 5, 5)], None))
            .await;
        let off = key("off");
        let switched = store.switch(&off, Some(false), None, TEST, minutes_ago(600));
        assert!(switched.await.unwrap());
        service
    }

    pub(crate) fn store(&self) -> &Store {
        &self.options.store
    }

    pub(crate) async fn look(&self, tenant: &str, look: Look) {
        self.store()
            .record_all(&key(tenant), &[look])
            .await
            .unwrap();
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        ask(&self.app, request, Body::from(body.to_owned())).await
    }

    /// What a browser sends for a form with these fields, which stand as in an address.
    pub(crate) async fn submit(&self, path: &str, fields: &str) -> Answer {
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "text/html")
            .header("origin", "http://localhost:5000");
        ask(&self.app, request, Body::from(fields.to_owned())).await
    }

    /// A page as a browser gets it.
    #[track_caller]
    pub(crate) fn page(&self, path: &str) -> impl Future<Output = String> {
        let request = Request::get(path).header("accept", "text/html");
        let (app, path) = (self.app.clone(), path.to_owned());
        async move {
            let page = ask(&app, request, Body::empty()).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
            page.text()
        }
    }

    /// With a JSON body, unless it is empty, and perhaps with the version that is expected.
    pub(crate) async fn write(
        &self,
        method: &str,
        path: &str,
        if_match: Option<&str>,
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        if let Some(expected) = if_match {
            request = request.header("if-match", expected);
        }
        ask(&self.app, request, Body::from(body.to_owned())).await
    }

    pub(crate) async fn send(&self, request: axum::http::request::Builder) -> Answer {
        ask(&self.app, request, Body::empty()).await
    }
}

/// Asks as `localhost`, unless the request names a host.
pub(crate) async fn ask(app: &Router, request: axum::http::request::Builder, body: Body) -> Answer {
    let mut request = request.body(body).unwrap();
    let host = header::HeaderValue::from_static("localhost:5000");
    request.headers_mut().entry(header::HOST).or_insert(host);
    let (parts, body) = app.clone().oneshot(request).await.unwrap().into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

/// What one reads of a page: the text between tags, with one space in the place of each.
pub(crate) fn text(html: &str) -> String {
    let (mut text, mut inside) = (String::new(), false);
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if inside => {}
            '\n' => text.push(' '),
            other => text.push(other),
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A channel that wants everything.
pub(crate) fn route(channel: &str) -> Route {
    Route {
        channel: channel.to_owned(),
        least: Severity::Notice,
        only_seats: false,
    }
}

pub(crate) fn key(text: &str) -> TenantKey {
    TenantKey::parse(text).unwrap()
}

pub(crate) fn entry(tenant: &str, name: &str) -> TenantEntry {
    TenantEntry {
        key: key(tenant),
        name: name.to_owned(),
        tenant_id: format!("id-of-{tenant}"),
        certificate: None,
    }
}

pub(crate) fn sku(part_number: &str, enabled: i64, consumed: i64) -> Sku {
    Sku {
        id: SkuId::from_part_number(part_number),
        part_number: part_number.to_owned(),
        applies_to: AppliesTo::User,
        status: Status::Enabled,
        units: Units {
            enabled: Some(enabled),
            warning: Some(0),
            suspended: Some(0),
            locked_out: Some(0),
            consumed: Some(consumed),
        },
        subscription_ids: Vec::new(),
    }
}

pub(crate) fn purchase(id: &str, part_number: &str, total: i64, next: &str) -> Subscription {
    Subscription {
        id: id.to_owned(),
        sku_id: SkuId::from_part_number(part_number),
        part_number: part_number.to_owned(),
        status: Status::Enabled,
        total: Some(total),
        is_trial: Some(false),
        created: Some("2025-08-01T00:00:00Z".parse().unwrap()),
        next_lifecycle: Some(next.parse().unwrap()),
    }
}

pub(crate) fn seen(at: Timestamp, mut skus: Vec<Sku>, bought: Option<Vec<Subscription>>) -> Look {
    skus.sort_by_key(|sku| sku.id);
    Ok(Snapshot {
        taken_at: at,
        skus,
        subscriptions: bought,
        remarks: Vec::new(),
    })
}

pub(crate) fn denied(at: Timestamp) -> Look {
    Err(Gap {
        at,
        cause: Cause::Denied,
        message: "Graph refuses the permission.".to_owned(),
        advice: "Let an administrator consent.".to_owned(),
    })
}

/// The well-known id of a product that has names in both languages.
pub(crate) const A1_STUDENTS: &str = "314c4481-f395-4525-be8b-2ec4bb1e9d91";

fn alpha_skus() -> Vec<Sku> {
    let named = Sku {
        id: SkuId(A1_STUDENTS.parse().unwrap()),
        ..sku("STANDARDWOFFPACK_STUDENT", 100, 99)
    };
    vec![
        named,
        sku("EXHAUSTED", 10, 10),
        sku("OVER", 10, 12),
        sku("PLENTY", 100, 20),
    ]
}

fn alpha_purchases() -> Vec<Subscription> {
    vec![
        purchase("p-1", "PLENTY", 60, "2027-07-31T00:00:00Z"),
        purchase("p-2", "PLENTY", 40, "2026-09-01T00:00:00Z"),
        purchase("p-3", "GONE", 5, "2026-10-01T00:00:00Z"),
    ]
}

fn beta_skus() -> Vec<Sku> {
    let hostile = sku("<img src=x onerror=alert(1)> 🎓 & \"'", 7, 3);
    let mut untold = sku("UNTOLD", 50, 0);
    untold.units.consumed = None;
    let mut company = sku("COMPANY", 1, 9);
    company.applies_to = AppliesTo::Company;
    let mut suspended = sku("SUSPENDED", 0, 4);
    suspended.status = Status::Suspended;
    suspended.units.suspended = Some(25);
    vec![
        hostile,
        untold,
        company,
        suspended,
        sku("FLOW_FREE", 10_000, 2),
    ]
}
