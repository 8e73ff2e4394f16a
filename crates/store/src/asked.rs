//! What a list was asked about alerts, and what was answered there: an answer counts once, and for
//! the question that it was given to.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::document::time;
use crate::{News, Result, Store, sql};

/// How far a list is with an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// When it last took a message that the shortage is there; `None`: never.
    pub told_at: Option<Timestamp>,
    /// When an answer from there last acknowledged the alert; `None`: never.
    pub answered_at: Option<Timestamp>,
}

impl Asked {
    /// Whether an answer in the list would be one to its newest question.
    pub fn is_open(&self) -> bool {
        let told = self.told_at;
        told.is_some() && self.answered_at < told
    }
}

type Row = (i64, Option<i64>, Option<i64>);

/// Alerts about seats that go on, and of which a channel has no message: it was not there, or could
/// not be read, when they began.
macro_rules! missed {
    () => {
        "SELECT MAX(m.seq), a.id FROM alert a JOIN message m ON m.alert = a.id \
         WHERE a.resolved_at IS NULL AND a.kind IN ('stock', 'over-assignment') \
         AND m.event IN ('opened', 'worsened', 'reminded') \
         AND NOT EXISTS (SELECT 1 FROM delivery d JOIN message n ON n.seq = d.message \
           WHERE n.alert = a.id AND d.channel = $1) GROUP BY a.id"
    };
}

impl Store {
    /// How far a list is with each alert that goes on.
    pub async fn asked(&self, channel: &str) -> Result<BTreeMap<i64, Asked>> {
        let sql = "SELECT a.id, \
                     (SELECT MAX(d.delivered_at) FROM message m \
                       JOIN delivery d ON d.message = m.seq AND d.channel = $1 \
                       WHERE m.alert = a.id AND m.event IN ('opened', 'worsened', 'reminded')), \
                     (SELECT MAX(c.at) FROM alert_change c \
                       WHERE c.alert = a.id AND c.what = 'acknowledged' AND c.who = $1) \
                   FROM alert a WHERE a.resolved_at IS NULL";
        let rows: Vec<Row> = sql::query_as(sql)
            .bind(channel)
            .fetch_all(self.readers())
            .await?;
        let asked = |(id, told_at, answered_at): Row| {
            let asked = Asked {
                told_at: told_at.map(time).transpose()?,
                answered_at: answered_at.map(time).transpose()?,
            };
            Ok((id, asked))
        };
        rows.into_iter().map(asked).collect()
    }

    /// Gives a list the newest message of each shortage that it has missed. Answers how many.
    pub async fn catch_up(&self, channel: &str, now: Timestamp) -> Result<u64> {
        let any: bool = sql::query_scalar(concat!("SELECT EXISTS (", missed!(), ")"))
            .bind(channel)
            .fetch_one(self.readers())
            .await?;
        if !any {
            return Ok(0);
        }
        let mut transaction = self.write().await?;
        let sql = concat!(
            "INSERT INTO delivery (message, alert, channel, next_at) \
             SELECT missed.*, $1, $2 FROM (",
            missed!(),
            ") missed"
        );
        let caught = sql::query(sql)
            .bind(channel)
            .bind(now.as_millisecond())
            .execute(&mut transaction)
            .await?;
        transaction.tell(News::Deliveries);
        transaction.commit().await?;
        Ok(caught.rows_affected())
    }
}
