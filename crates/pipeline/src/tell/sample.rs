//! A message about nothing real, with which a channel is tried.

use domain::{
    Alert, Concern, Event, Facts, Kind, NextChange, Outlook, Seats, SkuId, State, TenantKey, Units,
    stage,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Message;

/// Office 365 A1 for students.
const PRODUCT: Uuid = Uuid::from_u128(0x314c4481_f395_4525_be8b_2ec4bb1e9d91);

/// A school that does not exist has run out of a product that does.
pub(super) fn sample(now: Timestamp) -> Message {
    let seconds = now.as_second().to_string();
    let ago = |minutes| {
        now.saturating_sub(SignedDuration::from_mins(minutes))
            .unwrap_or(now)
    };
    Message {
        id: Uuid::new_v5(&PRODUCT, seconds.as_bytes()),
        event: Event::Opened,
        alert_id: 0,
        tenant: TenantKey::parse("sample-school").expect("the text is a key"),
        tenant_name: "Sample School".to_owned(),
        at: now,
        alert: Alert {
            concern: Concern::new(Kind::Stock, PRODUCT.to_string()),
            state: State::Open,
            opened_at: ago(5),
            stage: stage::EXHAUSTED,
            told: stage::NONE,
            facts: Facts::Seats(Seats {
                sku_id: SkuId(PRODUCT),
                part_number: "STANDARDWOFFPACK_STUDENT".to_owned(),
                units: Units {
                    enabled: Some(1_200),
                    warning: Some(40),
                    suspended: Some(0),
                    locked_out: Some(0),
                    consumed: Some(1_240),
                },
                low_at: 10,
                next: Some(NextChange {
                    at: now
                        .saturating_add(SignedDuration::from_hours(24 * 60))
                        .unwrap_or(now),
                    total: Some(1_200),
                    outlook: Outlook::Unknown,
                }),
            }),
            as_of: ago(5),
        },
    }
}
