//! Keeps a look that saw nothing.

use domain::{Gap, TenantKey};

use super::{Recorded, Terms, give_back, if_still_claimed};
use crate::{Result, judging, sql};

/// Begins a gap, or lets the open one go on if it has the same cause.
pub(super) async fn keep(
    connection: &mut sql::Transaction,
    tenant: &TenantKey,
    gap: &Gap,
    terms: Terms<'_>,
) -> Result<Recorded> {
    let at = gap.at.as_millisecond();
    let touch = concat!(
        // A look older than the last success says nothing of now: it counts as no failure.
        "UPDATE tenant SET asked_at = CASE WHEN asked_at > $6 THEN asked_at ELSE $6 END, ",
        "failures = failures + CASE WHEN seen_at >= $6 THEN 0 ELSE 1 END, ",
        give_back!(),
        if_still_claimed!(),
        " RETURNING seen_at",
    );
    let row: Option<(Option<i64>,)> = sql::query_as(touch)
        .bind(tenant.as_str())
        .bind(terms.worker)
        .bind(terms.until)
        .bind(terms.next_due)
        .bind(terms.knows_until)
        .bind(at)
        .fetch_optional(&mut *connection)
        .await?;
    let Some((seen_at,)) = row else {
        return Ok(Recorded::ClaimLost);
    };
    if seen_at.is_some_and(|seen_at| seen_at >= at) {
        return Ok(Recorded::Outdated);
    }
    let end_other = "UPDATE gap SET ended_at = $2 \
                     WHERE tenant = $1 AND ended_at IS NULL AND cause <> $3";
    let ended = sql::query(end_other)
        .bind(tenant.as_str())
        .bind(at)
        .bind(gap.cause.as_str())
        .execute(&mut *connection)
        .await?;
    // What went before another gap is that one's to tell.
    let seen_at = seen_at.filter(|_| ended.rows_affected() == 0);
    let begin = "INSERT INTO gap (tenant, seen_at, began_at, cause, message, advice) \
                 SELECT $1, $2, $3, $4, $5, $6 WHERE NOT EXISTS \
                 (SELECT 1 FROM gap WHERE tenant = $1 AND ended_at IS NULL)";
    let begun = sql::query(begin)
        .bind(tenant.as_str())
        .bind(seen_at)
        .bind(at)
        .bind(gap.cause.as_str())
        .bind(&gap.message)
        .bind(&gap.advice)
        .execute(&mut *connection)
        .await?;
    if begun.rows_affected() > 0 {
        judging::touch(connection, Some(tenant)).await?;
    }
    Ok(Recorded::Gap)
}
