//! What shows that a concern is there: the same members for every kind, as in a webhook's body, of
//! which only those of the kind are not `null`.

use domain::{Alert, Cause, Facts as Known, NextChange, Purchase, Seats};
use serde::Serialize;
use utoipa::ToSchema;

use crate::moment::Moment;
use crate::v2::shapes::Units;

/// What shows it. Only what belongs to the alert's kind is not `null`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertFacts)]
pub(crate) struct Facts {
    /// Of `stock` and `over-assignment`.
    seats: Option<SeatFacts>,
    /// Of `renewal` and `trial`.
    purchase: Option<PurchaseFacts>,
    /// Of the product's next subscription to change, or of the one that the alert is about.
    next_change: Option<NextFacts>,
    /// Of `certificate`.
    certificate: Option<CertificateFacts>,
    /// Of `staleness`, if nothing new is known of the whole tenant.
    unseen: Option<UnseenFacts>,
    /// Of `staleness`, if Microsoft left out a number of one product: its name in Microsoft's
    /// answer.
    #[schema(example = "consumedUnits")]
    missing_number: Option<String>,
}

/// A product's seats.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeatFacts {
    #[serde(flatten)]
    units: Units,
    /// At this many free seats or fewer the policy calls it low.
    low_at: i64,
}

/// A subscription that comes to its date.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PurchaseFacts {
    /// Microsoft's word.
    status: Option<String>,
    /// Seats bought. `null`: Microsoft did not say.
    seats: Option<i64>,
    /// Seats that nobody used over the whole term, as far as history goes back. `null`: not known.
    unused_seats: Option<i64>,
    /// Free seats of the product if this subscription ends. `null`: not known.
    free_without: Option<i64>,
}

/// A date at which a subscription renews or ends.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NextFacts {
    at: Moment,
    /// Seats of that subscription. `null`: Microsoft did not say.
    seats: Option<i64>,
    /// `renews`, `ends` or `unknown`.
    #[schema(value_type = String, example = "unknown")]
    outlook: &'static str,
}

/// The certificate with which the tool signs in to the tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CertificateFacts {
    thumbprint: String,
    ends: Moment,
}

/// Why nothing new is known.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnseenFacts {
    /// When numbers were last seen. `null`: never.
    seen_at: Option<Moment>,
    /// `null`: nobody has looked.
    #[schema(value_type = Option<String>, example = "denied")]
    cause: Option<&'static str>,
    message: String,
    /// What to do about it.
    advice: String,
}

impl Facts {
    pub(crate) fn of(alert: &Alert) -> Self {
        let none = Self {
            seats: None,
            purchase: None,
            next_change: None,
            certificate: None,
            unseen: None,
            missing_number: None,
        };
        match &alert.facts {
            Known::Seats(seats) => Self {
                seats: Some(SeatFacts::from(seats)),
                next_change: seats.next.as_ref().map(NextFacts::from),
                ..none
            },
            Known::Purchase(purchase) => Self {
                next_change: Some(NextFacts::of(purchase)),
                purchase: Some(PurchaseFacts::from(purchase)),
                ..none
            },
            Known::Certificate { ends } => Self {
                certificate: Some(CertificateFacts {
                    thumbprint: alert.concern.subject.clone(),
                    ends: Moment(*ends),
                }),
                ..none
            },
            Known::Unseen {
                seen_at,
                cause,
                message,
                advice,
            } => Self {
                unseen: Some(UnseenFacts {
                    seen_at: seen_at.map(Moment),
                    cause: cause.map(Cause::as_str),
                    message: message.clone(),
                    advice: advice.clone(),
                }),
                ..none
            },
            Known::NumberMissing { field, .. } => Self {
                missing_number: Some(field.clone()),
                ..none
            },
        }
    }
}

impl From<&Seats> for SeatFacts {
    fn from(seats: &Seats) -> Self {
        Self {
            units: seats.units.into(),
            low_at: seats.low_at,
        }
    }
}

impl From<&Purchase> for PurchaseFacts {
    fn from(purchase: &Purchase) -> Self {
        Self {
            status: purchase.status.as_graph().map(str::to_owned),
            seats: purchase.total,
            unused_seats: purchase.unused,
            free_without: purchase.free_without,
        }
    }
}

impl From<&NextChange> for NextFacts {
    fn from(next: &NextChange) -> Self {
        Self {
            at: Moment(next.at),
            seats: next.total,
            outlook: next.outlook.as_str(),
        }
    }
}

impl NextFacts {
    fn of(purchase: &Purchase) -> Self {
        Self {
            at: Moment(purchase.next),
            seats: purchase.total,
            outlook: purchase.outlook.as_str(),
        }
    }
}
