//! Who did what on purpose: written in the transaction of the change it tells of, so that no
//! change is without its row and no row without its change.

use std::fmt;
use std::net::IpAddr;

use domain::Deed;
use jiff::Timestamp;

use crate::document::time;
use crate::{Error, Result, Store, sql};

/// Who does something, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct By<'a> {
    /// A person, a program, or the list in which somebody did it.
    pub who: &'a str,
    /// `None`: nobody knows.
    pub from: Option<Origin>,
}

/// From where somebody does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Address(IpAddr),
    /// On the machine itself, by a command.
    CommandLine,
}

impl Origin {
    /// As kept and displayed when it is no address.
    const COMMAND_LINE: &'static str = "command line";

    fn from_text(text: &str) -> Option<Self> {
        match text {
            Self::COMMAND_LINE => Some(Self::CommandLine),
            address => address.parse().ok().map(Self::Address),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::CommandLine => f.pad(Self::COMMAND_LINE),
        }
    }
}

/// One row of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Grows from row to row.
    pub id: i64,
    pub at: Timestamp,
    /// See [`By`].
    pub who: String,
    pub from: Option<Origin>,
    pub what: Deed,
    /// To what it was done: a tenant's key, an alert's id, … by `what`. With a part of it after a
    /// slash: `iseschool/<SKU id>`. Empty: to no one thing.
    pub subject: String,
    /// What it was before and is now, in short and in English.
    pub detail: String,
}

/// Which rows are wanted; empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub who: Option<String>,
    pub what: Option<Deed>,
    /// This subject, or a part of it.
    pub subject: Option<String>,
    /// Only what happened then or later.
    pub since: Option<Timestamp>,
    /// Only what happened before.
    pub until: Option<Timestamp>,
}

type Row = (i64, i64, String, Option<String>, String, String, String);

impl Store {
    /// Up to `limit` rows, the newest first, from before the id `after`.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>> {
        let mut query = sql::QueryBuilder::new(
            "SELECT id, at, who, origin, what, subject, detail FROM audit WHERE TRUE",
        );
        if let Some(who) = &filter.who {
            query.push(" AND who = ").push_bind(who);
        }
        if let Some(what) = filter.what {
            query.push(" AND what = ").push_bind(what.as_str());
        }
        if let Some(subject) = &filter.subject {
            query.push(" AND (subject = ").push_bind(subject);
            // Between "/" and the character after it lies everything that begins with it.
            query
                .push(" OR (subject >= ")
                .push_bind(format!("{subject}/"));
            query
                .push(" AND subject < ")
                .push_bind(format!("{subject}0"));
            query.push("))");
        }
        if let Some(since) = filter.since {
            query.push(" AND at >= ").push_bind(since.as_millisecond());
        }
        if let Some(until) = filter.until {
            query.push(" AND at < ").push_bind(until.as_millisecond());
        }
        if let Some(after) = after {
            query.push(" AND id < ").push_bind(after);
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        let rows: Vec<Row> = query.build_query_as().fetch_all(self.readers()).await?;
        rows.into_iter().map(entry).collect()
    }

    /// Notes what changes nothing here, such as a sign-in or an export. `subject` and `detail` are
    /// as in [`AuditEntry`], and hold no secret.
    pub async fn note(
        &self,
        by: By<'_>,
        what: Deed,
        subject: &str,
        detail: &str,
        now: Timestamp,
    ) -> Result<()> {
        let mut transaction = self.write_rows().await?;
        note(&mut transaction, by, what, subject, detail, now).await?;
        transaction.commit().await
    }

    /// Forgets what happened before a moment. Answers how many rows that were. Only reads if there
    /// are none.
    pub async fn forget_audit(&self, before: Timestamp) -> Result<u64> {
        let before = before.as_millisecond();
        let any: bool = sql::query_scalar("SELECT EXISTS (SELECT 1 FROM audit WHERE at < $1)")
            .bind(before)
            .fetch_one(self.readers())
            .await?;
        if !any {
            return Ok(0);
        }
        let mut transaction = self.write_part("audit").await?;
        let forgotten = sql::query("DELETE FROM audit WHERE at < $1")
            .bind(before)
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(forgotten.rows_affected())
    }
}

/// Adds a row, for whoever makes the change in the same transaction.
pub(crate) async fn note(
    connection: &mut sql::Transaction,
    by: By<'_>,
    what: Deed,
    subject: &str,
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO audit (at, who, origin, what, subject, detail) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    sql::query(sql)
        .bind(now.as_millisecond())
        .bind(by.who)
        .bind(by.from.map(|from| from.to_string()))
        .bind(what.as_str())
        .bind(subject)
        .bind(detail)
        .execute(connection)
        .await?;
    Ok(())
}

/// "before → after", or that nothing is different.
pub(crate) fn difference(name: &str, before: &str, after: &str) -> String {
    match before == after {
        true => format!("{name} stays {after}"),
        false => format!("{name}: {before} → {after}"),
    }
}

fn entry((id, at, who, from, what, subject, detail): Row) -> Result<AuditEntry> {
    let odd = |detail| Error::corrupt("audit", detail);
    let deed = Deed::from_word(&what);
    let deed = deed.ok_or_else(|| odd(format!("there is no deed \"{what}\"")))?;
    let origin = |text: String| {
        let origin = Origin::from_text(&text);
        origin.ok_or_else(|| odd(format!("\"{text}\" is no place to act from")))
    };
    Ok(AuditEntry {
        id,
        at: time(at)?,
        who,
        from: from.map(origin).transpose()?,
        what: deed,
        subject,
        detail,
    })
}
