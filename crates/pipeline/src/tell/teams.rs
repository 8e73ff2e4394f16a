//! Tells a Teams channel or chat, through a workflow of Power Automate that posts a card.

mod card;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

use super::endpoint::{Advice, Endpoint};
use super::{Failure, Message, Reach, Secret, Voice, sample};
use card::Purpose;

const ADVICE: Advice = Advice {
    not_allowed: "Copy the workflow's address into url once more, whole and with its sig; the \
                  workflow must allow anyone to trigger it.",
    gone: "The workflow was deleted or switched off: switch it on in Power Automate, or make a \
           new one and give url its address.",
};

/// Where a card goes.
#[derive(Clone, Debug)]
pub struct TeamsSettings {
    /// The address of a workflow "When a Teams webhook request is received". Who knows it may
    /// post, so it is a secret.
    pub url: Secret,
    pub reach: Reach,
}

/// A workflow that posts what it is given.
#[derive(Clone, Debug)]
pub struct Teams {
    endpoint: Endpoint,
}

impl Teams {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// If a setting cannot be used. The sentence says which and never what it holds.
    pub fn new(settings: &TeamsSettings) -> anyhow::Result<Self> {
        Ok(Self {
            endpoint: Endpoint::new(&settings.url, &settings.reach)?,
        })
    }

    pub(super) async fn send(
        &self,
        message: &Message,
        voice: &Voice,
        now: Timestamp,
    ) -> Result<(), Failure> {
        self.post(card::body(message, voice, Purpose::Alert), now)
            .await?;
        Ok(())
    }

    pub(super) async fn test(&self, voice: &Voice, now: Timestamp) -> Result<String, Failure> {
        let body = card::body(&sample::sample(now), voice, Purpose::Test);
        let status = self.post(body, now).await?;
        Ok(format!(
            "The workflow at {} took a sample card (status {status}). Look for it in the Teams \
             channel; if it does not come, the workflow's run history in Power Automate says why.",
            self.endpoint.server()
        ))
    }

    async fn post(&self, body: Vec<u8>, now: Timestamp) -> Result<u16, Failure> {
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        headers.insert(CONTENT_TYPE, json);
        let answer = self.endpoint.post(headers, body, now).await?;
        match answer.status {
            status @ 200..=299 => Ok(status),
            _ => Err(self.endpoint.refusal(&answer, &ADVICE, &[])),
        }
    }
}
