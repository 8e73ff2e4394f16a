//! Takes in what comes back from the provider, and lets somebody in, or says why not.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::Deed;
use jiff::Timestamp;
use serde::Deserialize;
use store::{By, Origin, Store};
use utoipa::IntoParams;

use super::begun::{AllBegun, Begun};
use super::network::From;
use super::person::{Person, Roles};
use super::provider::{aadsts, in_time};
use super::refusal::Refusal;
use super::session::Session;
use super::{Auth, CALLBACK};
use crate::caller::Role;
use crate::problem::{Error, Kind};
use crate::state::App;

/// In the audit, for somebody who did not prove who they are.
const UNKNOWN: &str = "unknown";

/// What Entra sends back. Whatever else it sends is left alone.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Answer {
    /// What names the sign-in that was begun.
    state: Option<String>,
    /// What Entra gives a token for, once.
    code: Option<String>,
    /// What went wrong, as a word of OAuth 2.0.
    error: Option<String>,
    /// What went wrong, with Entra's number for it.
    error_description: Option<String>,
    /// Who sends it (RFC 9207), if it says so.
    iss: Option<String>,
}

/// Come back from sign-in
///
/// Entra leads here. Nobody else should.
#[utoipa::path(get, path = "/api/v1/auth/callback", tag = "v1", operation_id = "signInCallback",
    params(Answer),
    responses(
        (status = 303, description = "Signed in: to the page asked for"),
        (status = 403, description = "Not signed in, with the reason"),
        (status = 404, description = "There is no sign-in here"),
        (status = 429, description = "Too many sign-ins from this address"),
        (status = 502, description = "Entra cannot be reached")))]
pub(super) async fn callback(
    Shared(app): Shared<App>,
    from: From,
    headers: HeaderMap,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Response {
    let Some(auth) = app.auth() else {
        return Error::new(Kind::NotFound, "There is no sign-in here.").into_response();
    };
    // What cannot be read belongs to nothing that was begun.
    let answer = answer.map(|Query(answer)| answer).unwrap_or_default();
    let now = app.now();
    let mut all = auth.all_begun(auth.begun.read(&headers));
    let came = in_time(auth.came_back(&answer, &mut all, from, now)).await;
    let came = came.unwrap_or_else(Came::Astray);
    let noted = note(app.store(), &came, from, now).await;
    let mut response = match (came, noted) {
        (_, Err(error)) => Error::from(error).into_response(),
        (Came::In { session, back, .. }, Ok(())) => {
            let sealed = session.sealed(&auth.keys(), &auth.session);
            let cookie = auth.session.set(&sealed, auth.settings.lifetime);
            ([(header::SET_COOKIE, cookie)], Redirect::to(&back)).into_response()
        }
        (Came::Refused { refusal, .. } | Came::Astray(refusal), Ok(())) => {
            tracing::info!(reason = refusal.as_str(), "a sign-in was refused");
            refusal.error().into_response()
        }
    };
    let left = match all.is_empty() {
        true => auth.begun.remove(),
        false => {
            let sealed = all.sealed(&auth.keys(), &auth.begun);
            auth.begun.set(&sealed, super::begun::LASTS)
        }
    };
    response.headers_mut().append(header::SET_COOKIE, left);
    response
}

/// What became of it.
enum Came {
    In {
        session: Session,
        role: Role,
        back: String,
    },
    /// By what the provider said to us.
    Refused {
        refusal: Refusal,
        /// Whoever it was, if that is proven.
        person: Option<Person>,
    },
    /// By what the request says, which anybody can write, or because nothing was heard in time: it
    /// leaves nothing but a line in the log.
    Astray(Refusal),
}

/// Leaves a row in the audit, for what is worth one.
async fn note(store: &Store, came: &Came, from: From, now: Timestamp) -> store::Result<()> {
    let by = |who| By {
        who,
        from: from.0.map(Origin::Address),
    };
    match came {
        Came::In { session, role, .. } => {
            let (account, role) = (session.account(), format!("role: {}", role.as_str()));
            let who = by(&session.who);
            store.note(who, Deed::SignedIn, &account, &role, now).await
        }
        Came::Refused { refusal, person } if refusal.is_worth_a_note() => {
            let account = person.as_ref().map(Person::account).unwrap_or_default();
            let who = by(person.as_ref().map_or(UNKNOWN, |person| &person.who));
            let detail = match refusal.aadsts() {
                Some(number) => format!("{} (AADSTS{number})", refusal.as_str()),
                None => refusal.as_str().to_owned(),
            };
            store
                .note(who, Deed::SignInRefused, &account, &detail, now)
                .await
        }
        Came::Refused { .. } | Came::Astray(_) => Ok(()),
    }
}

impl Auth {
    async fn came_back(
        &self,
        answer: &Answer,
        all: &mut AllBegun,
        from: From,
        now: Timestamp,
    ) -> Came {
        let refused = |refusal, person| Came::Refused { refusal, person };
        let (begun, code) = match self.fitting(answer, all, from, now).await {
            Ok(fitting) => fitting,
            Err(refusal) => return Came::Astray(refusal),
        };
        let redirect_uri = self.own(CALLBACK);
        let redeemed = self.app().redeem(code, &begun, &redirect_uri, now).await;
        let person = match redeemed {
            Ok(person) => person,
            Err(refusal) => return refused(refusal, None),
        };
        let role = match role(&person, &self.app()) {
            Ok(role) => role,
            Err(refusal) => return refused(refusal, Some(person)),
        };
        let session = Session::begin(person, role, self.settings.lifetime, now);
        Came::In {
            session,
            role,
            back: begun.back,
        }
    }

    /// The sign-in that the answer belongs to, and the code that it brings.
    async fn fitting<'a>(
        &self,
        answer: &'a Answer,
        all: &mut AllBegun,
        from: From,
        now: Timestamp,
    ) -> Result<(Begun, &'a str), Refusal> {
        self.sign_ins.count(from.0, now)?;
        let begun = all.take(answer.state.as_deref().unwrap_or_default(), now)?;
        let provider = self.app();
        if let Some(iss) = &answer.iss
            && !provider.is_by(&*provider.about(now).await?, iss)
        {
            return Err(super::token::Flaw::Issuer.into());
        }
        Ok((begun, answer.code()?))
    }
}

impl Answer {
    fn code(&self) -> Result<&str, Refusal> {
        let number = aadsts(self.error_description.as_deref().unwrap_or_default());
        match (self.error.as_deref(), &self.code) {
            (Some("access_denied" | "consent_required"), _) => Err(Refusal::Declined(number)),
            (Some("server_error" | "temporarily_unavailable"), _) => Err(Refusal::Away),
            (Some(_), _) => Err(Refusal::ByProvider(number)),
            (None, Some(code)) if !code.is_empty() => Ok(code),
            (None, _) => Err(Refusal::NotBegun),
        }
    }
}

/// Without app roles every user of the company's own tenant is an operator, unless the profile
/// says that a role is needed.
fn role(person: &Person, provider: &super::SignInApp) -> Result<Role, Refusal> {
    let registration = provider.registration();
    match person.roles {
        _ if !person.is_let_in => Err(Refusal::ForeignTenant),
        Roles::Has(role) => Ok(role),
        Roles::Untold if !registration.require_role && registration.is_own(&person.tid) => {
            Ok(Role::Operator)
        }
        Roles::Untold | Roles::Others => Err(Refusal::NoRole),
    }
}
