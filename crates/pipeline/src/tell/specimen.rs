//! Alerts of every kind, to test what is told of them.

use std::sync::Arc;

use domain::{
    Alert, Cause, Concern, Event, Facts, Kind, Language, NextChange, Outlook, ProductNames,
    Purchase, Seats, SkuId, Stage, State, Status, TenantKey, Units, WHOLE_TENANT, stage,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{Message, Voice};

/// The moment of every message.
pub(super) const NOW: &str = "2026-11-23T13:05:00Z";

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn voice(language: Language) -> Voice {
    Voice {
        names: Arc::new(ProductNames::built_in()),
        language,
        public_url: "https://licences.company.example/".parse().unwrap(),
        time_zone: TimeZone::get("Europe/Zurich").unwrap(),
        company: "Company".to_owned(),
    }
}

/// Office 365 A1 for students.
pub(super) fn sku() -> SkuId {
    SkuId("314c4481-f395-4525-be8b-2ec4bb1e9d91".parse().unwrap())
}

fn part_number() -> String {
    "STANDARDWOFFPACK_STUDENT".to_owned()
}

/// So many seats of 1'000 in use.
pub(super) fn seats(consumed: i64) -> Seats {
    Seats {
        sku_id: sku(),
        part_number: part_number(),
        units: Units {
            enabled: Some(1_000),
            warning: Some(0),
            suspended: Some(0),
            locked_out: Some(0),
            consumed: Some(consumed),
        },
        low_at: 5,
        next: Some(NextChange {
            at: at("2027-07-31T22:00:00Z"),
            total: Some(1_000),
            outlook: Outlook::Renews,
        }),
    }
}

/// Of 25 seats, until 15.12.2026.
pub(super) fn purchase(outlook: Outlook) -> Purchase {
    Purchase {
        sku_id: sku(),
        part_number: part_number(),
        status: Status::Enabled,
        total: Some(25),
        next: at("2026-12-15T11:00:00Z"),
        outlook,
        unused: Some(3),
        free_without: Some(-20),
    }
}

pub(super) fn unseen(cause: Option<Cause>) -> Facts {
    Facts::Unseen {
        seen_at: Some(at("2026-11-22T05:00:00Z")),
        cause,
        message: "Entra did not like it".to_owned(),
        advice: "Look into Entra.".to_owned(),
    }
}

pub(super) fn number_missing() -> Facts {
    Facts::NumberMissing {
        sku_id: sku(),
        part_number: part_number(),
        field: "consumedUnits".to_owned(),
    }
}

pub(super) fn message(kind: Kind, stage: Stage, facts: Facts) -> Message {
    let subject = match (kind, &facts) {
        (Kind::Certificate, _) => "AB12".to_owned(),
        (Kind::Renewal | Kind::Trial, _) => "purchase-1".to_owned(),
        (_, Facts::Unseen { .. }) => WHOLE_TENANT.to_owned(),
        _ => sku().to_string(),
    };
    Message {
        id: Uuid::from_u128(0x1111_2222_3333_4444),
        event: Event::Opened,
        alert_id: 42,
        tenant: TenantKey::parse("iseschool").unwrap(),
        tenant_name: "ISE School".to_owned(),
        at: at(NOW),
        alert: Alert {
            concern: Concern::new(kind, subject),
            state: State::Open,
            opened_at: at("2026-11-23T06:00:00Z"),
            stage,
            told: stage,
            facts,
            as_of: at("2026-11-23T13:00:00Z"),
        },
    }
}

/// No seat free.
pub(super) fn exhausted() -> Message {
    message(Kind::Stock, stage::EXHAUSTED, Facts::Seats(seats(1_000)))
}

/// Another tenant's, of another product, for a digest.
pub(super) fn of(tenant: &str, name: &str, message: Message) -> Message {
    Message {
        id: Uuid::new_v5(&message.id, tenant.as_bytes()),
        tenant: TenantKey::parse(tenant).unwrap(),
        tenant_name: name.to_owned(),
        ..message
    }
}

/// Every kind at every stage, with the facts that it may have.
pub(super) fn all() -> Vec<Message> {
    let no_numbers = Seats {
        units: Units::default(),
        next: None,
        ..seats(0)
    };
    let mut all = Vec::new();
    for (kind, stage) in [
        (Kind::Stock, stage::LOW),
        (Kind::Stock, stage::EXHAUSTED),
        (Kind::OverAssignment, stage::ONLY),
    ] {
        let facts = [1_001, 1_000, 999, 997].map(seats).into_iter();
        let facts = facts.chain([no_numbers.clone()]).map(Facts::Seats);
        all.extend(facts.map(|facts| message(kind, stage, facts)));
    }
    for kind in [Kind::Renewal, Kind::Trial] {
        for outlook in Outlook::ALL {
            for (stage, status) in [
                (stage::COMING, Status::Enabled),
                (stage::IN_GRACE, Status::Warning),
            ] {
                let purchase = Purchase {
                    status,
                    ..purchase(outlook)
                };
                let due = Purchase {
                    next: at("2026-11-23T00:00:00Z"),
                    total: None,
                    unused: None,
                    free_without: None,
                    ..purchase.clone()
                };
                let both = [purchase, due].map(Facts::Purchase).into_iter();
                all.extend(both.map(|facts| message(kind, stage, facts)));
            }
        }
    }
    for (stage, ends) in [
        (1, "2026-12-20T00:00:00Z"),
        (2, "2026-12-03T00:00:00Z"),
        (3, "2026-11-25T00:00:00Z"),
        (4, "2026-11-24T00:00:00Z"),
        (5, "2026-11-23T00:00:00Z"),
    ] {
        let facts = Facts::Certificate { ends: at(ends) };
        all.push(message(Kind::Certificate, Stage(stage), facts));
    }
    let causes = Cause::ALL.into_iter().map(Some).chain([None]);
    all.extend(causes.map(|cause| message(Kind::Staleness, stage::ONLY, unseen(cause))));
    let never = Facts::Unseen {
        seen_at: None,
        cause: Some(Cause::Denied),
        message: String::new(),
        advice: String::new(),
    };
    all.push(message(Kind::Staleness, stage::ONLY, never));
    all.push(message(Kind::Staleness, stage::ONLY, number_missing()));
    all
}
