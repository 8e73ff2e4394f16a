//! The words of the pages about one tenant, and one product of it.

use super::messages;

messages! {
    tenant_key: "Schlüssel", "Key";
    tenant_id: "Tenant-ID", "Tenant id";
    tenant_last_look: "Letzte Zahlen", "Last numbers";
    tenant_next_look: "Nächste Abfrage", "Next look";
    tenant_failed_since(time): "Abfrage scheitert seit {time}", "Cannot be asked since {time}";
    tenant_not_asked: "Dieser Mandant wird eben zum ersten Mal abgefragt.",
        "This tenant is being asked for the first time.";
    tenant_off: "Dieser Mandant ist ausgeschaltet: er wird nicht abgefragt.",
        "This tenant is switched off: it is not collected.";
    tenant_quiet: "Meldungen sind ausgeschaltet: niemand hört von diesem Mandanten.",
        "Monitoring is off: nobody is told of this tenant.";
    tenant_switches: "Schalter", "Switches";
    tenant_certificate: "Zertifikat", "Certificate";
    tenant_certificate_ends(date, away):
        "gültig bis {date} ({away})",
        "valid until {date} ({away})";
    tenant_certificate_over(date): "abgelaufen am {date}", "expired on {date}";
    tenant_licenses: "Lizenzen", "Licences";
    tenant_nothing: "Dieser Mandant hat keine Lizenzen.", "This tenant has no licences.";
    tenant_report: "Monatsbericht zum Drucken", "Monthly report for printing";
    tenant_remarks: "Auffälliges in Microsofts Antwort", "Oddities in Microsoft's answer";
    subscriptions_title: "Abonnements", "Subscriptions";
    subscriptions_none: "Keine Abonnements.", "No subscriptions.";
    subscriptions_unseen: "Die Abonnements wurden noch nie gesehen.",
        "Subscriptions have never been seen.";
    subscriptions_seats: "Plätze", "Seats";
    subscriptions_status: "Status", "Status";
    subscriptions_next: "Nächstes Datum", "Next date";
    subscriptions_outlook: "Was dann geschieht", "What happens then";
    subscriptions_trial: "Testversion", "Trial";
    subscriptions_if_it_ends(free): "Endet es, sind {free} frei.",
        "If it ends, {free} are free.";
}

messages! {
    product_in_use: "Gebraucht", "In use";
    product_assignable: "Zuweisbar", "Assignable";
    product_free: "Frei", "Free";
    product_enabled: "Davon aktiv", "Of these enabled";
    product_warning: "In Nachfrist", "In grace";
    product_suspended: "Gesperrt", "Suspended";
    product_locked_out: "Gekündigt", "Locked out";
    product_status: "Status bei Microsoft", "Status at Microsoft";
    product_seen: "Gesehen", "Seen";
    product_history: "Verlauf", "History";
    product_forecast: "Ausblick", "Outlook";
    product_days[n]: "1 Tag" | "{n} Tage", "1 day" | "{n} days";
    product_spans: "Zeitraum", "Span";
    product_low_at(seats): "Knapp ab {seats} freien Plätzen", "Low from {seats} free seats on";
    product_rule: "Regel", "Rule";
    product_no_alerts: "ohne Alarm", "without alerts";
    product_points: "Die Zahlen als Tabelle", "The numbers as a table";
    product_since: "Seit", "Since";
    product_gone: "nicht vorhanden", "not there";
    product_no_history: "Noch gibt es keinen Verlauf.", "There is no history yet.";
    product_why_unknown(why): "Stand unbekannt: {why}", "Level unknown: {why}";
    product_no_subscriptions: "Hinter dieser Lizenz ist kein Abonnement zu sehen.",
        "No subscription is seen behind this licence.";
    chart_used: "gebraucht", "in use";
    chart_capacity: "zuweisbar", "assignable";
    chart_ahead: "voraussichtlich", "expected";
    chart_gap: "nicht gesehen", "not seen";
    chart_says(product, used, all, days):
        "{product}: {used} von {all} Plätzen gebraucht, Verlauf der letzten {days} Tage",
        "{product}: {used} of {all} seats in use, course of the last {days} days";
}
