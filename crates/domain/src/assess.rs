//! Looks at all that is known of a tenant and says which of its concerns are there.

mod purchases;
mod seats;

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use crate::certificate::before;
use crate::{
    Alert, Certificate, Concern, Facts, Gap, Kind, Policies, Present, Renewal, Sku, Snapshot,
    TenantKey, Verdict, WHOLE_TENANT, freshness, stage,
};

/// All that is known of a tenant at a moment.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub tenant: &'a TenantKey,
    /// The newest that was seen; `None`: nothing yet.
    pub snapshot: Option<&'a Snapshot>,
    /// Why nothing new is seen; `None`: the last look saw something, or there was none.
    pub gap: Option<&'a Gap>,
    /// Since when somebody should look: what was not seen while it was switched off is not missed.
    pub expected_since: Timestamp,
    pub certificate: Option<&'a Certificate>,
    /// What is known of the purchases' future, by subscription.
    pub renewals: &'a BTreeMap<String, Renewal>,
    /// Seats that nobody used over the whole term, by subscription, where it is known.
    pub unused: &'a BTreeMap<String, i64>,
    pub policies: &'a Policies,
    /// The alerts that are going on.
    pub alerts: &'a [Alert],
}

/// What is there, what cannot be told, and when to look again though nothing changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    present: BTreeMap<Concern, Present>,
    unknown: HashSet<Concern>,
    /// Numbers are too old or there are none: nothing can be told of seats and purchases.
    blind: bool,
    /// When time alone may change the judgement.
    pub next_turn: Timestamp,
}

/// A look that finds the same as before nobody could look, without having failed in between, is
/// noticed this soon; one that ends a gap is noticed at once.
const WHILE_BLIND: SignedDuration = SignedDuration::from_mins(1);

/// At least this often everything is judged again.
const AT_LEAST: SignedDuration = SignedDuration::from_hours(6);

impl Assessment {
    /// What is to be said of a concern.
    pub fn verdict(&self, concern: &Concern) -> Verdict {
        match self.present.get(concern) {
            Some(found) => Verdict::Present(found.clone()),
            None if self.blind && !concern.needs_no_numbers() => Verdict::Unknown,
            None if self.unknown.contains(concern) => Verdict::Unknown,
            None => Verdict::Absent,
        }
    }

    /// The concerns that are there.
    pub fn present(&self) -> impl Iterator<Item = &Concern> {
        self.present.keys()
    }
}

/// Judges a tenant.
pub fn assess(view: &View<'_>, now: Timestamp) -> Assessment {
    let mut assessment = Assessment {
        present: BTreeMap::new(),
        unknown: HashSet::new(),
        blind: false,
        next_turn: now.saturating_add(AT_LEAST).unwrap_or(Timestamp::MAX),
    };
    certificate(view, now, &mut assessment);
    let seen_at = view.snapshot.map(|snapshot| snapshot.taken_at);
    // A product may be allowed to be older or must be younger; the tenant as a whole is not.
    let stale_after = view.policies.of_tenant(view.tenant).stale_after;
    match (view.snapshot, freshness(seen_at, now, stale_after)) {
        (Some(snapshot), Ok(())) => {
            let old = snapshot.taken_at.saturating_add(stale_after);
            assessment.turns_at(old.unwrap_or(Timestamp::MAX), now);
            for sku in &snapshot.skus {
                seats::judge(view, snapshot, sku, now, &mut assessment);
            }
            purchases::judge(view, snapshot, now, &mut assessment);
        }
        _ => blind(view, seen_at, stale_after, now, &mut assessment),
    }
    for alert in view.alerts {
        if let crate::State::Snoozed(crate::Snooze::Until(time)) = alert.state {
            assessment.turns_at(time, now);
        }
    }
    assessment
}

fn certificate(view: &View<'_>, now: Timestamp, assessment: &mut Assessment) {
    let Some(certificate) = view.certificate else {
        return;
    };
    if let Some(turn) = certificate.next_turn(now) {
        assessment.turns_at(turn, now);
    }
    if let Some(stage) = certificate.stage(now) {
        let concern = Concern::new(Kind::Certificate, &*certificate.thumbprint);
        let facts = Facts::Certificate {
            ends: certificate.ends,
        };
        assessment.found(concern, stage, facts, now);
    }
}

/// Nothing is known of now. A tenant that was never seen, or was just switched on, gets as much
/// time as one that was seen.
fn blind(
    view: &View<'_>,
    seen_at: Option<Timestamp>,
    stale_after: SignedDuration,
    now: Timestamp,
    assessment: &mut Assessment,
) {
    assessment.blind = true;
    let since = seen_at.map_or(view.expected_since, |at| at.max(view.expected_since));
    let concern = Concern::new(Kind::Staleness, WHOLE_TENANT);
    if freshness(Some(since), now, stale_after).is_ok() {
        // Nobody has seen it since it was last not seen.
        assessment.unknown.insert(concern);
        let turn = since.saturating_add(stale_after);
        assessment.turns_at(turn.unwrap_or(Timestamp::MAX), now);
        return;
    }
    if view.gap.is_none() {
        assessment.turns_at(now.saturating_add(WHILE_BLIND).unwrap_or(now), now);
    }
    let (message, advice) = match view.gap {
        Some(gap) => (gap.message.clone(), gap.advice.clone()),
        None => (
            "nobody has looked at the tenant for too long".to_owned(),
            "Check that the collect service runs and reaches its store.".to_owned(),
        ),
    };
    let facts = Facts::Unseen {
        seen_at,
        cause: view.gap.map(|gap| gap.cause),
        message,
        advice,
    };
    assessment.found(concern, stage::ONLY, facts, seen_at.unwrap_or(now));
}

impl Assessment {
    fn found(&mut self, concern: Concern, stage: crate::Stage, facts: Facts, as_of: Timestamp) {
        let found = Present {
            stage,
            facts,
            as_of,
            covered: false,
        };
        self.present.insert(concern, found);
    }

    /// Notes a moment at which time alone changes something. The moment itself is still before
    /// the change where a limit is "older than", so one millisecond is added.
    fn turns_at(&mut self, turn: Timestamp, now: Timestamp) {
        let after = turn.saturating_add(SignedDuration::from_millis(1));
        let after = after.unwrap_or(Timestamp::MAX);
        if after > now {
            self.next_turn = self.next_turn.min(after);
        }
    }
}

/// The next change of a product's purchases after now.
fn next_change(view: &View<'_>, snapshot: &Snapshot, sku: &Sku) -> Option<crate::NextChange> {
    let now = snapshot.taken_at;
    let purchases = snapshot.subscriptions.iter().flatten();
    let upcoming = purchases
        .filter(|purchase| purchase.sku_id == sku.id && purchase.status.is_usable())
        .filter_map(|purchase| Some((purchase.next_lifecycle?, purchase)))
        .filter(|(at, _)| *at > now);
    let (at, purchase) = upcoming.min_by_key(|(at, purchase)| (*at, &purchase.id))?;
    Some(crate::NextChange {
        at,
        total: purchase.total,
        outlook: outlook(view, &purchase.id),
    })
}

fn outlook(view: &View<'_>, subscription: &str) -> crate::Outlook {
    let known = view.renewals.get(subscription);
    known.map_or(crate::Outlook::Unknown, |renewal| renewal.outlook)
}

/// So many days before a time, for a policy's lead.
fn lead(time: Timestamp, days: u16) -> Timestamp {
    before(time, i64::from(days))
}

#[cfg(test)]
mod tests;
