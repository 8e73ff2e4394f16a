//! What a transaction on PostgreSQL has to itself. It locks names, not rows: whoever works on
//! another tenant goes on beside it, and whoever works on the same one waits before it reads.

use domain::TenantKey;
use uuid::Uuid;

use crate::sql::Transaction;
use crate::{Result, sql};

/// A transaction with more tenants than this locks the store as a whole: the server has a table of
/// locks, and it is not large.
const MOST: usize = 200;

/// Names of locks are numbers that are made of words, the same in every program.
const NAMES: Uuid = Uuid::from_u128(0x6c69_6365_6e73_6574_6f6f_6c20_6c6f_636b);

/// With what a transaction is alone.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Alone {
    WithAll,
    /// Locks of parts of the store, in one order for all, so that no two wait for each other.
    With(Vec<i64>),
    /// With the rows that its statements touch, as the database sees to it.
    WithRows,
}

impl Alone {
    pub(super) fn with_tenants<'a>(tenants: impl IntoIterator<Item = &'a TenantKey>) -> Self {
        Self::with(tenants.into_iter().map(|tenant| format!("tenant {tenant}")))
    }

    pub(super) fn with_parts(parts: impl IntoIterator<Item = String>) -> Self {
        Self::with(parts.into_iter().map(|part| format!("part {part}")))
    }

    fn with(names: impl Iterator<Item = String>) -> Self {
        let mut locks: Vec<i64> = names.map(|name| lock(&name)).collect();
        locks.sort_unstable();
        locks.dedup();
        match locks.len() {
            0..=MOST => Self::With(locks),
            _ => Self::WithAll,
        }
    }

    /// Begins the transaction and takes the locks, in one trip to the server.
    pub(super) fn statement(&self) -> String {
        let store = lock("store");
        match self {
            Self::WithAll => format!("BEGIN; SELECT pg_advisory_xact_lock({store})"),
            Self::With(locks) => {
                let mut text = format!("BEGIN; SELECT pg_advisory_xact_lock_shared({store})");
                for lock in locks {
                    text.push_str(&format!("; SELECT pg_advisory_xact_lock({lock})"));
                }
                text
            }
            Self::WithRows => "BEGIN".to_owned(),
        }
    }
}

impl Transaction {
    /// Takes one more part in the middle. Whoever does must not take another after it: then nobody
    /// who has it waits for somebody who waits for it.
    pub(crate) async fn also(&mut self, part: &str) -> Result<()> {
        let sql = "SELECT $1 IS NULL /*pg OR pg_advisory_xact_lock($1) IS NULL */";
        let lock = lock(&format!("part {part}"));
        sql::query(sql).bind(lock).execute(self).await?;
        Ok(())
    }
}

/// Two names with one number would only wait for each other without need.
fn lock(name: &str) -> i64 {
    let (high, _) = Uuid::new_v5(&NAMES, name.as_bytes()).as_u64_pair();
    high.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(number: usize) -> Vec<TenantKey> {
        let key = |it| TenantKey::parse(&format!("school-{it}"));
        (0..number).map(|it| key(it).unwrap()).collect()
    }

    #[test]
    fn whoever_wants_the_same_tenants_asks_for_them_in_the_same_order() {
        let keys = keys(9);
        let there = Alone::with_tenants(&keys);
        assert_eq!(there, Alone::with_tenants(keys.iter().rev().chain(&keys)));
        assert_eq!(there.statement().matches("lock(").count(), 9);
        assert_eq!(there.statement().matches("lock_shared(").count(), 1);
    }

    #[test]
    fn with_very_many_tenants_the_store_is_locked_instead() {
        assert_eq!(Alone::with_tenants(&keys(MOST + 1)), Alone::WithAll);
        assert!(matches!(Alone::with_tenants(&keys(MOST)), Alone::With(_)));
    }

    #[test]
    fn names_keep_their_numbers() {
        assert_eq!(lock("store"), lock("store"));
        assert_ne!(lock("tenant a"), lock("tenant b"));
    }
}
