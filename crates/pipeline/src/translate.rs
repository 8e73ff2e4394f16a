//! Turns Graph's values into the domain's: what Microsoft left out stays out, nothing is dropped.

use std::collections::{BTreeMap, HashMap};

use domain::{AppliesTo, Cause, Gap, Sku, SkuId, Snapshot, Status, Subscription, Units};
use graph::{CompanySubscription, Listing, SubscribedSku};
use jiff::Timestamp;
use uuid::Uuid;

/// A snapshot from Graph's two listings; `subscriptions` is `None` when they were not asked for.
pub fn snapshot(
    taken_at: Timestamp,
    skus: Listing<SubscribedSku>,
    subscriptions: Option<Result<Listing<CompanySubscription>, graph::Error>>,
) -> Snapshot {
    let mut remarks = labelled("subscribedSkus", skus.remarks);
    let mut nameless = HashMap::new();
    let skus = one_per_id(
        skus.items
            .into_iter()
            .map(|row| sku(row, &mut nameless, &mut remarks))
            .collect(),
    );
    let skus = merge_remarks(skus, &mut remarks);
    let subscriptions = match subscriptions {
        None => None,
        Some(Ok(listing)) => {
            remarks.extend(labelled("directory/subscriptions", listing.remarks));
            let rows = listing.items.into_iter();
            Some(
                rows.filter_map(|row| subscription(row, &mut remarks))
                    .collect(),
            )
        }
        Some(Err(error)) => {
            remarks.push(format!(
                "subscriptions were not seen: {error}. {}",
                error.advice()
            ));
            None
        }
    };
    Snapshot {
        taken_at,
        skus,
        subscriptions,
        remarks,
    }
}

/// A gap from the failure of a question.
pub fn gap(at: Timestamp, error: &graph::Error) -> Gap {
    Gap {
        at,
        cause: cause(error),
        message: error.to_string(),
        advice: error.advice(),
    }
}

fn cause(error: &graph::Error) -> Cause {
    match error {
        graph::Error::Refused { .. } => Cause::Refused,
        graph::Error::Denied { .. } => Cause::Denied,
        graph::Error::Throttled { .. } => Cause::Throttled,
        graph::Error::Unavailable { .. } => Cause::Unavailable,
        graph::Error::Unreachable { .. } => Cause::Unreachable,
        graph::Error::TimedOut { .. } => Cause::TimedOut,
        graph::Error::Unreadable { .. } | graph::Error::Gone { .. } => Cause::Unreadable,
    }
}

/// `nameless` counts the rows without an id by part number, as none of them may be dropped.
fn sku(row: SubscribedSku, nameless: &mut HashMap<String, u32>, remarks: &mut Vec<String>) -> Sku {
    let part_number = row.sku_part_number.unwrap_or_default();
    let id = row
        .sku_id
        .or_else(|| row.id.as_deref().and_then(id_after_tenant));
    let id = id.map(SkuId).unwrap_or_else(|| {
        let first = stand_in(&part_number, "a SKU", remarks);
        let before = nameless.entry(part_number.clone()).or_default();
        *before += 1;
        match *before {
            1 => first,
            nth => SkuId::from_part_number(&format!("{part_number} {nth}")),
        }
    });
    Sku {
        id,
        part_number,
        applies_to: AppliesTo::from_graph(row.applies_to.as_deref()),
        status: Status::from_graph(row.capability_status.as_deref()),
        units: Units {
            enabled: row.prepaid_units.enabled,
            warning: row.prepaid_units.warning,
            suspended: row.prepaid_units.suspended,
            locked_out: row.prepaid_units.locked_out,
            consumed: row.consumed_units,
        },
        subscription_ids: row.subscription_ids,
    }
}

/// `subscribedSku.id` is `{tenantId}_{skuId}`.
fn id_after_tenant(id: &str) -> Option<Uuid> {
    id.rsplit_once('_').and_then(|(_, sku)| sku.parse().ok())
}

fn stand_in(part_number: &str, what: &str, remarks: &mut Vec<String>) -> SkuId {
    remarks.push(format!(
        "Microsoft gave no skuId for {what} \"{part_number}\"; its part number stands in for it"
    ));
    SkuId::from_part_number(part_number)
}

/// Rows in the order of their ids; rows that share an id are set aside.
fn one_per_id(rows: Vec<Sku>) -> (Vec<Sku>, Vec<Sku>) {
    let mut by_id = BTreeMap::new();
    let mut doubles = Vec::new();
    for row in rows {
        match by_id.entry(row.id) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(row);
            }
            std::collections::btree_map::Entry::Occupied(_) => doubles.push(row),
        }
    }
    (by_id.into_values().collect(), doubles)
}

fn merge_remarks((rows, doubles): (Vec<Sku>, Vec<Sku>), remarks: &mut Vec<String>) -> Vec<Sku> {
    for double in doubles.iter().filter(|double| !rows.contains(double)) {
        remarks.push(format!(
            "Microsoft listed SKU {} ({}) twice with different numbers; the first one counts",
            double.id, double.part_number
        ));
    }
    rows
}

fn subscription(row: CompanySubscription, remarks: &mut Vec<String>) -> Option<Subscription> {
    let part_number = row.sku_part_number.unwrap_or_default();
    let Some(id) = row
        .id
        .or(row.commerce_subscription_id)
        .filter(|id| !id.is_empty())
    else {
        remarks.push(format!(
            "Microsoft gave no id for a subscription of \"{part_number}\"; it cannot be followed"
        ));
        return None;
    };
    let sku_id = row.sku_id.map_or_else(
        || stand_in(&part_number, "the subscription of", remarks),
        SkuId,
    );
    Some(Subscription {
        id,
        sku_id,
        part_number,
        status: Status::from_graph(row.status.as_deref()),
        total: row.total_licenses,
        is_trial: row.is_trial,
        created: row.created,
        next_lifecycle: row.next_lifecycle,
    })
}

fn labelled(call: &str, remarks: Vec<String>) -> Vec<String> {
    remarks
        .into_iter()
        .map(|remark| format!("{call}: {remark}"))
        .collect()
}

#[cfg(test)]
mod tests;
