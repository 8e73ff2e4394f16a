//! One alert in the list: what it is, in numbers, and what to do.

use domain::{Alert, Facts, Severity, Snooze, State, stage};
use jiff::Timestamp;
use store::KeptAlert;

use crate::pages::Visit;
use crate::v2::Lens;

/// An alert as the list shows it.
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) version: i64,
    pub(crate) severity: Severity,
    pub(crate) state: State,
    /// Until when it is snoozed.
    pub(crate) until: Option<String>,
    /// In a few words, without the tenant.
    pub(crate) title: String,
    pub(crate) tenant: String,
    pub(crate) tenant_name: String,
    pub(crate) brief: String,
    pub(crate) advice: String,
    pub(crate) opened_at: Timestamp,
    pub(crate) resolved_at: Option<Timestamp>,
    pub(crate) as_of: Timestamp,
    /// Whether anybody was told.
    pub(crate) told: bool,
}

impl Row {
    pub(crate) fn of(kept: &KeptAlert, lens: &Lens, visit: &Visit) -> Self {
        let alert = &kept.alert;
        Self {
            id: kept.id,
            version: kept.version,
            severity: alert.severity(),
            state: alert.state,
            until: until(alert.state, visit),
            title: title(alert, lens, visit),
            tenant: kept.tenant.to_string(),
            tenant_name: kept.tenant_name.clone(),
            brief: brief(alert, visit),
            advice: visit.w.advice(alert),
            opened_at: alert.opened_at,
            resolved_at: kept.resolved_at,
            as_of: alert.as_of,
            told: alert.told > stage::NONE,
        }
    }
}

/// What an alert is about and how far it has got.
pub(crate) fn title(alert: &Alert, lens: &Lens, visit: &Visit) -> String {
    let stage = visit.w.stage(alert);
    match alert.facts.product() {
        Some((id, part_number)) => format!("{}: {stage}", lens.product(id, part_number)),
        None => stage.to_owned(),
    }
}

/// Until when an alert is snoozed, if it is.
pub(crate) fn until(state: State, visit: &Visit) -> Option<String> {
    match state {
        State::Snoozed(Snooze::Until(time)) => Some(visit.w.alerts_until(visit.time(time))),
        State::Snoozed(Snooze::Change) => Some(visit.w.alerts_until_change().to_owned()),
        _ => None,
    }
}

/// The numbers in one line.
fn brief(alert: &Alert, visit: &Visit) -> String {
    let w = visit.w;
    let number = |number| visit.number_or_unknown(number);
    match &alert.facts {
        Facts::Seats(seats) => {
            let units = seats.units;
            let (free, assignable) = (number(units.free()), number(units.assignable()));
            w.brief_seats(free, assignable, number(units.consumed))
        }
        Facts::Purchase(purchase) => {
            let outlook = w.outlook_long(purchase.outlook);
            let bought = w.brief_bought(number(purchase.total));
            format!("{bought}, {}: {outlook}", visit.date(purchase.next))
        }
        Facts::Certificate { ends } => w.brief_valid_until(visit.date(*ends)),
        Facts::Unseen { seen_at, cause, .. } => {
            let seen = match seen_at {
                Some(at) => w.brief_seen(visit.age(*at)),
                None => w.brief_never_seen().to_owned(),
            };
            match cause {
                Some(cause) => format!("{seen}, {}", w.cause(*cause)),
                None => seen,
            }
        }
        Facts::NumberMissing { field, .. } => w.brief_missing(field),
    }
}
