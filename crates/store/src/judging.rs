//! Who judges which tenant, and what a judgement changes: alerts and the outbox, in one
//! transaction, only if nobody else has judged or acted in between.

use domain::{Reason, Step, TenantKey, Why};
use jiff::{SignedDuration, Timestamp};

use crate::alerts::{Author, KeptAlert, insert, products, update};
use crate::document::time;
use crate::outbox::{self, Route};
use crate::tenants::key_of;
use crate::{News, Result, Store, sql};

/// Who changes alerts when nobody in particular does.
const SYSTEM: &str = "licensetool";

/// The right to judge one tenant, until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judging {
    pub tenant: TenantKey,
    worker: String,
    until: i64,
    /// What the judgement will be based on.
    inputs: i64,
}

/// What was judged of a tenant.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub claim: Judging,
    pub steps: Vec<Judged>,
    /// When time alone may change it.
    pub next_turn: Timestamp,
}

/// What a judgement makes of one concern.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The alert that went on before.
    pub before: Option<KeptAlert>,
    pub step: Step,
    /// For the alert's history.
    pub why: Reason,
}

/// What became of a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It holds; so many messages went to the outbox.
    Done { messages: u32 },
    /// Somebody else has taken the tenant over. Nothing was written.
    ClaimLost,
    /// Somebody changed an alert in between. Nothing was written; the tenant is due again.
    Overtaken,
}

/// Says that what judgements of a tenant (`None`: of all) depend on has changed.
pub(crate) async fn touch(
    connection: &mut sql::Transaction,
    tenant: Option<&TenantKey>,
) -> Result<()> {
    connection.tell(News::Judgements);
    let sql = "UPDATE tenant SET inputs = inputs + 1, judge_at = 0 \
               WHERE $1 IS NULL OR key = $1";
    sql::query(sql)
        .bind(tenant.map(TenantKey::as_str))
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// Claims up to `limit` tenants that are to be judged, the longest overdue first.
    pub async fn claim_judging(
        &self,
        worker: &str,
        now: Timestamp,
        limit: u32,
        lease: SignedDuration,
    ) -> Result<Vec<Judging>> {
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let mut transaction = self.write_rows().await?;
        let sql = "WITH due AS MATERIALIZED (SELECT key FROM tenant \
                     WHERE removed_at IS NULL AND enabled \
                     AND judge_at <= $3 AND (judging_until IS NULL OR judging_until <= $3) \
                     ORDER BY judge_at LIMIT $4 /*pg FOR NO KEY UPDATE SKIP LOCKED */) \
                   UPDATE tenant SET judging_by = $1, judging_until = $2 \
                   WHERE key IN (SELECT key FROM due) \
                   RETURNING key, inputs, judge_at";
        let mut rows: Vec<(String, i64, i64)> = sql::query_as(sql)
            .bind(worker)
            .bind(until.as_millisecond())
            .bind(now.as_millisecond())
            .bind(i64::from(limit))
            .fetch_all(&mut transaction)
            .await?;
        transaction.commit().await?;
        rows.sort_by(|(a, _, a_due), (b, _, b_due)| (a_due, a).cmp(&(b_due, b)));
        let claim = |(key, inputs, _): (String, i64, i64)| {
            Ok(Judging {
                tenant: key_of(&key)?,
                worker: worker.to_owned(),
                until: until.as_millisecond(),
                inputs,
            })
        };
        rows.into_iter().map(claim).collect()
    }

    /// Gives claims back: the tenants are due for others at once.
    pub async fn release_judging(&self, claims: &[Judging]) -> Result<()> {
        let mut transaction = self
            .write_of(claims.iter().map(|claim| &claim.tenant))
            .await?;
        for claim in claims {
            let sql = "UPDATE tenant SET judging_by = NULL, judging_until = NULL \
                       WHERE key = $1 AND judging_by = $2 AND judging_until = $3";
            sql::query(sql)
                .bind(claim.tenant.as_str())
                .bind(&claim.worker)
                .bind(claim.until)
                .execute(&mut transaction)
                .await?;
        }
        transaction.tell(News::Judgements);
        transaction.commit().await
    }

    /// When the next tenant is to be judged; `None`: there is none.
    pub async fn next_judging(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let sql = "SELECT MIN(CASE WHEN judging_until > $1 AND judging_until > judge_at \
                     THEN judging_until ELSE judge_at END) \
                   FROM tenant WHERE removed_at IS NULL AND enabled";
        let due: Option<i64> = sql::query_scalar(sql)
            .bind(now.as_millisecond())
            .fetch_one(self.readers())
            .await?;
        due.map(time).transpose()
    }

    /// Whether any tenant that is switched on waits to be judged, for readers who want to see what
    /// comes of a look.
    pub async fn is_judging_due(&self, now: Timestamp) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM tenant WHERE removed_at IS NULL AND enabled \
                   AND judge_at <= $1)";
        sql::query_scalar(sql)
            .bind(now.as_millisecond())
            .fetch_one(self.readers())
            .await
    }

    /// Keeps judgements and gives their claims back. What is to be told stands in the outbox when
    /// this returns, for every one of `routes` that wants it. Each judgement is kept wholly or not
    /// at all.
    pub async fn keep_judgements(
        &self,
        judgements: &[Judgement],
        routes: &[Route],
        now: Timestamp,
    ) -> Result<Vec<Kept>> {
        let mut transaction = self
            .write_of(judgements.iter().map(|it| &it.claim.tenant))
            .await?;
        let mut kept = Vec::with_capacity(judgements.len());
        for judgement in judgements {
            kept.push(keep(&mut transaction, judgement, routes, now).await?);
        }
        let steps = judgements.iter().flat_map(|it| &it.steps);
        let about = steps.filter_map(|judged| judged.step.alert.facts.product());
        products::add(&mut transaction, about).await?;
        if judgements.iter().any(|it| !it.steps.is_empty()) {
            transaction.tell(News::Content);
        }
        transaction.commit().await?;
        Ok(kept)
    }

    /// Ends what goes on of tenants that are gone, and what waits to be told of them, without
    /// telling anybody. Answers how many alerts that were. Only reads if there is neither.
    pub async fn end_alerts_of_removed(&self, now: Timestamp) -> Result<u64> {
        const GONE: &str = "(SELECT key FROM tenant WHERE removed_at IS NOT NULL)";
        // What is over may still wait to be told, as that it is over.
        let any = format!(
            "SELECT EXISTS (SELECT 1 FROM alert WHERE resolved_at IS NULL AND tenant IN {GONE}) \
             OR EXISTS (SELECT 1 FROM delivery WHERE delivered_at IS NULL AND dead_at IS NULL \
             AND alert IN (SELECT id FROM alert WHERE tenant IN {GONE}))"
        );
        let any: bool = sql::query_scalar(sql::AssertSqlSafe(any))
            .fetch_one(self.readers())
            .await?;
        if !any {
            return Ok(0);
        }
        let mut transaction = self.write().await?;
        let remember = format!(
            "INSERT INTO alert_change (alert, at, what, who, why, reason) \
             SELECT id, $1, 'resolved', '{SYSTEM}', '', $2 \
             FROM alert WHERE resolved_at IS NULL AND tenant IN {GONE}"
        );
        sql::query(sql::AssertSqlSafe(remember))
            .bind(now.as_millisecond())
            .bind(Reason::ProfileRemoved.as_str())
            .execute(&mut transaction)
            .await?;
        // If the tenant comes back, its alerts begin anew; what was to be told of these is old.
        let retire = format!(
            "UPDATE delivery SET dead_at = $1, claimed_by = NULL, claimed_until = NULL, \
             error = $2, advice = 'Nothing needs to be done.' \
             WHERE delivered_at IS NULL AND dead_at IS NULL AND alert IN \
             (SELECT id FROM alert WHERE tenant IN {GONE})"
        );
        sql::query(sql::AssertSqlSafe(retire))
            .bind(now.as_millisecond())
            .bind(outbox::TENANT_REMOVED)
            .execute(&mut transaction)
            .await?;
        let end = format!(
            "UPDATE alert SET state = 'resolved', resolved_at = $1, changed_at = $1, \
             version = version + 1 WHERE resolved_at IS NULL AND tenant IN {GONE}"
        );
        let ended = sql::query(sql::AssertSqlSafe(end))
            .bind(now.as_millisecond())
            .execute(&mut transaction)
            .await?;
        transaction.tell(News::Content);
        transaction.commit().await?;
        Ok(ended.rows_affected())
    }
}

async fn keep(
    connection: &mut sql::Transaction,
    judgement: &Judgement,
    routes: &[Route],
    now: Timestamp,
) -> Result<Kept> {
    let Judgement { claim, steps, .. } = judgement;
    if !give_back(connection, judgement, now).await? {
        return Ok(Kept::ClaimLost);
    }
    for judged in steps {
        if !is_as_seen(connection, &claim.tenant, judged).await? {
            touch(connection, Some(&claim.tenant)).await?;
            return Ok(Kept::Overtaken);
        }
    }
    let mut messages = 0;
    for judged in steps {
        messages += write(connection, &claim.tenant, judged, routes, now).await?;
    }
    Ok(Kept::Done { messages })
}

/// Ends the claim. The tenant is due at its next turn, or at once if its inputs have moved on.
/// `false`: the claim is lost, or the tenant was switched off in the meantime.
async fn give_back(
    connection: &mut sql::Transaction,
    judgement: &Judgement,
    now: Timestamp,
) -> Result<bool> {
    let claim = &judgement.claim;
    let sql = "UPDATE tenant SET judging_by = NULL, judging_until = NULL, judged_at = $5, \
               judge_at = CASE WHEN inputs = $4 THEN $6 ELSE 0 END \
               WHERE key = $1 AND judging_by = $2 AND judging_until = $3 \
               AND enabled AND removed_at IS NULL";
    let done = sql::query(sql)
        .bind(claim.tenant.as_str())
        .bind(&claim.worker)
        .bind(claim.until)
        .bind(claim.inputs)
        .bind(now.as_millisecond())
        .bind(judgement.next_turn.as_millisecond())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether the alert still is what was judged; where there was none, whether there is none.
async fn is_as_seen(
    connection: &mut sql::Transaction,
    tenant: &TenantKey,
    judged: &Judged,
) -> Result<bool> {
    let concern = &judged.step.alert.concern;
    let sql = "SELECT id, version FROM alert \
               WHERE tenant = $1 AND kind = $2 AND subject = $3 AND resolved_at IS NULL";
    let found: Option<(i64, i64)> = sql::query_as(sql)
        .bind(tenant.as_str())
        .bind(concern.kind.as_str())
        .bind(&concern.subject)
        .fetch_optional(connection)
        .await?;
    let expected = judged.before.as_ref().map(|it| (it.id, it.version));
    Ok(found == expected)
}

/// Answers how many messages went to the outbox.
async fn write(
    connection: &mut sql::Transaction,
    tenant: &TenantKey,
    judged: &Judged,
    routes: &[Route],
    now: Timestamp,
) -> Result<u32> {
    let Judged { before, step, why } = judged;
    let why = &Why::Reason(*why);
    let author = Author { who: SYSTEM, why };
    let id = match before {
        Some(before) => {
            update(connection, before, step, author, now).await?;
            Some(before.id)
        }
        None => insert(connection, tenant.as_str(), step, author, now).await?,
    };
    match (id, step.tell) {
        (Some(id), Some(event)) => {
            let was = before.as_ref().map_or(&step.alert, |before| &before.alert);
            outbox::add(connection, id, event, was, &step.alert, routes, now).await?;
            Ok(1)
        }
        _ => Ok(0),
    }
}
