//! Reads ahead what pages show of all tenants, so that the first who looks in the morning, or after
//! a start, waits no longer than anybody.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::overview::overview;
use crate::state::App;

/// As often as this, if it costs little: a thousand tenants of whom a few were looked at since cost
/// some milliseconds.
const SOON: Duration = Duration::from_secs(1);

/// As seldom as this, however much it costs.
const LATE: Duration = Duration::from_secs(10);

/// It takes no more of the time than one part in so many.
const ONE_PART_IN: u32 = 20;

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
        loop {
            let began = Instant::now();
            if Box::pin(overview(&self.0)).await.is_err() {
                tracing::debug!("the overview of all tenants cannot be read ahead");
            }
            sleep((began.elapsed() * ONE_PART_IN).clamp(SOON, LATE)).await;
        }
    }
}
