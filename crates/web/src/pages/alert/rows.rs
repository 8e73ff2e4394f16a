//! The numbers of an alert, each with its label.

use domain::{Alert, Facts, NextChange, Purchase, Seats};

use crate::pages::Visit;
use crate::v2::Lens;

/// A label and what stands beside it.
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) value: String,
    /// Whether it was kept in English, whatever the page speaks.
    pub(super) english: bool,
}

/// What shows the alert, the most important first.
pub(super) fn of(alert: &Alert, lens: &Lens, visit: &Visit) -> Vec<Row> {
    let mut rows = Rows {
        visit,
        rows: Vec::new(),
    };
    let w = visit.w;
    if let Some((id, part_number)) = alert.facts.product() {
        let product = lens.product(id, part_number);
        let text = match part_number.is_empty() || part_number == product {
            true => product,
            false => format!("{product} ({part_number})"),
        };
        rows.add(w.fact_product(), text);
    }
    match &alert.facts {
        Facts::Seats(it) => rows.seats(it),
        Facts::Purchase(it) => rows.purchase(it, &alert.concern.subject),
        Facts::Certificate { ends } => {
            rows.add(w.fact_valid_until(), visit.time(*ends));
            rows.add(w.fact_thumbprint(), alert.concern.subject.clone());
        }
        Facts::Unseen {
            seen_at,
            cause,
            message,
            ..
        } => {
            let never = || w.list_never().to_owned();
            let seen = seen_at.map_or_else(never, |at| visit.time(at));
            rows.add(w.fact_last_numbers(), seen);
            if let Some(cause) = cause {
                rows.add(w.alert_why(), w.cause(*cause).to_owned());
            }
            rows.rows.push(Row {
                label: w.fact_detail(),
                value: message.clone(),
                english: true,
            });
        }
        Facts::NumberMissing { field, .. } => rows.add(w.fact_missing(), field.clone()),
    }
    rows.rows
}

struct Rows<'a> {
    visit: &'a Visit,
    rows: Vec<Row>,
}

impl Rows<'_> {
    fn add(&mut self, label: &'static str, value: String) {
        self.rows.push(Row {
            label,
            value,
            english: false,
        });
    }

    fn number(&mut self, label: &'static str, number: Option<i64>) {
        let unknown = || self.visit.w.list_unknown().to_owned();
        let value = number.map_or_else(unknown, |number| self.visit.number(number));
        self.add(label, value);
    }

    fn if_any(&mut self, label: &'static str, number: Option<i64>) {
        if number.is_some_and(|number| number != 0) {
            self.number(label, number);
        }
    }

    fn seats(&mut self, seats: &Seats) {
        let (units, w) = (seats.units, self.visit.w);
        self.number(w.fact_free(), units.free());
        self.number(w.fact_consumed(), units.consumed);
        self.number(w.fact_assignable(), units.assignable());
        self.if_any(w.fact_in_grace(), units.warning);
        self.if_any(w.fact_suspended(), units.suspended);
        self.if_any(w.fact_locked_out(), units.locked_out);
        if let Some(next) = &seats.next {
            self.next(next);
        }
    }

    fn purchase(&mut self, purchase: &Purchase, subscription: &str) {
        let w = self.visit.w;
        self.next(&NextChange {
            at: purchase.next,
            total: purchase.total,
            outlook: purchase.outlook,
        });
        self.number(w.fact_bought(), purchase.total);
        self.number(w.fact_unused(), purchase.unused);
        self.number(w.fact_free_without(), purchase.free_without);
        self.add(w.fact_subscription(), subscription.to_owned());
    }

    fn next(&mut self, next: &NextChange) {
        let outlook = self.visit.w.outlook_long(next.outlook);
        let text = format!("{}, {outlook}", self.visit.date(next.at));
        self.add(self.visit.w.fact_next(), text);
    }
}
