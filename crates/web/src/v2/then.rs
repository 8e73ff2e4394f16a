//! A tenant as it was: numbers and purchases rebuilt from what was kept.

use std::collections::BTreeMap;

use domain::{Sighting, Sku, SkuId, Snapshot, Subscription, TenantKey};
use jiff::{SignedDuration, Timestamp};
use store::{History, Store};

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

/// A product and its past.
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) id: SkuId,
    /// Empty: it was never written down.
    part_number: String,
    pub(crate) history: History,
}

/// What held from `since` until `until`, which is in it, of every product that the tenant has or
/// has had.
pub(crate) async fn courses(
    store: &Store,
    key: &TenantKey,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<Course>, Error> {
    // The end of a stretch is not in it.
    let until = until.saturating_add(SignedDuration::from_millis(1));
    let until = until.unwrap_or(Timestamp::MAX);
    let mut courses = Vec::new();
    for (id, part_number) in store.products_ever(key).await? {
        let history = store.history(key, id, since, until).await?;
        if !history.points.is_empty() {
            courses.push(Course {
                id,
                part_number,
                history,
            });
        }
    }
    Ok(courses)
}

/// When the first of them begins.
pub(crate) fn first_point(courses: &[Course]) -> Option<Timestamp> {
    let firsts = courses.iter().map(|course| course.history.points.first());
    firsts.flatten().map(|point| point.from).min()
}

impl Course {
    /// The product as it was at a moment; `None`: the tenant did not have it.
    pub(crate) fn at(&self, now: &Snapshot, at: Timestamp) -> Option<Sku> {
        let mut points = self.history.points.iter().rev();
        let point = points.find(|point| point.from <= at)?;
        Some(Sku {
            units: point.units?,
            status: point.status.clone(),
            ..self.sku(now)
        })
    }

    /// The product by its names.
    pub(crate) fn sku(&self, now: &Snapshot) -> Sku {
        let here = now.skus.iter().find(|sku| sku.id == self.id).cloned();
        here.unwrap_or_else(|| Sku::unseen(self.id, &self.part_number))
    }
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
