//! Alerts for programs, in the shape of the API. What nobody knows is null and never 0.

use domain::{Facts, NextChange, Purchase, Seats, Snooze, State, stage};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{AlertChange, KeptAlert};

use super::Desk;

pub(super) fn alert(kept: &KeptAlert, desk: &Desk<'_>) -> Value {
    let alert = &kept.alert;
    let snoozed_until = match alert.state {
        State::Snoozed(Snooze::Until(until)) => Some(until),
        _ => None,
    };
    let product = alert.facts.product().map(|(id, part_number)| {
        let name = desk.names.label(id, part_number, desk.config.language);
        json!({"sku_id": id.to_string(), "part_number": part_number, "name": name})
    });
    json!({
        "id": kept.id,
        "tenant": kept.tenant.as_str(),
        "tenant_name": kept.tenant_name,
        "kind": alert.concern.kind.as_str(),
        "subject": alert.concern.subject,
        "severity": alert.severity().as_str(),
        "state": alert.state.as_str(),
        "snoozed_until": time(snoozed_until),
        "opened_at": alert.opened_at.to_string(),
        "changed_at": kept.changed_at.to_string(),
        "resolved_at": time(kept.resolved_at),
        "as_of": alert.as_of.to_string(),
        "told": alert.told > stage::NONE,
        "product": product,
        "facts": facts(&alert.facts),
        "version": kept.version,
    })
}

pub(super) fn change(change: &AlertChange) -> Value {
    json!({
        "at": change.at.to_string(),
        "what": change.what.as_str(),
        "who": change.who,
        "why": change.why.to_string(),
    })
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}

fn facts(facts: &Facts) -> Value {
    match facts {
        Facts::Seats(of) => json!({
            "seats": seats(of),
            "next_change": of.next.as_ref().map(next_change),
        }),
        Facts::Purchase(of) => json!({ "purchase": purchase(of) }),
        Facts::Certificate { ends } => json!({ "certificate": { "ends": ends.to_string() } }),
        Facts::Unseen {
            seen_at,
            cause,
            message,
            advice,
        } => json!({
            "unseen": {
                "seen_at": time(*seen_at),
                "cause": cause.map(domain::Cause::as_str),
                "message": message,
                "advice": advice,
            },
        }),
        Facts::NumberMissing { field, .. } => json!({ "missing_number": field }),
    }
}

fn seats(of: &Seats) -> Value {
    json!({
        "enabled": of.units.enabled,
        "warning": of.units.warning,
        "suspended": of.units.suspended,
        "locked_out": of.units.locked_out,
        "consumed": of.units.consumed,
        "assignable": of.units.assignable(),
        "free": of.units.free(),
        "low_at": of.low_at,
    })
}

fn next_change(next: &NextChange) -> Value {
    json!({
        "at": next.at.to_string(),
        "seats": next.total,
        "outlook": next.outlook.as_str(),
    })
}

fn purchase(of: &Purchase) -> Value {
    json!({
        "status": of.status.as_graph(),
        "seats": of.total,
        "at": of.next.to_string(),
        "outlook": of.outlook.as_str(),
        "unused_seats": of.unused,
        "free_without": of.free_without,
    })
}
