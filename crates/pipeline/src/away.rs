//! A store that is busy for a moment delays a loop; one that stays away for long ends it.

use std::time::Duration;

use tokio::time::Instant;

/// How a loop bears that the store is away.
#[derive(Debug)]
pub(crate) struct Away {
    patience: Duration,
    since: Option<Instant>,
}

impl Away {
    pub(crate) fn new(patience: Duration) -> Self {
        Self {
            patience,
            since: None,
        }
    }

    /// What a turn answered; `None`: the store was away, and is to be tried again after a nap.
    ///
    /// # Errors
    /// It has been away for longer than the patience, or waiting does not help.
    pub(crate) fn endure<T>(&mut self, turned: store::Result<T>) -> store::Result<Option<T>> {
        match turned {
            Ok(turn) => {
                if self.since.take().is_some() {
                    tracing::info!("the store is back");
                }
                Ok(Some(turn))
            }
            Err(error @ store::Error::Unavailable(_)) => {
                if self.since.is_none() {
                    tracing::warn!(%error, "the store is away; trying again");
                }
                let since = *self.since.get_or_insert_with(Instant::now);
                if since.elapsed() > self.patience {
                    return Err(error);
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away() -> store::Result<()> {
        Err(store::Error::Unavailable("database is locked".to_owned()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_is_away_is_waited_for_until_patience_ends() {
        let mut waiting = Away::new(Duration::from_secs(60));
        assert!(waiting.endure(away()).unwrap().is_none());
        tokio::time::advance(Duration::from_secs(59)).await;
        assert!(waiting.endure(away()).unwrap().is_none());
        assert!(waiting.endure(Ok(())).unwrap().is_some());
        tokio::time::advance(Duration::from_secs(59)).await;
        assert!(waiting.endure(away()).unwrap().is_none());
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(waiting.endure(away()).is_err());
    }

    #[tokio::test]
    async fn what_no_waiting_mends_ends_the_loop_at_once() {
        let broken = store::Error::Corrupt {
            table: "alert",
            detail: "the number is a text".to_owned(),
        };
        let mut waiting = Away::new(Duration::from_secs(60));
        assert!(waiting.endure::<()>(Err(broken)).is_err());
    }
}
