//! Keeps a look that saw something: one row touched if nothing is new, else history and `latest`.

use std::collections::HashMap;

use domain::{Sku, SkuId, Snapshot, Subscription, TenantKey};

use super::{Recorded, Terms, give_back, if_still_claimed};
use crate::document::{self, columns};
use crate::{Error, News, Result, sql};

/// A snapshot as it is written.
struct Written {
    skus: String,
    /// `None`: this look did not ask for them.
    subscriptions: Option<String>,
    remarks: String,
}

pub(super) async fn keep(
    connection: &mut sql::Transaction,
    tenant: &TenantKey,
    snapshot: &Snapshot,
    terms: Terms<'_>,
) -> Result<Recorded> {
    let written = Written {
        skus: document::skus(&snapshot.skus),
        subscriptions: snapshot
            .subscriptions
            .as_deref()
            .map(document::subscriptions),
        remarks: document::remarks(&snapshot.remarks),
    };
    let touched = Touch::IfUnchanged
        .run(connection, tenant, snapshot, &written, terms)
        .await?;
    if touched {
        return Ok(Recorded::Unchanged);
    }
    let Some(seen_at) = seen_at(connection, tenant, terms).await? else {
        return Ok(Recorded::ClaimLost);
    };
    let at = snapshot.taken_at.as_millisecond();
    if seen_at.is_some_and(|seen_at| seen_at >= at) {
        release(connection, tenant, terms).await?;
        return Ok(Recorded::Outdated);
    }
    let end_gap = "UPDATE gap SET ended_at = $2 WHERE tenant = $1 AND ended_at IS NULL";
    sql::query(end_gap)
        .bind(tenant.as_str())
        .bind(at)
        .execute(&mut *connection)
        .await?;

    let (skus_before, subscriptions_before) = latest(connection, tenant).await?;
    let skus = add_values(connection, tenant, at, &skus_before, &snapshot.skus).await?;
    if let Some(subscriptions) = &snapshot.subscriptions {
        let before = subscriptions_before.as_deref().unwrap_or_default();
        add_sightings(connection, tenant, at, before, subscriptions).await?;
    }
    replace_latest(connection, tenant, &written).await?;
    connection.tell(News::Judgements);
    Touch::Always
        .run(connection, tenant, snapshot, &written, terms)
        .await?;
    Ok(if skus == 0 {
        Recorded::Unchanged
    } else {
        Recorded::Changed { skus }
    })
}

/// Whether the tenant's row is touched in any case, or only if all is as it was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Touch {
    IfUnchanged,
    Always,
}

impl Touch {
    /// Notes the success on the tenant's row. Answers whether it did.
    async fn run(
        self,
        connection: &mut sql::Transaction,
        tenant: &TenantKey,
        snapshot: &Snapshot,
        written: &Written,
        terms: Terms<'_>,
    ) -> Result<bool> {
        macro_rules! touch {
            ($change:literal, $condition:literal) => {
                concat!(
                    "UPDATE tenant SET asked_at = $6, seen_at = $6, failures = 0, ",
                    "subscriptions_at = CASE WHEN $7 THEN $6 ELSE subscriptions_at END, ",
                    give_back!(),
                    $change,
                    if_still_claimed!(),
                    $condition
                )
            };
        }
        let sql = match self {
            Self::Always => touch!(", changed_at = $6, inputs = inputs + 1, judge_at = 0", ""),
            // One statement that compares and touches: the path of almost every look.
            Self::IfUnchanged => touch!(
                "",
                " AND failures = 0 AND seen_at < $6 AND EXISTS (SELECT 1 FROM latest \
                   WHERE tenant = $1 AND skus = $8 AND remarks = $9 \
                   AND ($10 IS NULL OR subscriptions = $10))"
            ),
        };
        let mut query = sql::query(sql)
            .bind(tenant.as_str())
            .bind(terms.worker)
            .bind(terms.until)
            .bind(terms.next_due)
            .bind(terms.knows_until)
            .bind(snapshot.taken_at.as_millisecond())
            .bind(written.subscriptions.is_some());
        if self == Self::IfUnchanged {
            query = query
                .bind(&written.skus)
                .bind(&written.remarks)
                .bind(written.subscriptions.as_deref());
        }
        Ok(query.execute(connection).await?.rows_affected() > 0)
    }
}

/// The time of the last success, `None` if the claim is lost.
async fn seen_at(
    connection: &mut sql::Transaction,
    tenant: &TenantKey,
    terms: Terms<'_>,
) -> Result<Option<Option<i64>>> {
    // What is written next must not be of a look whose claim somebody takes over meanwhile.
    let sql = concat!(
        "SELECT seen_at FROM tenant",
        if_still_claimed!(),
        " /*pg FOR NO KEY UPDATE */"
    );
    let row: Option<(Option<i64>,)> = sql::query_as(sql)
        .bind(tenant.as_str())
        .bind(terms.worker)
        .bind(terms.until)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|(seen_at,)| seen_at))
}

async fn release(
    connection: &mut sql::Transaction,
    tenant: &TenantKey,
    terms: Terms<'_>,
) -> Result<()> {
    let sql = concat!("UPDATE tenant SET ", give_back!(), if_still_claimed!());
    sql::query(sql)
        .bind(tenant.as_str())
        .bind(terms.worker)
        .bind(terms.until)
        .bind(terms.next_due)
        .bind(terms.knows_until)
        .execute(connection)
        .await?;
    Ok(())
}

async fn latest(
    connection: &mut sql::Transaction,
    tenant: &TenantKey,
) -> Result<(Vec<Sku>, Option<Vec<Subscription>>)> {
    let row: Option<(String, Option<String>)> =
        sql::query_as("SELECT skus, subscriptions FROM latest WHERE tenant = $1")
            .bind(tenant.as_str())
            .fetch_optional(connection)
            .await?;
    match row {
        None => Ok((Vec::new(), None)),
        Some((skus, subscriptions)) => {
            let subscriptions = subscriptions.as_deref().map(document::read_subscriptions);
            Ok((document::read_skus(&skus)?, subscriptions.transpose()?))
        }
    }
}

async fn replace_latest(
    connection: &mut sql::Transaction,
    tenant: &TenantKey,
    written: &Written,
) -> Result<()> {
    let sql = "INSERT INTO latest (tenant, skus, subscriptions, remarks) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (tenant) DO UPDATE SET skus = excluded.skus, \
               subscriptions = COALESCE(excluded.subscriptions, latest.subscriptions), \
               remarks = excluded.remarks";
    sql::query(sql)
        .bind(tenant.as_str())
        .bind(&written.skus)
        .bind(written.subscriptions.as_deref())
        .bind(&written.remarks)
        .execute(connection)
        .await?;
    Ok(())
}

/// Adds a row for each SKU whose numbers or status are new, or that has gone. Answers how many.
async fn add_values(
    connection: &mut sql::Transaction,
    tenant: &TenantKey,
    since: i64,
    before: &[Sku],
    now: &[Sku],
) -> Result<u32> {
    let known: HashMap<SkuId, &Sku> = before.iter().map(|sku| (sku.id, sku)).collect();
    let present: HashMap<SkuId, &Sku> = now.iter().map(|sku| (sku.id, sku)).collect();
    let is_new = |sku: &&Sku| {
        known
            .get(&sku.id)
            .is_none_or(|old| old.units != sku.units || old.status != sku.status)
    };
    let mut rows: Vec<(SkuId, Option<&Sku>)> = now
        .iter()
        .filter(is_new)
        .map(|sku| (sku.id, Some(sku)))
        .collect();
    let gone = before.iter().filter(|sku| !present.contains_key(&sku.id));
    rows.extend(gone.map(|sku| (sku.id, None)));
    if rows.is_empty() {
        return Ok(0);
    }
    let wanted = rows.iter().map(|(id, sku)| {
        let part_number = sku.map(|sku| sku.part_number.as_str());
        (*id, part_number)
    });
    let series = series(connection, tenant, wanted).await?;
    // SQLite binds at most 32 766 values in one statement.
    for rows in rows.chunks(2000) {
        let mut insert = sql::QueryBuilder::new(
            "INSERT INTO sku_value (series, since, present, status, \
             enabled, warning, suspended, locked_out, consumed) ",
        );
        insert.push_values(rows, |mut row, (id, sku)| {
            row.push_bind(series.get(id).copied())
                .push_bind(since)
                .push_bind(sku.is_some());
            row.push_bind(sku.and_then(|sku| sku.status.as_graph()));
            for number in sku.map_or([None; 5], |sku| columns(&sku.units)) {
                row.push_bind(number);
            }
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(u32::try_from(rows.len()).unwrap_or(u32::MAX))
}

/// The numbers of the tenant's series, making those that are missing.
async fn series(
    connection: &mut sql::Transaction,
    tenant: &TenantKey,
    wanted: impl Iterator<Item = (SkuId, Option<&str>)>,
) -> Result<HashMap<SkuId, i64>> {
    let rows: Vec<(i64, String)> = sql::query_as("SELECT id, sku_id FROM series WHERE tenant = $1")
        .bind(tenant.as_str())
        .fetch_all(&mut *connection)
        .await?;
    let mut series = HashMap::new();
    for (number, id) in rows {
        series.insert(sku_id(&id)?, number);
    }
    let missing: Vec<_> = wanted.filter(|(id, _)| !series.contains_key(id)).collect();
    for missing in missing.chunks(2000) {
        let mut insert =
            sql::QueryBuilder::new("INSERT INTO series (tenant, sku_id, part_number) ");
        insert.push_values(missing, |mut row, (id, part_number)| {
            row.push_bind(tenant.as_str())
                .push_bind(id.to_string())
                .push_bind(*part_number);
        });
        insert.push(" RETURNING id, sku_id");
        let rows: Vec<(i64, String)> = insert.build_query_as().fetch_all(&mut *connection).await?;
        for (number, id) in rows {
            series.insert(sku_id(&id)?, number);
        }
    }
    Ok(series)
}

fn sku_id(text: &str) -> Result<SkuId> {
    text.parse()
        .map(SkuId)
        .map_err(|error| Error::corrupt("series", format!("{text}: {error}")))
}

/// Adds a row for each purchase whose status, date or size is new.
async fn add_sightings(
    connection: &mut sql::Transaction,
    tenant: &TenantKey,
    at: i64,
    before: &[Subscription],
    now: &[Subscription],
) -> Result<()> {
    let known: HashMap<&str, &Subscription> = before
        .iter()
        .map(|purchase| (purchase.id.as_str(), purchase))
        .collect();
    let is_new = |purchase: &&Subscription| {
        known.get(purchase.id.as_str()).is_none_or(|old| {
            (&old.status, old.next_lifecycle, old.total)
                != (&purchase.status, purchase.next_lifecycle, purchase.total)
        })
    };
    let rows: Vec<&Subscription> = now.iter().filter(is_new).collect();
    for rows in rows.chunks(2000) {
        let mut insert = sql::QueryBuilder::new(
            "INSERT INTO sighting (tenant, subscription, seen_at, status, next_lifecycle, total) ",
        );
        insert.push_values(rows, |mut row, purchase| {
            row.push_bind(tenant.as_str())
                .push_bind(&purchase.id)
                .push_bind(at)
                .push_bind(purchase.status.as_graph())
                .push_bind(purchase.next_lifecycle.map(jiff::Timestamp::as_millisecond))
                .push_bind(purchase.total);
        });
        insert.push(" ON CONFLICT DO NOTHING");
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}
