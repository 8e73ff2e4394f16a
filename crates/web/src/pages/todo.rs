//! What needs somebody now, in a few lines on top of other pages.

use domain::TenantKey;
use store::AlertFilter;

use crate::problem::Error;
use crate::state::App;
use crate::v2::Lens;

use super::Visit;
use super::alerts::row::Row;

/// The most urgent alerts that nobody takes care of yet.
pub(crate) struct Todo {
    pub(crate) rows: Vec<Row>,
    /// Whether there are more.
    pub(crate) more: bool,
}

impl Todo {
    /// Where somebody looks for something else.
    pub(crate) fn none() -> Self {
        Self {
            rows: Vec::new(),
            more: false,
        }
    }

    /// Up to `count` of them, of one tenant or of all.
    pub(crate) async fn of(
        app: &App,
        lens: &Lens,
        visit: &Visit,
        tenant: Option<TenantKey>,
        count: usize,
    ) -> Result<Self, Error> {
        let open = AlertFilter {
            tenant,
            state: Some("open".to_owned()),
            ..AlertFilter::default()
        };
        let limit = u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        let found = app.store().urgent_alerts(&open, None, limit).await?;
        let rows = found.iter().take(count);
        Ok(Self {
            more: found.len() > count,
            rows: rows.map(|kept| Row::of(kept, lens, visit)).collect(),
        })
    }
}
