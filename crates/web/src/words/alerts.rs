//! The words for alerts: what they are about, how far they have got, and what people do with them.

use domain::{Alert, Change, Event, Facts, Kind, Severity, State};

use super::{Words, messages};

messages! {
    alerts_title: "Alarme", "Alerts";
    alerts_lead: "Was Aufmerksamkeit braucht, das Dringlichste zuerst.",
        "What needs attention, the most urgent first.";
    alerts_none: "Keine Alarme", "No alerts";
    alerts_all_well[n]:
        "Soweit zu sehen ist, ist alles in Ordnung: 1 Mandant gesehen."
        | "Soweit zu sehen ist, ist alles in Ordnung: {n} Mandanten gesehen.",
        "All is well as far as we can see: 1 tenant seen."
        | "All is well as far as we can see: {n} tenants seen.";
    alerts_oldest(age): "Die ältesten Zahlen sind von {age}.", "The oldest numbers are from {age}.";
    alerts_unseen[n]:
        "1 Mandant ist zurzeit nicht zu sehen: ob dort alles in Ordnung ist, weiss niemand."
        | "{n} Mandanten sind zurzeit nicht zu sehen: ob dort alles in Ordnung ist, weiss niemand.",
        "1 tenant cannot be seen at the moment: nobody knows whether all is well there."
        | "{n} tenants cannot be seen at the moment: nobody knows whether all is well there.";
    alerts_nothing_seen:
        "Noch ist kein Mandant gesehen worden: ob alles in Ordnung ist, weiss niemand.",
        "No tenant has been seen yet: nobody knows whether all is well.";
    alerts_show_unseen: "Diese Mandanten anzeigen", "Show these tenants";
    alerts_what: "Was", "What";
    alerts_numbers: "Zahlen", "Numbers";
    alerts_opened: "Begonnen", "Opened";
    alerts_state: "Zustand", "State";
    alerts_severity: "Dringlichkeit", "Severity";
    alerts_kind: "Art", "Kind";
    alerts_going_on: "alle, die andauern", "all that go on";
    alerts_until(when): "bis {when}", "until {when}";
    alerts_until_change: "bis sich die Zahlen ändern", "until the numbers change";
    alerts_untold: "niemandem gemeldet", "nobody was told";
    alert_do_acknowledge: "Übernehmen", "Acknowledge";
    alert_do_snooze: "Pausieren", "Snooze";
    alert_do_reopen: "Wieder öffnen", "Reopen";
    alert_more: "Pause, Grund …", "Snooze, reason …";
    alert_reason: "Grund (freiwillig)", "Reason (optional)";
    alert_pause_until: "Pausieren", "Snooze";
    alert_until_tomorrow: "bis morgen früh", "until tomorrow morning";
    alert_until_week: "eine Woche", "for a week";
    alert_until_numbers: "bis sich die Zahlen ändern", "until the numbers change";
    alert_until_day: "oder bis am", "or until";
    alert_actions: "Was Sie tun können", "What you can do";
    alert_resolved_at: "Erledigt", "Resolved";
    alert_behind: "Was dahintersteht", "What is behind it";
    alert_seen: "Gesehen", "Seen";
    alert_todo: "Was zu tun ist", "What to do";
    alert_history: "Was geschah", "What happened";
    alert_when: "Wann", "When";
    alert_who: "Wer", "Who";
    alert_why: "Warum", "Why";
    alert_told: "Wem es gemeldet wurde", "Who was told";
    alert_no_channel: "Kein Kanal ist dafür eingerichtet.", "No channel is set up for it.";
    alert_nobody: "Niemandem.", "Nobody.";
    alert_channel: "Kanal", "Channel";
    alert_delivery: "Zustellung", "Delivery";
    alert_for_programs: "Dasselbe für Programme (JSON)", "The same for programs (JSON)";
}

messages! {
    kind_stock: "Vorrat an Plätzen", "Stock of seats";
    kind_over_assignment: "Überbelegung", "Over-assignment";
    kind_renewal: "Verlängerung", "Renewal";
    kind_trial: "Testversion", "Trial";
    kind_certificate: "Zertifikat", "Certificate";
    kind_staleness: "Fehlende Zahlen", "Missing numbers";
    severity_critical: "kritisch", "critical";
    severity_warning: "Warnung", "warning";
    severity_notice: "Hinweis", "notice";
    state_open: "offen", "open";
    state_acknowledged: "jemand kümmert sich", "acknowledged";
    state_snoozed: "pausiert", "snoozed";
    state_resolved: "erledigt", "resolved";
    stage_low: "knapp", "running low";
    stage_exhausted: "aufgebraucht", "exhausted";
    stage_over_assigned: "überbelegt", "over-assigned";
    stage_coming: "Laufzeit endet bald", "term ends soon";
    stage_in_grace: "abgelaufen, in Nachfrist", "ended, in grace";
    stage_certificate: "Zertifikat läuft bald ab", "certificate expires soon";
    stage_expired: "Zertifikat abgelaufen", "certificate expired";
    stage_stale: "keine aktuellen Zahlen", "no current numbers";
    stage_number_missing: "eine Zahl fehlt", "a number is missing";
    change_opened: "begonnen", "opened";
    change_worsened: "verschärft", "worsened";
    change_eased: "entspannt", "eased";
    change_woken: "Pause vorbei", "snooze over";
    change_acknowledged: "übernommen", "acknowledged";
    change_snoozed: "pausiert", "snoozed";
    change_reopened: "wieder geöffnet", "reopened";
    change_resolved: "erledigt", "resolved";
    event_reminded: "Erinnerung", "reminder";
}

messages! {
    fact_product: "Produkt", "Product";
    fact_free: "Frei", "Free";
    fact_consumed: "Gebraucht", "In use";
    fact_assignable: "Zuweisbar", "Assignable";
    fact_in_grace: "Davon in Nachfrist", "Of these in grace";
    fact_suspended: "Gesperrt", "Suspended";
    fact_locked_out: "Gekündigt", "Locked out";
    fact_bought: "Gekaufte Plätze", "Seats bought";
    fact_unused: "Nie gebrauchte Plätze", "Seats that nobody used";
    fact_free_without: "Frei, wenn sie endet", "Free if it ends";
    fact_subscription: "Abonnement", "Subscription";
    fact_next: "Nächste Änderung", "Next change";
    fact_valid_until: "Gültig bis", "Valid until";
    fact_thumbprint: "Fingerabdruck", "Thumbprint";
    fact_last_numbers: "Letzte Zahlen", "Last numbers";
    fact_detail: "Im Einzelnen", "In detail";
    fact_missing: "Fehlende Zahl", "Missing number";
    brief_seats(free, assignable, consumed): "{free} frei von {assignable}, {consumed} gebraucht",
        "{free} free of {assignable}, {consumed} in use";
    brief_bought(total): "{total} Plätze gekauft", "{total} seats bought";
    brief_valid_until(date): "gültig bis {date}", "valid until {date}";
    brief_seen(age): "Zahlen von {age}", "numbers from {age}";
    brief_never_seen: "noch nie gesehen", "never seen";
    brief_missing(field): "Microsoft nennt {field} nicht", "Microsoft does not say {field}";
}

messages! {
    advice_stock: "Plätze bestellen, oder solche zurücknehmen, die niemand mehr braucht.",
        "Order seats, or take back those that nobody needs any more.";
    advice_over_assignment:
        "Plätze bestellen oder Zuweisungen zurücknehmen: es sind mehr als bezahlt.",
        "Order seats or take assignments back: there are more than were bought.";
    advice_purchase: "Entscheiden, ob und wie viele Plätze weiter gebraucht werden.",
        "Decide whether and how many seats are needed from then on.";
    advice_certificate:
        "Ein neues Zertifikat ausstellen, in Entra hinterlegen und hier ablegen.",
        "Make a new certificate, register it in Entra and put it in its place here.";
    advice_number: "Nachsehen, was Microsoft für dieses Produkt anzeigt.",
        "See what Microsoft shows for this product.";
}

impl Words {
    pub(crate) fn kind(self, kind: Kind) -> &'static str {
        match kind {
            Kind::Stock => self.kind_stock(),
            Kind::OverAssignment => self.kind_over_assignment(),
            Kind::Renewal => self.kind_renewal(),
            Kind::Trial => self.kind_trial(),
            Kind::Certificate => self.kind_certificate(),
            Kind::Staleness => self.kind_staleness(),
        }
    }

    /// How far an alert has got, by its stable word.
    pub(crate) fn stage(self, alert: &Alert) -> &'static str {
        let word = domain::stage_word(alert.concern.kind, alert.stage, &alert.facts);
        self.stage_word(word).unwrap_or(word)
    }

    /// The same of the stable word; `None`: it is none of a stage.
    pub(crate) fn stage_word(self, word: &str) -> Option<&'static str> {
        Some(match word {
            "low" => self.stage_low(),
            "exhausted" => self.stage_exhausted(),
            "over-assigned" => self.stage_over_assigned(),
            "coming" => self.stage_coming(),
            "in-grace" => self.stage_in_grace(),
            "30-days" | "14-days" | "7-days" | "1-day" => self.stage_certificate(),
            "expired" => self.stage_expired(),
            "stale" => self.stage_stale(),
            "number-missing" => self.stage_number_missing(),
            _ => return None,
        })
    }

    pub(crate) fn severity(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Critical => self.severity_critical(),
            Severity::Warning => self.severity_warning(),
            Severity::Notice => self.severity_notice(),
        }
    }

    pub(crate) fn state(self, state: State) -> &'static str {
        match state {
            State::Open => self.state_open(),
            State::Acknowledged => self.state_acknowledged(),
            State::Snoozed(_) => self.state_snoozed(),
            State::Resolved => self.state_resolved(),
        }
    }

    pub(crate) fn change(self, change: Change) -> &'static str {
        match change {
            Change::Opened => self.change_opened(),
            Change::Worsened => self.change_worsened(),
            Change::Eased => self.change_eased(),
            Change::Woken => self.change_woken(),
            Change::Acknowledged => self.change_acknowledged(),
            Change::Snoozed => self.change_snoozed(),
            Change::Reopened => self.change_reopened(),
            Change::Resolved => self.change_resolved(),
        }
    }

    pub(crate) fn event(self, event: Event) -> &'static str {
        match event {
            Event::Opened => self.change_opened(),
            Event::Worsened => self.change_worsened(),
            Event::Eased => self.change_eased(),
            Event::Reminded => self.event_reminded(),
            Event::Resolved => self.change_resolved(),
        }
    }

    /// What to do about an alert, in a sentence.
    pub(crate) fn advice(self, alert: &Alert) -> String {
        if let Facts::Unseen { cause, advice, .. } = &alert.facts {
            return self.gap_advice(*cause, advice);
        }
        let advice = match alert.concern.kind {
            Kind::Stock => self.advice_stock(),
            Kind::OverAssignment => self.advice_over_assignment(),
            Kind::Renewal | Kind::Trial => self.advice_purchase(),
            Kind::Certificate => self.advice_certificate(),
            Kind::Staleness => self.advice_number(),
        };
        advice.to_owned()
    }
}
