//! The shape of the event: whole, stable, and as docs/webhooks.md says.

use domain::{Event, Facts, Kind, Stage, stage};
use serde_json::Value;

use super::*;
use crate::tell::specimen::{self, exhausted, message, number_missing, seats, unseen, voice};

fn shown(message: &Message, purpose: Purpose) -> Value {
    let voice = voice(Language::German);
    serde_json::from_slice(&body(message, &voice, purpose)).unwrap()
}

/// The example that receivers build on is what the program says.
#[test]
fn the_documents_example_is_what_is_sent() {
    let document = include_str!("../../../../../../docs/webhooks.md");
    let example = document
        .split("```json\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let voice = voice(Language::German);
    let message = exhausted();
    let event = event(&message, &voice, Purpose::Alert);
    let event = serde_json::to_string_pretty(&event).unwrap();
    assert_eq!(example.map(str::trim), Some(event.as_str()), "\n{event}\n");
}

/// Every member of the example stands in the document's tables, by its path.
#[test]
fn every_member_is_documented() {
    let document = include_str!("../../../../../../docs/webhooks.md");
    let mut members = Vec::new();
    for message in specimen::all() {
        paths("", &shown(&message, Purpose::Alert), &mut members);
    }
    members.sort();
    members.dedup();
    for member in members {
        assert!(document.contains(&format!("`{member}`")), "{member}");
    }
}

fn paths(before: &str, value: &Value, members: &mut Vec<String>) {
    let Value::Object(object) = value else {
        return;
    };
    for (name, value) in object {
        let path = format!("{before}{name}");
        let translated = value.get("de").is_some_and(Value::is_object);
        match translated {
            true => paths(&format!("{path}.de."), &value["de"], members),
            false => paths(&format!("{path}."), value, members),
        }
        members.push(path);
    }
}

#[test]
fn the_envelope_is_a_cloud_event() {
    for message in specimen::all() {
        for event in Event::ALL {
            let message = Message {
                event,
                ..message.clone()
            };
            let event = shown(&message, Purpose::Alert);
            assert_eq!(event["specversion"], "1.0");
            assert_eq!(event["id"], message.id.to_string());
            let kind = format!("licensetool.alert.{}.v1", message.event.as_str());
            assert_eq!(event["type"], kind.as_str());
            let concern = &message.alert.concern;
            let subject = format!("iseschool/{}/{}", concern.kind, concern.subject);
            assert_eq!(event["subject"], subject.as_str());
            assert_eq!(event["time"], "2026-11-23T13:05:00Z");
            assert_eq!(event["data"]["test"], false);
            assert_ne!(event["data"]["text"]["de"], event["data"]["text"]["en"]);
        }
    }
    let test = shown(&exhausted(), Purpose::Test);
    assert_eq!(test["type"], TEST_TYPE);
    assert_eq!(test["data"]["test"], true);
}

#[test]
fn what_nobody_knows_is_null_and_never_0() {
    let unknown = Seats {
        units: domain::Units {
            enabled: Some(10),
            ..domain::Units::default()
        },
        next: None,
        ..seats(0)
    };
    let message = message(Kind::Stock, stage::LOW, Facts::Seats(unknown));
    let data = &shown(&message, Purpose::Alert)["data"];
    assert_eq!(data["seats"]["enabled"], 10);
    for number in ["free", "consumed", "assignable", "warning", "suspended"] {
        assert_eq!(data["seats"][number], Value::Null, "{number}");
    }
    for part in [
        "purchase",
        "next_change",
        "certificate",
        "unseen",
        "missing_number",
    ] {
        assert_eq!(data[part], Value::Null, "{part}");
        assert!(data.as_object().unwrap().contains_key(part), "{part}");
    }
}

#[test]
fn each_kind_of_facts_has_its_part() {
    let part = |message: &Message, pointer: &str| {
        let event = shown(message, Purpose::Alert);
        event.pointer(&format!("/data/{pointer}")).cloned().unwrap()
    };
    let of = |kind, at, facts| message(kind, at, facts);
    let unseen = of(
        Kind::Staleness,
        stage::ONLY,
        unseen(Some(domain::Cause::TimedOut)),
    );
    assert_eq!(part(&unseen, "unseen/cause"), "timed_out");
    assert_eq!(part(&unseen, "unseen/seen_at"), "2026-11-22T05:00:00Z");
    assert_eq!(part(&unseen, "product"), Value::Null);
    let missing = of(Kind::Staleness, stage::ONLY, number_missing());
    assert_eq!(part(&missing, "missing_number"), "consumedUnits");
    let purchase = specimen::purchase(domain::Outlook::Ends);
    let renewal = of(Kind::Renewal, stage::IN_GRACE, Facts::Purchase(purchase));
    assert_eq!(part(&renewal, "purchase/free_without"), -20);
    assert_eq!(part(&renewal, "next_change/outlook"), "ends");
    assert_eq!(part(&renewal, "alert/stage"), "in-grace");
    let ends = specimen::at("2026-11-30T00:00:00Z");
    let certificate = of(Kind::Certificate, Stage(3), Facts::Certificate { ends });
    assert_eq!(
        part(&certificate, "certificate/ends"),
        "2026-11-30T00:00:00Z"
    );
    assert_eq!(part(&certificate, "alert/stage"), "7-days");

    let snoozed = State::Snoozed(Snooze::Until(ends));
    let asleep = Message {
        alert: domain::Alert {
            state: snoozed,
            ..exhausted().alert
        },
        ..exhausted()
    };
    assert_eq!(part(&asleep, "alert/state"), "snoozed");
    assert_eq!(part(&asleep, "alert/snoozed_until"), "2026-11-30T00:00:00Z");
}
