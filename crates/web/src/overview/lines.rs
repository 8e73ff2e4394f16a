//! What a tenant has, in the order in which it needs a person, and how much of it stands at which
//! level: what lists of a thousand tenants ask of each of them, without looking at all it has.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

use domain::Level;
use jiff::{SignedDuration, Timestamp};
use store::Tenant;

use crate::pages::{RANKS, level_rank};

use super::Product;

/// A licence of a tenant.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) product: Arc<Product>,
    /// The level as long as the numbers count as new; `None`: it is not judged.
    pub(super) level: Option<Level>,
    pub(super) stale_after: SignedDuration,
    pub(crate) free: Option<i64>,
    pub(crate) used: Option<i64>,
    pub(crate) assignable: Option<i64>,
    /// Whether somebody is told of it.
    pub(crate) alerts: bool,
}

/// How much a licence needs a person: what needs one most comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need {
    rank: Reverse<u8>,
    alerts: Reverse<bool>,
    /// What is not known stands last.
    free: (bool, Option<i64>),
}

/// The licences of a tenant.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// By their need, as long as the numbers count as new.
    all: Arc<[Line]>,
    /// How many of them are of each rank.
    ranks: [usize; RANKS],
    /// From what age of the numbers on some of them are unknown.
    stale_after: SignedDuration,
}

impl Line {
    /// What is to be said of it now.
    pub(crate) fn level(&self, tenant: &Tenant, now: Timestamp) -> Option<Level> {
        let fresh = domain::freshness(tenant.seen_at, now, self.stale_after);
        let level = self.level?;
        Some(fresh.map_or_else(Level::Unknown, |()| level))
    }

    /// How much it needs a person at a level.
    pub(crate) fn need(&self, level: Option<Level>) -> Need {
        Need {
            rank: Reverse(level_rank(level)),
            alerts: Reverse(self.alerts),
            free: (self.free.is_none(), self.free),
        }
    }
}

impl Need {
    /// Without regard to the number of free seats.
    pub(crate) fn urgency(self) -> impl Ord {
        (self.rank, self.alerts)
    }
}

impl Lines {
    pub(super) fn of(mut lines: Vec<Line>) -> Self {
        lines.sort_by_key(|line| line.need(line.level));
        let mut ranks = [0; RANKS];
        for line in &lines {
            ranks[usize::from(level_rank(line.level))] += 1;
        }
        let stale_after = lines.iter().map(|line| line.stale_after);
        Self {
            stale_after: stale_after.min().unwrap_or(SignedDuration::MAX),
            ranks,
            all: lines.into(),
        }
    }

    pub(crate) fn all(&self) -> &[Line] {
        &self.all
    }

    /// What it has if all its numbers count as new; the lines then have their own levels.
    pub(crate) fn while_new(&self, tenant: &Tenant, now: Timestamp) -> Option<New<'_>> {
        let fresh = domain::freshness(tenant.seen_at, now, self.stale_after);
        fresh.is_ok().then_some(New(self))
    }
}

/// [`Lines`] of which all numbers count as new.
#[derive(Clone, Copy, Debug)]
pub(crate) struct New<'a>(&'a Lines);

impl<'a> New<'a> {
    /// How many are of each rank, the lowest first.
    pub(crate) fn ranks(self) -> &'a [usize; RANKS] {
        &self.0.ranks
    }

    /// Those of a rank, or all, by their need, each with its level.
    pub(crate) fn of_rank(
        self,
        rank: Option<u8>,
    ) -> impl Iterator<Item = (&'a Line, Option<Level>)> {
        let Lines { all, ranks, .. } = self.0;
        let range = rank.map_or(0..all.len(), |rank| place(ranks, usize::from(rank)));
        all[range].iter().map(|line| (line, line.level))
    }
}

/// Where those of a rank stand: the highest stand first.
fn place(ranks: &[usize; RANKS], rank: usize) -> Range<usize> {
    let before = ranks[rank + 1..].iter().sum();
    before..before + ranks[rank]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_of_a_rank_stand_behind_those_of_higher_ones() {
        let ranks = [1, 0, 2, 0, 0, 4];
        let places: Vec<_> = (0..RANKS).map(|rank| place(&ranks, rank)).collect();
        assert_eq!(places, [6..7, 6..6, 4..6, 4..4, 4..4, 0..4]);
    }
}
