//! What an alert's page calls things, in both languages side by side.

use domain::{Alert, Change, Event, Facts, Kind, Language, Outlook, Severity, State};
use store::DeliveryState;

/// The words of one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(pub(super) Language);

impl Words {
    pub(super) fn say(self, german: &'static str, english: &'static str) -> &'static str {
        match self.0 {
            Language::German => german,
            Language::English => english,
        }
    }

    /// By the stable word.
    pub(super) fn stage(self, word: &'static str) -> &'static str {
        match word {
            "low" => self.say("knapp", "running low"),
            "exhausted" => self.say("aufgebraucht", "exhausted"),
            "over-assigned" => self.say("überbelegt", "over-assigned"),
            "coming" => self.say("Laufzeit endet bald", "term ends soon"),
            "in-grace" => self.say("abgelaufen, in Nachfrist", "ended, in grace"),
            "30-days" | "14-days" | "7-days" | "1-day" => {
                self.say("Zertifikat läuft bald ab", "certificate expires soon")
            }
            "expired" => self.say("Zertifikat abgelaufen", "certificate expired"),
            "stale" => self.say("keine aktuellen Zahlen", "no current numbers"),
            "number-missing" => self.say("eine Zahl fehlt", "a number is missing"),
            other => other,
        }
    }

    /// With a mark, so that colour is not the only signal.
    pub(super) fn severity(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Critical => self.say("✗ kritisch", "✗ critical"),
            Severity::Warning => self.say("! Warnung", "! warning"),
            Severity::Notice => self.say("i Hinweis", "i notice"),
        }
    }

    pub(super) fn state(self, state: State) -> &'static str {
        match state {
            State::Open => self.say("offen", "open"),
            State::Acknowledged => self.say("jemand kümmert sich", "acknowledged"),
            State::Snoozed(_) => self.say("pausiert", "snoozed"),
            State::Resolved => self.say("✓ erledigt", "✓ resolved"),
        }
    }

    pub(super) fn change(self, change: Change) -> &'static str {
        match change {
            Change::Opened => self.say("begonnen", "opened"),
            Change::Worsened => self.say("verschärft", "worsened"),
            Change::Eased => self.say("entspannt", "eased"),
            Change::Woken => self.say("Pause vorbei", "snooze over"),
            Change::Acknowledged => self.say("übernommen", "acknowledged"),
            Change::Snoozed => self.say("pausiert", "snoozed"),
            Change::Reopened => self.say("wieder geöffnet", "reopened"),
            Change::Resolved => self.say("erledigt", "resolved"),
        }
    }

    pub(super) fn event(self, event: Event) -> &'static str {
        match event {
            Event::Opened => self.say("begonnen", "opened"),
            Event::Worsened => self.say("verschärft", "worsened"),
            Event::Eased => self.say("entspannt", "eased"),
            Event::Reminded => self.say("Erinnerung", "reminder"),
            Event::Resolved => self.say("erledigt", "resolved"),
        }
    }

    pub(super) fn delivery(self, state: DeliveryState) -> &'static str {
        match state {
            DeliveryState::Pending => self.say("… wartet", "… waits"),
            DeliveryState::Delivered => self.say("✓ zugestellt", "✓ delivered"),
            DeliveryState::Dead => self.say("✗ aufgegeben", "✗ given up"),
        }
    }

    pub(super) fn outlook(self, outlook: Outlook) -> &'static str {
        match outlook {
            Outlook::Renews => self.say("verlängert sich", "renews"),
            Outlook::Ends => self.say("endet", "ends"),
            Outlook::Unknown => self.say(
                "ob sie sich verlängert, ist nicht bekannt",
                "whether it renews is not known",
            ),
        }
    }

    /// What to do, in a sentence.
    pub(super) fn advice(self, alert: &Alert) -> String {
        if let Facts::Unseen { advice, .. } = &alert.facts {
            return advice.clone();
        }
        let advice = match alert.concern.kind {
            Kind::Stock => self.say(
                "Plätze bestellen, oder solche zurücknehmen, die niemand mehr braucht.",
                "Order seats, or take back those that nobody needs any more.",
            ),
            Kind::OverAssignment => self.say(
                "Plätze bestellen oder Zuweisungen zurücknehmen: es sind mehr als bezahlt.",
                "Order seats or take assignments back: there are more than were bought.",
            ),
            Kind::Renewal | Kind::Trial => self.say(
                "Entscheiden, ob und wie viele Plätze weiter gebraucht werden.",
                "Decide whether and how many seats are needed from then on.",
            ),
            Kind::Certificate => self.say(
                "Ein neues Zertifikat ausstellen, in Entra hinterlegen und hier ablegen.",
                "Make a new certificate, register it in Entra and put it in its place here.",
            ),
            Kind::Staleness => self.say(
                "Nachsehen, was Microsoft für dieses Produkt anzeigt.",
                "See what Microsoft shows for this product.",
            ),
        };
        advice.to_owned()
    }
}
