//! Title and help of every kind of problem in German, for pages.

use super::Kind;

/// Title and help.
type Row = (&'static str, &'static str);

#[rustfmt::skip]
pub(super) fn row(kind: Kind) -> Row {
    match kind {
        Kind::InvalidParameter => ("Ein Parameter der Adresse ist nicht verständlich",
            "Die Einzelheit nennt den Parameter und was er sein darf. Ein Schreibfehler in einem \
             Filter soll nie wie eine Antwort darauf aussehen."),
        Kind::InvalidBody => ("Die Angaben sind nicht verständlich",
            "Die Einzelheit nennt die Stelle und was dort stehen soll."),
        Kind::UnsupportedMediaType => ("Die Angaben haben ein falsches Format",
            "Programme senden JSON, mit dem Kopf Content-Type: application/json."),
        Kind::BodyTooLarge => ("Die Angaben sind zu gross",
            "Bis zu 64 KiB sind möglich. Teilen Sie die Anfrage."),
        Kind::NotFound => ("Hier ist nichts",
            "Die Adresse führt nirgends hin. Vielleicht ist sie veraltet oder verschrieben."),
        Kind::MethodNotAllowed => ("So lässt sich diese Adresse nicht aufrufen",
            "Der Kopf Allow der Antwort nennt, wie es geht."),
        Kind::UnknownTenant => ("Diesen Mandanten gibt es nicht",
            "Ein Mandant erscheint, sobald sein Profil im Home-Ordner liegt. Sein Schlüssel ist \
             der kurze Name in der Profildatei, in Kleinbuchstaben."),
        Kind::UnknownLicense => ("Diese Lizenz gibt es nicht",
            "Der Mandant hat kein Produkt mit dieser Nummer, jetzt oder in der gefragten Zeit."),
        Kind::UnknownRefresh => ("Diese Abfrage gibt es nicht",
            "Abfragen werden einige Zeit nach ihrem Ende vergessen. Ordnen Sie eine neue an."),
        Kind::UnknownAlert => ("Diesen Alarm gibt es nicht",
            "Die Liste der Alarme zeigt, was andauert und was vorbei ist."),
        Kind::UnknownDelivery => ("Diese Zustellung lässt sich nicht wiederholen",
            "Die Liste der Zustellungen zeigt alle. Was zugestellt ist, wird nicht noch einmal \
             gesendet."),
        Kind::UnknownSubscription => ("Dieses Abonnement gibt es nicht",
            "Der Mandant hatte nie ein Abonnement mit dieser Nummer."),
        Kind::TenantDisabled => ("Der Mandant ist ausgeschaltet",
            "Ein ausgeschalteter Mandant wird nicht abgefragt. Schalten Sie ihn ein."),
        Kind::AlertEnded => ("Der Alarm ist vorbei",
            "Was erledigt ist, bleibt erledigt. Kommt der Grund wieder, beginnt ein neuer Alarm."),
        Kind::Overtaken => ("Jemand war schneller",
            "Es ist nicht mehr, was Sie gesehen haben; darum wurde nichts geändert. Sehen Sie es \
             sich noch einmal an und wiederholen Sie die Änderung, wenn sie noch nötig ist."),
        Kind::CollectionFailed => ("Der Mandant konnte nicht abgefragt werden",
            "Es gibt noch keine Zahlen, oder die eben verlangte Abfrage misslang. Unten steht, \
             warum, und was hilft."),
        Kind::CollectionTooSlow => ("Microsoft antwortete nicht rechtzeitig",
            "Die Abfrage geht ohne Sie weiter. Die Zahlen erscheinen, sobald sie da sind."),
        Kind::NotCollectedYet => ("Der Mandant wurde noch nicht abgefragt",
            "Ein neuer Mandant wird innert Sekunden abgefragt, ein ausgeschalteter erst, wenn er \
             eingeschaltet ist."),
        Kind::ForeignHost => ("Unter diesem Namen antwortet hier niemand",
            "Ohne Anmeldung antwortet dieser Dienst nur unter localhost, 127.0.0.1 und [::1]."),
        Kind::ForeignOrigin => ("Eine fremde Seite darf das nicht",
            "Änderungen nimmt dieser Dienst nur von seinen eigenen Seiten und von Programmen an."),
        Kind::SignInNeeded => ("Dafür müssen Sie sich anmelden",
            "Melden Sie sich mit Ihrem Firmenkonto an. Programme senden ein Bearer-Token derselben \
             Entra-App."),
        Kind::InvalidToken => INVALID_TOKEN,
        Kind::SignInRefused => SIGN_IN_REFUSED,
        Kind::SignInUnavailable => SIGN_IN_UNAVAILABLE,
        Kind::TooManyRequests => TOO_MANY_REQUESTS,
        Kind::RoleMissing => ROLE_MISSING,
        Kind::StoreUnavailable => ("Der Speicher ist nicht erreichbar",
            "Die Datenbank ist beschäftigt oder fort. Versuchen Sie es gleich noch einmal."),
        Kind::NotReady => ("Der Dienst ist nicht bereit",
            "Der Speicher ist nicht erreichbar, oder sein Schema passt nicht zu dieser Version."),
        Kind::LoopStuck => LOOP_STUCK,
        Kind::TooSlow => ("Die Antwort dauerte zu lange",
            "Die Anfrage dauerte länger, als die Einzelheit sagt, und wurde abgebrochen. Fragen \
             Sie nach weniger, oder später noch einmal."),
        Kind::Internal => ("Hier ging etwas schief",
            "Der Fehler liegt nicht an Ihnen. Die Ursache steht im Log, unter der Nummer im Kopf \
             X-Request-Id der Antwort."),
    }
}

#[rustfmt::skip]
const INVALID_TOKEN: Row = ("Das Bearer-Token wird nicht angenommen",
    "Die Einzelheit sagt, was daran falsch ist. Holen Sie bei Entra ein neues.");

#[rustfmt::skip]
const SIGN_IN_REFUSED: Row = ("Die Anmeldung ist nicht gelungen",
    "Melden Sie sich neu an. Die Nummer von Entra (AADSTS…) sagt der Administration mehr.");

#[rustfmt::skip]
const SIGN_IN_UNAVAILABLE: Row = ("Die Anmeldung geht im Moment nicht",
    "Entra ist nicht erreichbar oder nimmt dieses Programm nicht an. Das Log sagt mehr.");

#[rustfmt::skip]
const TOO_MANY_REQUESTS: Row = ("Zu viele Versuche",
    "Von Ihrer Adresse kamen zu viele Anmeldungen oder ungültige Tokens. Warten Sie einen \
     Moment.");

#[rustfmt::skip]
const ROLE_MISSING: Row = ("Ihre Rolle erlaubt das nicht",
    "Wer liest, sieht; wer bedient, ändert, was überwacht und gemeldet wird; wer verwaltet, \
     fügt Mandanten hinzu und liest das Protokoll. Rollen vergibt Entra bei der App für die \
     Anmeldung; eine neue gilt ab der nächsten Anmeldung.");

#[rustfmt::skip]
const LOOP_STUCK: Row = ("Ein Dienst steht still",
    "Der genannte Dienst hat seine Runde nicht rechtzeitig gemacht. Das Log sagt, worauf er \
     wartet; ein Neustart schadet nicht.");
