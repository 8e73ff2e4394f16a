//! The products of a month: how they stood at its end, against its beginning, and at their lowest.

use domain::{AppliesTo, Forecast, Level, Past, Policy, Sku, SkuId, Snapshot, TenantKey, Units};
use jiff::Timestamp;
use store::{History, Point};

use crate::v2::{Lens, then};

use super::month::Span;

/// A product in a month.
pub(super) struct Licence {
    pub(super) product: String,
    /// Empty: not known, because the tenant does not have it any more.
    pub(super) part_number: String,
    /// As it was at the end; `None`: the tenant did not have it any more.
    pub(super) sku: Option<Sku>,
    pub(super) policy: Policy,
    /// `None`: not judged.
    pub(super) level: Option<Level>,
    /// At the month's beginning, or at the first look if that came later; `None`: the tenant did
    /// not have it.
    pub(super) begin: Option<Units>,
    /// The fewest free seats, and from when on there were so few.
    pub(super) lowest: Option<(i64, Timestamp)>,
    /// `None`: it counts no seats.
    pub(super) forecast: Option<Forecast>,
}

/// What licences are made from, besides the past of each.
pub(super) struct Ground<'a> {
    pub(super) lens: &'a Lens,
    pub(super) key: &'a TenantKey,
    pub(super) now: &'a Snapshot,
    pub(super) span: &'a Span,
    /// When history begins, or the month if that came later.
    pub(super) compared_from: Timestamp,
    /// The last look at or before the end.
    pub(super) seen_at: Timestamp,
}

impl Licence {
    /// `None`: the tenant had no such product in the month, or it is shown nowhere.
    pub(super) fn of(ground: &Ground<'_>, id: SkuId, history: History) -> Option<Self> {
        let Ground { lens, span, .. } = ground;
        let at = |moment| then::sku_at(ground.now, id, &history.points, moment);
        let (begin, end) = (at(ground.compared_from), at(span.until));
        let lowest = lowest(&history.points, span);
        let known = end.as_ref().or(begin.as_ref()).cloned();
        let known = known.or_else(|| lowest.map(|_| Sku::unseen(id, "")))?;
        let policy = lens.policy(ground.key, &known)?;
        let level = end.as_ref();
        let level = level.and_then(|sku| domain::judge(sku, &policy, ground.seen_at, span.until));
        let counts = known.applies_to != AppliesTo::Company;
        let forecast = counts.then(|| domain::forecast(&Past::from(history), span.until));
        Some(Self {
            product: lens.product(id, &known.part_number),
            part_number: known.part_number,
            policy,
            level,
            begin: begin.map(|sku| sku.units),
            lowest: lowest.filter(|_| counts),
            forecast: forecast.filter(|_| end.is_some()),
            sku: end,
        })
    }

    pub(super) fn end(&self) -> Option<Units> {
        self.sku.as_ref().map(|sku| sku.units)
    }

    pub(super) fn free(&self) -> Option<i64> {
        self.end()?.free()
    }

    pub(super) fn consumed(&self) -> Option<i64> {
        self.end()?.consumed
    }

    pub(super) fn assignable(&self) -> Option<i64> {
        self.end()?.assignable()
    }

    /// How many more are in use; `None`: not known, or there is nothing to compare with.
    pub(super) fn consumed_change(&self) -> Option<i64> {
        self.consumed()?.checked_sub(self.begin?.consumed?)
    }

    pub(super) fn assignable_change(&self) -> Option<i64> {
        self.assignable()?.checked_sub(self.begin?.assignable()?)
    }

    /// What needs somebody first stands first.
    pub(super) fn rank(&self) -> u8 {
        self.level.map_or(0, |level| level.rank() + 1)
    }
}

/// The fewest free seats of what held in the month; the first of several such days.
fn lowest(points: &[Point], span: &Span) -> Option<(i64, Timestamp)> {
    let ends = points.iter().skip(1).map(|point| point.from);
    let ends = ends.chain([Timestamp::MAX]);
    let within = points.iter().zip(ends);
    let within = within.filter(|(point, end)| *end > span.from && point.from < span.until);
    let free =
        within.filter_map(|(point, _)| Some((point.units?.free()?, point.from.max(span.from))));
    free.min()
}
