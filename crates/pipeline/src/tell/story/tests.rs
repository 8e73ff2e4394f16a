//! Every message in both languages: the table shows what people read.

use domain::{Cause, Kind, Outlook, Seats, Stage, Units, stage};

use super::*;
use crate::tell::specimen::{
    self, at, exhausted, message, number_missing, purchase, seats, unseen, voice,
};

fn both(message: &Message) -> [Story; 2] {
    [Language::German, Language::English].map(|language| story(message, &voice(language), language))
}

/// Headline, sentence and advice, in German and English.
fn check(message: &Message, german: [&str; 3], english: [&str; 3]) {
    for (story, expected) in both(message).iter().zip([german, english]) {
        let told = [&*story.headline, &story.happened, &story.advice];
        assert_eq!(told, expected);
    }
}

fn of_seats(kind: Kind, stage: Stage, consumed: i64) -> Message {
    message(kind, stage, Facts::Seats(seats(consumed)))
}

const A1_DE: &str = "Office 365 A1 für Schüler und Studenten";
const A1_EN: &str = "Office 365 A1 for students";

#[test]
fn seats_are_told_by_their_numbers() {
    let exhausted_advice = (
        "Bitte Plätze nachbestellen oder ungenutzte freigeben: Wer jetzt eine Lizenz braucht, \
         bekommt keine.",
        "Please order seats or free unused ones: whoever needs a licence now gets none.",
    );
    let low_advice = (
        "Bitte rechtzeitig Plätze nachbestellen oder ungenutzte freigeben.",
        "Please order seats in time or free unused ones.",
    );
    check(
        &exhausted(),
        [
            &format!("{A1_DE} aufgebraucht"),
            &format!("Bei ISE School ist von {A1_DE} kein Platz mehr frei."),
            exhausted_advice.0,
        ],
        [
            &format!("{A1_EN} exhausted"),
            &format!("ISE School has no free seat of {A1_EN} left."),
            exhausted_advice.1,
        ],
    );
    check(
        &of_seats(Kind::Stock, stage::LOW, 999),
        [
            &format!("{A1_DE} knapp"),
            &format!("Bei ISE School ist von {A1_DE} nur noch 1 Platz frei."),
            low_advice.0,
        ],
        [
            &format!("{A1_EN} running low"),
            &format!("ISE School has only 1 seat of {A1_EN} left."),
            low_advice.1,
        ],
    );
    check(
        &of_seats(Kind::Stock, stage::EXHAUSTED, 998),
        [
            &format!("{A1_DE} knapp"),
            &format!("Bei ISE School sind von {A1_DE} erst 2 Plätze wieder frei."),
            low_advice.0,
        ],
        [
            &format!("{A1_EN} running low"),
            &format!("At ISE School only 2 seats of {A1_EN} are free again."),
            low_advice.1,
        ],
    );
    check(
        &of_seats(Kind::OverAssignment, stage::ONLY, 2_200),
        [
            &format!("{A1_DE} überbelegt"),
            &format!("Bei ISE School sind von {A1_DE} 1'200 Plätze mehr zugewiesen als vorhanden."),
            "Bitte 1'200 Plätze nachbestellen oder ebenso viele Zuweisungen entfernen, sonst \
             können Konten ihre Dienste verlieren.",
        ],
        [
            &format!("{A1_EN} over-assigned"),
            &format!("ISE School has assigned 1,200 seats of {A1_EN} more than it has."),
            "Please order 1,200 seats or remove as many assignments, or accounts may lose their \
             services.",
        ],
    );
}

#[test]
fn purchases_are_told_by_what_is_known_of_their_end() {
    let of = |kind, stage, outlook| message(kind, stage, Facts::Purchase(purchase(outlook)));
    check(
        &of(Kind::Renewal, stage::COMING, Outlook::Unknown),
        [
            &format!("{A1_DE}: Laufzeit bis 15.12.2026"),
            &format!(
                "Bei ISE School kommt ein Kauf von {A1_DE} (25 Plätze) am 15.12.2026 an das Ende \
                 der Laufzeit. Ob sie sich verlängert, sagt Microsoft nicht."
            ),
            "Bitte vor dem 15.12.2026 im Microsoft 365 Admin Center nachsehen, ob sich der Kauf \
             verlängert, und danach handeln.",
        ],
        [
            &format!("{A1_EN}: term until 15 Dec 2026"),
            &format!(
                "At ISE School a purchase of {A1_EN} (25 seats) comes to the end of its term on \
                 15 Dec 2026. Microsoft does not say whether it renews."
            ),
            "Please look into the Microsoft 365 admin center before 15 Dec 2026 whether the \
             purchase renews, and act on it.",
        ],
    );
    check(
        &of(Kind::Renewal, stage::IN_GRACE, Outlook::Ends),
        [
            &format!("{A1_DE}: abgelaufen, Nachfrist bis 15.12.2026"),
            &format!(
                "Bei ISE School ist ein Kauf von {A1_DE} (25 Plätze) abgelaufen. Die Plätze \
                 funktionieren noch bis 15.12.2026."
            ),
            "Bitte bis 15.12.2026 verlängern oder ersetzen, danach gehen die Plätze verloren.",
        ],
        [
            &format!("{A1_EN}: has ended, in grace until 15 Dec 2026"),
            &format!(
                "At ISE School a purchase of {A1_EN} (25 seats) has ended. The seats still work \
                 until 15 Dec 2026."
            ),
            "Please renew or replace by 15 Dec 2026, after that the seats are lost.",
        ],
    );
    check(
        &of(Kind::Trial, stage::COMING, Outlook::Ends),
        [
            &format!("{A1_DE}: Testphase bis 15.12.2026"),
            &format!("Bei ISE School endet die Testphase von {A1_DE} (25 Plätze) am 15.12.2026."),
            "Bitte bis 15.12.2026 kaufen, falls die Plätze weiter gebraucht werden.",
        ],
        [
            &format!("{A1_EN}: trial until 15 Dec 2026"),
            &format!("At ISE School the trial of {A1_EN} (25 seats) ends on 15 Dec 2026."),
            "Please buy by 15 Dec 2026 if the seats are still needed.",
        ],
    );
}

#[test]
fn what_the_tool_itself_lacks_is_told_with_the_way_out() {
    let ends = at("2026-11-30T00:00:00Z");
    check(
        &message(Kind::Certificate, Stage(3), Facts::Certificate { ends }),
        [
            "Zertifikat läuft am 30.11.2026 ab",
            "Das Zertifikat, mit dem sich licensetool bei ISE School anmeldet, läuft in 6 Tagen \
             ab, am 30.11.2026 01:00.",
            "Bitte vorher ein neues Zertifikat anlegen und in Entra hinterlegen (licensetool \
             tenant rotate iseschool).",
        ],
        [
            "certificate expires on 30 Nov 2026",
            "The certificate with which licensetool signs in to ISE School expires in 6 days, on \
             30 Nov 2026 01:00.",
            "Please make a new certificate before then and add it in Entra (licensetool tenant \
             rotate iseschool).",
        ],
    );
    check(
        &message(Kind::Staleness, stage::ONLY, unseen(Some(Cause::Refused))),
        [
            "keine aktuellen Zahlen",
            "Von ISE School gibt es seit 22.11.2026 06:00 keine neuen Zahlen. Entra weist die App \
             oder ihr Zertifikat ab.",
            "Bitte Profil, App und Zertifikat prüfen: licensetool tenant check iseschool sagt, was \
             fehlt.",
        ],
        [
            "no current numbers",
            "There have been no new numbers of ISE School since 22 Nov 2026 06:00. Entra refuses \
             the app or its certificate.",
            "Please check profile, app and certificate: licensetool tenant check iseschool says \
             what is wrong.",
        ],
    );
    check(
        &message(Kind::Staleness, stage::ONLY, number_missing()),
        [
            &format!("{A1_DE}: eine Zahl fehlt"),
            &format!(
                "In Microsofts Antwort für ISE School fehlt bei {A1_DE} die Zahl consumedUnits. Ob \
                 Plätze frei sind, lässt sich darum nicht sagen."
            ),
            "Meist ist die Zahl bei der nächsten Abfrage wieder da. Wenn nicht, bitte im Microsoft \
             365 Admin Center nachsehen.",
        ],
        [
            &format!("{A1_EN}: a number is missing"),
            &format!(
                "Microsoft's answer for ISE School lacks the number consumedUnits of {A1_EN}, so \
                 nobody can say whether seats are free."
            ),
            "Most often the number is back with the next look. If it is not, please look into the \
             Microsoft 365 admin center.",
        ],
    );
}

#[test]
fn each_event_has_its_own_words() {
    let check = |event, german: &str, english: &str| {
        let message = Message {
            event,
            ..exhausted()
        };
        let [in_german, in_english] = both(&message);
        let told = |story: &Story| format!("{} | {}", story.headline, story.happened);
        assert!(told(&in_german).contains(german), "{}", told(&in_german));
        assert!(told(&in_english).contains(english), "{}", told(&in_english));
    };
    check(
        Event::Worsened,
        &format!("Verschärft: {A1_DE} aufgebraucht | Die Lage hat sich verschärft. Bei ISE"),
        &format!("Worse: {A1_EN} exhausted | Things have got worse. ISE School"),
    );
    check(Event::Eased, "Entspannt: ", "Eased: ");
    check(
        Event::Reminded,
        "Die Pause dieser Meldung ist vorbei, und ihr Grund besteht noch. Bei ISE School",
        "The snooze of this alert is over, and its reason is still there. ISE School",
    );
    check(
        Event::Resolved,
        &format!(
            "Erledigt: Engpass bei {A1_DE} | Der Engpass bei {A1_DE} ist erledigt (ISE School)."
        ),
        &format!(
            "Resolved: shortage of {A1_EN} | The shortage of {A1_EN} is resolved (ISE School)."
        ),
    );
}

#[test]
fn the_numbers_stand_with_their_times_and_what_comes_next() {
    let grace = Seats {
        units: Units {
            warning: Some(40),
            suspended: Some(7),
            ..seats(1_040).units
        },
        ..seats(1_040)
    };
    let message = message(Kind::Stock, stage::EXHAUSTED, Facts::Seats(grace));
    let [german, english] = both(&message);
    let rows = |story: &Story| -> Vec<String> {
        let rows = story.numbers.iter();
        rows.map(|(label, value)| format!("{label}: {value}"))
            .collect()
    };
    assert_eq!(
        rows(&german),
        [
            "Produkt: Office 365 A1 für Schüler und Studenten (STANDARDWOFFPACK_STUDENT)",
            "Frei: 0",
            "Gebraucht: 1'040",
            "Verfügbar: 1'040",
            "Davon in Nachfrist: 40",
            "Gesperrt: 7",
            "Knapp ab: 5",
            "Nächste Änderung: 01.08.2027, 1'000 Plätze, verlängert sich",
            "Stand der Zahlen: 23.11.2026 14:00",
            "Besteht seit: 23.11.2026 07:00",
        ]
    );
    assert_eq!(
        rows(&english)[7..],
        [
            "Next change: 1 Aug 2027, 1,000 seats, renews",
            "Numbers as of: 23 Nov 2026 14:00",
            "Since: 23 Nov 2026 07:00",
        ]
    );
    assert!(
        german
            .advice
            .ends_with("40 Plätze sind schon in der Nachfrist und fallen danach weg."),
        "{}",
        german.advice
    );
    assert_eq!(german.link, "https://licences.company.example/alerts/42");

    let renewal = specimen::message(
        Kind::Renewal,
        stage::COMING,
        Facts::Purchase(purchase(Outlook::Ends)),
    );
    assert_eq!(
        rows(&both(&renewal)[0])[1..7],
        [
            "Gekaufte Plätze: 25",
            "Datum: 15.12.2026 12:00",
            "Was dann geschieht: endet",
            "Microsofts Status: Enabled",
            "In der ganzen Laufzeit ungenutzt: 3",
            "Frei ohne diesen Kauf: −20",
        ]
    );
}

/// No word is missing, whatever the kind, the stage, the event and the numbers.
#[test]
fn every_message_is_whole_in_both_languages() {
    for message in specimen::all() {
        for event in Event::ALL {
            let message = Message {
                event,
                ..message.clone()
            };
            let [german, english] = both(&message);
            for story in [&german, &english] {
                is_whole(story);
                assert!(story.happened.contains("ISE School"), "{story:?}");
                let about_product = message.alert.facts.product().is_some();
                assert!(
                    !about_product || story.headline.contains("Office 365"),
                    "{story:?}"
                );
            }
            assert_ne!(german.headline, english.headline);
            assert_ne!(german.happened, english.happened);
            assert_ne!(german.advice, english.advice);
            let labels = |story: &Story| -> Vec<String> {
                story
                    .numbers
                    .iter()
                    .map(|(label, _)| label.clone())
                    .collect()
            };
            assert_eq!(labels(&german).len(), labels(&english).len());
            for (one, other) in labels(&german).iter().zip(labels(&english)) {
                assert_ne!(*one, other);
            }
            assert!(
                !format!("{german:?}").contains('ß'),
                "Swiss German has none"
            );
        }
    }
}

fn is_whole(story: &Story) {
    for text in [&story.happened, &story.advice] {
        assert!(text.ends_with(['.', ')']), "{text}");
    }
    let rows = story.numbers.iter().map(|(_, value)| value.as_str());
    // What Microsoft or the network said may be nothing; what we say never is.
    let rows = rows.filter(|row| !row.is_empty());
    for text in rows.chain([&*story.headline, &story.happened, &story.advice]) {
        assert!(!text.contains("  ") && !text.contains("()"), "{text}");
        assert_eq!(text.trim(), text);
        for debris in ["None", "Some(", "{", "}", " ,", " ."] {
            assert!(!text.contains(debris), "{text}");
        }
    }
    assert!(story.numbers.len() >= 2);
    assert!(!story.headline.is_empty() && story.headline.chars().count() < 100);
}

#[test]
fn names_from_outside_stay_on_their_line() {
    let message = Message {
        tenant_name: "ISE\r\nBcc: all@example.org \u{202e}".to_owned(),
        ..exhausted()
    };
    let [german, _] = both(&message);
    assert_eq!(german.tenant, "ISE Bcc: all@example.org");
    let nameless = Message {
        tenant_name: " ".to_owned(),
        ..exhausted()
    };
    assert_eq!(both(&nameless)[0].tenant, "iseschool");
}
