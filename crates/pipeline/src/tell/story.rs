//! What a message says, in both languages and for every channel: the one place of all wording.
//!
//! First what happened, then the numbers, then what to do. Each text stands beside its
//! translation, so that neither can be forgotten.

mod advice;
mod happened;
mod headline;
mod numbers;

#[cfg(test)]
mod tests;

use domain::{Event, Facts, Language, Severity};

use super::tongue::Tongue;
use super::untrusted;
use super::{Message, Voice};

/// A message in words of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Story {
    pub(super) severity: Severity,
    /// It is over.
    pub(super) resolved: bool,
    pub(super) tenant: String,
    /// In a few words, without the tenant.
    pub(super) headline: String,
    /// What happened, in one to three sentences.
    pub(super) happened: String,
    /// What a person looks at, each with its label, in the order of importance.
    pub(super) numbers: Vec<(String, String)>,
    /// What to do.
    pub(super) advice: String,
    /// Where to read on.
    pub(super) link: String,
}

/// A message and all that its words depend on.
#[derive(Clone, Copy)]
struct Scene<'a> {
    message: &'a Message,
    tongue: Tongue<'a>,
    tenant: &'a str,
    /// What people call the product; empty if it is about none.
    product: &'a str,
}

impl Scene<'_> {
    fn facts(&self) -> &Facts {
        &self.message.alert.facts
    }
}

/// Words a message.
pub(super) fn story(message: &Message, voice: &Voice, language: Language) -> Story {
    let alert = &message.alert;
    let product = alert.facts.product().map(|(id, part_number)| {
        let label = voice.names.label(id, part_number, language);
        untrusted::name(&label)
    });
    let tenant = untrusted::name(&message.tenant_name);
    let scene = Scene {
        message,
        tongue: Tongue {
            language,
            zone: &voice.time_zone,
        },
        tenant: if tenant.is_empty() {
            message.tenant.as_str()
        } else {
            &tenant
        },
        product: product.as_deref().unwrap_or_default(),
    };
    Story {
        severity: alert.severity(),
        resolved: message.event == Event::Resolved,
        tenant: scene.tenant.to_owned(),
        headline: headline::headline(scene),
        happened: happened::happened(scene),
        numbers: numbers::numbers(scene),
        advice: advice::advice(scene),
        link: link(voice, message),
    }
}

/// The page of the alert.
pub(super) fn link(voice: &Voice, message: &Message) -> String {
    let base = voice.public_url.as_str().trim_end_matches('/');
    format!("{base}/alerts/{}", message.alert_id)
}

/// How much it asks of a person, in a word.
pub(super) fn urgency(story: &Story, tongue: Tongue<'_>) -> &'static str {
    match story.severity {
        _ if story.resolved => tongue.say("Erledigt", "Resolved"),
        Severity::Critical => tongue.say("Kritisch", "Critical"),
        Severity::Warning => tongue.say("Warnung", "Warning"),
        Severity::Notice => tongue.say("Hinweis", "Notice"),
    }
}
