//! Which licences a query finds, how many stand at each level, and those of one page in its order.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use domain::{Language, Level};
use jiff::Timestamp;
use store::Tenant;

use crate::overview::{Line, Need, New, Overview, Seen};
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
struct Found<'a> {
    seen: &'a Seen,
    line: &'a Line,
    level: Option<Level>,
    need: Need,
}

/// How many of the licences that fit otherwise stand at which level, in the order of [`LEVELS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts([usize; LEVELS.len()]);

impl Counts {
    /// Each level with its count.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'static str, usize)> {
        LEVELS.into_iter().zip(self.0)
    }

    /// So many more of a rank: [`LEVELS`] begin with the highest.
    fn add(&mut self, rank: usize, more: usize) {
        self.0[LEVELS.len() - 1 - rank] += more;
    }
}

/// What a query finds. Of most tenants nothing is looked at but how many fit: there may be very
/// many, and a page shows few.
pub(super) struct Finds<'a> {
    query: &'a Query,
    pub(super) counts: Counts,
    /// Of whom all fit that are of the wanted level, and all numbers are new.
    whole: Vec<(&'a Seen, New<'a>)>,
    /// What was found of others.
    single: Vec<Found<'a>>,
}

impl<'a> Finds<'a> {
    pub(super) fn of(overview: &'a Overview, query: &'a Query, now: Timestamp) -> Self {
        let mut finds = Self {
            query,
            counts: Counts::default(),
            whole: Vec::new(),
            single: Vec::new(),
        };
        let mut words = Vec::new();
        let on = overview.on();
        for seen in on.filter(|seen| query.is_about(seen.tenant.key.as_str())) {
            // Those that its own name has need not be looked for in each of its licences.
            words.clear();
            words.extend(query.search.words().filter(|word| !seen.has(word)));
            match seen.lines.while_new(&seen.tenant, now) {
                Some(new) if words.is_empty() => finds.add_whole(seen, new),
                _ => finds.add_those_with(&words, seen, now),
            }
        }
        finds
    }

    fn add_whole(&mut self, seen: &'a Seen, new: New<'a>) {
        for (rank, count) in new.ranks().iter().enumerate() {
            self.counts.add(rank, *count);
        }
        self.whole.push((seen, new));
    }

    fn add_those_with(&mut self, words: &[&str], seen: &'a Seen, now: Timestamp) {
        for line in seen.lines.all() {
            if !words.iter().all(|word| line.product.folded.contains(word)) {
                continue;
            }
            let level = line.level(&seen.tenant, now);
            self.counts.add(usize::from(level_rank(level)), 1);
            let wanted = self.query.level;
            if wanted.is_none_or(|wanted| wanted == level_word(level)) {
                self.single.push(Found::of(seen, line, level));
            }
        }
    }

    /// How many there are, on all pages together.
    pub(super) fn len(&self) -> usize {
        let wanted = self.query.level;
        let counts = self.counts.each();
        let those = counts.filter(|(level, _)| wanted.is_none_or(|wanted| wanted == *level));
        those.map(|(_, count)| count).sum()
    }

    /// The rows of one page. Only they are brought into order.
    pub(super) fn page(self, language: Language, page: Range<usize>) -> Vec<Row> {
        let query = self.query;
        let compare = |a: &Found<'_>, b: &Found<'_>| {
            by(query, language, a, b).then_with(|| by_name(language, a, b))
        };
        let mut found = self.up_to(page.end, compare);
        let page = page.start.min(found.len())..page.end.min(found.len());
        if page.is_empty() {
            return Vec::new();
        }
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

    /// Those among which the first so many are, in no order. What a tenant has stands by its need:
    /// where the list is in that order, the rest of it is left as soon as it can't be among them.
    fn up_to(
        self,
        end: usize,
        compare: impl Fn(&Found<'a>, &Found<'a>) -> Ordering + Copy,
    ) -> Vec<Found<'a>> {
        let wanted = self.query.level.map(rank_of);
        let by_need = self.query.sort == Sort::Level && !self.query.reversed;
        let mut found = self.single;
        let mut last = None;
        for (seen, new) in self.whole {
            let lines = new.of_rank(wanted);
            let all = lines.map(|(line, level)| Found::of(seen, line, level));
            found.extend(all.take_while(|it| last.is_none_or(|last| it.need <= last)));
            // So much more than is wanted, that bringing it into order is seldom done.
            if by_need && end > 0 && found.len() >= 4 * end {
                found.select_nth_unstable_by(end - 1, compare);
                found.truncate(end);
                last = Some(found[end - 1].need);
            }
        }
        found
    }
}

/// The rank of a word of [`LEVELS`], of which the highest comes first.
fn rank_of(word: &str) -> u8 {
    let below = LEVELS.iter().rev().position(|level| *level == word);
    below.and_then(|rank| u8::try_from(rank).ok()).unwrap_or(0)
}

impl<'a> Found<'a> {
    fn of(seen: &'a Seen, line: &'a Line, level: Option<Level>) -> Self {
        Self {
            seen,
            line,
            level,
            need: line.need(level),
        }
    }

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
        // As [`Need`] has it, but for unknown numbers, which stand last here, too.
        Sort::Level => turned(a.need.urgency().cmp(&b.need.urgency()))
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
            counts.add(usize::from(level_rank(level)), 1);
            let counted: Vec<_> = counts.each().filter(|(_, count)| *count == 1).collect();
            assert_eq!(counted, [(level_word(level), 1)]);
        }
    }
}
