//! How much waits to be done, and how busy the connections are: for whoever watches the program.

use jiff::Timestamp;

use crate::{Result, Store};

/// Connections to the database that serve the same purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// `read` or `write`.
    pub purpose: &'static str,
    /// Those that somebody uses at this moment.
    pub busy: u32,
    /// Those that are open and unused.
    pub idle: u32,
}

impl Store {
    /// The connections of this process, as they are at this moment.
    pub fn pool(&self) -> [Connections; 2] {
        [("read", self.readers()), ("write", self.writer())].map(|(purpose, pool)| {
            let open = pool.size();
            let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX).min(open);
            Connections {
                purpose,
                busy: open - idle,
                idle,
            }
        })
    }

    /// How many tenants wait to be judged, those that somebody judges just now included.
    pub async fn judgements_due(&self, now: Timestamp) -> Result<i64> {
        let sql = "SELECT COUNT(*) FROM tenant WHERE removed_at IS NULL AND enabled \
                   AND judge_at <= $1";
        Ok(sqlx::query_scalar(sql)
            .bind(now.as_millisecond())
            .fetch_one(self.readers())
            .await?)
    }
}
