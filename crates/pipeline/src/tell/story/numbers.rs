//! The numbers of a message, each with its label, and the times at which they were seen.

use domain::{Event, Facts, Kind, NextChange, Outlook, Purchase, Seats};

use super::Scene;
use crate::tell::untrusted;

/// Rows of labels and values, while they are made.
struct Rows<'a> {
    scene: Scene<'a>,
    rows: Vec<(String, String)>,
}

pub(super) fn numbers(scene: Scene<'_>) -> Vec<(String, String)> {
    let mut rows = Rows {
        scene,
        rows: Vec::new(),
    };
    rows.product();
    match scene.facts() {
        Facts::Seats(it) => rows.seats(it),
        Facts::Purchase(it) => rows.purchase(it),
        Facts::Certificate { ends } => {
            let ends = scene.tongue.time(*ends);
            rows.add("Gültig bis", "Valid until", ends);
            rows.add(
                "Fingerabdruck",
                "Thumbprint",
                scene.message.alert.concern.subject.clone(),
            );
        }
        Facts::Unseen {
            seen_at, message, ..
        } => {
            if let Some(seen_at) = seen_at {
                rows.add("Letzte Zahlen", "Last numbers", scene.tongue.time(*seen_at));
            }
            rows.add("Im Einzelnen", "In detail", untrusted::name(message));
        }
        Facts::NumberMissing { field, .. } => {
            rows.add("Fehlende Zahl", "Missing number", untrusted::name(field));
        }
    }
    rows.times();
    rows.rows
}

impl Rows<'_> {
    fn add(&mut self, german: &str, english: &str, value: String) {
        let label = self.scene.tongue.say(german, english).to_owned();
        self.rows.push((label, value));
    }

    /// The part number tells products of one name apart.
    fn product(&mut self) {
        let Some((_, part_number)) = self.scene.facts().product() else {
            return;
        };
        let (name, part_number) = (self.scene.product, untrusted::name(part_number));
        let text = match part_number.is_empty() || part_number == name {
            true => name.to_owned(),
            false => format!("{name} ({part_number})"),
        };
        self.add("Produkt", "Product", text);
    }

    fn seats(&mut self, seats: &Seats) {
        let (tongue, units) = (self.scene.tongue, seats.units);
        self.add("Frei", "Free", tongue.known(units.free()));
        self.add("Gebraucht", "In use", tongue.known(units.consumed));
        self.add("Verfügbar", "Available", tongue.known(units.assignable()));
        self.if_any("Davon in Nachfrist", "Of these in grace", units.warning);
        self.if_any("Gesperrt", "Suspended", units.suspended);
        self.if_any("Gekündigt", "Cancelled", units.locked_out);
        if self.scene.message.alert.concern.kind == Kind::Stock {
            let low_at = tongue.number(seats.low_at);
            self.add("Knapp ab", "Low at", low_at);
        }
        if let Some(next) = &seats.next {
            let next = self.next(next);
            self.add("Nächste Änderung", "Next change", next);
        }
    }

    fn if_any(&mut self, german: &str, english: &str, number: Option<i64>) {
        if let Some(number) = number.filter(|number| *number != 0) {
            self.add(german, english, self.scene.tongue.number(number));
        }
    }

    fn next(&self, next: &NextChange) -> String {
        let tongue = self.scene.tongue;
        let date = tongue.date(next.at);
        let size = next.total.map(|total| format!(", {}", tongue.seats(total)));
        format!(
            "{date}{}, {}",
            size.unwrap_or_default(),
            self.outlook(next.outlook)
        )
    }

    fn outlook(&self, outlook: Outlook) -> &'static str {
        let tongue = self.scene.tongue;
        match outlook {
            Outlook::Renews => tongue.say("verlängert sich", "renews"),
            Outlook::Ends => tongue.say("endet", "ends"),
            Outlook::Unknown => tongue.say(
                "Ende oder Verlängerung, nicht bekannt",
                "end or renewal, not known",
            ),
        }
    }

    fn purchase(&mut self, purchase: &Purchase) {
        let tongue = self.scene.tongue;
        let status = untrusted::name(&purchase.status.to_string());
        self.add(
            "Gekaufte Plätze",
            "Seats bought",
            tongue.known(purchase.total),
        );
        self.add("Datum", "Date", tongue.time(purchase.next));
        self.add(
            "Was dann geschieht",
            "What happens then",
            self.outlook(purchase.outlook).to_owned(),
        );
        self.add("Microsofts Status", "Microsoft's status", status);
        if let Some(unused) = purchase.unused {
            let label = (
                "In der ganzen Laufzeit ungenutzt",
                "Unused over the whole term",
            );
            self.add(label.0, label.1, tongue.number(unused));
        }
        if let Some(free) = purchase.free_without {
            let label = ("Frei ohne diesen Kauf", "Free without this purchase");
            self.add(label.0, label.1, tongue.number(free));
        }
    }

    /// When the numbers were seen; what is over shows the last that were wrong.
    fn times(&mut self) {
        let (tongue, alert) = (self.scene.tongue, &self.scene.message.alert);
        let (as_of, since) = (tongue.time(alert.as_of), tongue.time(alert.opened_at));
        if self.scene.message.event == Event::Resolved {
            let over = tongue.time(self.scene.message.at);
            self.add("Stand der Zahlen (davor)", "Numbers as of (before)", as_of);
            self.add("Bestand seit", "Began", since);
            self.add("Erledigt", "Resolved", over);
        } else {
            self.add("Stand der Zahlen", "Numbers as of", as_of);
            self.add("Besteht seit", "Since", since);
        }
    }
}
