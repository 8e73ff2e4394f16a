//! How much waits to be done, and how busy the connections are: for whoever watches the program.

use jiff::Timestamp;

use crate::sql::Pool;
use crate::{Result, Store, sql};

/// Connections to the database that serve the same purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// `read` or `write`; `any` where they serve both; `listen` for the one that hears what other
    /// processes say.
    pub purpose: &'static str,
    /// Those that somebody uses at this moment.
    pub busy: u32,
    /// Those that are open and unused.
    pub idle: u32,
}

impl Connections {
    fn of(purpose: &'static str, open: u32, idle: usize) -> Self {
        let idle = u32::try_from(idle).unwrap_or(u32::MAX).min(open);
        Self {
            purpose,
            busy: open - idle,
            idle,
        }
    }
}

impl Store {
    /// The connections of this process, as they are at this moment.
    pub fn pool(&self) -> Vec<Connections> {
        match (self.readers(), self.writer()) {
            (Pool::Sqlite(readers), Pool::Sqlite(writer)) => vec![
                Connections::of("read", readers.size(), readers.num_idle()),
                Connections::of("write", writer.size(), writer.num_idle()),
            ],
            (Pool::Postgres(any), _) | (_, Pool::Postgres(any)) => {
                let listens = u32::from(self.bell().listens());
                vec![
                    Connections::of("any", any.size(), any.num_idle()),
                    Connections::of("listen", listens, 0),
                ]
            }
        }
    }

    /// How many tenants wait to be judged, those that somebody judges just now included.
    pub async fn judgements_due(&self, now: Timestamp) -> Result<i64> {
        let sql = "SELECT COUNT(*) FROM tenant WHERE removed_at IS NULL AND enabled \
                   AND judge_at <= $1";
        sql::query_scalar(sql)
            .bind(now.as_millisecond())
            .fetch_one(self.readers())
            .await
    }
}
