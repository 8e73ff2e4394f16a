//! Tenants by name, searched and in pages, for the lists that have one row for each.

use std::sync::Arc;

use store::Tenant;

use crate::overview::Seen;
use crate::search::Search;

/// Tenants on a page.
const ROWS: usize = 100;

/// Those whose name or key has each word: a page of what stands after `after`, and the place after
/// which there are more. They come in the order of their places.
pub(super) fn page<'a>(
    tenants: impl Iterator<Item = &'a Seen>,
    search: Option<&str>,
    after: Option<&str>,
) -> (Vec<Arc<Tenant>>, Option<String>) {
    let search = search.map(Search::of).unwrap_or_default();
    let after = after.map(|place| place.split_once('\0').unwrap_or((place, "")));
    let is_wanted = |seen: &&Seen| {
        search.all(|word| seen.has(word)) && after.is_none_or(|after| seen.place() > after)
    };
    let mut wanted = tenants.filter(is_wanted);
    let page: Vec<&Seen> = wanted.by_ref().take(ROWS).collect();
    let last = page.last().filter(|_| wanted.next().is_some());
    let place = last.map(|seen| {
        let (name, key) = seen.place();
        format!("{name}\0{key}")
    });
    let tenants = page.into_iter().map(|seen| seen.tenant.clone());
    (tenants.collect(), place)
}
