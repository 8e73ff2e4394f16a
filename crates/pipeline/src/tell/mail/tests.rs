//! The mail itself: its order, its two forms, and that names stay names.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Event, Facts, Kind, stage};
use lettre::message::Mailbox;

use super::digest::digest;
use super::*;
use crate::tell::specimen::{NOW, at, exhausted, message, number_missing, of, seats, voice};

fn low() -> Message {
    message(Kind::Stock, stage::LOW, Facts::Seats(seats(997)))
}

fn resolved() -> Message {
    Message {
        event: Event::Resolved,
        ..exhausted()
    }
}

/// Tenant by tenant, the headlines.
fn outline(messages: &[Message], language: Language) -> Vec<String> {
    let digest = digest(messages, &voice(language), Purpose::Alerts);
    let entries = |group: &digest::Group| {
        let entries = group.entries.iter();
        let headlines: Vec<_> = entries.map(|it| it.story.headline.clone()).collect();
        format!("{}: {}", group.tenant, headlines.join(" | "))
    };
    digest.groups.iter().map(entries).collect()
}

#[test]
fn tenants_stand_together_and_the_worst_comes_first() {
    let missing = message(Kind::Staleness, stage::ONLY, number_missing());
    let messages = [
        of("alpha", "Alpha School", low()),
        of("alpha", "Alpha School", resolved()),
        of("beta", "Beta School", missing),
        of("gamma", "Gamma School", exhausted()),
        of("beta", "Beta School", exhausted()),
    ];
    let a1 = "Office 365 A1 for students";
    assert_eq!(
        outline(&messages, Language::English),
        [
            format!("Beta School: {a1} exhausted | {a1}: a number is missing"),
            format!("Gamma School: {a1} exhausted"),
            format!("Alpha School: {a1} running low | Resolved: shortage of {a1}"),
        ]
    );
    let subject = |messages: &[Message], language| {
        digest(messages, &voice(language), Purpose::Alerts).subject
    };
    let a1_de = "Office 365 A1 für Schüler und Studenten";
    assert_eq!(
        subject(&messages, Language::German),
        format!("Beta School: {a1_de} aufgebraucht (+4 weitere)")
    );
    assert_eq!(
        subject(&messages[3..], Language::English),
        format!("Beta School: {a1} exhausted (+1 more)")
    );
    assert_eq!(
        subject(&messages[..1], Language::German),
        format!("Alpha School: {a1_de} knapp")
    );
}

#[test]
fn two_tenants_of_one_name_stay_apart() {
    let messages = [
        of("one", "School", exhausted()),
        of("two", "School", exhausted()),
    ];
    assert_eq!(outline(&messages, Language::German).len(), 2);
}

#[test]
fn a_flood_becomes_one_readable_mail() {
    let flood: Vec<_> = (0..250)
        .map(|n| of(&format!("school-{n:03}"), "School", exhausted()))
        .collect();
    let digest = digest(&flood, &voice(Language::German), Purpose::Alerts);
    assert_eq!(digest.groups.len(), 100);
    assert!(
        digest.subject.ends_with("(+249 weitere)"),
        "{}",
        digest.subject
    );
    assert_eq!(
        digest.more.as_deref(),
        Some("Und 150 weitere, siehe alle Meldungen.")
    );
}

#[test]
fn the_id_is_that_of_the_messages_in_any_order() {
    let (one, other) = (of("one", "One", exhausted()), of("two", "Two", exhausted()));
    let id = |messages: &[Message]| digest(messages, &voice(Language::German), Purpose::Alerts).id;
    assert_eq!(
        id(&[one.clone(), other.clone()]),
        id(&[other.clone(), one.clone()])
    );
    assert_ne!(id(&[one]), id(&[other]));
}

/// The whole mail, with its two parts as their readers see them.
fn mail(messages: &[Message], language: Language) -> (String, String, String) {
    let voice = voice(language);
    let digest = digest(messages, &voice, Purpose::Alerts);
    let address = |text: &str| text.parse::<Mailbox>().unwrap();
    let (from, to) = (
        address("licences@x.example"),
        [address("support@x.example")],
    );
    let bytes = letter::write(&digest, &voice, &from, &to, at(NOW));
    assert!(bytes.is_ascii());
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.split("\r\n")
            .all(|line| line.len() <= 998 && !line.contains('\n'))
    );
    let boundary = format!("--{}", digest.id.simple());
    let mut parts = text.split(&boundary);
    let head = parts.next().unwrap().to_owned();
    let mut decoded = parts.map(decoded);
    let (plain, html) = (decoded.next().unwrap(), decoded.next().unwrap());
    (head, plain, html)
}

/// Undoes quoted-printable or Base64.
fn decoded(part: &str) -> String {
    let (head, body) = part.split_once("\r\n\r\n").unwrap_or(("", part));
    if head.contains("base64") {
        let body: String = body.split_whitespace().collect();
        let bytes = STANDARD.decode(body);
        return String::from_utf8(bytes.unwrap()).unwrap();
    }
    if !head.contains("quoted-printable") {
        return body.to_owned();
    }
    let mut bytes = Vec::new();
    let mut rest = body.replace("=\r\n", "").into_bytes().into_iter();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            let digits = std::str::from_utf8(&digits).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_text_is_what_a_person_reads() {
    let (head, plain, _) = mail(&[exhausted()], Language::German);
    assert!(head.contains("MIME-Version: 1.0\r\n"), "{head}");
    assert!(head.contains("multipart/alternative"), "{head}");
    let expected = "ISE School\n==========\n\n\
        Kritisch: Office 365 A1 für Schüler und Studenten aufgebraucht\n\
        Bei ISE School ist von Office 365 A1 für Schüler und Studenten kein Platz mehr frei.\n\n  \
        Produkt:           Office 365 A1 für Schüler und Studenten (STANDARDWOFFPACK_STUDENT)\n  \
        Frei:              0\n  \
        Gebraucht:         1'000\n  \
        Verfügbar:         1'000\n  \
        Knapp ab:          5\n  \
        Nächste Änderung:  01.08.2027, 1'000 Plätze, verlängert sich\n  \
        Stand der Zahlen:  23.11.2026 14:00\n  \
        Besteht seit:      23.11.2026 07:00\n\n\
        Bitte Plätze nachbestellen oder ungenutzte freigeben: Wer jetzt eine Lizenz braucht, \
        bekommt keine.\n\
        https://licences.company.example/alerts/42\n\n\
        -- \nlicensetool schreibt dies für Company.\n\
        Alle Meldungen: https://licences.company.example/alerts\n";
    assert_eq!(plain.replace("\r\n", "\n").trim_end(), expected.trim_end());
}

#[test]
fn html_says_the_same_and_names_stay_names() {
    let evil = Message {
        tenant_name: "<img src=x onerror=alert(1)> & \"Söhne\"".to_owned(),
        ..exhausted()
    };
    let (head, plain, html) = mail(&[evil], Language::English);
    assert!(head.contains("Content-Language: en\r\n"));
    assert!(!html.contains("<img"), "{html}");
    assert!(
        html.contains("&lt;img src=x onerror=alert(1)&gt; &amp; &quot;Söhne&quot;"),
        "{html}"
    );
    for text in [
        "Critical",
        "exhausted",
        "1,000",
        "23 Nov 2026 14:00",
        "/alerts/42",
    ] {
        assert!(html.contains(text) && plain.contains(text), "{text}");
    }
    assert!(html.contains("<html lang=\"en\">"), "{html}");
    assert!(html.contains("color-scheme"), "{html}");
}

#[test]
fn a_name_adds_no_header() {
    let evil = Message {
        tenant_name: "ISE\r\nBcc: all@example.org\r\n\r\nbody".to_owned(),
        ..exhausted()
    };
    let (head, _, _) = mail(&[evil], Language::German);
    assert!(!head.contains("\r\nBcc:"), "{head}");
}

#[test]
fn recipients_are_read_as_people_write_them() {
    let check = |text: &str, expected: Option<&str>| {
        let found = mailbox(text).map(|it| it.email.to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    };
    check(" support@x.example ", Some("support@x.example"));
    check(
        "Support Team <support@x.example>",
        Some("support@x.example"),
    );
    for bad in [
        "",
        "support",
        "@x.example",
        "a b@x.example",
        "söhne@x.example",
        "a@x\r\nRCPT TO:<b@x>",
    ] {
        check(bad, None);
    }
}
