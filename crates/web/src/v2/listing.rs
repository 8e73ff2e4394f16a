//! Lists that are read row by row from the store: in pages, in the store's own order.

use serde::Serialize;
use utoipa::ToSchema;

use super::page;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listing<T> {
    items: Vec<T>,
    /// Give it as `cursor` to get what follows. `null`: that was all.
    next_cursor: Option<String>,
}

impl<T> Listing<T> {
    /// The first `limit` of `rows`; one more than that says that there is more. `place` is where
    /// the next page begins after a row.
    pub(crate) fn of<Row>(
        mut rows: Vec<Row>,
        limit: usize,
        place: impl Fn(&Row) -> String,
        shape: impl FnMut(Row) -> T,
    ) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| more);
        Self {
            next_cursor: last.map(|row| page::opaque(&place(row))),
            items: rows.into_iter().map(shape).collect(),
        }
    }
}

/// So many rows are read for a page, to know whether there is more.
pub(crate) fn rows(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_more_than_a_page_says_that_there_is_more() {
        let check = |rows: usize, limit, items: usize, more: bool| {
            let listing = Listing::of((0..rows).collect(), limit, usize::to_string, |row| row);
            let found = (listing.items.len(), listing.next_cursor.is_some());
            assert_eq!(found, (items, more), "{rows} rows, {limit} a page");
        };
        check(0, 3, 0, false);
        check(3, 3, 3, false);
        check(4, 3, 3, true);
        let listing = Listing::of(vec![9, 8, 7], 2, i32::to_string, |row| row);
        let place = listing.next_cursor.as_deref().and_then(page::plain);
        assert_eq!(place.as_deref(), Some("8"), "the last that was given");
    }
}
