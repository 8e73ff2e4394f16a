//! What is different between two looks at a tenant, for people who ask "what happened?".

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Sku, SkuId, Snapshot, Status, Subscription, Units};

/// All that is different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// By SKU id.
    pub skus: Vec<SkuChange>,
    /// By subscription id. Empty if either look did not see the subscriptions.
    pub purchases: Vec<PurchaseChange>,
}

/// A product whose numbers or status are different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkuChange {
    pub sku_id: SkuId,
    pub part_number: String,
    /// `None`: the tenant did not have it.
    pub before: Option<Units>,
    /// `None`: the tenant does not have it any more.
    pub after: Option<Units>,
    pub status: (Option<Status>, Option<Status>),
}

/// A purchase that is new, gone, or different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseChange {
    pub id: String,
    pub sku_id: SkuId,
    pub part_number: String,
    pub total: (Option<i64>, Option<i64>),
    pub next_lifecycle: (Option<Timestamp>, Option<Timestamp>),
    /// `None`: it was not there, or is not any more.
    pub status: (Option<Status>, Option<Status>),
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.skus.is_empty() && self.purchases.is_empty()
    }
}

/// What has changed from one look to a later one.
pub fn differences(before: &Snapshot, after: &Snapshot) -> Difference {
    let skus = pairs(&before.skus, &after.skus, |sku| sku.id);
    let purchases = match (&before.subscriptions, &after.subscriptions) {
        (Some(before), Some(after)) => pairs(before, after, |purchase| purchase.id.clone()),
        _ => Vec::new(),
    };
    Difference {
        skus: skus.into_iter().filter_map(sku).collect(),
        purchases: purchases.into_iter().filter_map(purchase).collect(),
    }
}

type Pair<'a, T> = (Option<&'a T>, Option<&'a T>);

/// What stands on either side under the same id, by id.
fn pairs<'a, T, Id: Ord>(
    before: &'a [T],
    after: &'a [T],
    id: impl Fn(&T) -> Id,
) -> Vec<Pair<'a, T>> {
    let mut pairs: BTreeMap<Id, Pair<'a, T>> = BTreeMap::new();
    for one in before {
        pairs.entry(id(one)).or_default().0 = Some(one);
    }
    for one in after {
        pairs.entry(id(one)).or_default().1 = Some(one);
    }
    pairs.into_values().collect()
}

fn sku((before, after): Pair<'_, Sku>) -> Option<SkuChange> {
    let known = after.or(before)?;
    let units = |sku: Option<&Sku>| sku.map(|sku| sku.units);
    let status = |sku: Option<&Sku>| sku.map(|sku| sku.status.clone());
    let change = SkuChange {
        sku_id: known.id,
        part_number: known.part_number.clone(),
        before: units(before),
        after: units(after),
        status: (status(before), status(after)),
    };
    let differs = change.before != change.after || change.status.0 != change.status.1;
    differs.then_some(change)
}

fn purchase((before, after): Pair<'_, Subscription>) -> Option<PurchaseChange> {
    let known = after.or(before)?;
    let total = |one: Option<&Subscription>| one.and_then(|it| it.total);
    let next = |one: Option<&Subscription>| one.and_then(|it| it.next_lifecycle);
    let status = |one: Option<&Subscription>| one.map(|it| it.status.clone());
    let change = PurchaseChange {
        id: known.id.clone(),
        sku_id: known.sku_id,
        part_number: known.part_number.clone(),
        total: (total(before), total(after)),
        next_lifecycle: (next(before), next(after)),
        status: (status(before), status(after)),
    };
    let differs = change.total.0 != change.total.1
        || change.next_lifecycle.0 != change.next_lifecycle.1
        || change.status.0 != change.status.1;
    differs.then_some(change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AppliesTo;

    fn a3(consumed: i64, status: Status) -> Sku {
        Sku {
            id: SkuId::from_part_number("A3"),
            part_number: "A3".to_owned(),
            applies_to: AppliesTo::User,
            status,
            units: Units {
                enabled: Some(100),
                warning: Some(0),
                consumed: Some(consumed),
                ..Units::default()
            },
            subscription_ids: Vec::new(),
        }
    }

    fn bought(id: &str, total: i64) -> Subscription {
        Subscription {
            id: id.to_owned(),
            sku_id: SkuId::from_part_number("A3"),
            part_number: "A3".to_owned(),
            status: Status::Enabled,
            total: Some(total),
            is_trial: Some(false),
            created: None,
            next_lifecycle: None,
        }
    }

    fn look(skus: Vec<Sku>, subscriptions: Option<Vec<Subscription>>) -> Snapshot {
        Snapshot {
            taken_at: Timestamp::UNIX_EPOCH,
            skus,
            subscriptions,
            remarks: Vec::new(),
        }
    }

    #[test]
    fn what_is_the_same_is_not_told() {
        let one = look(vec![a3(1, Status::Enabled)], Some(vec![bought("p", 100)]));
        assert!(differences(&one, &one).is_empty());
        let without = look(one.skus.clone(), None);
        assert!(differences(&one, &without).is_empty());
    }

    #[test]
    fn numbers_products_and_purchases_come_change_and_go() {
        let before = look(vec![a3(1, Status::Enabled)], Some(vec![bought("p", 100)]));
        let after = look(
            vec![a3(2, Status::Enabled)],
            Some(vec![bought("p", 120), bought("q", 5)]),
        );
        let found = differences(&before, &after);
        let consumed = |units: Option<Units>| units.and_then(|units| units.consumed);
        let numbers = (
            consumed(found.skus[0].before),
            consumed(found.skus[0].after),
        );
        assert_eq!(numbers, (Some(1), Some(2)));
        assert_eq!(found.purchases[0].total, (Some(100), Some(120)));
        assert_eq!(found.purchases[1].status, (None, Some(Status::Enabled)));

        let gone = differences(&before, &look(Vec::new(), Some(Vec::new())));
        assert_eq!(
            (gone.skus[0].after, gone.purchases[0].status.1.as_ref()),
            (None, None)
        );
        let ended = look(vec![a3(1, Status::Warning)], None);
        let status = differences(&before, &ended).skus[0].status.clone();
        assert_eq!(status, (Some(Status::Enabled), Some(Status::Warning)));
    }
}
