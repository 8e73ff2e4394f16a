//! A tenant as it was: numbers and purchases rebuilt from what was kept.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Sighting, Sku, SkuId, Snapshot, Subscription, TenantKey};
use jiff::{SignedDuration, Timestamp};
use store::{History, Point, Store};

use crate::problem::Error;

use super::lens::Lens;

/// What was seen of purchases, by purchase, oldest first.
pub(crate) type Sightings = BTreeMap<String, Vec<Sighting>>;

/// Leaves out of a tenant's newest state what is to be shown nowhere.
pub(crate) fn hide(now: &mut Snapshot, key: &TenantKey, lens: &Lens) {
    now.skus.retain(|sku| lens.policy(key, sku).is_some());
    let is_shown = |purchase: &Subscription| {
        let sku = Sku::unseen(purchase.sku_id, &purchase.part_number);
        lens.policy(key, &sku).is_some()
    };
    let purchases = now.subscriptions.iter_mut();
    purchases.for_each(|purchases| purchases.retain(is_shown));
}

/// What held from `since` until `until`, which is in it, of every product that the tenant has, has
/// bought, or may have had: the store tells the past of a product that one can name.
pub(crate) async fn pasts(
    store: &Store,
    key: &TenantKey,
    (now, lens): (&Snapshot, &Lens),
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<(SkuId, History)>, Error> {
    let purchases = now.subscriptions.iter().flatten();
    let mut ids: BTreeSet<SkuId> = purchases.map(|purchase| purchase.sku_id).collect();
    ids.extend(now.skus.iter().map(|sku| sku.id));
    ids.extend(lens.named());
    // The end of a stretch is not in it.
    let until = until.saturating_add(SignedDuration::from_millis(1));
    let until = until.unwrap_or(Timestamp::MAX);
    let mut pasts = Vec::new();
    for id in ids {
        let history = store.history(key, id, since, until).await?;
        if !history.points.is_empty() {
            pasts.push((id, history));
        }
    }
    Ok(pasts)
}

/// A product as it was at a moment; `None`: the tenant did not have it.
pub(crate) fn sku_at(now: &Snapshot, id: SkuId, points: &[Point], at: Timestamp) -> Option<Sku> {
    let point = points.iter().rev().find(|point| point.from <= at)?;
    let units = point.units?;
    let here = now.skus.iter().find(|sku| sku.id == id).cloned();
    Some(Sku {
        units,
        status: point.status.clone(),
        ..here.unwrap_or_else(|| Sku::unseen(id, ""))
    })
}

/// The purchases of now as they were at a moment; those that were not there are left out.
pub(crate) fn purchases_at(
    now: &[Subscription],
    sightings: &Sightings,
    at: Timestamp,
) -> Vec<Subscription> {
    let was = |purchase: &Subscription| {
        let seen = sightings.get(&purchase.id)?.iter().rev();
        let seen = seen.into_iter().find(|seen| seen.seen_at <= at)?;
        Some(Subscription {
            status: seen.status.clone(),
            next_lifecycle: seen.next_lifecycle,
            total: seen.total,
            ..purchase.clone()
        })
    };
    now.iter().filter_map(was).collect()
}

/// When any purchase was first seen.
pub(crate) fn first_sighting(sightings: &Sightings) -> Option<Timestamp> {
    sightings.values().flatten().map(|seen| seen.seen_at).min()
}
