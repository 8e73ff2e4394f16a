//! Tells other systems: a signed CloudEvent, posted to an address of theirs.

mod event;
mod signature;

use anyhow::ensure;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

use super::endpoint::{Advice, Endpoint};
use super::{Failure, Message, Reach, Secret, Voice, sample};
use event::Purpose;
use signature::Signer;

const ADVICE: Advice = Advice {
    not_allowed: "Check the channel's url and secret: the receiver must know the same secret.",
    gone: "Give the channel the receiver's new url, or remove the channel.",
};

/// Where a webhook goes.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// `https://…`; `http://` for this machine only. Kept like a secret, as it may hold one.
    pub url: Secret,
    /// `whsec_` and 24 to 64 bytes in Base64. Several while the receiver changes from one to the
    /// next: each signs. At least one.
    pub secrets: Vec<Secret>,
    pub reach: Reach,
}

/// A webhook after the rules of CloudEvents 1.0 and Standard Webhooks; docs/webhooks.md is its
/// contract.
#[derive(Clone, Debug)]
pub struct Webhook {
    endpoint: Endpoint,
    signer: Signer,
    secrets: Vec<Secret>,
}

impl Webhook {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// If a setting cannot be used. The sentence says which and never what it holds.
    pub fn new(settings: &WebhookSettings) -> anyhow::Result<Self> {
        ensure!(
            !settings.secrets.is_empty(),
            "secret is missing: a webhook that is not signed could come from anybody"
        );
        Ok(Self {
            endpoint: Endpoint::new(&settings.url, &settings.reach)?,
            signer: Signer::new(&settings.secrets)?,
            secrets: settings.secrets.clone(),
        })
    }

    pub(super) async fn send(
        &self,
        message: &Message,
        voice: &Voice,
        now: Timestamp,
    ) -> Result<(), Failure> {
        self.post(message, voice, now, Purpose::Alert).await?;
        Ok(())
    }

    pub(super) async fn test(&self, voice: &Voice, now: Timestamp) -> Result<String, Failure> {
        let message = sample::sample(now);
        let status = self.post(&message, voice, now, Purpose::Test).await?;
        Ok(format!(
            "{} took a signed event of type {} with the id {} (status {status}); look for it in \
             the receiver's log.",
            self.endpoint.server(),
            event::TEST_TYPE,
            message.id
        ))
    }

    async fn post(
        &self,
        message: &Message,
        voice: &Voice,
        now: Timestamp,
        purpose: Purpose,
    ) -> Result<u16, Failure> {
        let body = event::body(message, voice, purpose);
        let answer = self
            .endpoint
            .post(self.headers(message, now, &body), body, now)
            .await?;
        match answer.status {
            status @ 200..=299 => Ok(status),
            _ => {
                let hidden: Vec<&str> = self.secrets.iter().map(Secret::expose).collect();
                Err(self.endpoint.refusal(&answer, &ADVICE, &hidden))
            }
        }
    }

    fn headers(&self, message: &Message, now: Timestamp, body: &[u8]) -> HeaderMap {
        let id = message.id.to_string();
        let text = |text: &str| HeaderValue::from_str(text).expect("ids and Base64 are ASCII");
        let signatures = self.signer.sign(&id, now.as_second(), body);
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/cloudevents+json; charset=utf-8");
        headers.insert(CONTENT_TYPE, json);
        headers.insert("webhook-id", text(&id));
        headers.insert("webhook-timestamp", HeaderValue::from(now.as_second()));
        headers.insert("webhook-signature", text(&signatures));
        headers
    }
}
