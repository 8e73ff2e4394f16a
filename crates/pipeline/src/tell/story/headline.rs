//! A message in a few words: a mail's subject, a card's title.

use domain::{Event, Facts, Kind, Outlook, Purchase, stage};

use super::Scene;

/// Without the tenant, which every channel puts where it belongs.
pub(super) fn headline(scene: Scene<'_>) -> String {
    let say = |german, english| scene.tongue.say(german, english);
    let before = match scene.message.event {
        Event::Opened => "",
        Event::Worsened => say("Verschärft: ", "Worse: "),
        Event::Eased => say("Entspannt: ", "Eased: "),
        Event::Reminded => say("Erinnerung: ", "Reminder: "),
        Event::Resolved => return over(scene),
    };
    format!("{before}{}", present(scene))
}

fn over(scene: Scene<'_>) -> String {
    let product = scene.product;
    let (german, english) = match (scene.message.alert.concern.kind, scene.facts()) {
        (Kind::Stock, _) => (
            format!("Engpass bei {product}"),
            format!("shortage of {product}"),
        ),
        (Kind::OverAssignment, _) => (
            format!("Überbelegung von {product}"),
            format!("over-assignment of {product}"),
        ),
        (Kind::Renewal, _) => (
            format!("Laufzeit von {product}"),
            format!("term of {product}"),
        ),
        (Kind::Trial, _) => (
            format!("Testphase von {product}"),
            format!("trial of {product}"),
        ),
        (Kind::Certificate, _) => (
            "Ablauf des Zertifikats".to_owned(),
            "end of the certificate".to_owned(),
        ),
        (Kind::Staleness, Facts::NumberMissing { .. }) => (
            format!("fehlende Zahl bei {product}"),
            format!("missing number of {product}"),
        ),
        (Kind::Staleness, _) => ("fehlende Zahlen".to_owned(), "missing numbers".to_owned()),
    };
    scene.tongue.made(
        format!("Erledigt: {german}"),
        format!("Resolved: {english}"),
    )
}

fn present(scene: Scene<'_>) -> String {
    let (tongue, product, alert) = (scene.tongue, scene.product, &scene.message.alert);
    match &alert.facts {
        Facts::Seats(seats) => {
            let free = seats.units.free();
            let what = if alert.concern.kind == Kind::OverAssignment {
                match free {
                    Some(0..) => tongue.say("nicht mehr überbelegt", "no longer over-assigned"),
                    _ => tongue.say("überbelegt", "over-assigned"),
                }
            } else if alert.stage >= stage::EXHAUSTED && free.is_none_or(|free| free <= 0) {
                tongue.say("aufgebraucht", "exhausted")
            } else {
                tongue.say("knapp", "running low")
            };
            format!("{product} {what}")
        }
        Facts::Purchase(purchase) => format!("{product}: {}", of_purchase(scene, purchase)),
        Facts::Certificate { ends } if has_expired(scene) => tongue.made(
            format!("Zertifikat am {} abgelaufen", tongue.date(*ends)),
            format!("certificate expired on {}", tongue.date(*ends)),
        ),
        Facts::Certificate { ends } => tongue.made(
            format!("Zertifikat läuft am {} ab", tongue.date(*ends)),
            format!("certificate expires on {}", tongue.date(*ends)),
        ),
        Facts::Unseen { seen_at: None, .. } => {
            tongue.say("noch keine Zahlen", "no numbers yet").to_owned()
        }
        Facts::Unseen { .. } => tongue
            .say("keine aktuellen Zahlen", "no current numbers")
            .to_owned(),
        Facts::NumberMissing { .. } => tongue.made(
            format!("{product}: eine Zahl fehlt"),
            format!("{product}: a number is missing"),
        ),
    }
}

fn of_purchase(scene: Scene<'_>, purchase: &Purchase) -> String {
    let (tongue, alert) = (scene.tongue, &scene.message.alert);
    let trial = alert.concern.kind == Kind::Trial;
    let date = tongue.date(purchase.next);
    if alert.stage >= stage::IN_GRACE {
        return match trial {
            true => tongue.made(
                format!("Testphase abgelaufen, Nachfrist bis {date}"),
                format!("trial has ended, in grace until {date}"),
            ),
            false => tongue.made(
                format!("abgelaufen, Nachfrist bis {date}"),
                format!("has ended, in grace until {date}"),
            ),
        };
    }
    match (trial, purchase.outlook) {
        (true, _) => tongue.made(
            format!("Testphase bis {date}"),
            format!("trial until {date}"),
        ),
        (false, Outlook::Ends) => tongue.made(format!("Ende am {date}"), format!("ends on {date}")),
        (false, Outlook::Renews) => tongue.made(
            format!("Verlängerung am {date}"),
            format!("renewal on {date}"),
        ),
        (false, Outlook::Unknown) => {
            tongue.made(format!("Laufzeit bis {date}"), format!("term until {date}"))
        }
    }
}

/// Whether the certificate had ended when it was told.
pub(super) fn has_expired(scene: Scene<'_>) -> bool {
    let message = scene.message;
    let ended = matches!(message.alert.facts, Facts::Certificate { ends } if ends <= message.at);
    ended || message.alert.stage >= stage::EXPIRED
}
