//! How a snapshot is written down: compact JSON that holds exactly what the domain's values hold.

use domain::{AppliesTo, Sku, SkuId, Status, Subscription, Units};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Error, Result};

/// Short names: a document stands in the store once a tenant, and is read on every request.
#[derive(Serialize, Deserialize)]
struct SkuRow<'a> {
    i: Uuid,
    #[serde(borrow)]
    p: std::borrow::Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none", borrow, default)]
    a: Option<std::borrow::Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow, default)]
    s: Option<std::borrow::Cow<'a, str>>,
    /// enabled, warning, suspended, locked out, consumed
    u: [Option<i64>; 5],
    #[serde(skip_serializing_if = "Vec::is_empty", borrow, default)]
    b: Vec<std::borrow::Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
struct SubscriptionRow {
    i: String,
    k: Uuid,
    p: String,
    s: Option<String>,
    t: Option<i64>,
    r: Option<bool>,
    c: Option<i64>,
    n: Option<i64>,
}

pub(crate) fn skus(skus: &[Sku]) -> String {
    let rows: Vec<SkuRow<'_>> = skus
        .iter()
        .map(|sku| SkuRow {
            i: sku.id.0,
            p: sku.part_number.as_str().into(),
            a: sku.applies_to.as_graph().map(Into::into),
            s: sku.status.as_graph().map(Into::into),
            u: columns(&sku.units),
            b: sku
                .subscription_ids
                .iter()
                .map(|id| id.as_str().into())
                .collect(),
        })
        .collect();
    serde_json::to_string(&rows).expect("texts and numbers can always be written as JSON")
}

pub(crate) fn read_skus(document: &str) -> Result<Vec<Sku>> {
    let rows: Vec<SkuRow<'_>> =
        serde_json::from_str(document).map_err(|error| Error::corrupt("latest", error))?;
    let sku = |row: SkuRow<'_>| Sku {
        id: SkuId(row.i),
        part_number: row.p.into_owned(),
        applies_to: AppliesTo::from_graph(row.a.as_deref()),
        status: Status::from_graph(row.s.as_deref()),
        units: units(row.u),
        subscription_ids: row
            .b
            .into_iter()
            .map(std::borrow::Cow::into_owned)
            .collect(),
    };
    Ok(rows.into_iter().map(sku).collect())
}

pub(crate) fn subscriptions(subscriptions: &[Subscription]) -> String {
    let rows: Vec<SubscriptionRow> = subscriptions
        .iter()
        .map(|purchase| SubscriptionRow {
            i: purchase.id.clone(),
            k: purchase.sku_id.0,
            p: purchase.part_number.clone(),
            s: purchase.status.as_graph().map(str::to_owned),
            t: purchase.total,
            r: purchase.is_trial,
            c: purchase.created.map(Timestamp::as_millisecond),
            n: purchase.next_lifecycle.map(Timestamp::as_millisecond),
        })
        .collect();
    serde_json::to_string(&rows).expect("texts and numbers can always be written as JSON")
}

pub(crate) fn read_subscriptions(document: &str) -> Result<Vec<Subscription>> {
    let rows: Vec<SubscriptionRow> =
        serde_json::from_str(document).map_err(|error| Error::corrupt("latest", error))?;
    let purchase = |row: SubscriptionRow| {
        Ok(Subscription {
            id: row.i,
            sku_id: SkuId(row.k),
            part_number: row.p,
            status: Status::from_graph(row.s.as_deref()),
            total: row.t,
            is_trial: row.r,
            created: row.c.map(time).transpose()?,
            next_lifecycle: row.n.map(time).transpose()?,
        })
    };
    rows.into_iter().map(purchase).collect()
}

pub(crate) fn remarks(remarks: &[String]) -> String {
    serde_json::to_string(remarks).expect("texts can always be written as JSON")
}

pub(crate) fn read_remarks(document: &str) -> Result<Vec<String>> {
    serde_json::from_str(document).map_err(|error| Error::corrupt("latest", error))
}

/// Units in the order of the columns of `sku_value`.
pub(crate) fn columns(units: &Units) -> [Option<i64>; 5] {
    [
        units.enabled,
        units.warning,
        units.suspended,
        units.locked_out,
        units.consumed,
    ]
}

/// The inverse of [`columns`].
pub(crate) fn units(
    [enabled, warning, suspended, locked_out, consumed]: [Option<i64>; 5],
) -> Units {
    Units {
        enabled,
        warning,
        suspended,
        locked_out,
        consumed,
    }
}

/// A time as it is stored: milliseconds since 1970.
pub(crate) fn time(milliseconds: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(milliseconds)
        .map_err(|_| Error::corrupt("a time column", format!("{milliseconds} ms is no time")))
}
