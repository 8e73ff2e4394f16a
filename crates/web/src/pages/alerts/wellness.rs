//! What an empty list of alerts is worth: all is well only where somebody has looked.

use jiff::Timestamp;

use crate::overview::overview;
use crate::problem::Error;
use crate::state::App;

/// How much of the tenants is seen.
pub(super) struct Wellness {
    /// Tenants that the home folder has.
    pub(super) tenants: usize,
    /// Those whose last look saw something.
    pub(super) seen: i64,
    /// Those that are switched on and cannot be seen.
    pub(super) unseen: i64,
    /// When the oldest numbers of those that are seen are from.
    pub(super) oldest: Option<Timestamp>,
}

impl Wellness {
    pub(super) async fn of(app: &App) -> Result<Self, Error> {
        let overview = overview(app).await?;
        let mut wellness = Self {
            tenants: overview.by_name().count(),
            seen: 0,
            unseen: 0,
            oldest: None,
        };
        for tenant in overview.on().map(|seen| &seen.tenant) {
            match (tenant.seen_at, &tenant.gap) {
                (Some(at), None) => {
                    wellness.seen += 1;
                    let oldest = wellness.oldest.map_or(at, |oldest| oldest.min(at));
                    wellness.oldest = Some(oldest);
                }
                _ => wellness.unseen += 1,
            }
        }
        Ok(wellness)
    }
}
