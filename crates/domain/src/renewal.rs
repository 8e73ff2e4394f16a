//! What can be known about a purchase's future from dates that Microsoft shows and never explains.

use jiff::Timestamp;

use crate::Status;

/// A moment at which a purchase's status or date was first seen to be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    pub seen_at: Timestamp,
    pub status: Status,
    pub next_lifecycle: Option<Timestamp>,
    /// Seats bought at that moment.
    pub total: Option<i64>,
}

/// An operator's word on what will happen, which no observation overrules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pin {
    Renews,
    Ends,
}

impl Pin {
    /// The stable word for rows, APIs and settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Renews => "renews",
            Self::Ends => "ends",
        }
    }

    /// The inverse of [`Pin::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Renews, Self::Ends]
            .into_iter()
            .find(|pin| pin.as_str() == word)
    }
}

/// What the next date means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outlook {
    Renews,
    Ends,
    /// A date alone does not say.
    Unknown,
}

/// Why we believe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    Pinned,
    /// The date moved forward while the purchase stayed enabled.
    ObservedRenewal {
        seen_at: Timestamp,
        from: Timestamp,
        to: Timestamp,
    },
    /// The purchase is in grace or beyond: it has ended.
    HasEnded {
        seen_at: Timestamp,
    },
    Nothing,
}

/// Knowledge about one purchase, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewal {
    pub outlook: Outlook,
    pub evidence: Evidence,
}

impl Outlook {
    pub const ALL: [Self; 3] = [Self::Renews, Self::Ends, Self::Unknown];

    /// The inverse of [`Outlook::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// The stable word for rows and APIs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Renews => "renews",
            Self::Ends => "ends",
            Self::Unknown => "unknown",
        }
    }
}

/// Judges a purchase from its `sightings`, oldest first, and an operator's `pin`.
///
/// Only what happened since the purchase was last anything but enabled counts: a purchase that
/// lapsed and was bought again has not shown that it renews by itself.
pub fn renewal(sightings: &[Sighting], pin: Option<Pin>) -> Renewal {
    match pin {
        Some(Pin::Renews) => Renewal {
            outlook: Outlook::Renews,
            evidence: Evidence::Pinned,
        },
        Some(Pin::Ends) => Renewal {
            outlook: Outlook::Ends,
            evidence: Evidence::Pinned,
        },
        None => observed(sightings),
    }
}

fn observed(sightings: &[Sighting]) -> Renewal {
    let has_ended = |s: &Sighting| {
        matches!(
            s.status,
            Status::Warning | Status::Suspended | Status::Deleted | Status::LockedOut
        )
    };
    if let Some(first) = sightings.iter().rev().take_while(|s| has_ended(s)).last() {
        let evidence = Evidence::HasEnded {
            seen_at: first.seen_at,
        };
        return Renewal {
            outlook: Outlook::Ends,
            evidence,
        };
    }
    let enabled_since = sightings
        .iter()
        .rposition(|s| s.status != Status::Enabled)
        .map_or(0, |i| i + 1);
    let renewed = sightings[enabled_since..]
        .windows(2)
        .rev()
        .find_map(|pair| {
            let (from, to) = (pair[0].next_lifecycle?, pair[1].next_lifecycle?);
            let seen_at = pair[1].seen_at;
            (to > from).then_some(Evidence::ObservedRenewal { seen_at, from, to })
        });
    match renewed {
        Some(evidence) => Renewal {
            outlook: Outlook::Renews,
            evidence,
        },
        None => Renewal {
            outlook: Outlook::Unknown,
            evidence: Evidence::Nothing,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn day(n: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n)
    }

    /// Sightings as (day seen, status, day of the next change).
    fn check(
        seen: &[(i64, Status, Option<i64>)],
        pin: Option<Pin>,
        outlook: Outlook,
        evidence: Evidence,
    ) {
        let sightings: Vec<_> = seen
            .iter()
            .map(|(at, status, next)| Sighting {
                seen_at: day(*at),
                status: status.clone(),
                next_lifecycle: next.map(day),
                total: Some(10),
            })
            .collect();
        assert_eq!(
            renewal(&sightings, pin),
            Renewal { outlook, evidence },
            "{seen:?}"
        );
    }

    #[test]
    fn a_date_alone_says_nothing() {
        check(&[], None, Outlook::Unknown, Evidence::Nothing);
        check(
            &[(0, Status::Enabled, Some(365))],
            None,
            Outlook::Unknown,
            Evidence::Nothing,
        );
        check(
            &[
                (0, Status::Enabled, Some(365)),
                (9, Status::Enabled, Some(300)),
            ],
            None,
            Outlook::Unknown,
            Evidence::Nothing,
        );
        check(
            &[(0, Status::Enabled, Some(365)), (9, Status::Enabled, None)],
            None,
            Outlook::Unknown,
            Evidence::Nothing,
        );
    }

    #[test]
    fn a_date_that_moves_forward_while_enabled_is_a_renewal() {
        check(
            &[
                (0, Status::Enabled, Some(30)),
                (31, Status::Enabled, Some(395)),
            ],
            None,
            Outlook::Renews,
            Evidence::ObservedRenewal {
                seen_at: day(31),
                from: day(30),
                to: day(395),
            },
        );
    }

    #[test]
    fn grace_is_an_end_and_keeps_the_day_it_began() {
        check(
            &[
                (0, Status::Enabled, Some(30)),
                (31, Status::Warning, Some(60)),
                (61, Status::Suspended, Some(150)),
            ],
            None,
            Outlook::Ends,
            Evidence::HasEnded { seen_at: day(31) },
        );
    }

    #[test]
    fn a_purchase_bought_again_after_a_lapse_has_not_shown_that_it_renews() {
        check(
            &[
                (0, Status::Enabled, Some(30)),
                (31, Status::Warning, Some(60)),
                (40, Status::Enabled, Some(400)),
            ],
            None,
            Outlook::Unknown,
            Evidence::Nothing,
        );
        check(
            &[
                (0, Status::Warning, Some(30)),
                (1, Status::Enabled, Some(40)),
                (41, Status::Enabled, Some(405)),
            ],
            None,
            Outlook::Renews,
            Evidence::ObservedRenewal {
                seen_at: day(41),
                from: day(40),
                to: day(405),
            },
        );
    }

    #[test]
    fn a_status_that_is_new_to_us_is_no_evidence() {
        check(
            &[
                (0, Status::Enabled, Some(30)),
                (31, Status::Other("Foo".into()), Some(395)),
            ],
            None,
            Outlook::Unknown,
            Evidence::Nothing,
        );
    }

    #[test]
    fn an_operators_word_stands_above_observation() {
        let warning = [(0, Status::Warning, Some(30))];
        check(
            &warning,
            Some(Pin::Renews),
            Outlook::Renews,
            Evidence::Pinned,
        );
        check(&[], Some(Pin::Ends), Outlook::Ends, Evidence::Pinned);
    }
}
