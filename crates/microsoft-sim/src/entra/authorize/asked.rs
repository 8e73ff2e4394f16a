//! What an app asks for when it sends somebody to sign in, judged in Entra's order: whatever is
//! wrong with app or address is never told to that address.

use std::collections::HashMap;
use std::sync::Arc;

use url::Url;

use super::super::code::Challenge;
use super::super::discovery::SHARED;
use super::super::{App, Entra, Refusal};
use super::{Back, Stop};
use crate::html;
use crate::message::Request;

/// How the answer reaches the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Query,
    Fragment,
    FormPost,
}

/// A sound request.
pub(super) struct Asked {
    pub(super) tenant: usize,
    pub(super) app: Arc<App>,
    pub(super) redirect_uri: String,
    pub(super) mode: Mode,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Option<Challenge>,
    pub(super) scope: String,
    pub(super) login_hint: Option<String>,
    /// Where the choice of an account is sent: the request once more.
    pub(super) again: String,
}

type Parameters = HashMap<String, String>;

impl Asked {
    pub(super) fn back(&self, refusal: Refusal) -> Back {
        Back {
            redirect_uri: self.redirect_uri.clone(),
            mode: self.mode,
            state: self.state.clone(),
            refusal,
        }
    }
}

impl Entra {
    pub(super) fn asked(&self, request: &Request) -> Result<Asked, Stop> {
        let name = request.path.split('/').nth(1).unwrap_or_default();
        let told: Parameters = html::query(request).into_iter().collect();
        let told = |name: &str| told.get(name).filter(|value| !value.is_empty()).cloned();
        let client_id = told("client_id").ok_or_else(|| Refusal::missing("client_id"))?;
        if SHARED.contains(&name) {
            return Err(single_tenant(&client_id).into());
        }
        let tenant = self.tenant(name)?;
        let app = self.app(tenant, &client_id)?;
        let redirect_uri = redirect_of(&app, told("redirect_uri").as_deref())?;
        let state = told("state");
        let back = |mode: Mode, refusal: Refusal| {
            Stop::Back(Box::new(Back {
                redirect_uri: redirect_uri.clone(),
                mode,
                state: state.clone(),
                refusal,
            }))
        };
        let mode = mode(told("response_mode").as_deref()).map_err(|it| back(Mode::Query, it))?;
        let back = |refusal: Refusal| back(mode, refusal);
        let scope = told("scope").ok_or_else(|| back(Refusal::missing("scope")))?;
        judge(
            told("response_type").as_deref(),
            &scope,
            told("prompt").as_deref(),
        )
        .map_err(back)?;
        let challenge = told("code_challenge").map(|value| {
            let method = told("code_challenge_method");
            Challenge::read(method.as_deref(), &value).map_err(back)
        });
        Ok(Asked {
            tenant,
            challenge: challenge.transpose()?,
            mode,
            nonce: told("nonce"),
            scope,
            login_hint: told("login_hint"),
            again: format!(
                "{}?{}",
                request.path,
                request.query.as_deref().unwrap_or_default()
            ),
            app,
            redirect_uri,
            state,
        })
    }
}

fn single_tenant(client_id: &str) -> Refusal {
    let message = format!(
        "Application '{client_id}' is not configured as a multi-tenant application. Usage of the \
         /common endpoint is not supported for such apps. Use a tenant-specific endpoint or \
         configure the application to be multi-tenant."
    );
    Refusal::new(50_194, message)
}

/// The address of the answer: a registered one, and the first of them if the request says none.
pub(in crate::entra) fn redirect_of(app: &App, asked: Option<&str>) -> Result<String, Refusal> {
    let Some(first) = app.redirect_uris.first() else {
        let message = "No reply address is registered for the application.";
        return Err(Refusal::new(500_113, message));
    };
    let asked = asked.unwrap_or(first);
    if app.redirects_to(asked) && Url::parse(asked).is_ok() {
        return Ok(asked.to_owned());
    }
    let message = format!(
        "The redirect URI '{asked}' specified in the request does not match the redirect URIs \
         configured for the application '{}'. Make sure the redirect URI sent in the request \
         matches one added to your application in the Azure portal.",
        app.client_id
    );
    Err(Refusal::new(50_011, message))
}

fn mode(told: Option<&str>) -> Result<Mode, Refusal> {
    match told {
        None | Some("query") => Ok(Mode::Query),
        Some("fragment") => Ok(Mode::Fragment),
        Some("form_post") => Ok(Mode::FormPost),
        Some(other) => {
            let message = format!("The response_mode '{other}' is not supported.");
            Err(Refusal::new(9_002_313, message))
        }
    }
}

fn judge(kind: Option<&str>, scope: &str, prompt: Option<&str>) -> Result<(), Refusal> {
    let kind = kind.ok_or_else(|| Refusal::missing("response_type"))?;
    if kind != "code" {
        let message = format!("The response_type '{kind}' is not enabled for the application.");
        return Err(Refusal::new(70_005, message));
    }
    if !scope.split_whitespace().any(|scope| scope == "openid") {
        let message = format!(
            "The provided value for the input parameter 'scope' is not valid. The scope '{scope}' \
             does not ask for a sign-in: add openid."
        );
        return Err(Refusal::new(70_011, message));
    }
    match prompt {
        None | Some("login" | "select_account" | "consent") => Ok(()),
        Some("none") => {
            let message = "A silent sign-in request was sent but no user is signed in.";
            Err(Refusal::new(50_058, message))
        }
        Some(other) => {
            let message = format!("Unsupported 'prompt' value '{other}'.");
            Err(Refusal::new(90_023, message))
        }
    }
}
