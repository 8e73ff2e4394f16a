//! Tells people and systems what happened to an alert: by webhook, mail and Teams.
//!
//! A [`Message`] says what happened, free of any channel; a [`Channel`] words it, sends it once
//! and says what became of it. Nothing is kept and nothing is retried here: who calls does both,
//! and the message's id is the same on every try. All words of both languages stand in `story`.

mod sample;
mod secret;
mod story;
mod tongue;
mod untrusted;

mod broken;
mod endpoint;
mod reach;
mod retry_after;

mod mail;
mod teams;
mod webhook;

#[cfg(test)]
mod specimen;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::{Alert, Event, Language, ProductNames, TenantKey};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;
use uuid::Uuid;

pub use mail::{Mail, MailSettings, MailTls};
pub use reach::Reach;
pub use secret::Secret;
pub use teams::{Teams, TeamsSettings};
pub use webhook::{Webhook, WebhookSettings};

/// What is to be told: an alert as it was when something happened to it.
#[derive(Clone, Debug)]
pub struct Message {
    /// The same on every try, so that a receiver can tell a repetition.
    pub id: Uuid,
    pub event: Event,
    pub alert_id: i64,
    pub alert: Alert,
    pub tenant: TenantKey,
    /// As people call the tenant.
    pub tenant_name: String,
    /// When it happened.
    pub at: Timestamp,
}

/// What every channel needs to word a message.
#[derive(Clone, Debug)]
pub struct Voice {
    pub names: Arc<ProductNames>,
    /// Of mail and Teams; a webhook speaks both.
    pub language: Language,
    /// Where people reach the pages; links begin with it.
    pub public_url: Url,
    /// Of the times in mail and Teams; a webhook says UTC.
    pub time_zone: TimeZone,
    /// For whom this licensetool works.
    pub company: String,
}

/// What became of messages that were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// What is not as it should be though the messages are told, such as a recipient who was
    /// refused while others got the mail. In words for an operator.
    pub remark: Option<String>,
}

/// Why messages were not taken, in words for an operator. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub message: String,
    /// What to do next.
    pub advice: String,
    /// How long the receiver asks to wait; `None`: it does not say. At most a day.
    pub retry_after: Option<Duration>,
}

impl Failure {
    fn new(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            advice: advice.into(),
            retry_after: None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.message, self.advice)
    }
}

impl std::error::Error for Failure {}

/// A way to tell.
#[derive(Clone, Debug)]
pub enum Channel {
    Webhook(Webhook),
    Mail(Mail),
    Teams(Teams),
}

impl Channel {
    /// Whether all that is due goes in one sending (mail: a digest). Otherwise a sending is one
    /// message.
    pub fn takes_many(&self) -> bool {
        matches!(self, Self::Mail(_))
    }

    /// Sends once. `now` is the time of the try. Nothing is sent for no messages.
    ///
    /// A channel that takes one message at a time sends several in their order and stops at the
    /// first that fails; what was taken before is then sent again on the next try.
    ///
    /// # Errors
    /// If the messages were not taken, or if nobody can tell whether they were.
    pub async fn send(
        &self,
        messages: &[Message],
        voice: &Voice,
        now: Timestamp,
    ) -> Result<Taken, Failure> {
        if messages.is_empty() {
            return Ok(Taken::default());
        }
        match self {
            Self::Mail(mail) => mail.send(messages, voice, now).await,
            Self::Webhook(webhook) => {
                for message in messages {
                    webhook.send(message, voice, now).await?;
                }
                Ok(Taken::default())
            }
            Self::Teams(teams) => {
                for message in messages {
                    teams.send(message, voice, now).await?;
                }
                Ok(Taken::default())
            }
        }
    }

    /// Sends a sample that is clearly marked as one. Answers what was done and where to look.
    ///
    /// # Errors
    /// As [`Channel::send`].
    pub async fn test(&self, voice: &Voice, now: Timestamp) -> Result<String, Failure> {
        match self {
            Self::Mail(mail) => mail.test(voice, now).await,
            Self::Webhook(webhook) => webhook.test(voice, now).await,
            Self::Teams(teams) => teams.test(voice, now).await,
        }
    }
}
