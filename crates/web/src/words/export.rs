//! The words of exported files: what stands above columns, and stable words as people read them.

use domain::{Kind, Outlook, Severity};

use super::{Words, messages};
use crate::export::Exported;

messages! {
    export_overview: "Übersicht", "Overview";
    export_licenses: "Lizenzen", "Licences";
    export_subscriptions: "Abonnements", "Subscriptions";
    export_alerts: "Alarme", "Alerts";
    export_times(zone): "Zeiten gelten in {zone}. Was Microsoft nicht nannte, ist leer.",
        "Times are those of {zone}. What Microsoft did not say is empty.";
    export_rows: "Zeilen", "Rows";
    export_oldest: "Älteste Zahlen", "Oldest numbers";
    export_yes: "ja", "yes";
    export_no: "nein", "no";
    export_as: "Exportieren", "Export";
}

messages! {
    column_tenant: "Mandant", "Tenant";
    column_tenant_name: "Name", "Name";
    column_product: "Produkt", "Product";
    column_level: "Stand", "Level";
    column_free: "Frei", "Free";
    column_consumed: "Gebraucht", "In use";
    column_assignable: "Zuweisbar", "Assignable";
    column_enabled: "Aktiv", "Enabled";
    column_warning: "In Nachfrist", "In grace";
    column_suspended: "Gesperrt", "Suspended";
    column_locked_out: "Gekündigt", "Locked out";
    column_status: "Status", "Status";
    column_trial: "Testversion", "Trial";
    column_next_change: "Nächste Änderung", "Next change";
    column_excluded: "Ohne Alarm", "No alerts";
    column_as_of: "Gesehen", "Seen";
    column_unknown: "Warum unbekannt", "Why unknown";
    column_gap_since: "Nicht gesehen seit", "Not seen since";
    column_gap: "Hindernis", "Obstacle";
    column_part_number: "Artikelnummer", "Part number";
    column_sku_id: "Produkt-ID", "Product id";
    column_total: "Plätze", "Seats";
    column_outlook: "Aussicht", "Outlook";
    column_evidence: "Weil", "Because";
    column_free_without: "Frei ohne sie", "Free without it";
    column_created: "Begonnen", "Created";
    column_subscription: "Abonnement", "Subscription";
    column_alert: "Nr.", "Id";
    column_kind: "Art", "Kind";
    column_severity: "Dringlichkeit", "Severity";
    column_stage: "Was", "What";
    column_state: "Zustand", "State";
    column_opened: "Begonnen", "Opened";
    column_changed: "Geändert", "Changed";
    column_snoozed_until: "Pausiert bis", "Snoozed until";
    column_resolved: "Erledigt", "Resolved";
    column_told: "Gemeldet", "Told";
    column_low_at: "Knapp ab", "Low at";
    column_certificate: "Zertifikat bis", "Certificate until";
    column_subject: "Gegenstand", "Subject";
}

impl Words {
    pub(crate) fn exported(self, what: Exported) -> &'static str {
        match what {
            Exported::Licenses => self.export_licenses(),
            Exported::Subscriptions => self.export_subscriptions(),
            Exported::Alerts => self.export_alerts(),
        }
    }

    /// Any other stable word: outlooks, and kinds, severities, stages and states of alerts. One
    /// that is new stays as it is.
    pub(crate) fn stable_word(self, word: &str) -> &str {
        let outlook = || Outlook::from_word(word).map(|it| self.outlook(it));
        let kind = || Kind::from_word(word).map(|it| self.kind(it));
        let severity = || Severity::from_word(word).map(|it| self.severity(it));
        let state = || match word {
            "open" => Some(self.state_open()),
            "acknowledged" => Some(self.state_acknowledged()),
            "snoozed" => Some(self.state_snoozed()),
            "resolved" => Some(self.state_resolved()),
            _ => self.stage_word(word),
        };
        let known = outlook().or_else(kind).or_else(severity).or_else(state);
        known.unwrap_or(word)
    }
}
