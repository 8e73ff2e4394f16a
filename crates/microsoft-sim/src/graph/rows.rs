//! The rows of each resource on a day of the world.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::list::{Cell, Row};
use super::route::Resource;
use crate::seats::OfTenant;
use crate::world::course::Day;
use crate::world::tenant::{Oddities, Sku, Subscription, Units};
use crate::world::{TenantSpec, World};

pub(super) fn each(
    resource: Resource,
    world: &World,
    (tenant, set): (&TenantSpec, &OfTenant),
    at: Timestamp,
    mut met: impl FnMut(Row<'_>, &Oddities),
) {
    let day = world.day(at);
    let seats = |sku: &Sku, units| match set.get(&sku.part_number) {
        Some(set) => set.over(units),
        None => units,
    };
    match resource {
        Resource::Organization => met(organization(world, tenant), &Oddities::default()),
        Resource::SubscribedSkus => {
            for (sku, units) in tenant.skus(day) {
                let units = seats(sku, units);
                met(subscribed_sku(tenant, sku, units, day), &sku.oddities);
            }
        }
        Resource::Subscriptions => {
            for (sku, units) in tenant.skus(day) {
                let units = seats(sku, units);
                for (index, bought) in bought(sku, day) {
                    let place = (sku, index, bought);
                    met(
                        subscription(world, tenant, place, units, day),
                        &bought.oddities,
                    );
                }
            }
        }
    }
}

fn bought(sku: &Sku, day: Day) -> impl Iterator<Item = (usize, &Subscription)> {
    let all = sku.subscriptions.iter().enumerate();
    all.filter(move |(_, subscription)| subscription.created_day <= day.number)
}

fn subscribed_sku<'a>(tenant: &'a TenantSpec, sku: &'a Sku, units: Units, day: Day) -> Row<'a> {
    let ids: Vec<Uuid> = bought(sku, day)
        .map(|(index, _)| tenant.commerce_id(sku, index))
        .collect();
    vec![
        ("accountName", Cell::Text(&tenant.key)),
        ("accountId", Cell::Id(tenant.tenant_id)),
        ("appliesTo", Cell::Text(&sku.applies_to)),
        ("capabilityStatus", Cell::Text(sku.status(units, day))),
        ("consumedUnits", Cell::Number(units.consumed)),
        (
            "id",
            Cell::Owned(format!("{}_{}", tenant.tenant_id, sku.sku_id)),
        ),
        ("skuId", Cell::Id(sku.sku_id)),
        ("skuPartNumber", Cell::Text(&sku.part_number)),
        ("subscriptionIds", Cell::Ids(ids)),
        ("prepaidUnits", Cell::Units(units.into())),
        ("servicePlans", Cell::Plans(&sku.plans)),
    ]
}

fn subscription<'a>(
    world: &World,
    tenant: &TenantSpec,
    (sku, index, bought): (&'a Sku, usize, &'a Subscription),
    units: Units,
    day: Day,
) -> Row<'a> {
    let all = units.enabled + units.warning + units.suspended + units.locked_out;
    let total = bought.total.as_ref().map_or(all, |total| total.at(day));
    let told = bought.status.as_ref().and_then(|status| status.at(day));
    let status = told.map_or_else(|| sku.status(units, day), String::as_str);
    let midnight = |day: i32| Cell::Owned(world.midnight(day).to_string());
    let ends = bought.ends_in_days.as_ref().and_then(|ends| ends.at(day));
    vec![
        ("id", Cell::Id(tenant.subscription_id(sku, index))),
        (
            "commerceSubscriptionId",
            Cell::Id(tenant.commerce_id(sku, index)),
        ),
        ("createdDateTime", midnight(bought.created_day)),
        ("isTrial", Cell::Flag(bought.trial)),
        (
            "nextLifecycleDateTime",
            ends.map_or(Cell::Null, |ends| midnight(*ends)),
        ),
        ("ownerId", Cell::Null),
        ("ownerTenantId", Cell::Null),
        ("ownerType", Cell::Null),
        ("skuId", Cell::Id(sku.sku_id)),
        ("skuPartNumber", Cell::Text(&sku.part_number)),
        ("status", Cell::Text(status)),
        ("totalLicenses", Cell::Number(total)),
        ("serviceStatus", Cell::Plans(&sku.plans)),
    ]
}

fn organization<'a>(world: &World, tenant: &'a TenantSpec) -> Row<'a> {
    let domains = json!([{
        "capabilities": "Email, OfficeCommunicationsOnline",
        "isDefault": true,
        "isInitial": true,
        "name": tenant.domain,
        "type": "Managed",
    }]);
    let created = world.midnight(tenant.created_day).to_string();
    vec![
        ("id", Cell::Id(tenant.tenant_id)),
        ("countryLetterCode", Cell::Text(&tenant.country)),
        ("createdDateTime", Cell::Owned(created)),
        ("displayName", Cell::Text(&tenant.name)),
        ("tenantType", Cell::Text("AAD")),
        ("verifiedDomains", Cell::Json(domains)),
    ]
}
