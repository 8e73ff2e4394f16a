//! Half a school year behind the demo, seen through the same eyes as the present.

use anyhow::Context as _;
use domain::{Look, TenantKey};
use graph::Listing;
use jiff::{SignedDuration, Timestamp};
use microsoft_sim::World;
use pipeline::translate;
use store::{Store, TenantEntry};

/// How far back the demo remembers.
const DAYS: i64 = 180;

/// How many looks a day it remembers.
const LOOKS_A_DAY: i64 = 4;

/// Writes what the simulated Microsoft would have answered on each day up to `now`.
pub(crate) async fn seed(store: &Store, world: &World, now: Timestamp) -> anyhow::Result<()> {
    let step = SignedDuration::from_hours(24 / LOOKS_A_DAY);
    for tenant in world.tenants() {
        let key = TenantKey::parse(&tenant.key)?;
        let entry = TenantEntry {
            key: key.clone(),
            name: tenant.name.clone(),
            tenant_id: tenant.tenant_id.to_string(),
            certificate: None,
        };
        store.add_tenant(&entry, now).await?;
        let looks = (1..=DAYS * LOOKS_A_DAY)
            .rev()
            .map(|steps| look(world, &key, now - step * i32::try_from(steps)?))
            .collect::<anyhow::Result<Vec<Look>>>()?;
        store.record_all(&key, &looks).await?;
    }
    Ok(())
}

fn look(world: &World, key: &TenantKey, at: Timestamp) -> anyhow::Result<Look> {
    let told = "the demo's world answers for its own tenants";
    let skus = world.subscribed_skus_body(key.as_str(), at).context(told)?;
    let subscriptions = world.subscriptions_body(key.as_str(), at).context(told)?;
    let skus = graph::parse_subscribed_skus(&skus)?;
    let subscriptions = graph::parse_subscriptions(&subscriptions)?;
    let skus = Listing {
        items: skus.items,
        remarks: skus.remarks,
    };
    let subscriptions = Listing {
        items: subscriptions.items,
        remarks: subscriptions.remarks,
    };
    Ok(Ok(translate::snapshot(at, skus, Some(Ok(subscriptions)))))
}
