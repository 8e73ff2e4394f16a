//! What the start page says, in both languages.

use domain::Language;

#[derive(Debug)]
pub(super) struct Texts {
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) other_language: &'static str,
    pub(super) other_tag: &'static str,
    pub(super) what_runs: &'static str,
    pub(super) version: &'static str,
    pub(super) store: &'static str,
    pub(super) reachable: &'static str,
    pub(super) unreachable: &'static str,
    pub(super) pages_and_api: &'static str,
    pub(super) answers: &'static str,
    pub(super) service: &'static str,
    pub(super) state: &'static str,
    pub(super) last_turn: &'static str,
    pub(super) turns: &'static str,
    pub(super) waits: &'static str,
    pub(super) stuck: &'static str,
    pub(super) not_yet: &'static str,
    pub(super) for_programs: &'static str,
    pub(super) documentation: &'static str,
    pub(super) description: &'static str,
    pub(super) licenses: &'static str,
    pub(super) health: &'static str,
    pub(super) sign_in: &'static str,
}

impl Texts {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::German => &GERMAN,
            Language::English => &ENGLISH,
        }
    }
}

const GERMAN: Texts = Texts {
    title: "licensetool",
    lead: "Behält die Microsoft-365-Lizenzen vieler Mandanten im Blick.",
    other_language: "English",
    other_tag: "en",
    what_runs: "Was läuft",
    version: "Version",
    store: "Speicher",
    reachable: "erreichbar",
    unreachable: "nicht erreichbar",
    pages_and_api: "Seiten und API",
    answers: "antwortet",
    service: "Dienst",
    state: "Zustand",
    last_turn: "Letzte Runde (UTC)",
    turns: "läuft",
    waits: "beginnt gerade",
    stuck: "steht still",
    not_yet: "noch keine",
    for_programs: "Für Programme",
    documentation: "Dokumentation der API",
    description: "Beschreibung (OpenAPI 3.1)",
    licenses: "Alle Lizenzen als JSON",
    health: "Gesundheit",
    sign_in: "Die Seiten mit den Lizenzen kommen zusammen mit der Anmeldung. Bis dahin antwortet \
              dieser Dienst nur auf dem Rechner, auf dem er läuft.",
};

const ENGLISH: Texts = Texts {
    title: "licensetool",
    lead: "Keeps an eye on the Microsoft 365 licences of many tenants.",
    other_language: "Deutsch",
    other_tag: "de",
    what_runs: "What runs",
    version: "Version",
    store: "Store",
    reachable: "reachable",
    unreachable: "not reachable",
    pages_and_api: "Pages and API",
    answers: "answers",
    service: "Service",
    state: "State",
    last_turn: "Last turn (UTC)",
    turns: "turns",
    waits: "is beginning",
    stuck: "is stuck",
    not_yet: "none yet",
    for_programs: "For programs",
    documentation: "API documentation",
    description: "Description (OpenAPI 3.1)",
    licenses: "All licences as JSON",
    health: "Health",
    sign_in: "The pages with the licences come together with sign-in. Until then this service \
              answers on the machine it runs on, and nowhere else.",
};
