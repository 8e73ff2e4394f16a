//! The card: what the workflow expects, small enough, and no Markdown from names.

use domain::{Event, Language};
use serde_json::Value;

use super::*;
use crate::tell::specimen::{self, exhausted, voice};

/// Teams refuses more.
const LIMIT: usize = 28 * 1024;

fn shown(message: &Message, language: Language, purpose: Purpose) -> Value {
    let body = body(message, &voice(language), purpose);
    assert!(body.len() < LIMIT, "{} bytes", body.len());
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn the_workflow_gets_a_message_with_a_card() {
    let message = shown(&exhausted(), Language::German, Purpose::Alert);
    assert_eq!(message["type"], "message");
    let attachment = &message["attachments"][0];
    assert_eq!(
        attachment["contentType"],
        "application/vnd.microsoft.card.adaptive"
    );
    assert_eq!(attachment["contentUrl"], Value::Null);
    let card = &attachment["content"];
    assert_eq!(card["type"], "AdaptiveCard");
    assert_eq!(card["version"], "1.4");
    let title = &card["body"][0];
    assert_eq!(title["color"], "attention");
    assert_eq!(
        title["text"],
        "Kritisch · ISE School: Office 365 A1 für Schüler und Studenten aufgebraucht"
    );
    assert_eq!(card["body"][2]["type"], "FactSet");
    assert_eq!(card["body"][2]["facts"][1]["title"], "Frei");
    assert_eq!(card["body"][2]["facts"][1]["value"], "0");
    assert_eq!(card["actions"][0]["type"], "Action.OpenUrl");
    assert_eq!(
        card["actions"][0]["url"],
        "https://licences.company.example/alerts/42"
    );
}

#[test]
fn every_message_fits_into_a_card() {
    for message in specimen::all() {
        for event in Event::ALL {
            let message = Message {
                event,
                ..message.clone()
            };
            for language in [Language::German, Language::English] {
                let card = shown(&message, language, Purpose::Alert);
                let title = &card["attachments"][0]["content"]["body"][0];
                let good = title["color"] == "good";
                assert_eq!(good, event == Event::Resolved, "{title}");
            }
        }
    }
}

#[test]
fn the_longest_names_fit_too() {
    let message = Message {
        tenant_name: "𝔄".repeat(10_000),
        ..exhausted()
    };
    let mut voice = voice(Language::German);
    let names = std::sync::Arc::make_mut(&mut voice.names);
    let id = "00000000-0000-0000-0000-000000000001".parse().unwrap();
    names.import(domain::SkuId(id), &"𝔅".repeat(10_000));
    let mut message = message;
    if let domain::Facts::Seats(seats) = &mut message.alert.facts {
        seats.sku_id = domain::SkuId(id);
        seats.part_number = "𝔇".repeat(10_000);
    }
    let body = body(&message, &voice, Purpose::Test);
    assert!(body.len() < LIMIT, "{} bytes", body.len());
}

#[test]
fn a_name_is_no_markdown_and_a_sample_says_that_it_is_one() {
    let message = Message {
        tenant_name: "[click](https://evil.example) **now** <b>`x`".to_owned(),
        ..exhausted()
    };
    let card = shown(&message, Language::English, Purpose::Test);
    let elements = &card["attachments"][0]["content"]["body"];
    assert_eq!(
        elements[0]["text"],
        "TEST: somebody tries this channel. Nothing has happened."
    );
    let title = elements[1]["text"].as_str().unwrap();
    assert!(
        title.starts_with("Critical · (click)(https://evil.example) ∗∗now∗∗ ‹b›'x': Office 365"),
        "{title}"
    );
}
