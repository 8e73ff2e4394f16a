//! A store of its own for each test, and short ways to say what was seen.

use domain::{
    AppliesTo, Cause, Gap, Look, Sku, SkuId, Snapshot, Status, Subscription, TenantKey, Units,
};
use jiff::{SignedDuration, Timestamp};
use store::{Claim, Store, TenantEntry};

/// A store in a folder that goes with it.
pub(crate) struct Fresh {
    pub(crate) store: Store,
    pub(crate) url: String,
    _folder: tempfile::TempDir,
}

impl std::ops::Deref for Fresh {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

pub(crate) async fn empty() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    Fresh {
        store,
        url,
        _folder: folder,
    }
}

/// A store that knows tenants, all of them due at minute 0.
pub(crate) async fn with(keys: &[&str]) -> Fresh {
    let fresh = empty().await;
    let entries: Vec<_> = keys.iter().map(|key| entry(key)).collect();
    fresh.sync_tenants(&entries, minute(0)).await.unwrap();
    fresh
}

pub(crate) fn key(text: &str) -> TenantKey {
    TenantKey::parse(text).unwrap()
}

pub(crate) fn entry(text: &str) -> TenantEntry {
    TenantEntry {
        key: key(text),
        name: format!("School {text}"),
        tenant_id: format!("id-of-{text}"),
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
