//! A store of its own for each test, and short ways to say what was seen.

use domain::{
    AppliesTo, Cause, Concern, Facts, Gap, Kind, Look, Present, Reason, Seats, Severity, Sku,
    SkuId, Snapshot, Stage, Status, Subscription, TenantKey, Units, Verdict, stage,
};
use jiff::{SignedDuration, Timestamp};
use store::{By, Claim, Judged, Judgement, Judging, Kept, KeptAlert, Route, Store, TenantEntry};

use crate::place::Place;

/// A store of its own, and where it lies.
pub(crate) struct Fresh {
    pub(crate) store: Store,
    pub(crate) place: Place,
}

impl std::ops::Deref for Fresh {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

pub(crate) async fn empty() -> Fresh {
    in_place(Place::new()).await
}

async fn in_place(place: Place) -> Fresh {
    let store = Store::open(&place.url).await.unwrap();
    store.migrate().await.unwrap();
    Fresh { store, place }
}

/// A store that knows tenants, all of them due at minute 0.
pub(crate) async fn with(keys: &[&str]) -> Fresh {
    knowing(keys, Place::new()).await
}

/// The same where nobody else does anything.
pub(crate) async fn with_quiet(keys: &[&str]) -> Fresh {
    knowing(keys, Place::quiet()).await
}

async fn knowing(keys: &[&str], place: Place) -> Fresh {
    let fresh = in_place(place).await;
    let entries: Vec<_> = keys.iter().map(|key| entry(key)).collect();
    fresh.sync_tenants(&entries, minute(0)).await.unwrap();
    fresh
}

/// Somebody of whom nobody knows from where they act.
pub(crate) fn by(who: &str) -> By<'_> {
    By { who, from: None }
}

pub(crate) fn key(text: &str) -> TenantKey {
    TenantKey::parse(text).unwrap()
}

pub(crate) fn entry(text: &str) -> TenantEntry {
    TenantEntry {
        key: key(text),
        name: format!("School {text}"),
        tenant_id: format!("id-of-{text}"),
        certificate: None,
    }
}

/// Minutes after the morning of a school's first day.
pub(crate) fn minute(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-08-17T06:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

pub(crate) fn sku(part_number: &str, enabled: i64, consumed: i64) -> Sku {
    Sku {
        id: SkuId::from_part_number(part_number),
        part_number: part_number.to_owned(),
        applies_to: AppliesTo::User,
        status: Status::Enabled,
        units: Units {
            enabled: Some(enabled),
            warning: Some(0),
            suspended: Some(0),
            locked_out: Some(0),
            consumed: Some(consumed),
        },
        subscription_ids: vec![format!("subscription of {part_number}")],
    }
}

pub(crate) fn purchase(id: &str, total: i64, ends: &str) -> Subscription {
    Subscription {
        id: id.to_owned(),
        sku_id: SkuId::from_part_number("A3"),
        part_number: "A3".to_owned(),
        status: Status::Enabled,
        total: Some(total),
        is_trial: Some(false),
        created: Some(minute(-100)),
        next_lifecycle: Some(ends.parse().unwrap()),
    }
}

pub(crate) fn seen(at: Timestamp, skus: &[Sku]) -> Look {
    Ok(Snapshot {
        taken_at: at,
        skus: skus.to_vec(),
        subscriptions: None,
        remarks: Vec::new(),
    })
}

pub(crate) fn seen_with(at: Timestamp, skus: &[Sku], purchases: &[Subscription]) -> Look {
    Ok(Snapshot {
        subscriptions: Some(purchases.to_vec()),
        ..seen(at, skus).unwrap()
    })
}

pub(crate) fn failed(at: Timestamp, cause: Cause) -> Look {
    Err(Gap {
        at,
        cause,
        message: format!("it was {}", cause.as_str()),
        advice: "look at it".to_owned(),
    })
}

pub(crate) async fn claim(store: &Store, worker: &str, now: Timestamp, limit: u32) -> Vec<Claim> {
    let (lease, hourly) = (SignedDuration::from_mins(2), SignedDuration::from_hours(1));
    let claims = store.claim(worker, now, limit, lease, hourly).await;
    claims.unwrap()
}

/// The keys of claims, for comparing.
pub(crate) fn keys(claims: &[Claim]) -> Vec<&str> {
    claims.iter().map(|claim| claim.tenant.as_str()).collect()
}

/// The concern that all these tests are about: stock of A3.
pub(crate) fn stock() -> Concern {
    Concern::new(Kind::Stock, SkuId::from_part_number("A3").to_string())
}

/// So many free seats of A3; `None`: enough.
pub(crate) fn verdict(free: Option<i64>) -> Verdict {
    let Some(free) = free else {
        return Verdict::Absent;
    };
    let a3 = sku("A3", 100, 100 - free);
    Verdict::Present(Present {
        stage: shortage(free),
        facts: Facts::Seats(Seats {
            sku_id: a3.id,
            part_number: a3.part_number,
            units: a3.units,
            low_at: 5,
            next: None,
        }),
        as_of: minute(0),
        covered: false,
    })
}

fn shortage(free: i64) -> Stage {
    if free > 0 {
        stage::LOW
    } else {
        stage::EXHAUSTED
    }
}

/// Channels that want everything.
pub(crate) fn routes(channels: &[&str]) -> Vec<Route> {
    let route = |channel: &&str| Route {
        channel: (*channel).to_owned(),
        least: Severity::Notice,
        only_seats: false,
    };
    channels.iter().map(route).collect()
}

pub(crate) async fn claim_judging(store: &Store, worker: &str, now: Timestamp) -> Vec<Judging> {
    let lease = SignedDuration::from_mins(1);
    store.claim_judging(worker, now, 10, lease).await.unwrap()
}

/// The judgement of a claim by what is found of A3, as an evaluator makes it.
pub(crate) async fn judgement(
    store: &Store,
    claim: &Judging,
    free: Option<i64>,
    now: Timestamp,
) -> Judgement {
    let before = store.active_alerts(&claim.tenant).await.unwrap().pop();
    let alert = before.as_ref().map(|before| &before.alert);
    let step = domain::step(&stock(), alert, &verdict(free), true, now);
    let steps = step.map(|step| Judged {
        before,
        step,
        why: Reason::Numbers,
    });
    Judgement {
        claim: claim.clone(),
        steps: steps.into_iter().collect(),
        next_turn: now + SignedDuration::from_hours(1),
    }
}

/// Judges the only tenant that is due, at once and unhindered.
pub(crate) async fn judge(
    store: &Store,
    free: Option<i64>,
    channels: &[&str],
    now: Timestamp,
) -> Kept {
    let claims = claim_judging(store, "w", now).await;
    assert_eq!(claims.len(), 1, "one tenant is due");
    let judgement = judgement(store, &claims[0], free, now).await;
    let routes = routes(channels);
    let kept = store.keep_judgements(&[judgement], &routes, now).await;
    kept.unwrap()[0]
}

/// Lets the numbers of the tenant change, so that it is to be judged.
pub(crate) async fn look(store: &Store, tenant: &str, free: i64, now: Timestamp) {
    let look = seen(now, &[sku("A3", 100, 100 - free)]);
    store.record_all(&key(tenant), &[look]).await.unwrap();
}

/// The only alert that goes on.
pub(crate) async fn the_alert(store: &Store, tenant: &str) -> KeptAlert {
    let mut alerts = store.active_alerts(&key(tenant)).await.unwrap();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    alerts.remove(0)
}
