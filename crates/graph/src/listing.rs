//! What a listing gives: the entries, and what was odd about them but survivable.

use std::fmt::Display;

use crate::error::{Call, Error, Failure};
use crate::json::{Element, read_page};

/// Most remarks of one listing; the rest is counted.
const MOST_REMARKS: usize = 20;

/// Most entries of one listing: an answer of tiny entries must not become a hundred times its size.
/// The largest tenants have some hundred SKUs and some thousand subscriptions.
pub(crate) const MOST_ENTRIES: usize = 20_000;

/// All pages of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing<T> {
    /// The entries in the order of the answer.
    pub items: Vec<T>,
    /// What could not be read and became `None`, such as
    /// `value[3].consumedUnits: expected a number, got "many"`. At most 20 and a count of the rest.
    pub remarks: Vec<String>,
}

/// One page of a listing, as read from one answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The entries in the order of the answer.
    pub items: Vec<T>,
    /// As in [`Listing::remarks`].
    pub remarks: Vec<String>,
    /// Where the next page is, as the answer says it: unchecked.
    pub next_link: Option<String>,
}

/// Reads one answer alone, without the request around it.
pub(crate) fn parse<T: Element>(body: &[u8], call: Call) -> Result<Page<T>, Error> {
    let mut remarks = Remarks::default();
    match read_page(body, 1, &mut remarks) {
        Ok((items, next_link)) => Ok(Page {
            items,
            remarks: remarks.finish(),
            next_link,
        }),
        Err(reason) => Err(Error::unreadable(Failure::new(call), &reason)),
    }
}

/// Collects remarks up to their bound.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    kept: Vec<String>,
    beyond: usize,
}

impl Remarks {
    /// The remark is only put into words if there is room for it.
    pub(crate) fn add(&mut self, place: impl Display, what: impl Display) {
        if self.kept.len() < MOST_REMARKS {
            self.kept.push(format!("{place}: {what}"));
        } else {
            self.beyond += 1;
        }
    }

    pub(crate) fn finish(mut self) -> Vec<String> {
        if self.beyond > 0 {
            self.kept.push(format!("and {} more", self.beyond));
        }
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_are_bounded_and_the_rest_is_counted() {
        let check = |count: usize, last: &str, lines: usize| {
            let mut remarks = Remarks::default();
            (0..count).for_each(|i| remarks.add(i, "odd"));
            let kept = remarks.finish();
            assert_eq!(kept.len(), lines);
            assert_eq!(kept.last().map_or("", String::as_str), last);
        };
        check(0, "", 0);
        check(20, "19: odd", 20);
        check(21, "and 1 more", 21);
        check(5000, "and 4980 more", 21);
    }
}
