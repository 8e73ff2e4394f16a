//! Whether the newest state of each tenant is where its history ends.

use std::collections::BTreeMap;

use crate::document::{columns, read_skus};
use crate::{Error, Result, Store, sql};

use super::Inconsistency;

/// So many tenants are in memory at once.
const PAGE: i64 = 200;

/// Status and numbers of what is there, by id.
type State = BTreeMap<String, (Option<String>, [Option<i64>; 5])>;

type LastRow = (
    String,
    String,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

pub(super) async fn differs(store: &Store) -> Result<Vec<Inconsistency>> {
    let (mut unlike, mut unread) = (Vec::new(), Vec::new());
    let mut after = String::new();
    loop {
        let page: Vec<(String, String)> = sql::query_as(
            "SELECT tenant, skus FROM latest WHERE tenant > $1 ORDER BY tenant LIMIT $2",
        )
        .bind(&after)
        .bind(PAGE)
        .fetch_all(store.readers())
        .await?;
        let Some((last, _)) = page.last() else {
            break;
        };
        let mut ends = ends(store, &after, last).await?;
        after.clone_from(last);
        for (tenant, document) in page {
            let end = ends.remove(&tenant).unwrap_or_default();
            match newest(&document) {
                Ok(newest) if newest == end => {}
                Ok(_) => unlike.push(tenant),
                Err(_) => unread.push(tenant),
            }
        }
    }
    let of = |tenants: &[String]| format!("{} tenants, such as {}", tenants.len(), tenants[0]);
    let mut found = Vec::new();
    if !unlike.is_empty() {
        found.push(Inconsistency {
            kind: "latest-differs",
            found: format!(
                "the newest state is not where history ends: {}",
                of(&unlike)
            ),
            means: "Lists show other numbers than charts, and alerts follow the lists.",
            advice: "Ask these tenants anew (`licensetool run --once`): the lists are then right, \
                     and history has the next change. What it missed cannot be made up.",
        });
    }
    if !unread.is_empty() {
        found.push(Inconsistency {
            kind: "latest-unreadable",
            found: format!("the newest state is no document: {}", of(&unread)),
            means: "Lists of licences fail because of it.",
            advice: "Stop the services and bring a backup back.",
        });
    }
    Ok(found)
}

/// Where the history of the tenants after one and up to another ends.
async fn ends(store: &Store, after: &str, last: &str) -> Result<BTreeMap<String, State>> {
    let sql = "SELECT s.tenant, s.sku_id, v.status, v.enabled, v.warning, v.suspended, \
                 v.locked_out, v.consumed \
               FROM series s JOIN sku_value v ON v.series = s.id \
                 AND v.since = (SELECT MAX(w.since) FROM sku_value w WHERE w.series = s.id) \
               WHERE s.tenant > $1 AND s.tenant <= $2 AND v.present";
    let rows: Vec<LastRow> = sql::query_as(sql)
        .bind(after)
        .bind(last)
        .fetch_all(store.readers())
        .await?;
    let mut ends: BTreeMap<String, State> = BTreeMap::new();
    for (tenant, id, status, enabled, warning, suspended, locked_out, consumed) in rows {
        let numbers = [enabled, warning, suspended, locked_out, consumed];
        let state = (status.as_deref().map(shown), numbers);
        ends.entry(tenant).or_default().insert(id, state);
    }
    Ok(ends)
}

fn newest(document: &str) -> std::result::Result<State, Error> {
    let skus = read_skus(document)?.into_iter();
    let state = skus.map(|sku| {
        let status = sku.status.as_graph().map(shown);
        (sku.id.to_string(), (status, columns(&sku.units)))
    });
    Ok(state.collect())
}

/// As PostgreSQL keeps it in history, which cannot hold the character 0.
fn shown(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
