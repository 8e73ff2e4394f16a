//! What happened, in sentences that name the tenant and the product.

use domain::{Cause, Event, Facts, Kind, Outlook, Purchase, Seats, stage};
use jiff::Timestamp;

use super::Scene;
use super::headline::has_expired;
use crate::tell::tongue::Tongue;
use crate::tell::untrusted;

pub(super) fn happened(scene: Scene<'_>) -> String {
    let say = |german, english| scene.tongue.say(german, english);
    let before = match scene.message.event {
        Event::Opened => "",
        Event::Worsened => say("Die Lage hat sich verschärft. ", "Things have got worse. "),
        Event::Eased => say("Die Lage hat sich entspannt. ", "Things have eased. "),
        Event::Reminded => say(
            "Die Pause dieser Meldung ist vorbei, und ihr Grund besteht noch. ",
            "The snooze of this alert is over, and its reason is still there. ",
        ),
        Event::Resolved => return over(scene),
    };
    format!("{before}{}", present(scene))
}

fn over(scene: Scene<'_>) -> String {
    let (tenant, product) = (scene.tenant, scene.product);
    let (german, english) = match (scene.message.alert.concern.kind, scene.facts()) {
        (Kind::Stock, _) => (
            format!("Der Engpass bei {product}"),
            format!("The shortage of {product}"),
        ),
        (Kind::OverAssignment, _) => (
            format!("Die Überbelegung von {product}"),
            format!("The over-assignment of {product}"),
        ),
        (Kind::Renewal, _) => (
            format!("Die Meldung zur Laufzeit von {product}"),
            format!("The alert about the term of {product}"),
        ),
        (Kind::Trial, _) => (
            format!("Die Meldung zur Testphase von {product}"),
            format!("The alert about the trial of {product}"),
        ),
        (Kind::Certificate, _) => (
            "Die Meldung zum Zertifikat von licensetool".to_owned(),
            "The alert about licensetool's certificate".to_owned(),
        ),
        (Kind::Staleness, Facts::NumberMissing { .. }) => (
            format!("Die Meldung zur fehlenden Zahl von {product}"),
            format!("The alert about a missing number of {product}"),
        ),
        (Kind::Staleness, _) => (
            "Die Meldung zu fehlenden Zahlen".to_owned(),
            "The alert about missing numbers".to_owned(),
        ),
    };
    scene.tongue.made(
        format!("{german} ist erledigt ({tenant})."),
        format!("{english} is resolved ({tenant})."),
    )
}

fn present(scene: Scene<'_>) -> String {
    let (tongue, tenant, product) = (scene.tongue, scene.tenant, scene.product);
    match scene.facts() {
        Facts::Seats(seats) if scene.message.alert.concern.kind == Kind::OverAssignment => {
            over_assigned(scene, seats)
        }
        Facts::Seats(seats) => short(scene, seats),
        Facts::Purchase(purchase) => of_purchase(scene, purchase),
        Facts::Certificate { ends } => certificate(scene, *ends),
        Facts::Unseen { seen_at, cause, .. } => {
            let since = match seen_at {
                Some(seen_at) => tongue.made(
                    format!(
                        "Von {tenant} gibt es seit {} keine neuen Zahlen.",
                        tongue.time(*seen_at)
                    ),
                    format!(
                        "There have been no new numbers of {tenant} since {}.",
                        tongue.time(*seen_at)
                    ),
                ),
                None => tongue.made(
                    format!("Von {tenant} gibt es noch keine Zahlen."),
                    format!("There are no numbers of {tenant} yet."),
                ),
            };
            format!("{since} {}", why(tongue, *cause))
        }
        Facts::NumberMissing { field, .. } => {
            let field = untrusted::name(field);
            tongue.made(
                format!(
                    "In Microsofts Antwort für {tenant} fehlt bei {product} die Zahl {field}. Ob \
                     Plätze frei sind, lässt sich darum nicht sagen."
                ),
                format!(
                    "Microsoft's answer for {tenant} lacks the number {field} of {product}, so \
                     nobody can say whether seats are free."
                ),
            )
        }
    }
}

/// By the numbers rather than by the stage, which holds on until a margin is cleared.
fn short(scene: Scene<'_>, seats: &Seats) -> String {
    let (tongue, tenant, product) = (scene.tongue, scene.tenant, scene.product);
    let exhausted = scene.message.alert.stage >= stage::EXHAUSTED;
    match seats.units.free() {
        None => tongue.made(
            format!("Bei {tenant} werden die Plätze von {product} knapp."),
            format!("{tenant} is running short of {product}."),
        ),
        Some(..=0) => tongue.made(
            format!("Bei {tenant} ist von {product} kein Platz mehr frei."),
            format!("{tenant} has no free seat of {product} left."),
        ),
        Some(free) => {
            let (are, seats) = (tongue.are(free), tongue.seats(free));
            match exhausted {
                true => tongue.made(
                    format!("Bei {tenant} {are} von {product} erst {seats} wieder frei."),
                    format!("At {tenant} only {seats} of {product} {are} free again."),
                ),
                false => tongue.made(
                    format!("Bei {tenant} {are} von {product} nur noch {seats} frei."),
                    format!("{tenant} has only {seats} of {product} left."),
                ),
            }
        }
    }
}

fn over_assigned(scene: Scene<'_>, seats: &Seats) -> String {
    let (tongue, tenant, product) = (scene.tongue, scene.tenant, scene.product);
    match seats.units.free() {
        None => tongue.made(
            format!("Bei {tenant} sind von {product} mehr Plätze zugewiesen als vorhanden."),
            format!("{tenant} has assigned more seats of {product} than it has."),
        ),
        Some(free) if free < 0 => {
            let missing = free.saturating_neg();
            let (are, seats) = (tongue.are(missing), tongue.seats(missing));
            tongue.made(
                format!("Bei {tenant} {are} von {product} {seats} mehr zugewiesen als vorhanden."),
                format!("{tenant} has assigned {seats} of {product} more than it has."),
            )
        }
        Some(free) => tongue.made(
            format!(
                "Bei {tenant} reichen die Plätze von {product} gerade wieder ({} frei).",
                tongue.number(free)
            ),
            format!(
                "The seats of {product} at {tenant} just suffice again ({} free).",
                tongue.number(free)
            ),
        ),
    }
}

fn of_purchase(scene: Scene<'_>, purchase: &Purchase) -> String {
    let (tongue, tenant, product) = (scene.tongue, scene.tenant, scene.product);
    let size = purchase
        .total
        .map(|total| format!(" ({})", tongue.seats(total)));
    let size = size.unwrap_or_default();
    let what = match scene.message.alert.concern.kind {
        Kind::Trial => tongue.made(
            format!("die Testphase von {product}{size}"),
            format!("the trial of {product}{size}"),
        ),
        _ => tongue.made(
            format!("ein Kauf von {product}{size}"),
            format!("a purchase of {product}{size}"),
        ),
    };
    let date = tongue.date(purchase.next);
    let due = purchase.next <= scene.message.at;
    let in_grace = scene.message.alert.stage >= stage::IN_GRACE;
    match (in_grace, due, purchase.outlook) {
        (true, false, _) => tongue.made(
            format!(
                "Bei {tenant} ist {what} abgelaufen. Die Plätze funktionieren noch bis {date}."
            ),
            format!("At {tenant} {what} has ended. The seats still work until {date}."),
        ),
        (true, true, _) => tongue.made(
            format!("Bei {tenant} ist {what} abgelaufen, und am {date} endete die Nachfrist."),
            format!("At {tenant} {what} has ended, and its grace ended on {date}."),
        ),
        (false, true, _) => tongue.made(
            format!(
                "Bei {tenant} war {what} am {date} fällig. Microsoft zeigt noch nicht, was daraus \
                 wurde."
            ),
            format!(
                "At {tenant} {what} was due on {date}. Microsoft does not show yet what became of \
                 it."
            ),
        ),
        (false, false, Outlook::Ends) => tongue.made(
            format!("Bei {tenant} endet {what} am {date}."),
            format!("At {tenant} {what} ends on {date}."),
        ),
        (false, false, Outlook::Renews) => tongue.made(
            format!("Bei {tenant} verlängert sich {what} am {date}."),
            format!("At {tenant} {what} renews on {date}."),
        ),
        (false, false, Outlook::Unknown) => tongue.made(
            format!(
                "Bei {tenant} kommt {what} am {date} an das Ende der Laufzeit. Ob sie sich \
                 verlängert, sagt Microsoft nicht."
            ),
            format!(
                "At {tenant} {what} comes to the end of its term on {date}. Microsoft does not say \
                 whether it renews."
            ),
        ),
    }
}

fn certificate(scene: Scene<'_>, ends: Timestamp) -> String {
    let (tongue, tenant, time) = (scene.tongue, scene.tenant, scene.tongue.time(ends));
    if has_expired(scene) {
        return tongue.made(
            format!(
                "Das Zertifikat, mit dem sich licensetool bei {tenant} anmeldet, ist am {time} \
                 abgelaufen."
            ),
            format!(
                "The certificate with which licensetool signs in to {tenant} expired on {time}."
            ),
        );
    }
    let left = match ends.duration_since(scene.message.at).as_hours() / 24 {
        0 => tongue
            .say("in weniger als einem Tag", "in less than a day")
            .to_owned(),
        1 => tongue.say("in einem Tag", "in one day").to_owned(),
        days => tongue.made(format!("in {days} Tagen"), format!("in {days} days")),
    };
    tongue.made(
        format!(
            "Das Zertifikat, mit dem sich licensetool bei {tenant} anmeldet, läuft {left} ab, am \
             {time}."
        ),
        format!(
            "The certificate with which licensetool signs in to {tenant} expires {left}, on {time}."
        ),
    )
}

/// Why nothing is seen.
fn why(tongue: Tongue<'_>, cause: Option<Cause>) -> &'static str {
    let say = |german, english| tongue.say(german, english);
    match cause {
        None => say("Niemand hat nachgesehen.", "Nobody has looked."),
        Some(Cause::Configuration) => say(
            "Das Profil oder das Zertifikat dieses Tenants lässt sich nicht verwenden.",
            "This tenant's profile or certificate cannot be used.",
        ),
        Some(Cause::Refused) => say(
            "Entra weist die App oder ihr Zertifikat ab.",
            "Entra refuses the app or its certificate.",
        ),
        Some(Cause::Denied) => say(
            "Der App fehlt in diesem Tenant eine Berechtigung.",
            "The app lacks a permission in this tenant.",
        ),
        Some(Cause::Throttled) => say(
            "Microsoft bittet, später wiederzukommen.",
            "Microsoft asks to come back later.",
        ),
        Some(Cause::Unavailable) => say(
            "Microsoft meldet eine eigene Störung.",
            "Microsoft reports a fault of its own.",
        ),
        Some(Cause::Unreachable) => say(
            "Microsoft ist nicht zu erreichen.",
            "Microsoft cannot be reached.",
        ),
        Some(Cause::TimedOut) => say(
            "Microsoft antwortet nicht rechtzeitig.",
            "Microsoft does not answer in time.",
        ),
        Some(Cause::Unreadable) => say(
            "Microsofts Antwort ergibt keinen Sinn.",
            "Microsoft's answer makes no sense.",
        ),
    }
}
