//! The numbers of an alert, each with its label.

use domain::{Alert, Facts, NextChange, Purchase, Seats};
use jiff::Timestamp;

use super::words::Words;

/// A label and what stands beside it.
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) value: String,
}

/// What shows the alert, the most important first. `product` is what people call it.
pub(super) fn of(alert: &Alert, product: Option<&str>, words: Words) -> Vec<Row> {
    let mut rows = Rows {
        words,
        rows: Vec::new(),
    };
    if let (Some(product), Some((_, part_number))) = (product, alert.facts.product()) {
        let text = match part_number.is_empty() || part_number == product {
            true => product.to_owned(),
            false => format!("{product} ({part_number})"),
        };
        rows.add("Produkt", "Product", text);
    }
    match &alert.facts {
        Facts::Seats(it) => rows.seats(it),
        Facts::Purchase(it) => rows.purchase(it, &alert.concern.subject),
        Facts::Certificate { ends } => {
            rows.add("Gültig bis", "Valid until", time(ends));
            let thumbprint = alert.concern.subject.clone();
            rows.add("Fingerabdruck", "Thumbprint", thumbprint);
        }
        Facts::Unseen {
            seen_at, message, ..
        } => {
            let never = words.say("noch nie", "never").to_owned();
            let seen = seen_at.as_ref().map_or(never, time);
            rows.add("Letzte Zahlen", "Last numbers", seen);
            rows.add("Im Einzelnen", "In detail", message.clone());
        }
        Facts::NumberMissing { field, .. } => {
            rows.add("Fehlende Zahl", "Missing number", field.clone());
        }
    }
    rows.rows
}

struct Rows {
    words: Words,
    rows: Vec<Row>,
}

impl Rows {
    fn add(&mut self, german: &'static str, english: &'static str, value: String) {
        let label = self.words.say(german, english);
        self.rows.push(Row { label, value });
    }

    fn number(&mut self, german: &'static str, english: &'static str, number: Option<i64>) {
        let unknown = || self.words.say("unbekannt", "unknown").to_owned();
        let value = number.map_or_else(unknown, |number| number.to_string());
        self.add(german, english, value);
    }

    fn if_any(&mut self, german: &'static str, english: &'static str, number: Option<i64>) {
        if number.is_some_and(|number| number != 0) {
            self.number(german, english, number);
        }
    }

    fn seats(&mut self, seats: &Seats) {
        let units = seats.units;
        self.number("Frei", "Free", units.free());
        self.number("Gebraucht", "In use", units.consumed);
        self.number("Verfügbar", "Available", units.assignable());
        self.if_any("Davon in Nachfrist", "Of these in grace", units.warning);
        self.if_any("Gesperrt", "Suspended", units.suspended);
        self.if_any("Gekündigt", "Cancelled", units.locked_out);
        if let Some(next) = &seats.next {
            self.next(next);
        }
    }

    fn purchase(&mut self, purchase: &Purchase, subscription: &str) {
        self.next(&NextChange {
            at: purchase.next,
            total: purchase.total,
            outlook: purchase.outlook,
        });
        self.number("Gekaufte Plätze", "Seats bought", purchase.total);
        let label = ("Nie gebrauchte Plätze", "Seats that nobody used");
        self.number(label.0, label.1, purchase.unused);
        let label = ("Frei, wenn sie endet", "Free if it ends");
        self.number(label.0, label.1, purchase.free_without);
        let subscription = subscription.to_owned();
        self.add("Abonnement", "Subscription", subscription);
    }

    fn next(&mut self, next: &NextChange) {
        let outlook = self.words.outlook(next.outlook);
        let text = format!("{}, {outlook}", next.at.strftime("%Y-%m-%d"));
        self.add("Nächste Änderung", "Next change", text);
    }
}

pub(super) fn time(at: &Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
