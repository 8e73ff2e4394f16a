//! How the provider is spoken to, and what its answers mean.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::Unusable;
use crate::auth::refusal::Refusal;

/// Somebody waits in front of a browser, and is told better by us than by the limit of a whole
/// request (10 s) that nothing came: of one question, and of all that follow one another.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const ALL_WITHIN: Duration = Duration::from_secs(6);

/// Real answers have some ten KiB, in bytes.
const LIMIT: usize = 1024 * 1024;

/// Whether nobody on the way can read or change what is said to this address.
pub(super) fn is_safe(url: &Url) -> bool {
    let plain = url.username().is_empty() && url.password().is_none();
    plain && (url.scheme() == "https" || (url.scheme() == "http" && is_here(url)))
}

fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_matches(['[', ']']);
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

pub(super) fn client(
    address: &Url,
    tls: rustls::ClientConfig,
) -> Result<reqwest::Client, Unusable> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("licensetool/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_WITHIN)
        .timeout(ANSWER_WITHIN);
    // A proxy's loopback is another machine.
    let builder = match is_here(address) {
        true => builder.no_proxy(),
        false => builder,
    };
    builder
        .build()
        .map_err(|error| Unusable::Client(error.to_string()))
}

/// What comes of several questions one after another, if it comes in time.
pub(in crate::auth) async fn in_time<T>(asking: impl Future<Output = T>) -> Result<T, Refusal> {
    let came = tokio::time::timeout(ALL_WITHIN, asking).await;
    came.map_err(|_| {
        tracing::warn!("the provider of sign-in took too long");
        Refusal::Away
    })
}

/// An answer, read to its end.
pub(super) struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

/// As OAuth 2.0 and Entra tell what is wrong.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wrong {
    error: String,
    error_description: String,
}

pub(super) async fn read(answer: reqwest::Result<Response>) -> Result<Answer, Refusal> {
    let away = |error: reqwest::Error| {
        let error = anyhow::Error::from(error.without_url());
        tracing::warn!("the provider of sign-in was not heard: {error:#}");
        Refusal::Away
    };
    let mut answer = answer.map_err(away)?;
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(away)? {
        if body.len() + part.len() > LIMIT {
            return Err(Refusal::Away);
        }
        body.extend_from_slice(&part);
    }
    let status = answer.status();
    Ok(Answer { status, body })
}

impl Answer {
    /// What a good answer says.
    pub(super) fn success<T: DeserializeOwned>(&self) -> Option<T> {
        let good = self.status == StatusCode::OK;
        let read = good.then(|| serde_json::from_slice(&self.body))?;
        read.ok()
    }

    /// Why a code was not redeemed.
    pub(super) fn refusal(&self) -> Refusal {
        let wrong: Wrong = serde_json::from_slice(&self.body).unwrap_or_default();
        let code = aadsts(&wrong.error_description);
        tracing::warn!(
            status = self.status.as_u16(),
            aadsts = code,
            error = known(&wrong.error),
            "the provider of sign-in gave nothing for a code"
        );
        if self.status.is_server_error() || self.status == StatusCode::TOO_MANY_REQUESTS {
            return Refusal::Away;
        }
        match wrong.error.as_str() {
            "invalid_grant" => Refusal::Code(code),
            "invalid_client" | "unauthorized_client" | "invalid_request" => Refusal::App(code),
            "" => Refusal::Away,
            _ => Refusal::ByProvider(code),
        }
    }
}

/// The number that Entra gives its errors.
pub(in crate::auth) fn aadsts(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    let end = rest.find(|c: char| !c.is_ascii_digit());
    rest[..end.unwrap_or(rest.len())].parse().ok()
}

/// Only words that are known go to the log: the rest could be anything.
fn known(error: &str) -> &str {
    let words = [
        "invalid_grant",
        "invalid_client",
        "unauthorized_client",
        "invalid_request",
        "interaction_required",
    ];
    words
        .into_iter()
        .find(|word| *word == error)
        .unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_safe_if_nobody_can_listen() {
        let check = |text: &str, expected| {
            assert_eq!(is_safe(&Url::parse(text).unwrap()), expected, "{text}");
        };
        check("https://login.microsoftonline.com/x/v2.0", true);
        check("http://127.0.0.1:8443/x", true);
        check("http://localhost/x", true);
        check("http://[::1]:1/x", true);
        check("http://login.company.example/", false);
        check("https://user@login.company.example/", false);
        check("ftp://127.0.0.1/", false);
    }

    #[test]
    fn the_number_of_an_error_is_found() {
        assert_eq!(
            aadsts("AADSTS54005: OAuth2 code was redeemed."),
            Some(54005)
        );
        assert_eq!(aadsts("x AADSTS7000215"), Some(7_000_215));
        assert_eq!(aadsts("AADSTS: none"), None);
        assert_eq!(aadsts("nothing"), None);
    }
}
