//! The words for channels, and for what waits to be told.

use store::DeliveryState;

use super::{Words, messages};

messages! {
    deliveries_title: "Zustellungen", "Deliveries";
    deliveries_lead: "Welche Kanäle es gibt, wie es ihnen geht, und was an sie ging.",
        "Which channels there are, how they do, and what went to them.";
    deliveries_channels: "Kanäle", "Channels";
    deliveries_no_channels: "Kein Kanal ist eingerichtet: niemand erfährt von Alarmen.",
        "No channel is set up: nobody is told of alerts.";
    deliveries_how_channels:
        "Kanäle stehen in den Einstellungen; «licensetool channel test» probiert einen aus.",
        "Channels stand in the settings; \"licensetool channel test\" tries one.";
    deliveries_queue: "Meldungen", "Messages";
    deliveries_none: "Noch nichts wurde gemeldet.", "Nothing was told yet.";
    deliveries_none_what: "Sobald ein Alarm beginnt, steht hier, wem er gemeldet wurde.",
        "As soon as an alert opens, this page shows who was told of it.";
    deliveries_channel: "Kanal", "Channel";
    deliveries_state: "Zustand", "State";
    deliveries_what: "Meldung", "Message";
    deliveries_when: "Wann", "When";
    deliveries_tries[n]: "1 Versuch" | "{n} Versuche", "1 try" | "{n} tries";
    deliveries_next(age): "nächster Versuch {age}", "next try {age}";
    deliveries_held: "angehalten: vom Mandanten wird zurzeit nicht gemeldet",
        "held: nobody is told of the tenant for now";
    deliveries_retry: "Erneut versuchen", "Try again";
    deliveries_last_success: "Zuletzt zugestellt", "Last delivered";
    deliveries_waiting: "Wartet", "Waits";
    deliveries_dead: "Aufgegeben", "Given up";
    deliveries_oldest(age): "die älteste {age}", "the oldest {age}";
    deliveries_hears: "Erfährt ab", "Hears from";
    deliveries_last_sync: "Zuletzt nachgeführt", "Last brought up to date";
    deliveries_next_sync: "Das nächste Mal", "Next time";
    deliveries_remarks: "Zu beachten", "To be noted";
    deliveries_last_error: "Letzter Fehler", "Last error";
    deliveries_well: "in Ordnung", "well";
    deliveries_troubled: "gestört", "in trouble";
    deliveries_unused: "noch nichts zugestellt", "nothing delivered yet";
    deliveries_not_configured: "nicht mehr eingerichtet", "not set up any more";
    delivery_pending: "wartet", "waits";
    delivery_delivered: "zugestellt", "delivered";
    delivery_dead: "aufgegeben", "given up";
}

impl Words {
    pub(crate) fn delivery(self, state: DeliveryState) -> &'static str {
        match state {
            DeliveryState::Pending => self.delivery_pending(),
            DeliveryState::Delivered => self.delivery_delivered(),
            DeliveryState::Dead => self.delivery_dead(),
        }
    }
}
