//! The words of the monthly report.

use super::messages;

messages! {
    report_title: "Monatsbericht Microsoft-365-Lizenzen",
        "Monthly report on Microsoft 365 licences";
    report_tenant: "Mandant", "Tenant";
    report_month: "Monat", "Month";
    report_goes_on(until): "bis {until}, der Monat läuft noch", "until {until}, the month goes on";
    report_as_of: "Letzte Zahlen", "Last numbers";
    report_made_by: "Erstellt von", "Made by";
    report_made_at: "Erstellt am", "Made on";
    report_never_seen: "In diesem Monat war nichts zu sehen", "Nothing was seen by then";
    report_other_months: "Andere Monate", "Other months";
    report_earlier: "Früher", "Earlier";
    report_later: "Später", "Later";
    report_print_hint: "Zum Drucken oder als PDF: Strg+P im Browser.",
        "To print it or make a PDF: Ctrl+P in the browser.";
    report_unknown: "unbekannt", "unknown";
    report_seats[n]: "1 Platz" | "{n} Plätze", "1 seat" | "{n} seats";
    report_until(date): "bis {date}", "until {date}";
}

messages! {
    report_to_order: "Zu bestellen", "To order";
    report_nothing_to_order: "Nach allem, was bekannt ist, muss nichts bestellt werden.",
        "As far as is known, nothing needs to be ordered.";
    report_cannot_say_order: "Ob etwas bestellt werden muss, ist nicht bekannt: es fehlen Zahlen.",
        "Whether anything needs to be ordered is not known: there are no numbers.";
    report_order_seats: "Bestellen", "Order";
    report_order_at_least(seats): "mindestens {seats}", "at least {seats}";
    report_order_threshold: "Schwelle prüfen", "check the threshold";
    report_why: "Warum", "Why";
    report_short: "Kein Platz ist frei.", "No seat is free.";
    report_order_note: "So viele Plätze, dass danach mehr frei sind als die Schwelle, bis zum Ende \
        des nächsten Monats.",
        "So many seats that more than the threshold stay free until the end of the next month.";
    report_low_at: "Schwelle", "Threshold";
}

messages! {
    report_licences(day): "Lizenzen am {day}", "Licences on {day}";
    report_no_licences: "Der Mandant hatte keine Lizenzen.", "The tenant had no licences.";
    report_product: "Produkt", "Product";
    report_level: "Stand", "Level";
    report_free: "Frei", "Free";
    report_in_use: "Gebraucht", "In use";
    report_available: "Zuweisbar", "Assignable";
    report_lowest: "Tiefststand frei", "Lowest free";
    report_on(date): "am {date}", "on {date}";
    report_gone: "nicht mehr vorhanden", "not there any more";
    report_new: "neu", "new";
    report_change_note: "Neben den Zahlen steht, um wie viel sie sich seit Monatsbeginn änderten.",
        "Beside the numbers stands how they changed since the month began.";
}

messages! {
    report_changes: "Änderungen an Abonnements", "Changes of subscriptions";
    report_no_changes: "Keine.", "None.";
    report_before: "Vorher", "Before";
    report_after: "Nachher", "After";
    report_renewals: "Verlängerungen der nächsten drei Monate", "Renewals of the next three months";
    report_no_renewals: "Keine bekannt.", "None is known.";
    report_date: "Datum", "Date";
    report_seats_bought: "Plätze", "Seats";
    report_outlook: "Aussicht", "Outlook";
    report_trial: "Testversion", "trial";
    report_alerts: "Alarme des Monats", "Alerts of the month";
    report_no_alerts: "Keine.", "None.";
    report_opened: "Begonnen", "Opened";
    report_ended: "Erledigt", "Resolved";
    report_still: "dauert an", "goes on";
    report_whole_tenant: "ganzer Mandant", "whole tenant";
    report_severity: "Dringlichkeit", "Severity";
    report_what: "Was", "What";
}

messages! {
    report_doubts: "Was nicht bekannt ist", "What is not known";
    report_no_doubts: "Keine Lücke ist aufgezeichnet.",
        "No gap is recorded.";
    report_begins(date): "Die Aufzeichnung beginnt erst am {date}; verglichen wird mit diesem Tag.",
        "The record begins on {date}; that day is what is compared with.";
    report_no_subscriptions:
        "Abonnements wurden nicht gesehen: ihre Daten und Verlängerungen fehlen.",
        "Subscriptions were not seen: their dates and renewals are missing.";
    report_subscriptions_begin(date): "Abonnements sind erst seit {date} bekannt.",
        "Subscriptions are known only from {date} on.";
    report_subscriptions_gone[n]:
        "Ein Abonnement, das es nicht mehr gibt, fehlt bei Änderungen und Verlängerungen." |
        "{n} Abonnements, die es nicht mehr gibt, fehlen bei Änderungen und Verlängerungen.",
        "A subscription that is gone by now is missing among changes and renewals." |
        "{n} subscriptions that are gone by now are missing among changes and renewals.";
    report_gap(from, until, cause): "{from} bis {until}: nicht gesehen ({cause}).",
        "{from} to {until}: not seen ({cause}).";
    report_gap_open(from, cause): "Seit {from}: nicht gesehen ({cause}).",
        "Since {from}: not seen ({cause}).";
    report_short_gaps[n]: "Dazu ein kurzer Unterbruch." | "Dazu {n} kurze Unterbrüche.",
        "And one short interruption." | "And {n} short interruptions.";
    report_number_missing(product, field): "{product}: Microsoft nannte keine Zahl für {field}.",
        "{product}: Microsoft gave no number for {field}.";
    report_no_forecast(products): "Zu wenig Vergangenheit für eine Vorhersage: {products}.",
        "Not enough history to look ahead: {products}.";
}
