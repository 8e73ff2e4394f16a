//! The purchases behind a SKU: summed by Microsoft, kept apart here for "what if this one ends".

use jiff::{SignedDuration, Timestamp};

use crate::{SkuId, Status, Units};

/// One purchase behind a SKU.
///
/// Source: `companySubscription` of Microsoft Graph v1.0. It has no field for renewal, term or
/// price; see [`crate::renewal()`] for what can be known all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Graph's `id`, or the commerce id where that was left out. Never empty.
    pub id: String,
    pub sku_id: SkuId,
    pub part_number: String,
    pub status: Status,
    /// Seats bought; `None` if Microsoft did not say.
    pub total: Option<i64>,
    pub is_trial: Option<bool>,
    pub created: Option<Timestamp>,
    /// When the next change of status is due: renewal or end, Microsoft does not say which.
    pub next_lifecycle: Option<Timestamp>,
}

impl Subscription {
    /// When the term that goes on at `now` began, as far as it can be told.
    ///
    /// A term lasts a year at the most, whatever Microsoft says of when the purchase was made.
    pub fn term_began(&self, now: Timestamp) -> Timestamp {
        let a_year = SignedDuration::from_hours(24 * 366);
        let a_year_ago = now.saturating_sub(a_year).unwrap_or(Timestamp::MIN);
        self.created.map_or(a_year_ago, |at| at.max(a_year_ago))
    }
}

/// The seats of several purchases of one SKU together, each in the column of its status.
///
/// `consumed` stays `None`: a purchase does not say who uses it. A purchase of untold size or of
/// a status that is not understood makes its column, or every column, unknown.
pub fn summed<'a>(purchases: impl IntoIterator<Item = &'a Subscription>) -> Units {
    let none = Some(0);
    let start = Units {
        enabled: none,
        warning: none,
        suspended: none,
        locked_out: none,
        consumed: None,
    };
    purchases.into_iter().fold(start, |sum, purchase| {
        let more = |column: Option<i64>| column?.checked_add(purchase.total?);
        match purchase.status {
            Status::Enabled => Units {
                enabled: more(sum.enabled),
                ..sum
            },
            Status::Warning => Units {
                warning: more(sum.warning),
                ..sum
            },
            Status::Suspended => Units {
                suspended: more(sum.suspended),
                ..sum
            },
            Status::LockedOut => Units {
                locked_out: more(sum.locked_out),
                ..sum
            },
            Status::Deleted => sum,
            Status::Other(_) | Status::Missing => Units::default(),
        }
    })
}

/// The SKU's units if `ending` were gone: what a technician asks before a purchase lapses.
///
/// The seats leave the column that the purchase's status puts them in. A status that holds no
/// usable seats changes nothing; one that is not understood, or a purchase of untold size, gives
/// unknown units, never a guess.
pub fn without(units: Units, ending: &Subscription) -> Units {
    let less = |column: Option<i64>| Some(column?.checked_sub(ending.total?)?.max(0));
    match ending.status {
        Status::Enabled => Units {
            enabled: less(units.enabled),
            ..units
        },
        Status::Warning => Units {
            warning: less(units.warning),
            ..units
        },
        Status::Suspended | Status::Deleted | Status::LockedOut => units,
        Status::Other(_) | Status::Missing => Units {
            enabled: None,
            warning: None,
            ..units
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purchase(status: Status, total: Option<i64>) -> Subscription {
        Subscription {
            id: "s".to_owned(),
            sku_id: SkuId::from_part_number("P"),
            part_number: "P".to_owned(),
            status,
            total,
            is_trial: Some(false),
            created: None,
            next_lifecycle: None,
        }
    }

    #[test]
    fn purchases_of_one_sku_add_up_by_status() {
        let both = [
            purchase(Status::Enabled, Some(60)),
            purchase(Status::Enabled, Some(40)),
            purchase(Status::Warning, Some(20)),
            purchase(Status::Deleted, Some(7)),
        ];
        let sum = summed(&both);
        assert_eq!(
            (sum.enabled, sum.warning, sum.suspended),
            (Some(100), Some(20), Some(0))
        );
        assert_eq!((sum.assignable(), sum.consumed), (Some(120), None));

        let untold = [
            purchase(Status::Enabled, None),
            purchase(Status::Warning, Some(1)),
        ];
        assert_eq!(
            (summed(&untold).enabled, summed(&untold).warning),
            (None, Some(1))
        );
        assert_eq!(
            summed(&[purchase(Status::Missing, Some(1))]),
            Units::default()
        );
    }

    #[test]
    fn an_ending_purchase_takes_its_seats_with_it() {
        let now = Units {
            enabled: Some(100),
            warning: Some(20),
            consumed: Some(90),
            ..Units::default()
        };
        let cases = [
            (Status::Enabled, Some(60), Some(-30)),
            (Status::Warning, Some(20), Some(10)),
            (Status::Suspended, Some(60), Some(30)),
            (Status::Enabled, Some(500), Some(-70)),
            (Status::Enabled, None, None),
            (Status::Other("Foo".to_owned()), Some(60), None),
            (Status::Missing, Some(60), None),
        ];
        for (status, total, free) in cases {
            let left = without(now, &purchase(status.clone(), total));
            assert_eq!(left.free(), free, "{status} {total:?}");
        }
    }

    #[test]
    fn a_term_began_with_the_purchase_and_a_year_ago_at_the_earliest() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let began = |created: Option<&str>| {
            let mut purchase = purchase(Status::Enabled, Some(1));
            purchase.created = created.map(|at| at.parse().unwrap());
            purchase.term_began(now).to_string()
        };
        let a_year_ago = "2025-11-23T12:00:00Z";
        assert_eq!(began(Some("2026-08-01T00:00:00Z")), "2026-08-01T00:00:00Z");
        assert_eq!(began(Some("2019-08-01T00:00:00Z")), a_year_ago);
        assert_eq!(began(None), a_year_ago);
    }
}
