//! Failures as a page instead of JSON, for whoever uses a browser.

use askama::Template;
use axum::extract::{FromRequestParts as _, Request, State as Shared};
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::caller::Role;
use crate::problem::{Kind, Shown};
use crate::state::App;

use super::Place;
use super::address::Address;
use super::visit::Visit;

/// Where programs ask: they get what they are promised, whatever they accept.
const FOR_PROGRAMS: [&str; 4] = ["/api/", "/healthz", "/readyz", "/openapi.json"];

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
    let visit = Visit::from_request_parts(&mut parts, &app).await;
    let is_get = parts.method == axum::http::Method::GET;
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let (Some(shown), Ok(visit)) = (response.extensions_mut().remove::<Shown>(), visit) else {
        return response;
    };
    if shown.kind == Kind::SignInNeeded {
        let back = if is_get { visit.here() } else { "/licenses" };
        return Redirect::to(&sign_in_from(back)).into_response();
    }
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
            Response::from_parts(head, body)
        }
        Err(_) => response,
    }
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
        && !FOR_PROGRAMS.iter().any(|start| path.starts_with(start))
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
}
