//! Tells by mail: one digest for all that is due, through the company's own mail server.

mod connection;
mod dialogue;
mod digest;
mod html;
mod letter;
mod refusal;

use anyhow::{Context, ensure};
use domain::Language;
use jiff::Timestamp;
use lettre::Address;
use lettre::message::Mailbox;

use super::reach::is_loopback;
use super::{Failure, Message, Reach, Secret, Taken, Voice, sample, untrusted};
use connection::Server;
use digest::Purpose;

/// How the way to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MailTls {
    /// In the clear until both agree on TLS; without it nothing is sent. Mostly port 587.
    #[default]
    StartTls,
    /// From the first byte. Mostly port 465.
    Implicit,
    /// In the clear. With a password on this machine only.
    None,
}

/// Where mail goes.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// Name or address of the mail server.
    pub host: String,
    /// 587 for STARTTLS and 465 for implicit TLS, mostly.
    pub port: u16,
    pub tls: MailTls,
    /// Name and password; `None`: the server knows this machine.
    pub user: Option<(String, Secret)>,
    /// `licensetool <licences@company.example>`, or the address alone.
    pub from: String,
    /// As `from`. May be empty if recipients come by [`Mail::with_recipients`].
    pub to: Vec<String>,
    pub reach: Reach,
}

/// A mail server with a sender and recipients.
#[derive(Clone, Debug)]
pub struct Mail {
    server: Server,
    from: Mailbox,
    to: Vec<Mailbox>,
    /// What was given as recipients and is no address.
    unreadable: Vec<String>,
}

impl Mail {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// If a setting cannot be used. The sentence says which. Recipients are looked at when a mail
    /// is sent, as those of a list are.
    pub fn new(settings: &MailSettings) -> anyhow::Result<Self> {
        let clear = settings.tls == MailTls::None && !is_loopback(&settings.host);
        ensure!(
            !clear || settings.user.is_none(),
            "tls = none would send the password in the clear: use starttls or tls"
        );
        let from = mailbox(&settings.from)
            .with_context(|| format!("from is no mail address: \"{}\"", settings.from))?;
        let mail = Self {
            server: Server::new(settings, &from)?,
            from,
            to: Vec::new(),
            unreadable: Vec::new(),
        };
        Ok(mail.with_recipients(&settings.to))
    }

    /// The same mail server with further recipients, such as those of SharePoint's parameter list.
    /// One that is no address keeps no other from the mail: sending remarks it.
    #[must_use]
    pub fn with_recipients(&self, recipients: &[String]) -> Self {
        let mut mail = self.clone();
        let given = recipients.iter().map(|text| text.trim());
        for text in given.filter(|text| !text.is_empty()) {
            match mailbox(text) {
                Some(it) if mail.to.iter().any(|to| to.email == it.email) => {}
                Some(it) => mail.to.push(it),
                None => mail.unreadable.push(untrusted::name(text)),
            }
        }
        mail
    }

    pub(super) async fn send(
        &self,
        messages: &[Message],
        voice: &Voice,
        now: Timestamp,
    ) -> Result<Taken, Failure> {
        self.post(messages, voice, now, Purpose::Alerts).await
    }

    pub(super) async fn test(&self, voice: &Voice, now: Timestamp) -> Result<String, Failure> {
        let sample = [sample::sample(now)];
        let taken = self.post(&sample, voice, now, Purpose::Test).await?;
        let remark = taken.remark.map(|remark| format!(" But {remark}."));
        let to: Vec<&str> = self.to.iter().map(|to| to.email.as_ref()).collect();
        Ok(format!(
            "{} took a sample mail for {}. Look into the inbox, and into the junk folder.{}",
            self.server.name(),
            to.join(", "),
            remark.unwrap_or_default()
        ))
    }

    async fn post(
        &self,
        messages: &[Message],
        voice: &Voice,
        now: Timestamp,
        purpose: Purpose,
    ) -> Result<Taken, Failure> {
        if self.to.is_empty() {
            return Err(self.nobody());
        }
        let digest = digest::digest(messages, voice, purpose);
        let letter = letter::write(&digest, voice, &self.from, &self.to, now);
        let to: Vec<&Address> = self.to.iter().map(|to| &to.email).collect();
        let mut remarks = self.server.send(&self.from.email, &to, &letter).await?;
        remarks.extend(self.unreadable.iter().map(|text| not_an_address(text)));
        Ok(Taken {
            remark: (!remarks.is_empty()).then(|| remarks.join("; ")),
        })
    }

    fn nobody(&self) -> Failure {
        let advice = "Give at least one mail address in to, or in the parameter list.";
        match self.unreadable.first() {
            Some(text) => Failure::new(not_an_address(text), advice),
            None => Failure::new("the mail has no recipient", advice),
        }
    }
}

fn not_an_address(text: &str) -> String {
    format!("the recipient \"{text}\" is no mail address")
}

/// An address, with or without a name. One beyond ASCII is none: few servers take it.
fn mailbox(text: &str) -> Option<Mailbox> {
    let mailbox: Mailbox = text.trim().parse().ok()?;
    let address: &str = mailbox.email.as_ref();
    let plain = |b: u8| b.is_ascii_graphic() && b != b'<' && b != b'>';
    address.bytes().all(plain).then_some(mailbox)
}

fn tag(language: Language) -> &'static str {
    match language {
        Language::German => "de",
        Language::English => "en",
    }
}

#[cfg(test)]
mod tests;
