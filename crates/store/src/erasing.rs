//! Takes a tenant out of the store, wholly and for good, and says what was there.
//!
//! Which rows are its own, the list of all tables knows. The audit keeps who did what and when; of
//! the tenant it says no more than which erasure it was.

use domain::{Deed, TenantKey};
use jiff::Timestamp;

use crate::sql::Pool;
use crate::tables::{TABLES, Table, Whose};
use crate::{By, Result, Store, audit, sql};

/// Rows of a tenant in one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub table: &'static str,
    pub rows: u64,
}

/// What an erasure did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Rows that are gone, by table.
    pub removed: Vec<Share>,
    /// What was read back afterwards: 0 of each table, if nobody has brought the tenant back.
    pub left: Vec<Share>,
    /// What the audit says instead of the tenant's key.
    pub stands_for: String,
    /// Rows of the audit that named the tenant and do not any more.
    pub unnamed: u64,
}

/// Whether the bytes of what was removed are gone, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleared {
    /// The file of SQLite was written anew, and its log is empty.
    Now,
    /// The file was written anew, but somebody still reads its log.
    LogIsRead,
    /// PostgreSQL does so in its own time.
    ByServer,
}

/// What holds for rows of a table that are a tenant's, whose key is `$1`.
fn condition(table: &Table) -> Option<String> {
    match table.whose {
        Whose::Tenant(column) => Some(format!("{column} = $1")),
        Whose::Of { column, table } => {
            let parent = TABLES.iter().find(|it| it.name == table)?;
            let (key, condition) = (parent.key.first()?, condition(parent)?);
            Some(format!(
                "{column} IN (SELECT {key} FROM {table} WHERE {condition})"
            ))
        }
        Whose::Company | Whose::Database => None,
    }
}

/// Tables with a tenant's rows, and which these are. First those to which no other refers.
fn owned() -> impl Iterator<Item = (&'static str, String)> {
    let tables = TABLES.iter().rev();
    tables.filter_map(|table| Some((table.name, condition(table)?)))
}

impl Store {
    /// How many rows of a tenant there are, by table.
    pub async fn tenant_rows(&self, tenant: &TenantKey) -> Result<Vec<Share>> {
        let mut shares = Vec::new();
        for (table, condition) in owned() {
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE {condition}");
            let rows: i64 = sql::query_scalar(sql::AssertSqlSafe(sql))
                .bind(tenant.as_str())
                .fetch_one(self.readers())
                .await?;
            let rows = u64::try_from(rows).unwrap_or_default();
            shares.push(Share { table, rows });
        }
        Ok(shares)
    }

    /// Erases a tenant: all its rows, and its key in the audit. Its numbers go first, a product at
    /// a time; the rest in one transaction. If it is broken off, it can be begun again.
    pub async fn erase_tenant(
        &self,
        tenant: &TenantKey,
        by: By<'_>,
        now: Timestamp,
    ) -> Result<Erasure> {
        let numbers = self.erase_numbers(tenant).await?;
        let mut transaction = self.write().await?;
        let name: Option<String> = sql::query_scalar("SELECT name FROM tenant WHERE key = $1")
            .bind(tenant.as_str())
            .fetch_optional(&mut transaction)
            .await?;
        let stands_for = note(&mut transaction, by, now).await?;
        let unnamed = unname(&mut transaction, tenant, &stands_for).await?;
        for word in [Some(tenant.as_str()), name.as_deref()]
            .into_iter()
            .flatten()
        {
            hush(&mut transaction, word).await?;
        }
        let mut removed = Vec::new();
        for (table, condition) in owned() {
            let sql = format!("DELETE FROM {table} WHERE {condition}");
            let gone = sql::query(sql::AssertSqlSafe(sql))
                .bind(tenant.as_str())
                .execute(&mut transaction)
                .await?;
            let before = if table == NUMBERS { numbers } else { 0 };
            let rows = gone.rows_affected() + before;
            removed.push(Share { table, rows });
        }
        transaction.commit().await?;
        Ok(Erasure {
            removed,
            left: self.tenant_rows(tenant).await?,
            stands_for,
            unnamed,
        })
    }

    /// Takes a tenant's numbers away, in short transactions. Answers how many rows that were.
    async fn erase_numbers(&self, tenant: &TenantKey) -> Result<u64> {
        let series: Vec<(i64,)> = sql::query_as("SELECT id FROM series WHERE tenant = $1")
            .bind(tenant.as_str())
            .fetch_all(self.readers())
            .await?;
        let mut erased = 0;
        for (series,) in series {
            let mut transaction = self.write_of([tenant]).await?;
            let done = sql::query("DELETE FROM sku_value WHERE series = $1")
                .bind(series)
                .execute(&mut transaction)
                .await?;
            transaction.commit().await?;
            erased += done.rows_affected();
        }
        Ok(erased)
    }

    /// Lets nothing be left of what was removed in the file of SQLite and beside it. Takes as long
    /// as copying the file does, and whoever writes waits.
    pub async fn clear_removed(&self) -> Result<Cleared> {
        let Pool::Sqlite(_) = self.writer() else {
            return Ok(Cleared::ByServer);
        };
        sql::query("VACUUM").execute(self.writer()).await?;
        let checkpoint = sql::query_as("PRAGMA wal_checkpoint(TRUNCATE)");
        let (is_busy, ..): (bool, i64, i64) = checkpoint.fetch_one(self.writer()).await?;
        Ok(match is_busy {
            false => Cleared::Now,
            true => Cleared::LogIsRead,
        })
    }
}

/// The table of which a tenant has by far the most rows.
const NUMBERS: &str = "sku_value";

/// Adds the row of the erasure. Answers what stands for the tenant: the number of the row, in words
/// that are nobody's key.
async fn note(transaction: &mut sql::Transaction, by: By<'_>, now: Timestamp) -> Result<String> {
    audit::note(transaction, by, Deed::TenantErased, "", "", now).await?;
    let sql = "SELECT MAX(id) FROM audit WHERE what = $1";
    let id: i64 = sql::query_scalar(sql)
        .bind(Deed::TenantErased.as_str())
        .fetch_one(&mut *transaction)
        .await?;
    let stands_for = format!("erased:{id}");
    sql::query("UPDATE audit SET subject = $2 WHERE id = $1")
        .bind(id)
        .bind(&stands_for)
        .execute(transaction)
        .await?;
    Ok(stands_for)
}

/// Takes a tenant's key out of the audit. What was said about it in words goes, too. Answers of how
/// many rows.
async fn unname(
    transaction: &mut sql::Transaction,
    tenant: &TenantKey,
    stands_for: &str,
) -> Result<u64> {
    // About the tenant itself or a part of it; about its alerts; about what was told of them.
    let about = "UPDATE audit SET subject = $4, detail = '' WHERE subject = $1 \
                 OR (subject >= $2 AND subject < $3) \
                 OR (what LIKE 'alert-%' AND (detail LIKE $5 OR detail LIKE $6)) \
                 OR (what = $7 AND detail LIKE $8)";
    let done = sql::query(about)
        .bind(tenant.as_str())
        .bind(format!("{tenant}/"))
        .bind(format!("{tenant}0"))
        .bind(stands_for)
        .bind(format!("% of {tenant}: %"))
        .bind(format!("% of {tenant} stays %"))
        .bind(Deed::DeliveryRetried.as_str())
        .bind(format!("alert % of {tenant}"))
        .execute(&mut *transaction)
        .await?;
    let orders = "SELECT id, detail FROM audit WHERE what = $1 AND detail LIKE $2";
    let orders: Vec<(i64, String)> = sql::query_as(orders)
        .bind(Deed::RefreshOrdered.as_str())
        .bind(format!("%{tenant}%"))
        .fetch_all(&mut *transaction)
        .await?;
    let mut unnamed = done.rows_affected();
    for (id, detail) in orders {
        let without = replaced(&detail, tenant.as_str(), stands_for);
        if without == detail {
            continue;
        }
        sql::query("UPDATE audit SET detail = $2 WHERE id = $1")
            .bind(id)
            .bind(without)
            .execute(&mut *transaction)
            .await?;
        unnamed += 1;
    }
    Ok(unnamed)
}

/// A list of keys, as "a, b and c", with another word for one of them.
fn replaced(list: &str, key: &str, word: &str) -> String {
    let some = list.split(", ").map(|some| {
        let both = some
            .split(" and ")
            .map(|it| if it == key { word } else { it });
        both.collect::<Vec<_>>().join(" and ")
    });
    some.collect::<Vec<_>>().join(", ")
}

/// Forgets what syncs of lists have remarked, if it has a word in it. What still is so, the next
/// sync says again.
async fn hush(transaction: &mut sql::Transaction, word: &str) -> Result<()> {
    for sql in [
        "UPDATE channel SET remarks = '[]' WHERE replace(remarks, $1, '') <> remarks",
        "UPDATE channel SET error = NULL, advice = NULL WHERE \
         replace(COALESCE(error, '') || COALESCE(advice, ''), $1, '') \
           <> COALESCE(error, '') || COALESCE(advice, '')",
    ] {
        sql::query(sql)
            .bind(word)
            .execute(&mut *transaction)
            .await?;
    }
    Ok(())
}

#[test]
fn a_key_is_taken_out_of_a_list_and_no_other() {
    let check = |list: &str, expected: &str| {
        assert_eq!(replaced(list, "a", "erased:7"), expected, "{list}");
    };
    check("a, b and c", "erased:7, b and c");
    check("b, a-a and a", "b, a-a and erased:7");
    check("a and b", "erased:7 and b");
    check("ab, b and ba", "ab, b and ba");
}
