//! A message as an adaptive card.

use domain::Severity;
use serde_json::{Value, json};

use crate::tell::story::{self, Story};
use crate::tell::tongue::Tongue;
use crate::tell::untrusted::shortened;
use crate::tell::{Message, Voice};

/// Longest text of one element, in characters: a dozen of them stay below Teams' 28 KiB even if
/// every character takes four bytes.
const LONGEST: usize = 600;
/// Longest value of a row, in characters.
const LONGEST_VALUE: usize = 250;

/// Why a card is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Alert,
    /// Nothing happened: somebody tries the channel.
    Test,
}

/// What the workflow expects: a message with the card attached.
pub(super) fn body(message: &Message, voice: &Voice, purpose: Purpose) -> Vec<u8> {
    let body = json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": card(message, voice, purpose),
        }],
    });
    body.to_string().into_bytes()
}

fn card(message: &Message, voice: &Voice, purpose: Purpose) -> Value {
    let story = story::story(message, voice, voice.language);
    let tongue = Tongue {
        language: voice.language,
        zone: &voice.time_zone,
    };
    let rows: Vec<Value> = story.numbers.iter().map(fact).collect();
    let mut elements = vec![
        title(&story, tongue),
        text(&story.happened),
        json!({"type": "FactSet", "facts": rows}),
        text(&story.advice),
    ];
    if purpose == Purpose::Test {
        let note = tongue.say(
            "PROBE: Jemand probiert diesen Kanal aus. Es ist nichts geschehen.",
            "TEST: somebody tries this channel. Nothing has happened.",
        );
        elements.insert(0, text(note));
    }
    json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": plain(&format!("{}: {}", story.tenant, story.headline)),
        "msteams": {"width": "Full"},
        "body": elements,
        "actions": [{
            "type": "Action.OpenUrl",
            "title": tongue.say("Meldung öffnen", "Open the alert"),
            "url": story.link,
        }],
    })
}

/// The colour is not the only signal: the word stands before it.
fn title(story: &Story, tongue: Tongue<'_>) -> Value {
    let color = match story.severity {
        _ if story.resolved => "good",
        Severity::Critical => "attention",
        Severity::Warning => "warning",
        Severity::Notice => "accent",
    };
    let urgency = story::urgency(story, tongue);
    json!({
        "type": "TextBlock",
        "text": plain(&format!("{urgency} · {}: {}", story.tenant, story.headline)),
        "size": "Large",
        "weight": "Bolder",
        "color": color,
        "wrap": true,
    })
}

fn text(text: &str) -> Value {
    json!({"type": "TextBlock", "text": plain(text), "wrap": true})
}

fn fact((label, value): &(String, String)) -> Value {
    json!({"title": label, "value": plain(&shortened(value, LONGEST_VALUE))})
}

/// Cards read a little Markdown, and names are none: what would steer it is exchanged for what
/// looks alike, as not every reader of cards knows the backslash.
fn plain(text: &str) -> String {
    let harmless = |c| match c {
        '*' => '∗',
        '[' => '(',
        ']' => ')',
        '`' => '\'',
        '<' => '‹',
        '>' => '›',
        c => c,
    };
    shortened(text, LONGEST).chars().map(harmless).collect()
}

#[cfg(test)]
mod tests;
