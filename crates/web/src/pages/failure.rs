//! Failures as a page instead of JSON, for whoever uses a browser.

use askama::Template;
use axum::extract::{Request, State as Shared};
use axum::http::header::Entry;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::auth::refusal::Refusal;
use crate::caller::{Role, Seen};
use crate::problem::{Kind, Shown};
use crate::state::App;

use super::Place;
use super::address::Address;
use super::visit::Visit;

/// Where programs ask: they get what they are promised, whatever they accept.
const FOR_PROGRAMS: [&str; 4] = ["/api/", "/healthz", "/readyz", "/openapi.json"];

/// Where people are led through on their way to a page.
const FOR_PEOPLE: &str = "/api/v1/auth/";

/// What went wrong, for people.
#[derive(Template)]
#[template(path = "failure.html")]
struct Failure {
    visit: Visit,
    place: Place,
    shown: Shown,
}

/// Turns a problem into a page where a browser asks, and asks it to sign in where that is missing.
pub(crate) async fn in_words(Shared(app): Shared<App>, request: Request, next: Next) -> Response {
    if !is_read_by_people(request.uri(), request.headers()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let visit = Visit::whatever_language(&parts, &app);
    let from_sign_in = parts.uri.path().starts_with(FOR_PEOPLE);
    let is_visit = parts.method == axum::http::Method::GET && is_navigation(&parts.headers);
    let Seen(seen) = Seen::default();
    parts.extensions.insert(Seen(seen.clone()));
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let Some(shown) = response.extensions_mut().remove::<Shown>() else {
        return response;
    };
    let visit = visit.of(seen.get().cloned());
    let cookies = cookies(&mut response);
    // A form cannot be led to another site, and a script should not: both get the page.
    if shown.kind == Kind::SignInNeeded && is_visit {
        let mut to_sign_in = Redirect::to(&sign_in_from(visit.here())).into_response();
        visit.keep_language(to_sign_in.headers_mut());
        return with_cookies(to_sign_in, cookies);
    }
    // What led through sign-in stands in no link: it may hold a code.
    let visit = match from_sign_in {
        true => visit.at("/"),
        false => visit,
    };
    let failure = Failure {
        visit,
        place: Place::Elsewhere,
        shown,
    };
    match failure.visit.render(&failure) {
        Ok(page) => {
            let (mut head, body) = (response.into_parts().0, page);
            let (page, body) = body.into_parts();
            head.headers.extend(page.headers);
            with_cookies(Response::from_parts(head, body), cookies)
        }
        Err(_) => with_cookies(response, cookies),
    }
}

/// What sign-in has the browser keep or forget, to stand beside what a page does.
fn cookies(response: &mut Response) -> Vec<HeaderValue> {
    let entry = response.headers_mut().entry(header::SET_COOKIE);
    match entry {
        Entry::Occupied(set) => set.remove_entry_mult().1.collect(),
        Entry::Vacant(_) => Vec::new(),
    }
}

fn with_cookies(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The way to sign-in that leads back to a page of ours.
pub(crate) fn sign_in_from(here: &str) -> String {
    Address::of("/api/v1/auth/login")
        .and("return_to", here)
        .text()
}

fn is_read_by_people(uri: &Uri, headers: &HeaderMap) -> bool {
    let path = uri.path();
    let accepted = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
        && (path.starts_with(FOR_PEOPLE)
            || !FOR_PROGRAMS.iter().any(|start| path.starts_with(start)))
}

/// Whether a person goes somewhere, and no script of a page asks in between.
fn is_navigation(headers: &HeaderMap) -> bool {
    let mode = headers.get("sec-fetch-mode");
    mode.is_none_or(|mode| mode == "navigate")
}

impl Failure {
    fn title(&self) -> &'static str {
        self.shown.kind.title_in(self.visit.language())
    }

    fn help(&self) -> &'static str {
        self.shown.kind.help_in(self.visit.language())
    }

    /// Whether another account would help.
    fn wants_another_account(&self) -> bool {
        self.shown.kind == Kind::RoleMissing && !self.visit.may(Role::Admin)
    }

    /// Whether somebody who could not be signed in should choose another account.
    fn other_account(&self) -> bool {
        let refusal = self.shown.refusal;
        refusal.is_some_and(Refusal::wants_another_account)
    }

    /// The way to sign in anew, where that is what is missing.
    fn sign_in_again(&self) -> Option<String> {
        if self.shown.kind == Kind::SignInNeeded {
            return Some(self.visit.sign_in());
        }
        self.shown.refusal?;
        let account = match self.other_account() {
            true => "?account=other",
            false => "",
        };
        Some(format!("/api/v1/auth/login{account}"))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;
    use crate::app::served;
    use crate::observe::WAITS;
    use crate::pages::roles::options;

    /// What a browser gets from these addresses, between the layers of the whole service.
    async fn page(router: Router<App>, path: &str) -> (StatusCode, HeaderMap, String) {
        let folder = tempfile::tempdir().unwrap();
        let service = served(router, App::new(options(&folder).await));
        let request = Request::get(path)
            .header(header::HOST, "localhost")
            .header(header::ACCEPT, "text/html");
        let request = request.body(Body::empty()).expect("a plain request");
        // From here on no time passes but what is waited for.
        tokio::time::pause();
        let response = service.oneshot(request).await.expect("routers never fail");
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1_000_000).await;
        let text = String::from_utf8(body.expect("a whole body").to_vec());
        (head.status, head.headers, text.expect("a page is text"))
    }

    #[tokio::test]
    async fn what_takes_too_long_is_a_page_that_says_how_long() {
        let never = || std::future::pending::<()>();
        for (path, seconds) in [("/slow", "10"), (WAITS, "35")] {
            let router = Router::new().route(path, get(never));
            let (status, headers, text) = page(router, path).await;
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(headers[header::RETRY_AFTER], "5");
            let sentence = format!("no answer within {seconds} seconds");
            assert!(text.contains(&sentence), "{path}: {text}");
            tokio::time::resume();
        }
    }

    #[tokio::test]
    async fn a_panic_is_a_page_that_knows_its_reader() {
        async fn broken() {
            panic!("a planted panic")
        }
        let router = Router::new().route("/broken", get(broken));
        let (status, _, text) = page(router, "/broken").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(text.contains("<h1>Something went wrong here"), "{text}");
        assert!(!text.contains("planted"), "{text}");
        assert!(text.contains("href=\"/licenses\""), "{text}");
    }
}
