//! Where people sign out: the apps of the tenant are told in frames, then the way leads back.

use std::fmt::Write as _;

use http::header::COOKIE;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use url::Url;

use super::authorize::SESSION;
use super::{Entra, Refusal};
use crate::html::{self, escape};
use crate::message::{Reply, Request};

/// Seconds that the frames have.
const TIME_FOR_FRAMES: u8 = 2;

impl Entra {
    pub(super) fn logout(&self, request: &Request) -> Result<Reply, Refusal> {
        let name = request.path.split('/').nth(1).unwrap_or_default();
        let tenant = self.tenant(name)?;
        let apps = self.directory.apps(tenant);
        let told: Vec<_> = html::query(request)
            .into_iter()
            .chain(html::fields(&request.body))
            .collect();
        let back = html::field(&told, "post_logout_redirect_uri");
        // An address that no app has registered is left out without a word, as Entra does.
        let back = back.filter(|uri| apps.iter().any(|app| app.redirects_to(uri)));
        let back = back.and_then(|uri| Url::parse(uri).ok()).map(|mut uri| {
            if let Some(state) = html::field(&told, "state") {
                uri.query_pairs_mut().append_pair("state", state);
            }
            uri
        });
        let hint = html::field(&told, "id_token_hint");
        let hint = hint.and_then(|token| self.keys.verified(token).ok());
        let issuer = self.issuer(self.world.at(tenant));
        let session = hint
            .as_ref()
            .and_then(named)
            .or_else(|| Some((kept(&request.headers)?, issuer)));
        let urls = apps.iter().flat_map(|app| &app.logout_urls);
        let frames: Vec<Url> = urls
            .filter_map(|url| Url::parse(url).ok())
            .map(|url| with_session(url, session.as_ref()))
            .collect();
        Ok(match &back {
            Some(back) if frames.is_empty() => html::redirect(StatusCode::FOUND, back.as_str()),
            _ => page(&frames, back.as_ref()),
        })
    }
}

/// The session of a token that the app sent along, and who issued it.
fn named(token: &Value) -> Option<(String, String)> {
    let claim = |name: &str| token[name].as_str().map(str::to_owned);
    Some((claim("sid")?, claim("iss")?))
}

/// The session that the browser knows.
fn kept(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter();
    let mut cookies = cookies
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='));
    let (_, sid) = cookies.find(|(name, _)| *name == SESSION)?;
    Some(sid.to_owned())
}

/// An app hears whose session ends, if that is known.
fn with_session(mut url: Url, session: Option<&(String, String)>) -> Url {
    if let Some((sid, iss)) = session {
        url.query_pairs_mut()
            .extend_pairs([("sid", sid), ("iss", iss)]);
    }
    url
}

fn page(frames: &[Url], back: Option<&Url>) -> Reply {
    let mut body = String::from("<p>You signed out of your account.</p>\n");
    let mut head = String::new();
    for url in frames {
        let url = escape(url.as_str());
        writeln!(body, "<iframe title=\"Sign out\" src=\"{url}\"></iframe>")
            .expect("a text takes any text");
    }
    if let Some(back) = back {
        let back = escape(back.as_str());
        head = format!("<meta http-equiv=\"refresh\" content=\"{TIME_FOR_FRAMES}; url={back}\">\n");
        writeln!(body, "<p><a href=\"{back}\">Continue</a></p>").expect("a text takes any text");
    }
    html::page_with(StatusCode::OK, "Signed out", &head, &body)
}
