//! The past: numbers of a SKU through time, and what was seen of purchases.

use std::collections::BTreeMap;

use domain::{Cause, Past, Reading, Sighting, SkuId, Status, TenantKey, Units};
use jiff::Timestamp;

use crate::document::{time, units};
use crate::tenants::key_of;
use crate::{Error, Result, Store, sql};

/// A stretch of one SKU's history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Oldest first. The first may lie before the stretch: it is what was in force then.
    pub points: Vec<Point>,
    /// When nobody could look, oldest first.
    pub unseen: Vec<Unseen>,
}

/// Numbers that hold from a moment until the next point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub from: Timestamp,
    /// `None`: the tenant had no such SKU any more.
    pub units: Option<Units>,
    pub status: Status,
}

/// A time in which a tenant could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// The last success before it; the first failure, if there was none or another gap came first.
    pub from: Timestamp,
    /// `None`: it goes on.
    pub until: Option<Timestamp>,
    pub cause: Cause,
    pub message: String,
}

/// What of it can be reckoned with.
impl From<History> for Past {
    fn from(history: History) -> Self {
        let reading = |point: Point| Reading {
            from: point.from,
            units: point.units,
        };
        let unseen = |gap: Unseen| domain::Unseen {
            from: gap.from,
            until: gap.until,
        };
        Self {
            readings: history.points.into_iter().map(reading).collect(),
            unseen: history.unseen.into_iter().map(unseen).collect(),
        }
    }
}

type ValueRow = (
    i64,
    bool,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

type SightingRow = (String, i64, Option<String>, Option<i64>, Option<i64>);

type GapRow = (i64, Option<i64>, String, String);

impl Store {
    /// The history of one SKU of one tenant from `from` until before `until`. Empty for a SKU or a
    /// tenant that was never seen.
    pub async fn history(
        &self,
        tenant: &TenantKey,
        sku: SkuId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<History> {
        Ok(History {
            points: self.points(tenant, sku, from, until).await?,
            unseen: self.unseen(tenant, from, until).await?,
        })
    }

    /// The points of [`Store::history`] alone.
    pub async fn points(
        &self,
        tenant: &TenantKey,
        sku: SkuId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Point>> {
        let values = "SELECT since, present, status, enabled, warning, suspended, locked_out, \
                        consumed FROM sku_value \
                      WHERE series = (SELECT id FROM series WHERE tenant = $1 AND sku_id = $2) \
                      AND since < $4 AND since >= COALESCE( \
                        (SELECT MAX(since) FROM sku_value WHERE since <= $3 AND series = \
                          (SELECT id FROM series WHERE tenant = $1 AND sku_id = $2)), $3) \
                      ORDER BY since";
        let rows: Vec<ValueRow> = sql::query_as(values)
            .bind(tenant.as_str())
            .bind(sku.to_string())
            .bind(from.as_millisecond())
            .bind(until.as_millisecond())
            .fetch_all(self.readers())
            .await?;
        rows.into_iter().map(point).collect()
    }

    async fn unseen(
        &self,
        tenant: &TenantKey,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Unseen>> {
        let gaps = "SELECT COALESCE(seen_at, began_at), ended_at, cause, message FROM gap \
                    WHERE tenant = $1 AND (ended_at IS NULL OR ended_at > $2) \
                    AND COALESCE(seen_at, began_at) < $3 ORDER BY began_at, id";
        let rows: Vec<GapRow> = sql::query_as(gaps)
            .bind(tenant.as_str())
            .bind(from.as_millisecond())
            .bind(until.as_millisecond())
            .fetch_all(self.readers())
            .await?;
        let unseen = |(from, until, cause, message): GapRow| {
            let known = Cause::from_word(&cause);
            Ok(Unseen {
                from: time(from)?,
                until: until.map(time).transpose()?,
                cause: known
                    .ok_or_else(|| Error::corrupt("gap", format!("there is no cause {cause}")))?,
                message,
            })
        };
        rows.into_iter().map(unseen).collect()
    }

    /// Part numbers of all products that tenants have or have had, as far as they were written
    /// down, by tenant.
    pub async fn part_numbers_ever(&self) -> Result<Vec<(TenantKey, String)>> {
        let rows: Vec<(String, String)> =
            sql::query_as("SELECT tenant, part_number FROM series WHERE part_number IS NOT NULL")
                .fetch_all(self.readers())
                .await?;
        let pair = |(key, part_number): (String, String)| Ok((key_of(&key)?, part_number));
        rows.into_iter().map(pair).collect()
    }

    /// All products that a tenant has or has had, with the part number as far as it was written
    /// down: empty for what was gone before part numbers were.
    pub async fn products_ever(&self, tenant: &TenantKey) -> Result<BTreeMap<SkuId, String>> {
        let rows: Vec<(String, Option<String>)> =
            sql::query_as("SELECT sku_id, part_number FROM series WHERE tenant = $1")
                .bind(tenant.as_str())
                .fetch_all(self.readers())
                .await?;
        let product = |(id, part_number): (String, Option<String>)| {
            let odd = |_| Error::corrupt("series", format!("\"{id}\" is no id of a product"));
            let id = SkuId(id.parse().map_err(odd)?);
            Ok((id, part_number.unwrap_or_default()))
        };
        rows.into_iter().map(product).collect()
    }

    /// What was seen of a tenant's purchases through time, by purchase, oldest first.
    pub async fn sightings(&self, tenant: &TenantKey) -> Result<BTreeMap<String, Vec<Sighting>>> {
        let sql = "SELECT subscription, seen_at, status, next_lifecycle, total FROM sighting \
                   WHERE tenant = $1 ORDER BY subscription, seen_at";
        let rows: Vec<SightingRow> = sql::query_as(sql)
            .bind(tenant.as_str())
            .fetch_all(self.readers())
            .await?;
        let mut sightings = Sightings::new();
        for (subscription, seen_at, status, next_lifecycle, total) in rows {
            let sighting = sighting(seen_at, status.as_deref(), next_lifecycle, total)?;
            sightings.entry(subscription).or_default().push(sighting);
        }
        Ok(sightings)
    }

    /// The same of all tenants that the home folder has.
    pub(crate) async fn all_sightings(&self) -> Result<BTreeMap<TenantKey, Sightings>> {
        let sql = "SELECT s.tenant, s.subscription, s.seen_at, s.status, s.next_lifecycle, s.total \
                   FROM sighting s JOIN tenant t ON t.key = s.tenant \
                   WHERE t.removed_at IS NULL ORDER BY s.tenant, s.subscription, s.seen_at";
        let rows = sql::query(sql).fetch_all(self.readers()).await?;
        let mut all: BTreeMap<TenantKey, Sightings> = BTreeMap::new();
        for row in &rows {
            let sighting = sighting(
                row.try_get(2)?,
                row.try_get(3)?,
                row.try_get(4)?,
                row.try_get(5)?,
            )?;
            let of = all.entry(key_of(row.try_get(0)?)?).or_default();
            of.entry(row.try_get(1)?).or_default().push(sighting);
        }
        Ok(all)
    }
}

/// What was seen of purchases through time, oldest first.
type Sightings = BTreeMap<String, Vec<Sighting>>;

fn sighting(
    seen_at: i64,
    status: Option<&str>,
    next_lifecycle: Option<i64>,
    total: Option<i64>,
) -> Result<Sighting> {
    Ok(Sighting {
        seen_at: time(seen_at)?,
        status: Status::from_graph(status),
        next_lifecycle: next_lifecycle.map(time).transpose()?,
        total,
    })
}

fn point(row: ValueRow) -> Result<Point> {
    let (since, present, status, enabled, warning, suspended, locked_out, consumed) = row;
    let numbers = units([enabled, warning, suspended, locked_out, consumed]);
    Ok(Point {
        from: time(since)?,
        units: present.then_some(numbers),
        status: Status::from_graph(status.as_deref()),
    })
}
