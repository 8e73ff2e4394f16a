//! An HTTPS address that messages are posted to, and what its answers mean.

use std::time::Duration;

use anyhow::{Context, ensure};
use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::HeaderMap;
use url::Url;

use super::broken::Broken;
use super::reach::is_loopback;
use super::retry_after::asked_wait;
use super::untrusted::quoted;
use super::{Failure, Reach, Secret};

/// Most bytes of an answer that are read: enough for any error text.
const BODY_LIMIT: usize = 64 * 1024;

/// An address with its connections. Its path and query are kept like a secret: with many
/// services who knows them may post.
#[derive(Clone)]
pub(super) struct Endpoint {
    url: Url,
    /// Host and port, for messages.
    server: String,
    reach: Reach,
    client: reqwest::Client,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Endpoint").field(&self.server).finish()
    }
}

/// A whole answer, of any status.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    retry_after: Option<Duration>,
    body: String,
}

/// What an operator does about answers whose meaning depends on who answers.
#[derive(Debug)]
pub(super) struct Advice {
    /// 401 and 403.
    pub(super) not_allowed: &'static str,
    /// 404 and 410.
    pub(super) gone: &'static str,
}

impl Endpoint {
    /// Connects nothing yet.
    pub(super) fn new(url: &Secret, reach: &Reach) -> anyhow::Result<Self> {
        // The address itself is not repeated, as it may hold a secret.
        let url = Url::parse(url.expose()).context("url is no address")?;
        let host = url.host_str().context("url names no host")?.to_owned();
        let local = is_loopback(&host);
        ensure!(
            url.scheme() == "https" || (url.scheme() == "http" && local),
            "url must begin with https:// (http is for this machine only)"
        );
        let client = reach.client(&host)?;
        let server = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host,
        };
        Ok(Self {
            url,
            server,
            reach: reach.clone(),
            client,
        })
    }

    /// Host and port.
    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// Posts once.
    pub(super) async fn post(
        &self,
        headers: HeaderMap,
        body: Vec<u8>,
        now: Timestamp,
    ) -> Result<Answer, Failure> {
        let request = self
            .client
            .post(self.url.clone())
            .headers(headers)
            .body(body);
        let response = request.send().await.map_err(|error| self.broken(error))?;
        let status = response.status().as_u16();
        let retry_after = asked_wait(response.headers(), now);
        // If the body breaks off, the status has said already whether the message was taken.
        let body = read(response).await.unwrap_or_default();
        Ok(Answer {
            status,
            retry_after,
            body,
        })
    }

    fn broken(&self, error: reqwest::Error) -> Failure {
        let error = error.without_url();
        let broken = match (error.is_timeout(), error.is_connect()) {
            (true, true) => Broken::ConnectTimeout,
            (true, false) => Broken::Timeout,
            (false, connecting) => Broken::from_error(&error, !connecting),
        };
        broken.failure(&self.server, &self.reach)
    }

    /// What an answer means that is no success. `hidden` are texts that must not be repeated.
    pub(super) fn refusal(&self, answer: &Answer, advice: &Advice, hidden: &[&str]) -> Failure {
        let (server, status) = (&self.server, answer.status);
        let query: Vec<_> = self.url.query_pairs().map(|(_, value)| value).collect();
        let hidden: Vec<&str> = query
            .iter()
            .map(AsRef::as_ref)
            .chain(hidden.iter().copied())
            .collect();
        let said = quoted(&answer.body, &hidden);
        let (what, advice) = match status {
            300..=399 => (
                "sends the message elsewhere, which is not followed",
                "Set url to the address where it is to go.",
            ),
            401 | 403 => ("does not accept the message from us", advice.not_allowed),
            404 => ("does not know the address", advice.gone),
            410 => ("says that the address was removed for good", advice.gone),
            413 => (
                "finds the message too large",
                "Raise the limit of the receiver, or of the proxy before it, to 64 KiB.",
            ),
            429 => (
                "asks for fewer messages",
                "Nothing needs to be done: it is tried again later.",
            ),
            500..=599 => (
                "has a fault of its own",
                "It is tried again later. If it lasts, ask whoever runs the receiver.",
            ),
            _ => (
                "cannot use the message",
                "Look into the receiver's log: it should say what it misses.",
            ),
        };
        Failure {
            retry_after: answer.retry_after,
            ..Failure::new(format!("{server} {what} ({status}){said}"), advice)
        }
    }
}

/// The beginning of a body, as text.
async fn read(mut response: Response) -> Result<String, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = BODY_LIMIT - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == BODY_LIMIT {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_would_send_in_the_clear_is_refused_and_not_repeated() {
        let check = |url: &str, expected: &str| {
            let error = Endpoint::new(&Secret::new(url), &Reach::default()).unwrap_err();
            let error = format!("{error:#}");
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("hush"), "{error}");
        };
        check("hush", "no address");
        check("mailto:hush@school.example", "no host");
        check("http://school.example/?sig=hush", "https://");
        check("ftp://127.0.0.1/hush", "https://");
        for good in [
            "https://school.example:8443/a?sig=hush",
            "http://127.0.0.1:1/",
            "http://[::1]/",
        ] {
            let endpoint = Endpoint::new(&Secret::new(good), &Reach::default()).unwrap();
            assert!(!format!("{endpoint:?}").contains("hush"));
        }
    }

    #[test]
    fn every_status_says_what_to_do() {
        let url = Secret::new("https://hook.example/in?sig=topsecret");
        let endpoint = Endpoint::new(&url, &Reach::default()).unwrap();
        let advice = Advice {
            not_allowed: "Check the secret.",
            gone: "Correct url.",
        };
        let check = |status, body: &str, message: &str, expected: &str| {
            let answer = Answer {
                status,
                retry_after: None,
                body: body.to_owned(),
            };
            let failure = endpoint.refusal(&answer, &advice, &["whsec_x"]);
            assert_eq!(failure.message, format!("hook.example {message}"));
            assert!(failure.advice.contains(expected), "{}", failure.advice);
        };
        check(
            301,
            "",
            "sends the message elsewhere, which is not followed (301)",
            "url",
        );
        check(
            400,
            "no\nthanks",
            "cannot use the message (400): \"no thanks\"",
            "log",
        );
        check(
            401,
            "",
            "does not accept the message from us (401)",
            "Check the secret.",
        );
        check(
            403,
            "",
            "does not accept the message from us (403)",
            "Check the secret.",
        );
        check(404, "", "does not know the address (404)", "Correct url.");
        check(
            410,
            "",
            "says that the address was removed for good (410)",
            "Correct url.",
        );
        check(413, "", "finds the message too large (413)", "64 KiB");
        check(429, "", "asks for fewer messages (429)", "tried again");
        check(
            500,
            "sig=topsecret whsec_x oops",
            "has a fault of its own (500): \"[…] […] oops\"",
            "tried again",
        );
        check(600, "", "cannot use the message (600)", "log");
    }
}
