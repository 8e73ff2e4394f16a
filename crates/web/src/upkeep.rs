//! Reads ahead what pages show of all tenants, so that the first who looks in the morning, or after
//! a start, waits no longer than anybody.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::overview::overview;
use crate::state::App;

/// A look at a thousand tenants that found nothing new since costs some milliseconds.
const EVERY: Duration = Duration::from_secs(10);

/// Keeps the overview of all tenants at hand.
#[derive(Debug)]
pub struct Upkeep(App);

impl Upkeep {
    pub(crate) fn of(app: App) -> Self {
        Self(app)
    }

    /// Goes on for ever; to be dropped. What fails here fails again, and in words, where somebody
    /// asks for a page.
    pub async fn go_on(self) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if overview(&self.0).await.is_err() {
                tracing::debug!("the overview of all tenants cannot be read ahead");
            }
        }
    }
}
