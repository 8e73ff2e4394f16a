//! Tenants: who is there, how they are switched, and how the last looks at them went.

use std::collections::{HashMap, HashSet};

use domain::{Cause, Certificate, Gap, Settings, TenantKey};
use jiff::Timestamp;

use crate::document::time;
use crate::{Error, News, Result, Store, sql};

/// What the home folder says of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantEntry {
    pub key: TenantKey,
    /// Display name.
    pub name: String,
    /// Empty if the profile cannot be read: name and id stay what they were.
    pub tenant_id: String,
    /// With which the tool signs in there; `None`: none can be read, and the last one stays.
    pub certificate: Option<Certificate>,
}

/// A tenant and how the last looks at it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub key: TenantKey,
    pub name: String,
    pub tenant_id: String,
    pub settings: Settings,
    /// Since when the home folder has no profile for it.
    pub removed_at: Option<Timestamp>,
    /// The last look that ended, well or badly.
    pub asked_at: Option<Timestamp>,
    /// The last look that saw something.
    pub seen_at: Option<Timestamp>,
    pub subscriptions_seen_at: Option<Timestamp>,
    /// Since when what is seen is the same: as long as this stays, so does the newest snapshot's
    /// content. It may move without need.
    pub changed_at: Option<Timestamp>,
    /// Failed looks in a row.
    pub failures: u32,
    pub due_at: Timestamp,
    /// The gap that goes on; its `at` is when it began.
    pub gap: Option<Gap>,
    pub certificate: Option<Certificate>,
    /// Since when somebody should look at it: added, come back, or switched on.
    pub expected_since: Timestamp,
    /// When its concerns were last judged.
    pub judged_at: Option<Timestamp>,
    /// When somebody last switched it; `None`: nobody ever has.
    pub switched_at: Option<Timestamp>,
    /// Who did: a person, or the list in which somebody did it.
    pub switched_by: Option<String>,
}

/// Moves whenever anything about a tenant does that its [`Tenant`], its newest snapshot, its pins
/// or its rules say: as long as it stays, so do they.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Of what is known of it, its switches and its rules: names, certificates and pins, too.
    content: Box<str>,
    /// Of how it goes with looks at it.
    course: Box<str>,
}

impl Mark {
    /// Whether what was seen, the switches and the rules are the same: only how it goes with looks
    /// at it may differ.
    pub fn has_same_content(&self, other: &Self) -> bool {
        self.content == other.content
    }
}

/// A query whose first [`TENANT_WIDTH`] columns are those that [`tenant_of`] reads.
macro_rules! select_tenant {
    (also $columns:literal from $tables:literal, $rest:literal) => {
        concat!(
            "SELECT t.key, t.name, t.tenant_id, t.enabled, t.monitoring, t.removed_at, ",
            "t.asked_at, t.seen_at, t.subscriptions_at, t.failures, t.due_at, ",
            "g.began_at, g.cause, g.message, g.advice, t.changed_at, ",
            "t.certificate, t.certificate_ends, t.expected_since, t.judged_at, t.switched_at, ",
            "t.switched_by ",
            $columns,
            " FROM tenant t LEFT JOIN gap g ON g.tenant = t.key AND g.ended_at IS NULL ",
            $tables,
            " ",
            $rest
        )
    };
    ($rest:literal) => {
        select_tenant!(also "" from "", $rest)
    };
}
pub(crate) use select_tenant;

pub(crate) const TENANT_WIDTH: usize = 22;

pub(crate) fn tenant_of(row: &sql::Row) -> Result<Tenant> {
    let moment = |column: usize| -> Result<Option<Timestamp>> {
        row.try_get::<Option<i64>>(column)?.map(time).transpose()
    };
    let failures: i64 = row.try_get(9)?;
    let gap = match moment(11)? {
        None => None,
        Some(at) => {
            let cause: &str = row.try_get(12)?;
            let cause = Cause::from_word(cause)
                .ok_or_else(|| Error::corrupt("gap", format!("there is no cause \"{cause}\"")))?;
            Some(Gap {
                at,
                cause,
                message: row.try_get(13)?,
                advice: row.try_get(14)?,
            })
        }
    };
    Ok(Tenant {
        key: key_of(row.try_get(0)?)?,
        name: row.try_get(1)?,
        tenant_id: row.try_get(2)?,
        settings: Settings {
            enabled: row.try_get(3)?,
            monitoring: row.try_get(4)?,
        },
        removed_at: moment(5)?,
        asked_at: moment(6)?,
        seen_at: moment(7)?,
        subscriptions_seen_at: moment(8)?,
        changed_at: moment(15)?,
        failures: u32::try_from(failures).unwrap_or(u32::MAX),
        due_at: time(row.try_get(10)?)?,
        gap,
        certificate: certificate(row.try_get(16)?, moment(17)?),
        expected_since: time(row.try_get(18)?)?,
        judged_at: moment(19)?,
        switched_at: moment(20)?.filter(|at| *at != Timestamp::UNIX_EPOCH),
        switched_by: row.try_get(21)?,
    })
}

fn certificate(thumbprint: Option<String>, ends: Option<Timestamp>) -> Option<Certificate> {
    Some(Certificate {
        thumbprint: thumbprint?,
        ends: ends?,
    })
}

pub(crate) fn key_of(text: &str) -> Result<TenantKey> {
    TenantKey::parse(text).map_err(|error| Error::corrupt("tenant", error))
}

impl Store {
    /// Takes over the home folder's list of tenants.
    ///
    /// A tenant that is missing from `entries` is marked as removed: it keeps its history and is
    /// neither asked nor listed. One that is new or has come back is due at once. If nothing
    /// differs, nothing is written.
    pub async fn sync_tenants(&self, entries: &[TenantEntry], now: Timestamp) -> Result<()> {
        let known = self.known().await?;
        let is_known = |entry: &TenantEntry| {
            known
                .get(entry.key.as_str())
                .is_some_and(|known| !known.removed && known.says(entry))
        };
        let keys: HashSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        let news: Vec<_> = entries.iter().filter(|entry| !is_known(entry)).collect();
        let gone: Vec<_> = known
            .iter()
            .filter(|(key, known)| !known.removed && !keys.contains(key.as_str()))
            .collect();
        if news.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let mut transaction = self.write().await?;
        for entry in news {
            upsert(&mut transaction, entry, now).await?;
        }
        for (key, _) in gone {
            // Their alerts are to be ended.
            transaction.tell(News::Judgements);
            sql::query("UPDATE tenant SET removed_at = $2 WHERE key = $1 AND removed_at IS NULL")
                .bind(key)
                .bind(now.as_millisecond())
                .execute(&mut transaction)
                .await?;
        }
        transaction.commit().await
    }

    /// Adds or renames one tenant and leaves all others as they are.
    pub async fn add_tenant(&self, entry: &TenantEntry, now: Timestamp) -> Result<()> {
        let mut transaction = self.write_of([&entry.key]).await?;
        upsert(&mut transaction, entry, now).await?;
        transaction.commit().await
    }

    /// What the store has of the home folder's list, removed tenants included.
    async fn known(&self) -> Result<HashMap<String, Known>> {
        let rows = sql::query(
            "SELECT key, name, tenant_id, certificate, certificate_ends, \
             removed_at IS NOT NULL FROM tenant",
        )
        .fetch_all(self.readers())
        .await?;
        let known = |row: &sql::Row| {
            let key: String = row.try_get(0)?;
            let ends: Option<i64> = row.try_get(4)?;
            let entry = TenantEntry {
                key: key_of(&key)?,
                name: row.try_get(1)?,
                tenant_id: row.try_get(2)?,
                certificate: certificate(row.try_get(3)?, ends.map(time).transpose()?),
            };
            let removed = row.try_get(5)?;
            Ok((key, Known { entry, removed }))
        };
        rows.iter().map(known).collect()
    }

    /// All tenants that the home folder has, by key.
    pub async fn tenants(&self) -> Result<Vec<Tenant>> {
        let sql = select_tenant!("WHERE t.removed_at IS NULL ORDER BY t.key");
        let rows = sql::query(sql).fetch_all(self.readers()).await?;
        rows.iter().map(tenant_of).collect()
    }

    /// The marks of all tenants that the home folder has, by key, for less than reading them costs.
    pub async fn marks(&self) -> Result<Vec<(TenantKey, Mark)>> {
        // One row for all: most of what a thousand small ones cost is the way here.
        let sql = "SELECT string_agg(key || ' ' || inputs || ' ' || enabled || ' ' || monitoring \
                   || '/' || COALESCE(asked_at, 0) || ' ' || failures || ' ' || \
                   COALESCE(judged_at, 0) || ' ' || due_at || ' ' || switched_at, ',') \
                   FROM tenant WHERE removed_at IS NULL";
        let all: Option<String> = sql::query_scalar(sql).fetch_one(self.readers()).await?;
        let mark = |text: &str| {
            let odd = || Error::corrupt("tenant", format!("\"{text}\" is no mark"));
            let (key, rest) = text.split_once(' ').ok_or_else(odd)?;
            let (content, course) = rest.split_once('/').ok_or_else(odd)?;
            let mark = Mark {
                content: content.into(),
                course: course.into(),
            };
            Ok((key_of(key)?, mark))
        };
        let all = all.unwrap_or_default();
        let each = all.split(',').filter(|text| !text.is_empty());
        let mut marks = each.map(mark).collect::<Result<Vec<_>>>()?;
        marks.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Ok(marks)
    }

    /// What they are called, by key.
    pub async fn tenant_names(&self) -> Result<Vec<(TenantKey, String)>> {
        let sql = "SELECT key, name FROM tenant WHERE removed_at IS NULL ORDER BY key";
        let rows: Vec<(String, String)> = sql::query_as(sql).fetch_all(self.readers()).await?;
        let named = |(key, name): (String, _)| Ok((key_of(&key)?, name));
        rows.into_iter().map(named).collect()
    }

    /// One tenant, removed or not.
    pub async fn tenant(&self, key: &TenantKey) -> Result<Option<Tenant>> {
        let sql = select_tenant!("WHERE t.key = $1");
        let row = sql::query(sql)
            .bind(key.as_str())
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(tenant_of).transpose()
    }
}

/// A tenant as the home folder once said it.
struct Known {
    entry: TenantEntry,
    removed: bool,
}

impl Known {
    /// Whether an entry says nothing new. One whose profile cannot be read says only that the
    /// tenant is there.
    fn says(&self, entry: &TenantEntry) -> bool {
        let known = &self.entry;
        let named = (&known.name, &known.tenant_id) == (&entry.name, &entry.tenant_id);
        let certified = entry.certificate.is_none() || known.certificate == entry.certificate;
        (named || entry.tenant_id.is_empty()) && certified
    }
}

async fn upsert(
    connection: &mut sql::Transaction,
    entry: &TenantEntry,
    now: Timestamp,
) -> Result<()> {
    let (thumbprint, ends) = entry
        .certificate
        .as_ref()
        .map(|it| (it.thumbprint.as_str(), it.ends.as_millisecond()))
        .unzip();
    connection.tell(News::Looks);
    connection.tell(News::Judgements);
    let sql = "INSERT INTO tenant (key, name, tenant_id, due_at, expected_since, certificate, \
               certificate_ends) VALUES ($1, $2, $3, $4, $4, $5, $6) \
               ON CONFLICT (key) DO UPDATE SET removed_at = NULL, \
               name = CASE WHEN excluded.tenant_id = '' THEN tenant.name \
                           ELSE excluded.name END, \
               tenant_id = CASE WHEN excluded.tenant_id = '' THEN tenant.tenant_id \
                                ELSE excluded.tenant_id END, \
               certificate = COALESCE(excluded.certificate, tenant.certificate), \
               certificate_ends = COALESCE(excluded.certificate_ends, tenant.certificate_ends), \
               inputs = tenant.inputs + 1, judge_at = 0, \
               due_at = CASE WHEN tenant.removed_at IS NULL THEN tenant.due_at \
                             ELSE excluded.due_at END, \
               expected_since = CASE WHEN tenant.removed_at IS NULL THEN tenant.expected_since \
                                     ELSE excluded.expected_since END";
    sql::query(sql)
        .bind(entry.key.as_str())
        .bind(&entry.name)
        .bind(&entry.tenant_id)
        .bind(now.as_millisecond())
        .bind(thumbprint)
        .bind(ends)
        .execute(connection)
        .await?;
    Ok(())
}
