//! The words for what people and programs do on purpose.

use domain::Deed;

use super::{Words, messages};

messages! {
    audit_file: "Alles als CSV", "All of it as CSV";
    audit_title: "Protokoll", "Audit log";
    audit_lead: "Wer wann was getan hat, und von wo.", "Who did what and when, and from where.";
    audit_none: "Noch hat niemand etwas getan.", "Nobody has done anything yet.";
    audit_when: "Wann", "When";
    audit_who: "Wer", "Who";
    audit_what: "Was", "What";
    audit_subject: "Woran", "To what";
    audit_detail: "Einzelheit", "Detail";
    audit_from: "Von wo", "From where";
    audit_command_line: "Befehlszeile", "command line";
    audit_since: "Ab dem Tag", "From the day";
    audit_until: "Bis zum Tag", "Up to the day";
}

messages! {
    deed_signed_in: "angemeldet", "signed in";
    deed_sign_in_refused: "Anmeldung abgelehnt", "sign-in refused";
    deed_signed_out: "abgemeldet", "signed out";
    deed_tenant_created: "Mandant angelegt", "tenant created";
    deed_tenant_completed: "Mandant fertig eingerichtet", "tenant completed";
    deed_certificate_staged: "Zertifikat vorbereitet", "certificate staged";
    deed_certificate_activated: "Zertifikat in Betrieb genommen", "certificate activated";
    deed_certificate_abandoned: "Zertifikat verworfen", "certificate abandoned";
    deed_tenant_erased: "Mandant gelöscht", "tenant erased";
    deed_tenant_switched: "Mandant umgeschaltet", "tenant switched";
    deed_policy_set: "Regel gesetzt", "policy set";
    deed_policy_dropped: "Regel aufgehoben", "policy dropped";
    deed_pin_set: "Verlängerung festgelegt", "renewal pinned";
    deed_pin_dropped: "Festlegung aufgehoben", "pin dropped";
    deed_alert_acknowledged: "Alarm übernommen", "alert acknowledged";
    deed_alert_snoozed: "Alarm pausiert", "alert snoozed";
    deed_alert_reopened: "Alarm wieder geöffnet", "alert reopened";
    deed_alert_resolved: "Alarm beendet", "alert resolved";
    deed_delivery_retried: "Zustellung erneut versucht", "delivery retried";
    deed_refresh_ordered: "Abfrage angeordnet", "refresh ordered";
    deed_manual_license_added: "Lizenz von Hand erfasst", "manual licence added";
    deed_names_imported: "Produktnamen eingelesen", "names imported";
    deed_exported: "exportiert", "exported";
}

impl Words {
    pub(crate) fn deed(self, deed: Deed) -> &'static str {
        match deed {
            Deed::SignedIn => self.deed_signed_in(),
            Deed::SignInRefused => self.deed_sign_in_refused(),
            Deed::SignedOut => self.deed_signed_out(),
            Deed::TenantCreated => self.deed_tenant_created(),
            Deed::TenantCompleted => self.deed_tenant_completed(),
            Deed::CertificateStaged => self.deed_certificate_staged(),
            Deed::CertificateActivated => self.deed_certificate_activated(),
            Deed::CertificateAbandoned => self.deed_certificate_abandoned(),
            Deed::TenantErased => self.deed_tenant_erased(),
            Deed::TenantSwitched => self.deed_tenant_switched(),
            Deed::PolicySet => self.deed_policy_set(),
            Deed::PolicyDropped => self.deed_policy_dropped(),
            Deed::PinSet => self.deed_pin_set(),
            Deed::PinDropped => self.deed_pin_dropped(),
            Deed::AlertAcknowledged => self.deed_alert_acknowledged(),
            Deed::AlertSnoozed => self.deed_alert_snoozed(),
            Deed::AlertReopened => self.deed_alert_reopened(),
            Deed::AlertResolved => self.deed_alert_resolved(),
            Deed::DeliveryRetried => self.deed_delivery_retried(),
            Deed::RefreshOrdered => self.deed_refresh_ordered(),
            Deed::ManualLicenseAdded => self.deed_manual_license_added(),
            Deed::NamesImported => self.deed_names_imported(),
            Deed::Exported => self.deed_exported(),
        }
    }
}
