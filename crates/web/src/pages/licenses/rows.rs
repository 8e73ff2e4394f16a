//! Which licences a query finds, how many stand at each level, and those of one page in its order.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use domain::{Language, Level};
use jiff::Timestamp;
use store::Tenant;

use crate::overview::{Line, Overview, Seen};
use crate::pages::{level_rank, level_word};

use super::query::{LEVELS, Query, Sort};

/// A licence on the page.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) tenant: Arc<Tenant>,
    pub(super) line: Line,
    pub(super) level: Option<Level>,
}

/// A licence that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    seen: &'a Seen,
    line: &'a Line,
    level: Option<Level>,
    rank: u8,
}

/// How many of the licences that fit otherwise stand at which level, in the order of [`LEVELS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts([usize; LEVELS.len()]);

impl Counts {
    /// Each level with its count.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'static str, usize)> {
        LEVELS.into_iter().zip(self.0)
    }

    /// One more of a rank: [`LEVELS`] begin with the highest.
    fn add(&mut self, rank: u8) {
        self.0[LEVELS.len() - 1 - usize::from(rank)] += 1;
    }
}

pub(super) fn found<'a>(
    overview: &'a Overview,
    query: &Query,
    now: Timestamp,
) -> (Vec<Found<'a>>, Counts) {
    let (mut found, mut counts) = (Vec::new(), Counts::default());
    let mut words = Vec::new();
    for seen in overview
        .on()
        .filter(|seen| query.is_about(seen.tenant.key.as_str()))
    {
        // Those that its own name has need not be looked for in each of its licences.
        words.clear();
        words.extend(query.search.words().filter(|word| !seen.has(word)));
        for line in seen.lines.iter() {
            if !words.iter().all(|word| line.product.folded.contains(word)) {
                continue;
            }
            let level = line.level(&seen.tenant, now);
            let rank = level_rank(level);
            counts.add(rank);
            if query.level.is_none_or(|wanted| wanted == level_word(level)) {
                found.push(Found {
                    seen,
                    line,
                    level,
                    rank,
                });
            }
        }
    }
    (found, counts)
}

/// The rows of one page. Only they are brought into order: there may be very many others.
pub(super) fn page(
    found: &mut [Found<'_>],
    query: &Query,
    language: Language,
    page: Range<usize>,
) -> Vec<Row> {
    let page = page.start.min(found.len())..page.end.min(found.len());
    if page.is_empty() {
        return Vec::new();
    }
    let compare = |a: &Found<'_>, b: &Found<'_>| {
        by(query, language, a, b).then_with(|| by_name(language, a, b))
    };
    if page.end < found.len() {
        found.select_nth_unstable_by(page.end - 1, compare);
    }
    let upto = &mut found[..page.end];
    if page.start > 0 {
        upto.select_nth_unstable_by(page.start, compare);
    }
    let rows = &mut upto[page.start..];
    rows.sort_unstable_by(compare);
    rows.iter().map(Found::row).collect()
}

impl Found<'_> {
    fn row(&self) -> Row {
        Row {
            tenant: self.seen.tenant.clone(),
            line: self.line.clone(),
            level: self.level,
        }
    }
}

fn by(query: &Query, language: Language, a: &Found<'_>, b: &Found<'_>) -> Ordering {
    let turned = |order: Ordering| match query.reversed {
        true => order.reverse(),
        false => order,
    };
    // What is not known stands last, either way round.
    let by_number = |a: Option<i64>, b: Option<i64>| {
        let unknown = a.is_none().cmp(&b.is_none());
        unknown.then_with(|| turned(a.cmp(&b)))
    };
    match query.sort {
        // What needs a person first; at the same level what people are told of, then the fewest.
        Sort::Level => turned((b.rank, b.line.alerts).cmp(&(a.rank, a.line.alerts)))
            .then_with(|| by_number(a.line.free, b.line.free)),
        Sort::Product => turned(folded(language, a).cmp(folded(language, b))),
        Sort::Tenant => turned(a.seen.folded.cmp(&b.seen.folded)),
        Sort::Free => by_number(a.line.free, b.line.free),
        Sort::Used => by_number(a.line.used, b.line.used),
    }
}

/// A product's name without regard to case, as lists are ordered by it.
fn folded<'a>(language: Language, found: &Found<'a>) -> &'a str {
    found.line.product.folded_name(language)
}

fn by_name<'a>(language: Language, a: &Found<'a>, b: &Found<'a>) -> Ordering {
    let last = |found: &Found<'a>| (found.seen.place().1, found.line.product.id);
    a.seen
        .folded
        .cmp(&b.seen.folded)
        .then_with(|| folded(language, a).cmp(folded(language, b)))
        .then_with(|| last(a).cmp(&last(b)))
}

#[cfg(test)]
mod tests {
    use domain::Unknown;

    use super::*;

    #[test]
    fn each_level_is_counted_under_its_own_word() {
        let levels = [
            None,
            Some(Level::Enough),
            Some(Level::Low),
            Some(Level::Unknown(Unknown::NeverSeen)),
            Some(Level::Exhausted),
            Some(Level::OverAssigned),
        ];
        for level in levels {
            let mut counts = Counts::default();
            counts.add(level_rank(level));
            let counted: Vec<_> = counts.each().filter(|(_, count)| *count == 1).collect();
            assert_eq!(counted, [(level_word(level), 1)]);
        }
    }
}
