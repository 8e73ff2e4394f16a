//! Sends somebody to the provider, and remembers in the browser what must come back.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use url::Url;
use utoipa::IntoParams;

use super::begun::{self, Begun};
use super::network::From;
use super::refusal::Refusal;
use super::{Auth, CALLBACK, back};
use crate::problem::Error;
use crate::request::{self, Params};
use crate::state::App;

/// Where to go afterwards, and as whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wish {
    /// A path of this site to go to afterwards, such as `/licenses`.
    return_to: Option<String>,
    /// `other` lets choose another account than the one that is signed in at Entra.
    account: Option<String>,
    /// `de` or `en`: of the page that says what went wrong.
    #[allow(
        dead_code,
        reason = "the visit reads it; this lets the address take it"
    )]
    language: Option<String>,
}

/// Sign in
///
/// Leads to Entra, and from there back. Without sign-in it leads on at once.
#[utoipa::path(get, path = "/api/v1/auth/login", tag = "v1", operation_id = "signIn",
    params(Wish),
    responses(
        (status = 303, description = "To Entra, or to the page asked for"),
        (status = 400, description = "A parameter is not understood"),
        (status = 429, description = "Too many sign-ins from this address"),
        (status = 502, description = "Entra cannot be reached")))]
pub(super) async fn login(
    Shared(app): Shared<App>,
    from: From,
    uri: Uri,
    headers: HeaderMap,
    Params(wish): Params<Wish>,
) -> Result<Response, Error> {
    let back = back::path(wish.return_to.as_deref());
    let account = request::one_of("account", wish.account.as_deref(), &["other"])?;
    let Some(auth) = app.auth() else {
        return Ok(Redirect::to(&back).into_response());
    };
    if let Some(there) = auth.elsewhere(&uri, &headers) {
        return Ok(Redirect::to(&there).into_response());
    }
    let begun = auth.begin(&app, from, back, account.is_some()).await;
    let (begun, address) = begun.map_err(Refusal::error)?;
    let mut all = auth.all_begun(auth.begun.read(&headers));
    all.add(begun, app.now());
    let sealed = all.sealed(&auth.keys(), &auth.begun);
    let cookie = auth.begun.set(&sealed, begun::LASTS);
    let to = Redirect::to(address.as_str());
    Ok(([(header::SET_COOKIE, cookie)], to).into_response())
}

impl Auth {
    /// Where to begin instead, if somebody came by another name of this machine: sign-in leads back
    /// to the one in the settings, and cookies stay where they are. On the network a proxy may
    /// change names, so there the one that came is believed to be right.
    fn elsewhere(&self, uri: &Uri, headers: &HeaderMap) -> Option<String> {
        let own = &self.settings.public_url;
        let host = headers.get(header::HOST)?.to_str().ok()?;
        let own_host = match own.port() {
            Some(port) => format!("{}:{port}", own.host_str()?),
            None => own.host_str()?.to_owned(),
        };
        let here = self.is_secure() || host.eq_ignore_ascii_case(&own_host);
        let path = uri.path_and_query()?.as_str().trim_start_matches('/');
        (!here).then(|| self.own(path))
    }

    async fn begin(
        &self,
        app: &App,
        from: From,
        back: String,
        other_account: bool,
    ) -> Result<(Begun, Url), Refusal> {
        let now = app.now();
        self.sign_ins.count(from.0, now)?;
        let provider = self.app();
        let about = provider.about(now).await?;
        let begun = Begun::now(back, now);
        let mut address = about.authorization_endpoint.clone();
        address
            .query_pairs_mut()
            .append_pair("client_id", &provider.registration().client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &self.own(CALLBACK))
            .append_pair("response_mode", "query")
            .append_pair("scope", "openid profile")
            .append_pair("state", &begun.state)
            .append_pair("nonce", &begun.nonce)
            .append_pair("code_challenge", &begun.challenge())
            .append_pair("code_challenge_method", "S256");
        if other_account {
            address
                .query_pairs_mut()
                .append_pair("prompt", "select_account");
        }
        Ok((begun, address))
    }
}
