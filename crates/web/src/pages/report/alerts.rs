//! The alerts that went on at some time in a month.

use jiff::Timestamp;
use store::{AlertFilter, KeptAlert, Store};

use crate::problem::Error;
use crate::v2::Lens;
use crate::words::Words;

use super::month::Span;

/// Alerts read at once.
const STRIDE: u32 = 500;

pub(super) struct Alert {
    /// `None`: it is about the tenant as a whole.
    pub(super) product: Option<String>,
    /// What it came to.
    pub(super) stage: &'static str,
    pub(super) severity: &'static str,
    pub(super) opened_at: Timestamp,
    /// `None`: it went on at the month's end.
    pub(super) ended_at: Option<Timestamp>,
}

/// Oldest first.
pub(super) async fn of_month(
    store: &Store,
    key: &domain::TenantKey,
    lens: &Lens,
    span: &Span,
) -> Result<Vec<Alert>, Error> {
    let mut found = store.active_alerts(key).await?;
    let filter = AlertFilter {
        tenant: Some(key.clone()),
        state: Some(domain::State::Resolved.as_str().to_owned()),
        ..AlertFilter::default()
    };
    let mut before = None;
    loop {
        let page = store.alerts(&filter, before, STRIDE).await?;
        let Some(last) = page.last() else {
            break;
        };
        before = Some(last.id);
        found.extend(page);
    }
    let went_on = |kept: &KeptAlert| {
        let begun = match span.goes_on {
            true => kept.alert.opened_at <= span.until,
            false => kept.alert.opened_at < span.until,
        };
        begun && kept.resolved_at.is_none_or(|at| at >= span.from)
    };
    found.retain(went_on);
    found.sort_by_key(|kept| (kept.alert.opened_at, kept.id));
    Ok(found.iter().map(|kept| shape(kept, lens, span)).collect())
}

fn shape(kept: &KeptAlert, lens: &Lens, span: &Span) -> Alert {
    let (alert, words) = (&kept.alert, Words(lens.language));
    let product = alert.facts.product();
    Alert {
        product: product.map(|(id, part_number)| lens.product(id, part_number)),
        stage: words.stage(alert),
        severity: words.severity(alert.severity()),
        opened_at: alert.opened_at,
        ended_at: kept.resolved_at.filter(|ended| *ended < span.until),
    }
}
