//! Signs out: here first, then at the provider; or here, when the provider says so.

use axum::extract::{Extension, State as Shared};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::Deed;
use serde::Deserialize;
use store::{By, Origin};
use url::Url;
use utoipa::IntoParams;

use super::Auth;
use super::network::From;
use super::refusal::Refusal;
use super::session::Session;
use crate::problem::{Error, Kind};
use crate::request::{Nothing, Params};
use crate::state::App;

/// Longer names of sessions are none, in bytes.
const LONGEST_SID: usize = 200;

/// Room comes when ends are forgotten, which takes hours: it is worth a look in some minutes.
const FULL_FOR: u32 = 300;

/// Sign out
///
/// Ends the session here, and then leads to Entra to end it there.
#[utoipa::path(get, path = "/api/v1/auth/logout", tag = "v1", operation_id = "signOut",
    responses(
        (status = 303, description = "To Entra, or to the start page"),
        (status = 400, description = "A parameter is not understood")))]
pub(super) async fn logout(
    Shared(app): Shared<App>,
    from: From,
    session: Option<Extension<Session>>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Error> {
    let Some(auth) = app.auth() else {
        return Ok(Redirect::to("/").into_response());
    };
    if let Some(Extension(session)) = session
        && let Some(ends_at) = session.ends_at()
    {
        let (store, now) = (app.store(), app.now());
        store.end_session(&session.id, ends_at, now).await?;
        let by = By {
            who: &session.who,
            from: from.0.map(Origin::Address),
        };
        let account = session.account();
        store.note(by, Deed::SignedOut, &account, "", now).await?;
    }
    let to = auth.end_at_provider(&app).await;
    let to = to.as_ref().map_or("/", Url::as_str);
    let cookie = [(header::SET_COOKIE, auth.session.remove())];
    Ok((cookie, Redirect::to(to)).into_response())
}

impl Auth {
    /// Where the provider ends its own session; `None` if it has no such place, or is away.
    async fn end_at_provider(&self, app: &App) -> Option<Url> {
        let provider = self.app();
        let about = provider.about(app.now()).await.ok()?;
        let mut address = about.end_session_endpoint.clone()?;
        address
            .query_pairs_mut()
            .append_pair("post_logout_redirect_uri", &self.own(""))
            .append_pair("client_id", &provider.registration().client_id);
        Some(address)
    }
}

/// Which session ended elsewhere.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Ended {
    /// The provider's issuer.
    iss: Option<String>,
    /// The provider's name of the session.
    sid: Option<String>,
}

/// End a session that ended at Entra
///
/// Entra's sign-out page loads it in a frame, without cookies (OpenID Connect Front-Channel Logout
/// 1.0). The session cannot be used any more, on any replica.
#[utoipa::path(get, path = "/api/v1/auth/front-channel-logout", tag = "v1",
    operation_id = "frontChannelLogout", params(Ended),
    responses(
        (status = 200, description = "It has ended"),
        (status = 400, description = "A parameter is missing or not understood"),
        (status = 404, description = "There is no sign-in here"),
        (status = 429, description = "Too many of these, from this address or in all"),
        (status = 502, description = "Entra cannot be reached")))]
pub(super) async fn front_channel(
    Shared(app): Shared<App>,
    from: From,
    Params(ended): Params<Ended>,
) -> Result<Response, Error> {
    let Some(auth) = app.auth() else {
        return Err(Error::new(Kind::NotFound, "There is no sign-in here."));
    };
    let now = app.now();
    let counted = auth.ends.count(from.0, now).map_err(Refusal::from);
    counted.map_err(Refusal::error)?;
    let provider = auth.app();
    let about = provider.about(now).await.map_err(Refusal::error)?;
    let is_provider = |iss: &String| provider.is_by(&about, iss);
    let sid = ended
        .sid
        .filter(|sid| (1..=LONGEST_SID).contains(&sid.len()));
    let (Some(sid), true) = (sid, ended.iss.as_ref().is_some_and(is_provider)) else {
        let detail = "It takes iss, the issuer, and sid, a session's name.";
        return Err(Error::new(Kind::InvalidParameter, detail));
    };
    let ends_at = now + auth.settings.lifetime;
    let store = app.store();
    if !store.end_session_elsewhere(&sid, ends_at, now).await? {
        tracing::warn!("too many sessions are said to have ended: this one goes on");
        let detail = "Too many sessions are said to have ended. Sign out here instead.";
        return Err(Error::new(Kind::TooManyRequests, detail).retry_after(FULL_FOR));
    }
    // The provider's page frames it, and nobody else's.
    let framed_by = about.authorization_endpoint.origin().ascii_serialization();
    let policy = format!("default-src 'none'; frame-ancestors {framed_by}");
    let policy = HeaderValue::try_from(policy).expect("an origin is plain ASCII");
    let policy = [(header::CONTENT_SECURITY_POLICY, policy)];
    Ok((StatusCode::OK, policy, "ended").into_response())
}
