//! An alert in a few words, for a line of a table.

use domain::{Alert, Facts, Kind, Language, ProductNames, Purchase, Snooze, State, stage};
use jiff::tz::TimeZone;

use crate::columns::{date, moment, number};

/// What is needed to word an alert.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    pub(super) names: &'a ProductNames,
    pub(super) language: Language,
    pub(super) zone: &'a TimeZone,
}

impl Words<'_> {
    /// What is wrong, with the numbers.
    pub(super) fn what(self, alert: &Alert) -> String {
        let name = |(id, part_number)| self.names.label(id, part_number, self.language);
        let product = alert.facts.product().map(name);
        what(alert, &product.unwrap_or_default(), self.zone)
    }

    /// The state, and until when.
    pub(super) fn state(self, alert: &Alert) -> String {
        match alert.state {
            State::Snoozed(Snooze::Until(until)) => {
                format!("snoozed until {}", moment(until, self.zone))
            }
            State::Snoozed(Snooze::Change) => "snoozed until a change".to_owned(),
            state => state.to_string(),
        }
    }
}

fn what(alert: &Alert, product: &str, zone: &TimeZone) -> String {
    match &alert.facts {
        Facts::Seats(seats) => {
            let (free, assignable) = (seats.units.free(), seats.units.assignable());
            let word = match alert.concern.kind {
                Kind::OverAssignment => "over-assigned",
                _ if alert.stage >= stage::EXHAUSTED => "exhausted",
                _ => "low",
            };
            let (free, assignable) = (number(free), number(assignable));
            format!("{product} {word}: {free} free of {assignable}")
        }
        Facts::Purchase(purchase) => of_purchase(alert, purchase, product, zone),
        Facts::Certificate { ends } if alert.stage >= stage::EXPIRED => {
            format!("certificate expired on {}", date(*ends, zone))
        }
        Facts::Certificate { ends } => format!("certificate expires on {}", date(*ends, zone)),
        Facts::Unseen { seen_at, cause, .. } => {
            let seen = match seen_at {
                Some(at) => format!("not seen since {}", moment(*at, zone)),
                None => "never seen".to_owned(),
            };
            match cause {
                Some(cause) => format!("{seen}: {cause}"),
                None => format!("{seen}: nobody has looked"),
            }
        }
        Facts::NumberMissing { field, .. } => {
            format!("{product}: Microsoft's answer lacks {field}")
        }
    }
}

fn of_purchase(alert: &Alert, purchase: &Purchase, product: &str, zone: &TimeZone) -> String {
    let (seats, day) = (number(purchase.total), date(purchase.next, zone));
    if alert.stage >= stage::IN_GRACE {
        return format!("{product}: {seats} seats are in grace until {day}");
    }
    let what = match (alert.concern.kind, purchase.outlook) {
        (Kind::Trial, _) => "trial ends",
        (_, domain::Outlook::Renews) => "renews",
        (_, domain::Outlook::Ends) => "ends",
        (_, domain::Outlook::Unknown) => "renews or ends",
    };
    format!("{product}: {what} on {day}, {seats} seats")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use domain::{Concern, Outlook, Seats, SkuId, Stage, Status, Units};
    use jiff::Timestamp;

    pub(in crate::alerts) fn alert(kind: Kind, stage: Stage, facts: Facts) -> Alert {
        Alert {
            concern: Concern::new(kind, "subject"),
            state: State::Open,
            opened_at: Timestamp::UNIX_EPOCH,
            stage,
            told: stage,
            facts,
            as_of: Timestamp::UNIX_EPOCH,
        }
    }

    #[track_caller]
    fn check(kind: Kind, stage: Stage, facts: Facts, expected: &str) {
        let names = ProductNames::default();
        assert_eq!(words(&names).what(&alert(kind, stage, facts)), expected);
    }

    pub(in crate::alerts) fn words(names: &ProductNames) -> Words<'_> {
        Words {
            names,
            language: Language::English,
            zone: const { &TimeZone::UTC },
        }
    }

    pub(in crate::alerts) fn seats(consumed: i64) -> Facts {
        Facts::Seats(Seats {
            sku_id: SkuId::from_part_number("A3"),
            part_number: "A3".to_owned(),
            units: Units {
                enabled: Some(1_000),
                warning: Some(0),
                consumed: Some(consumed),
                ..Units::default()
            },
            low_at: 50,
            next: None,
        })
    }

    fn purchase(outlook: Outlook) -> Facts {
        Facts::Purchase(Purchase {
            sku_id: SkuId::from_part_number("A3"),
            part_number: "A3".to_owned(),
            status: Status::Enabled,
            total: Some(25),
            next: "2026-12-15T11:00:00Z".parse().unwrap(),
            outlook,
            unused: None,
            free_without: None,
        })
    }

    #[test]
    fn every_kind_of_alert_has_its_words() {
        check(
            Kind::Stock,
            stage::LOW,
            seats(970),
            "A3 low: 30 free of 1'000",
        );
        check(
            Kind::Stock,
            stage::EXHAUSTED,
            seats(1_000),
            "A3 exhausted: 0 free of 1'000",
        );
        let over = "A3 over-assigned: −5 free of 1'000";
        check(Kind::OverAssignment, stage::ONLY, seats(1_005), over);
        let renewal = "A3: renews or ends on 2026-12-15, 25 seats";
        check(
            Kind::Renewal,
            stage::COMING,
            purchase(Outlook::Unknown),
            renewal,
        );
        let trial = "A3: trial ends on 2026-12-15, 25 seats";
        check(
            Kind::Trial,
            stage::COMING,
            purchase(Outlook::Unknown),
            trial,
        );
        let grace = "A3: 25 seats are in grace until 2026-12-15";
        check(
            Kind::Renewal,
            stage::IN_GRACE,
            purchase(Outlook::Ends),
            grace,
        );
        let ends = "2026-12-15T11:00:00Z".parse().unwrap();
        let certificate = "certificate expires on 2026-12-15";
        check(
            Kind::Certificate,
            Stage(2),
            Facts::Certificate { ends },
            certificate,
        );
        let unseen = Facts::Unseen {
            seen_at: None,
            cause: None,
            message: String::new(),
            advice: String::new(),
        };
        check(
            Kind::Staleness,
            stage::ONLY,
            unseen,
            "never seen: nobody has looked",
        );
        let missing = Facts::NumberMissing {
            sku_id: SkuId::from_part_number("A3"),
            part_number: "A3".to_owned(),
            field: "consumedUnits".to_owned(),
        };
        let lacks = "A3: Microsoft's answer lacks consumedUnits";
        check(Kind::Staleness, stage::ONLY, missing, lacks);
    }

    #[test]
    fn a_snooze_says_how_long_it_lasts() {
        let until = Snooze::Until("2026-12-15T11:00:00Z".parse().unwrap());
        let said = |snooze| {
            let mut alert = alert(Kind::Stock, stage::LOW, seats(970));
            alert.state = State::Snoozed(snooze);
            words(&ProductNames::default()).state(&alert)
        };
        assert_eq!(said(until), "snoozed until 2026-12-15 11:00");
        assert_eq!(said(Snooze::Change), "snoozed until a change");
    }
}
