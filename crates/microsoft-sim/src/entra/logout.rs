//! Where people sign out: the apps of the tenant are told in frames, then the way leads back.

use std::fmt::Write as _;

use http::StatusCode;
use serde_json::Value;
use url::Url;

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
        let urls = apps.iter().flat_map(|app| &app.logout_urls);
        let frames: Vec<Url> = urls
            .filter_map(|url| Url::parse(url).ok())
            .map(|url| with_session(url, hint.as_ref()))
            .collect();
        Ok(match &back {
            Some(back) if frames.is_empty() => html::redirect(StatusCode::FOUND, back.as_str()),
            _ => page(&frames, back.as_ref()),
        })
    }
}

/// Whose session ends, if the app has said so.
fn with_session(mut url: Url, hint: Option<&Value>) -> Url {
    let claim = |name: &str| hint?[name].as_str();
    if let (Some(sid), Some(iss)) = (claim("sid"), claim("iss")) {
        let both = [("sid", sid), ("iss", iss)];
        url.query_pairs_mut().extend_pairs(both);
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
