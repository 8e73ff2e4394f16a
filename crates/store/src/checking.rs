//! Looks for what cannot be, and says of each finding what it means and what to do.

mod latest;
mod rules;

use jiff::{SignedDuration, Timestamp};

use crate::sql::{self, Pool, QueryBuilder};
use crate::tables::TABLES;
use crate::{Result, Store};

use rules::{RULES, Rule};

/// Claims are of minutes: beyond a day something is wrong with them.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What has no schema is no store yet, or not the one that was meant.
fn empty() -> Inconsistency {
    Inconsistency {
        kind: "empty",
        found: "nothing was ever kept there: none of the program's tables is there".to_owned(),
        means: "It is not the store that was meant, or not one yet.",
        advice: "Look at `store.url` in the settings, and at what was copied or brought back \
                 there. If all is to begin anew, `licensetool run` begins.",
    }
}

/// Something that contradicts something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inconsistency {
    /// A word for programs, always the same for the same kind.
    pub kind: &'static str,
    /// What was found, with its number and an example.
    pub found: String,
    /// What follows from it.
    pub means: &'static str,
    pub advice: &'static str,
}

impl Store {
    /// All that is wrong with the store's content; nothing if it is sound. `channels` are those of
    /// the settings. Reads everything, and changes nothing.
    pub async fn check(&self, channels: &[&str], now: Timestamp) -> Result<Vec<Inconsistency>> {
        if self.schema().await?.found == 0 {
            return Ok(vec![empty()]);
        }
        let mut found: Vec<Inconsistency> = self.broken().await?;
        for rule in RULES {
            found.extend(self.ask(rule, now).await?);
        }
        found.extend(latest::differs(self).await?);
        found.extend(self.unroutable(channels).await?);
        if let Pool::Postgres(_) = self.readers() {
            found.extend(self.counters_behind().await?);
        }
        Ok(found)
    }

    async fn broken(&self) -> Result<Vec<Inconsistency>> {
        let broken = self.database_findings().await?.into_iter();
        let found = broken.map(|found| Inconsistency {
            kind: "broken",
            found,
            means: "The database was damaged, or brought back without its checks. What refers to \
                    nothing is shown nowhere, or is an error where it is read.",
            advice: "Stop the services and bring a backup back; docs/store.md shows how.",
        });
        Ok(found.collect())
    }

    async fn ask(&self, rule: &Rule, now: Timestamp) -> Result<Option<Inconsistency>> {
        let a_day_ago = now.saturating_sub(DAY).unwrap_or(Timestamp::MIN);
        let in_a_day = now.saturating_add(DAY).unwrap_or(Timestamp::MAX);
        let mut sql = format!("SELECT COUNT(*), MIN(which) FROM ({}) AS found", rule.sql);
        for (word, moment) in [(":a_day_ago", a_day_ago), (":in_a_day", in_a_day)] {
            sql = sql.replace(word, &moment.as_millisecond().to_string());
        }
        let query = sql::query_as(sql::AssertSqlSafe(sql));
        let (number, example): (i64, Option<String>) = query.fetch_one(self.readers()).await?;
        Ok(example.map(|example| rule.found(number, &example)))
    }

    /// What waits for channels that nobody has.
    async fn unroutable(&self, channels: &[&str]) -> Result<Option<Inconsistency>> {
        let mut query = QueryBuilder::new(
            "SELECT COUNT(*), MIN(channel) FROM delivery WHERE delivered_at IS NULL \
             AND dead_at IS NULL AND channel NOT IN (SELECT name FROM channel) \
             AND channel NOT IN ('' ",
        );
        for channel in channels {
            query.push(", ").push_bind(*channel);
        }
        query.push(")");
        let found: sql::QueryAs<(i64, Option<String>)> = query.build_query_as();
        let (number, example) = found.fetch_one(self.readers()).await?;
        Ok(example.map(|channel| Inconsistency {
            kind: "delivery-without-channel",
            found: format!(
                "{number} messages wait for a channel that is not in the settings, such as \
                 \"{channel}\""
            ),
            means: "Nobody delivers them; after a day `evaluate` lets them be dead.",
            advice: "Put the channel back into the settings if it was taken out by mistake, or \
                     check with the settings that `deliver` has. Else nothing needs to be done.",
        }))
    }

    /// PostgreSQL counts apart from the rows, so that the two can differ.
    async fn counters_behind(&self) -> Result<Option<Inconsistency>> {
        let mut behind = Vec::new();
        for table in TABLES.iter().filter(|table| table.is_counted) {
            let (name, key) = (table.name, table.key[0]);
            let sql = format!(
                "SELECT COALESCE(MAX({key}) > COALESCE(pg_sequence_last_value( \
                 pg_get_serial_sequence($1, $2)::REGCLASS), 0), FALSE) FROM {name}"
            );
            let query = sql::query_scalar(sql::AssertSqlSafe(sql)).bind(name);
            if query.bind(key).fetch_one(self.readers()).await? {
                behind.push(name);
            }
        }
        Ok((!behind.is_empty()).then(|| Inconsistency {
            kind: "counter-behind",
            found: format!("numbers are counted from too low in {}", behind.join(", ")),
            means: "Whoever adds a row there fails, because its number is taken.",
            advice: "Stop the services and set the counter in psql, for each of these tables (in \
                     message the column is seq): SELECT setval(pg_get_serial_sequence('alert', \
                     'id'), (SELECT MAX(id) FROM alert));",
        }))
    }
}
