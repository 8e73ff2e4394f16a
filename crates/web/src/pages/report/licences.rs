//! The products of a month: how they stood at its end, against its beginning, and at their lowest.

use domain::{
    AppliesTo, Exclusion, Forecast, Level, Past, Policy, Sku, Snapshot, TenantKey, Units,
};
use jiff::Timestamp;
use store::Point;

use crate::pages::level_rank;
use crate::v2::Lens;
use crate::v2::then::Course;

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
    pub(super) fn of(ground: &Ground<'_>, course: Course) -> Option<Self> {
        let Ground { lens, span, .. } = ground;
        let at = |moment| course.at(ground.now, moment);
        let (begin, end) = (at(ground.compared_from), at(span.until));
        let lowest = lowest(&course.history.points, span);
        let was_there = within(&course.history.points, span).next().is_some();
        let known = end.as_ref().or(begin.as_ref()).cloned();
        let known = known.or_else(|| was_there.then(|| course.sku(ground.now)))?;
        let policy = lens.policy(ground.key, &known)?;
        let level = end.as_ref();
        let level = level.and_then(|sku| domain::judge(sku, &policy, ground.seen_at, span.until));
        let counts = known.applies_to != AppliesTo::Company;
        let forecast = counts.then(|| domain::forecast(&Past::from(course.history), span.until));
        Some(Self {
            product: lens.product(course.id, &known.part_number),
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

    /// Whether nobody is told of a shortage.
    pub(super) fn is_quiet(&self) -> bool {
        self.policy.exclusion != Exclusion::None
    }

    /// What needs somebody first stands first.
    pub(super) fn rank(&self) -> u8 {
        level_rank(self.level)
    }
}

/// What held in the month, each from when on.
fn within<'a>(
    points: &'a [Point],
    span: &'a Span,
) -> impl Iterator<Item = (Units, Timestamp)> + 'a {
    let ends = points.iter().skip(1).map(|point| point.from);
    let ends = ends.chain([Timestamp::MAX]);
    let held = points.iter().zip(ends);
    let held = held.filter(|(point, end)| *end > span.from && point.from < span.until);
    held.filter_map(|(point, _)| Some((point.units?, point.from.max(span.from))))
}

/// The fewest free seats of what held in the month; the first of several such days.
fn lowest(points: &[Point], span: &Span) -> Option<(i64, Timestamp)> {
    within(points, span)
        .filter_map(|(units, from)| Some((units.free()?, from)))
        .min()
}
