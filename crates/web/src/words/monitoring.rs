//! The words for how tenants are watched and switched.

use super::messages;

messages! {
    monitoring_title: "Überwachung", "Monitoring";
    monitoring_lead: "Welche Mandanten abgefragt werden, und von welchen gemeldet wird.",
        "Which tenants are looked at, and of which people are told.";
    monitoring_state: "Zeigen", "Show";
    monitoring_failing: "nicht zu sehen", "cannot be seen";
    monitoring_off: "ausgeschaltet", "switched off";
    monitoring_quiet: "stumm", "silent";
    monitoring_seen_well: "gesehen", "seen";
    monitoring_look: "Letzte Abfrage", "Last look";
    monitoring_enabled: "Abfragen", "Looked at";
    monitoring_monitoring: "Melden", "Told of";
    monitoring_switched: "Zuletzt geschaltet", "Last switched";
    monitoring_never_switched: "noch nie", "never";
    monitoring_by(who): "von {who}", "by {who}";
    monitoring_on: "ein", "on";
    monitoring_switch_on: "Einschalten", "Switch on";
    monitoring_switch_off: "Ausschalten", "Switch off";
    monitoring_is_off: "aus", "off";
    monitoring_enabled_on: "Aus heisst: nicht abgefragt, nichts geschieht.",
        "Off means: not looked at, nothing happens.";
    monitoring_enabled_off: "Wird nicht abgefragt; die Zahlen altern.",
        "Not looked at; its numbers grow old.";
    monitoring_monitoring_on: "Aus heisst: sichtbar, aber niemand erfährt von Alarmen.",
        "Off means: shown, but nobody is told of alerts.";
    monitoring_monitoring_off: "Niemand erfährt von Alarmen.", "Nobody is told of alerts.";
    monitoring_seen(age): "gesehen {age}", "seen {age}";
    monitoring_never_seen: "noch nie gesehen", "never seen";
    monitoring_not_asked: "noch nicht abgefragt", "not looked at yet";
    monitoring_gap_since(time): "seit {time}", "since {time}";
    monitoring_failures[n]: "1 Abfrage misslungen" | "{n} Abfragen misslungen",
        "1 look failed" | "{n} looks failed";
    monitoring_next(age): "nächste Abfrage {age}", "next look {age}";
    monitoring_look_now: "Jetzt abfragen", "Look now";
    monitoring_list: "Liste", "List";
    monitoring_agrees: "stimmt überein", "agrees";
    monitoring_follows: "wird nachgeführt", "is being brought up to date";
    monitoring_row_missing: "keine Zeile für diesen Mandanten", "no row for this tenant";
    monitoring_not_compared: "noch nicht verglichen", "not compared yet";
}
