//! What stands around every page: navigation, language, who is signed in, and failures.

use super::{Words, messages};
use crate::caller::Role;

messages! {
    site_lead: "Behält die Microsoft-365-Lizenzen vieler Mandanten im Blick.",
        "Keeps an eye on the Microsoft 365 licences of many tenants.";
    skip_to_content: "Zum Inhalt springen", "Skip to content";
    navigation: "Hauptnavigation", "Main navigation";
    nav_licenses: "Lizenzen", "Licences";
    nav_alerts: "Alarme", "Alerts";
    nav_renewals: "Verlängerungen", "Renewals";
    nav_monitoring: "Überwachung", "Monitoring";
    nav_deliveries: "Zustellungen", "Deliveries";
    nav_tenants: "Mandanten", "Tenants";
    nav_audit: "Protokoll", "Audit log";
    other_language: "English", "Deutsch";
    sign_in: "Anmelden", "Sign in";
    sign_out: "Abmelden", "Sign out";
    no_sign_in: "Ohne Anmeldung", "Without sign-in";
    role_reader: "liest", "reader";
    role_operator: "bedient", "operator";
    role_admin: "verwaltet", "admin";
    failed_back: "Zurück zu den Lizenzen", "Back to the licences";
    failed_detail: "Im Einzelnen", "In detail";
    failed_advice: "Was hilft", "What helps";
}

messages! {
    start_open: "Zu den Lizenzen", "Open the licences";
    start_sign_in: "Mit dem Firmenkonto anmelden", "Sign in with your work account";
    start_what_runs: "Was läuft", "What runs";
    start_version: "Version", "Version";
    start_store: "Speicher", "Store";
    start_reachable: "erreichbar", "reachable";
    start_unreachable: "nicht erreichbar", "not reachable";
    start_pages_and_api: "Seiten und API", "Pages and API";
    start_answers: "antwortet", "answers";
    start_service: "Dienst", "Service";
    start_state: "Zustand", "State";
    start_last_turn: "Letzte Runde", "Last turn";
    start_turns: "läuft", "turns";
    start_waits: "beginnt gerade", "is beginning";
    start_stuck: "steht still", "is stuck";
    start_not_yet: "noch keine", "none yet";
    start_for_programs: "Für Programme", "For programs";
    start_documentation: "Dokumentation der API", "API documentation";
    start_description: "Beschreibung (OpenAPI 3.1)", "Description (OpenAPI 3.1)";
    start_health: "Gesundheit", "Health";
}

impl Words {
    pub(crate) fn role(self, role: Role) -> &'static str {
        match role {
            Role::Reader => self.role_reader(),
            Role::Operator => self.role_operator(),
            Role::Admin => self.role_admin(),
        }
    }
}
