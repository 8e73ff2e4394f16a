//! The numbers that show a concern: what a message says and what "until the numbers change" means.

use jiff::Timestamp;

use crate::{Cause, Kind, Outlook, Severity, SkuId, Stage, Status, Units, stage};

/// What shows that a concern is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facts {
    /// Of stock and over-assignment.
    Seats(Seats),
    /// Of renewals and trials.
    Purchase(Purchase),
    Certificate {
        ends: Timestamp,
    },
    /// Nothing new is known of the whole tenant.
    Unseen {
        /// When numbers were last seen; `None`: never.
        seen_at: Option<Timestamp>,
        /// Why; `None`: nobody has looked.
        cause: Option<Cause>,
        message: String,
        advice: String,
    },
    /// A number of one product is missing in Microsoft's answer.
    NumberMissing {
        sku_id: SkuId,
        part_number: String,
        /// In Microsoft's spelling.
        field: String,
    },
}

/// The seats of a product and what comes next for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seats {
    pub sku_id: SkuId,
    pub part_number: String,
    pub units: Units,
    /// At this many free seats or fewer the policy calls it low.
    pub low_at: i64,
    /// The purchase that changes next.
    pub next: Option<NextChange>,
}

/// The next date at which one of a product's purchases changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextChange {
    pub at: Timestamp,
    /// Seats of that purchase.
    pub total: Option<i64>,
    pub outlook: Outlook,
}

/// A purchase that comes to its date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    pub sku_id: SkuId,
    pub part_number: String,
    pub status: Status,
    /// Seats bought.
    pub total: Option<i64>,
    /// The next change; the end of grace, if it is in grace.
    pub next: Timestamp,
    pub outlook: Outlook,
    /// Seats that nobody used over the whole term, as far as history goes back.
    pub unused: Option<i64>,
    /// Free seats of the product if this purchase ends.
    pub free_without: Option<i64>,
}

impl Facts {
    /// The product it is about, if it is about one.
    pub fn product(&self) -> Option<(SkuId, &str)> {
        match self {
            Self::Seats(seats) => Some((seats.sku_id, &seats.part_number)),
            Self::Purchase(purchase) => Some((purchase.sku_id, &purchase.part_number)),
            Self::NumberMissing {
                sku_id,
                part_number,
                ..
            } => Some((*sku_id, part_number)),
            Self::Certificate { .. } | Self::Unseen { .. } => None,
        }
    }

    /// Whether the numbers that a person looks at are the same: what "snoozed until they change"
    /// waits for.
    pub fn same_numbers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Seats(one), Self::Seats(other)) => one.units == other.units,
            (Self::Purchase(one), Self::Purchase(other)) => {
                (one.total, one.next, &one.status) == (other.total, other.next, &other.status)
            }
            (Self::Unseen { cause: one, .. }, Self::Unseen { cause: other, .. }) => one == other,
            (one, other) => one == other,
        }
    }
}

/// How much a concern of this kind, at this stage, asks of a person.
pub fn severity(kind: Kind, at: Stage, facts: &Facts) -> Severity {
    match (kind, facts) {
        (Kind::Stock, _) if at >= stage::EXHAUSTED => Severity::Critical,
        (Kind::OverAssignment, _) => Severity::Critical,
        (Kind::Renewal, _) if at >= stage::IN_GRACE => Severity::Critical,
        (Kind::Renewal, Facts::Purchase(purchase)) if purchase.outlook == Outlook::Renews => {
            Severity::Notice
        }
        (Kind::Trial, _) if at < stage::IN_GRACE => Severity::Notice,
        // A week is little for a change of certificates.
        (Kind::Certificate, _) if at >= Stage(3) => Severity::Critical,
        _ => Severity::Warning,
    }
}

/// The stable word of a stage, for APIs and messages.
pub fn stage_word(kind: Kind, at: Stage, facts: &Facts) -> &'static str {
    match (kind, at) {
        (Kind::Stock, stage::LOW) => "low",
        (Kind::Stock, _) => "exhausted",
        (Kind::OverAssignment, _) => "over-assigned",
        (Kind::Renewal | Kind::Trial, stage::COMING) => "coming",
        (Kind::Renewal | Kind::Trial, _) => "in-grace",
        (Kind::Certificate, Stage(1)) => "30-days",
        (Kind::Certificate, Stage(2)) => "14-days",
        (Kind::Certificate, Stage(3)) => "7-days",
        (Kind::Certificate, Stage(4)) => "1-day",
        (Kind::Certificate, _) => "expired",
        (Kind::Staleness, _) if matches!(facts, Facts::NumberMissing { .. }) => "number-missing",
        (Kind::Staleness, _) => "stale",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(consumed: i64, low_at: i64) -> Facts {
        Facts::Seats(Seats {
            sku_id: SkuId::from_part_number("A3"),
            part_number: "A3".to_owned(),
            units: Units {
                enabled: Some(10),
                warning: Some(0),
                consumed: Some(consumed),
                ..Units::default()
            },
            low_at,
            next: None,
        })
    }

    #[test]
    fn numbers_are_what_a_person_looks_at() {
        assert!(seats(9, 1).same_numbers(&seats(9, 3)));
        assert!(!seats(9, 1).same_numbers(&seats(8, 1)));
        let unseen = |message: &str, cause| Facts::Unseen {
            seen_at: None,
            cause,
            message: message.to_owned(),
            advice: String::new(),
        };
        let denied = Some(Cause::Denied);
        assert!(unseen("request 1", denied).same_numbers(&unseen("request 2", denied)));
        assert!(!unseen("", denied).same_numbers(&unseen("", Some(Cause::Refused))));
        assert!(!unseen("", denied).same_numbers(&seats(9, 1)));
    }

    #[test]
    fn what_is_worse_is_never_milder() {
        let facts = seats(10, 1);
        for kind in Kind::ALL {
            let all: Vec<_> = (1..=5)
                .map(|at| severity(kind, Stage(at), &facts))
                .collect();
            assert!(all.is_sorted(), "{kind}: {all:?}");
        }
        assert_eq!(severity(Kind::Stock, stage::LOW, &facts), Severity::Warning);
        assert_eq!(
            severity(Kind::Stock, stage::EXHAUSTED, &facts),
            Severity::Critical
        );
    }
}
