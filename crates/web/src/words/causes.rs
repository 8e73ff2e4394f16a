//! Why a tenant cannot be seen, and what ends it.

use domain::{Cause, Language};

use super::{Words, messages};

messages! {
    cause_configuration: "Profil oder Zertifikat unbrauchbar", "profile or certificate unusable";
    cause_refused: "Anmeldung abgelehnt", "sign-in refused";
    cause_denied: "Zustimmung fehlt", "consent missing";
    cause_throttled: "Microsoft bittet um Geduld", "Microsoft asks for patience";
    cause_unavailable: "Microsoft gestört", "Microsoft has a failure";
    cause_unreachable: "keine Verbindung", "no connection";
    cause_timed_out: "keine Antwort in der Zeit", "no answer in time";
    cause_unreadable: "Antwort unverständlich", "answer makes no sense";
}

impl Words {
    pub(crate) fn cause(self, cause: Cause) -> &'static str {
        match cause {
            Cause::Configuration => self.cause_configuration(),
            Cause::Refused => self.cause_refused(),
            Cause::Denied => self.cause_denied(),
            Cause::Throttled => self.cause_throttled(),
            Cause::Unavailable => self.cause_unavailable(),
            Cause::Unreachable => self.cause_unreachable(),
            Cause::TimedOut => self.cause_timed_out(),
            Cause::Unreadable => self.cause_unreadable(),
        }
    }

    /// What to do about a gap. `kept` is what was kept with it: English, and more exact.
    pub(crate) fn gap_advice(self, cause: Option<Cause>, kept: &str) -> String {
        match self.0 {
            Language::English => kept.to_owned(),
            Language::German => in_german(cause).to_owned(),
        }
    }
}

fn in_german(cause: Option<Cause>) -> &'static str {
    match cause {
        None => "Prüfen, ob der Dienst «collect» läuft und seinen Speicher erreicht.",
        Some(Cause::Configuration) => {
            "Profil und Zertifikat prüfen: «licensetool tenant check» sagt, was fehlt."
        }
        Some(Cause::Refused) => {
            "App und Zertifikat in Entra prüfen: «licensetool tenant check» sagt, was fehlt."
        }
        Some(Cause::Denied) => {
            "Wer den Mandanten verwaltet, muss der App in Entra zustimmen \
             (Organization.Read.All)."
        }
        Some(Cause::Throttled | Cause::Unavailable | Cause::TimedOut) => {
            "Nichts zu tun, die Abfrage läuft weiter. Dauert es an, Microsofts Dienststatus \
             ansehen."
        }
        Some(Cause::Unreachable) => "Netz, DNS, Proxy und Firewall prüfen.",
        Some(Cause::Unreadable) => {
            "Dauert es an, prüfen, ob ein Proxy die Antworten verändert, und die neueste Fassung \
             von licensetool einspielen."
        }
    }
}
