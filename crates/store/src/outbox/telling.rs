//! How it goes with a channel: when it last took a message, and why it did not take another.

use jiff::Timestamp;

use crate::document::time;
use crate::{Result, Store, sql};

/// How it goes with a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    /// When it last took a message, of the newest hundred that it took. `None`: never.
    pub delivered_at: Option<Timestamp>,
    /// The last try that failed, of what is not delivered yet. `None`: none did.
    pub failure: Option<Failure>,
}

/// A try that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub at: Timestamp,
    pub error: String,
    /// What to do about it.
    pub advice: Option<String>,
}

impl Store {
    /// How it goes with a channel, of which there need be none.
    pub async fn telling(&self, channel: &str) -> Result<Telling> {
        let sql = "SELECT MAX(delivered_at) FROM (SELECT delivered_at FROM delivery \
                   WHERE channel = $1 AND delivered_at IS NOT NULL \
                   ORDER BY message DESC LIMIT 100) newest";
        let delivered: Option<i64> = sql::query_scalar(sql)
            .bind(channel)
            .fetch_one(self.readers())
            .await?;
        let sql = "SELECT tried_at, error, advice FROM delivery WHERE channel = $1 \
                   AND delivered_at IS NULL AND error IS NOT NULL AND tried_at IS NOT NULL \
                   ORDER BY tried_at DESC LIMIT 1";
        let failed: Option<(i64, String, Option<String>)> = sql::query_as(sql)
            .bind(channel)
            .fetch_optional(self.readers())
            .await?;
        let failure = match failed {
            None => None,
            Some((at, error, advice)) => {
                let at = time(at)?;
                Some(Failure { at, error, advice })
            }
        };
        Ok(Telling {
            delivered_at: delivered.map(time).transpose()?,
            failure,
        })
    }
}
