//! What a report does not know, so that nobody takes silence for "all is well".

use domain::{Cause, Forecast, Level, SkuId, Unknown};
use jiff::{SignedDuration, Timestamp};
use store::Unseen;
use uuid::Uuid;

use super::licences::Licence;
use super::month::Span;

/// All that is unknown.
#[derive(Default)]
pub(super) struct Doubts {
    /// When history begins, if that was in the month; the month's beginning is not known then.
    pub(super) begins: Option<Timestamp>,
    pub(super) subscriptions_not_seen: bool,
    /// When subscriptions were first seen, if that was in the month.
    pub(super) subscriptions_begin: Option<Timestamp>,
    /// Subscriptions that are gone by now, of which nothing can be told any more.
    pub(super) subscriptions_gone: i64,
    /// Nobody could look for longer than the policy takes numbers for true.
    pub(super) gaps: Vec<Gap>,
    /// Gaps that were shorter.
    pub(super) short_gaps: i64,
    /// Products with a number that Microsoft left out, and its name.
    pub(super) numbers_missing: Vec<(String, &'static str)>,
    /// Products of which too little is known to look ahead.
    pub(super) no_forecast: Vec<String>,
}

pub(super) struct Gap {
    /// Not before the month.
    pub(super) from: Timestamp,
    /// `None`: it went on at the end.
    pub(super) until: Option<Timestamp>,
    pub(super) cause: Cause,
}

/// A product that nobody has, whose history holds the tenant's gaps and nothing else.
pub(super) const NO_PRODUCT: SkuId = SkuId(Uuid::nil());

impl Doubts {
    pub(super) fn is_empty(&self) -> bool {
        self.begins.is_none()
            && !self.subscriptions_not_seen
            && self.subscriptions_begin.is_none()
            && self.subscriptions_gone == 0
            && self.gaps.is_empty()
            && self.short_gaps == 0
            && self.numbers_missing.is_empty()
            && self.no_forecast.is_empty()
    }

    pub(super) fn add_gaps(
        &mut self,
        unseen: Vec<Unseen>,
        stale_after: SignedDuration,
        span: &Span,
    ) {
        for gap in unseen {
            let ends = gap.until.filter(|end| *end < span.until);
            let lasted = ends.unwrap_or(span.until).duration_since(gap.from);
            if lasted > stale_after {
                self.gaps.push(Gap {
                    from: gap.from.max(span.from),
                    until: ends,
                    cause: gap.cause,
                });
            } else {
                self.short_gaps += 1;
            }
        }
    }

    pub(super) fn add_licence(&mut self, licence: &Licence) {
        if let Some(Level::Unknown(Unknown::NumberMissing { field })) = licence.level {
            self.numbers_missing.push((licence.product.clone(), field));
        }
        let too_little = matches!(licence.forecast, Some(Forecast::NotEnoughHistory { .. }));
        if too_little && licence.level.is_some() && licence.free().is_some() {
            self.no_forecast.push(licence.product.clone());
        }
    }
}
