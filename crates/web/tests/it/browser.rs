//! What a browser does around a sign-in: it keeps cookies and goes where it is led.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::Value;
use url::Url;

use crate::fixture::{Answer, ask};
use crate::provider::{Provider, SITE};

/// The session's cookie, and that of sign-ins on their way.
pub(crate) const SESSION: &str = "__Host-licensetool";
pub(crate) const BEGUN: &str = "__Host-licensetool-sign-in";

#[derive(Clone)]
pub(crate) struct Browser {
    app: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    /// `text/html`, or what a program accepts.
    pub(crate) accepts: &'static str,
    pub(crate) host: &'static str,
}

impl Browser {
    pub(crate) fn new(app: &Router) -> Self {
        Self {
            app: app.clone(),
            cookies: BTreeMap::new(),
            accepts: "text/html",
            host: "licensetool.example",
        }
    }

    pub(crate) fn with_session(app: &Router, session: &str) -> Self {
        let mut browser = Self::new(app);
        browser
            .cookies
            .insert(SESSION.to_owned(), session.to_owned());
        browser
    }

    /// The same browser before another replica.
    pub(crate) fn at(mut self, app: &Router) -> Self {
        self.app = app.clone();
        self
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path).await
    }

    pub(crate) async fn send(&mut self, method: &str, path: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request
            .header("host", self.host)
            .header("accept", self.accepts);
        request = request.header("accept-language", "en");
        if !self.cookies.is_empty() {
            let cookies = self.cookies.iter();
            let cookies: Vec<String> = cookies.map(|(name, it)| format!("{name}={it}")).collect();
            request = request.header("cookie", cookies.join("; "));
        }
        let answer = ask(&self.app, request, Body::empty()).await;
        self.keep(&answer);
        answer
    }

    fn keep(&mut self, answer: &Answer) {
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (cookie, attributes) = line.split_once(';').unwrap();
            let (name, value) = cookie.split_once('=').unwrap();
            if name.starts_with("__Host-") {
                for needed in ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"] {
                    assert!(attributes.contains(needed), "{line}");
                }
            }
            match attributes.contains("Max-Age=0;") {
                true => drop(self.cookies.remove(name)),
                false => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
            }
        }
    }

    /// Begins to sign in. Answers where the provider is asked.
    pub(crate) async fn begin(&mut self, return_to: &str) -> Url {
        let path = format!("/api/v1/auth/login?return_to={return_to}");
        let answer = self.get(&path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.header("location").parse().unwrap()
    }

    /// Comes back with a code.
    pub(crate) async fn come_back(&mut self, authorize: &Url, code: &str) -> Answer {
        let state = parameter(authorize, "state");
        self.get(&format!("/api/v1/auth/callback?code={code}&state={state}"))
            .await
    }

    /// Signs in as a person with these claims.
    pub(crate) async fn sign_in(&mut self, provider: &Provider, claims: Value) -> Answer {
        let authorize = self.begin("/alerts/7").await;
        let code = provider.picked(&authorize, claims);
        self.come_back(&authorize, &code).await
    }

    pub(crate) fn session(&self) -> Option<&str> {
        self.cookies.get(SESSION).map(String::as_str)
    }
}

pub(crate) fn parameter(address: &Url, name: &str) -> String {
    let mut pairs = address.query_pairs();
    let found = pairs.find(|(key, _)| key == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {address}"))
        .1
        .into_owned()
}

/// The site's own path to which an answer leads.
pub(crate) fn led_to(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let site: Url = SITE.parse().unwrap();
    let to = site.join(answer.header("location")).unwrap();
    assert_eq!(to.origin(), site.origin());
    to.path().to_owned()
}
