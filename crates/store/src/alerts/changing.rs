//! Changes of alerts: each names the version it expects, and stands in the history with its
//! author.

use domain::{Action, Alert, Deed, Refused, Snooze, State, Step, Why, act};
use jiff::Timestamp;

use super::{KeptAlert, alert_of, select_alert};
use crate::outbox::{self, Route};
use crate::{By, Result, Store, audit, facts, judging, sql};

/// What became of what a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acted {
    Done(KeptAlert),
    /// It was so already.
    Unchanged(KeptAlert),
    /// The alert is not what the person saw any more; here it is.
    Overtaken(KeptAlert),
    Refused(KeptAlert, Refused),
    /// There is no such alert.
    Unknown,
}

/// Who changes something, and why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Author<'a> {
    pub(crate) who: &'a str,
    pub(crate) why: &'a Why,
}

impl Store {
    /// Lets a person act on an alert, if its version still is `expected` (`None`: whatever it is).
    /// What is to be told of it goes to `routes` in the same transaction.
    #[expect(
        clippy::too_many_arguments,
        reason = "who, what, why, when and on which condition is one thought"
    )]
    pub async fn act(
        &self,
        id: i64,
        expected: Option<i64>,
        action: Action,
        by: By<'_>,
        why: &Why,
        routes: &[Route],
        now: Timestamp,
    ) -> Result<Acted> {
        let Some(seen) = self.alert(id).await? else {
            return Ok(Acted::Unknown);
        };
        let mut transaction = self.write_of([&seen.tenant]).await?;
        let Some(before) = read(&mut transaction, id).await? else {
            return Ok(Acted::Unknown);
        };
        if expected.is_some_and(|expected| expected != before.version) {
            return Ok(Acted::Overtaken(before));
        }
        let step = match act(&before.alert, action, now) {
            Ok(Some(step)) => step,
            Ok(None) => return Ok(Acted::Unchanged(before)),
            Err(refused) => return Ok(Acted::Refused(before, refused)),
        };
        let author = Author { who: by.who, why };
        update(&mut transaction, &before, &step, author, now).await?;
        if let Some(event) = step.tell {
            outbox::add(
                &mut transaction,
                id,
                event,
                &before.alert,
                &step.alert,
                routes,
                now,
            )
            .await?;
        }
        judging::touch(&mut transaction, Some(&before.tenant)).await?;
        let (what, subject) = (Deed::from(action), id.to_string());
        let detail = detail(&before, &step.alert);
        audit::note(&mut transaction, by, what, &subject, &detail, now).await?;
        let after = read(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(after.map_or(Acted::Unknown, Acted::Done))
    }
}

async fn read(connection: &mut sql::Transaction, id: i64) -> Result<Option<KeptAlert>> {
    let row = sql::query(select_alert!("WHERE a.id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(alert_of).transpose()
}

/// Writes an alert's new state. The caller has seen `before` in the same transaction.
pub(crate) async fn update(
    connection: &mut sql::Transaction,
    before: &KeptAlert,
    step: &Step,
    author: Author<'_>,
    now: Timestamp,
) -> Result<()> {
    let Step { alert, change, .. } = step;
    let resolved = alert.state == State::Resolved;
    let sql = "UPDATE alert SET state = $3, snoozed_until = $4, stage = $5, told = $6, \
               severity = $7, facts = $8, as_of = $9, version = version + 1, \
               changed_at = CASE WHEN $10 THEN $11 ELSE changed_at END, \
               resolved_at = CASE WHEN $12 THEN $11 ELSE NULL END \
               WHERE id = $1 AND version = $2 AND resolved_at IS NULL";
    let done = sql::query(sql)
        .bind(before.id)
        .bind(before.version)
        .bind(alert.state.as_str())
        .bind(snoozed_until(alert))
        .bind(i64::from(alert.stage.0))
        .bind(i64::from(alert.told.0))
        .bind(alert.severity().as_str())
        .bind(facts::write(&alert.facts))
        .bind(alert.as_of.as_millisecond())
        .bind(change.is_some())
        .bind(now.as_millisecond())
        .bind(resolved)
        .execute(&mut *connection)
        .await?;
    debug_assert_eq!(
        done.rows_affected(),
        1,
        "the version was read in this transaction"
    );
    remember(connection, before.id, step, author, now).await
}

/// Opens an alert. Answers its id; `None`: one of the same identity is going on.
pub(crate) async fn insert(
    connection: &mut sql::Transaction,
    tenant: &str,
    step: &Step,
    author: Author<'_>,
    now: Timestamp,
) -> Result<Option<i64>> {
    let alert = &step.alert;
    let sql = "INSERT INTO alert (tenant, kind, subject, state, snoozed_until, opened_at, \
               changed_at, stage, told, severity, facts, as_of, product, version) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1) \
               ON CONFLICT DO NOTHING RETURNING id";
    let id: Option<i64> = sql::query_scalar(sql)
        .bind(tenant)
        .bind(alert.concern.kind.as_str())
        .bind(&alert.concern.subject)
        .bind(alert.state.as_str())
        .bind(snoozed_until(alert))
        .bind(alert.opened_at.as_millisecond())
        .bind(now.as_millisecond())
        .bind(i64::from(alert.stage.0))
        .bind(i64::from(alert.told.0))
        .bind(alert.severity().as_str())
        .bind(facts::write(&alert.facts))
        .bind(alert.as_of.as_millisecond())
        .bind(alert.facts.product().map(|(id, _)| id.to_string()))
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(id) = id {
        remember(connection, id, step, author, now).await?;
    }
    Ok(id)
}

/// Adds a row of history, if what happened is one.
async fn remember(
    connection: &mut sql::Transaction,
    id: i64,
    step: &Step,
    author: Author<'_>,
    now: Timestamp,
) -> Result<()> {
    let Some(change) = step.change else {
        return Ok(());
    };
    let (said, reason) = match author.why {
        Why::Said(said) => (said.as_str(), None),
        Why::Reason(reason) => ("", Some(reason.as_str())),
    };
    let sql = "INSERT INTO alert_change (alert, at, what, who, why, reason) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    sql::query(sql)
        .bind(id)
        .bind(now.as_millisecond())
        .bind(change.as_str())
        .bind(author.who)
        .bind(said)
        .bind(reason)
        .execute(connection)
        .await?;
    Ok(())
}

/// What the audit says of it, such as "stock of iseschool: open → acknowledged".
fn detail(before: &KeptAlert, after: &Alert) -> String {
    let (kind, tenant) = (after.concern.kind, &before.tenant);
    let until = match after.state {
        State::Snoozed(Snooze::Until(time)) => format!(" until {time}"),
        State::Snoozed(Snooze::Change) => " until the numbers change".to_owned(),
        _ => String::new(),
    };
    let name = format!("{kind} of {tenant}");
    let (before, after) = (before.alert.state.as_str(), after.state.as_str());
    format!("{}{until}", audit::difference(&name, before, after))
}

fn snoozed_until(alert: &Alert) -> Option<i64> {
    match alert.state {
        State::Snoozed(Snooze::Until(time)) => Some(time.as_millisecond()),
        _ => None,
    }
}
