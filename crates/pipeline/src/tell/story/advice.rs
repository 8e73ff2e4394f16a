//! What to do about it.

use domain::{Cause, Event, Facts, Kind, Outlook, Purchase, Seats, stage};

use super::Scene;
use super::headline::has_expired;

pub(super) fn advice(scene: Scene<'_>) -> String {
    let say = |german: &str, english: &str| scene.tongue.say(german, english).to_owned();
    if scene.message.event == Event::Resolved {
        return say("Es ist nichts mehr zu tun.", "Nothing is left to do.");
    }
    match scene.facts() {
        Facts::Seats(seats) => of_seats(scene, seats),
        Facts::Purchase(purchase) => of_purchase(scene, purchase),
        Facts::Certificate { .. } => certificate(scene),
        Facts::Unseen { cause, .. } => unseen(scene, *cause),
        Facts::NumberMissing { .. } => say(
            "Meist ist die Zahl bei der nächsten Abfrage wieder da. Wenn nicht, bitte im Microsoft \
             365 Admin Center nachsehen.",
            "Most often the number is back with the next look. If it is not, please look into the \
             Microsoft 365 admin center.",
        ),
    }
}

fn of_seats(scene: Scene<'_>, seats: &Seats) -> String {
    let (tongue, alert) = (scene.tongue, &scene.message.alert);
    let free = seats.units.free();
    let first = match (alert.concern.kind, free) {
        (Kind::OverAssignment, Some(free)) if free < 0 => {
            let missing = tongue.seats(free.saturating_neg());
            tongue.made(
                format!(
                    "Bitte {missing} nachbestellen oder ebenso viele Zuweisungen entfernen, sonst \
                     können Konten ihre Dienste verlieren."
                ),
                format!(
                    "Please order {missing} or remove as many assignments, or accounts may lose \
                     their services."
                ),
            )
        }
        (Kind::Stock, Some(..=0)) if alert.stage >= stage::EXHAUSTED => tongue
            .say(
                "Bitte Plätze nachbestellen oder ungenutzte freigeben: Wer jetzt eine Lizenz \
                 braucht, bekommt keine.",
                "Please order seats or free unused ones: whoever needs a licence now gets none.",
            )
            .to_owned(),
        _ => tongue
            .say(
                "Bitte rechtzeitig Plätze nachbestellen oder ungenutzte freigeben.",
                "Please order seats in time or free unused ones.",
            )
            .to_owned(),
    };
    match seats.units.warning {
        Some(grace @ 1..) => format!("{first} {}", in_grace(scene, grace)),
        _ => first,
    }
}

fn in_grace(scene: Scene<'_>, grace: i64) -> String {
    let (are, seats) = (scene.tongue.are(grace), scene.tongue.seats(grace));
    let (fall, are_lost) = match grace {
        1 => ("fällt", "is"),
        _ => ("fallen", "are"),
    };
    scene.tongue.made(
        format!("{seats} {are} schon in der Nachfrist und {fall} danach weg."),
        format!("{seats} {are} in grace already and {are_lost} lost after it."),
    )
}

fn of_purchase(scene: Scene<'_>, purchase: &Purchase) -> String {
    let tongue = scene.tongue;
    let date = tongue.date(purchase.next);
    let trial = scene.message.alert.concern.kind == Kind::Trial;
    let in_grace = scene.message.alert.stage >= stage::IN_GRACE;
    let due = purchase.next <= scene.message.at;
    match (in_grace, trial, purchase.outlook) {
        _ if due => tongue
            .say(
                "Bitte im Microsoft 365 Admin Center nachsehen, ob die Plätze weiter bestehen, und \
                 sonst neue kaufen.",
                "Please look into the Microsoft 365 admin center whether the seats go on, and buy \
                 new ones if not.",
            )
            .to_owned(),
        (true, true, _) => tongue.made(
            format!("Bitte bis {date} kaufen oder die Zuweisungen entfernen."),
            format!("Please buy by {date} or remove the assignments."),
        ),
        (true, false, _) => tongue.made(
            format!("Bitte bis {date} verlängern oder ersetzen, danach gehen die Plätze verloren."),
            format!("Please renew or replace by {date}, after that the seats are lost."),
        ),
        (false, true, _) => tongue.made(
            format!("Bitte bis {date} kaufen, falls die Plätze weiter gebraucht werden."),
            format!("Please buy by {date} if the seats are still needed."),
        ),
        (false, false, Outlook::Ends) => tongue.made(
            format!(
                "Bitte bis {date} verlängern oder ersetzen, falls die Plätze weiter gebraucht \
                 werden."
            ),
            format!("Please renew or replace by {date} if the seats are still needed."),
        ),
        (false, false, Outlook::Renews) => tongue.made(
            format!(
                "Bitte vor dem {date} prüfen, ob noch alle Plätze gebraucht werden: Danach sind \
                 sie für eine weitere Laufzeit gekauft."
            ),
            format!(
                "Please check before {date} whether all seats are still needed: after it they are \
                 bought for another term."
            ),
        ),
        (false, false, Outlook::Unknown) => tongue.made(
            format!(
                "Bitte vor dem {date} im Microsoft 365 Admin Center nachsehen, ob sich der Kauf \
                 verlängert, und danach handeln."
            ),
            format!(
                "Please look into the Microsoft 365 admin center before {date} whether the \
                 purchase renews, and act on it."
            ),
        ),
    }
}

fn certificate(scene: Scene<'_>) -> String {
    let (tongue, key) = (scene.tongue, &scene.message.tenant);
    let command = format!("licensetool tenant rotate {key}");
    if has_expired(scene) {
        return tongue.made(
            format!(
                "Bitte sofort ein neues Zertifikat anlegen und in Entra hinterlegen ({command}): \
                 Bis dahin ist von diesem Tenant nichts zu sehen."
            ),
            format!(
                "Please make a new certificate at once and add it in Entra ({command}): until then \
                 nothing is seen of this tenant."
            ),
        );
    }
    tongue.made(
        format!("Bitte vorher ein neues Zertifikat anlegen und in Entra hinterlegen ({command})."),
        format!("Please make a new certificate before then and add it in Entra ({command})."),
    )
}

fn unseen(scene: Scene<'_>, cause: Option<Cause>) -> String {
    let (tongue, key) = (scene.tongue, &scene.message.tenant);
    let check = format!("licensetool tenant check {key}");
    match cause {
        None => tongue.say(
            "Bitte prüfen, ob der Dienst «collect» läuft und seinen Speicher erreicht.",
            "Please check that the collect service runs and reaches its store.",
        ),
        Some(Cause::Configuration | Cause::Refused) => {
            return tongue.made(
                format!("Bitte Profil, App und Zertifikat prüfen: {check} sagt, was fehlt."),
                format!("Please check profile, app and certificate: {check} says what is wrong."),
            );
        }
        Some(Cause::Denied) => tongue.say(
            "Bitte eine Administratorin oder einen Administrator dieses Tenants, der App in Entra \
             zuzustimmen (Organization.Read.All).",
            "Please ask an administrator of this tenant to consent to the app in Entra \
             (Organization.Read.All).",
        ),
        Some(Cause::Throttled | Cause::Unavailable | Cause::TimedOut) => tongue.say(
            "Es ist nichts zu tun, die Abfrage läuft weiter. Dauert es an, bitte Microsofts \
             Dienststatus ansehen.",
            "Nothing needs to be done, the tenant is asked again. If it lasts, please look at \
             Microsoft's service health.",
        ),
        Some(Cause::Unreachable) => tongue.say(
            "Bitte Netz, DNS, Proxy und Firewall prüfen.",
            "Please check network, DNS, proxy and firewall.",
        ),
        Some(Cause::Unreadable) => tongue.say(
            "Dauert es an, bitte prüfen, ob ein Proxy die Antworten verändert, und die neueste \
             Fassung von licensetool einspielen.",
            "If it lasts, please check whether a proxy changes the answers, and install the newest \
             version of licensetool.",
        ),
    }
    .to_owned()
}
