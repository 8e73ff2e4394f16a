//! What a path under `/sites` names.

use percent_encoding::percent_decode_str;

use crate::graph::refusal::Refusal;
use crate::graph::route::UnknownSegment;

/// Lists by id or name, items by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Site,
    Lists,
    List(String),
    Columns(String),
    Items(String),
    Item(String, String),
    Fields(String, String),
}

impl Place {
    /// Lists and columns, which need more than the permission to write rows.
    pub(super) fn is_structure(&self) -> bool {
        matches!(self, Place::Lists | Place::Columns(_))
    }
}

/// The site's id, and the place in it.
pub(super) fn place(path: &str) -> Result<(String, Place), Refusal> {
    let segments: Vec<String> = path
        .trim_end_matches('/')
        .split('/')
        .skip(3)
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into())
        .collect();
    let mut segments = segments.into_iter();
    let site = segments.next().unwrap_or_default();
    match under(segments) {
        Ok(place) => Ok((site, place)),
        Err(segment) => Err(Refusal::unknown(&UnknownSegment(segment))),
    }
}

/// The place in a site, or the segment that leads nowhere.
fn under(mut segments: impl Iterator<Item = String>) -> Result<Place, String> {
    let Some(first) = segments.next() else {
        return Ok(Place::Site);
    };
    if !first.eq_ignore_ascii_case("lists") {
        return Err(first);
    }
    let Some(list) = segments.next() else {
        return Ok(Place::Lists);
    };
    let place = match segments.next() {
        None => Place::List(list),
        Some(name) if name.eq_ignore_ascii_case("columns") => Place::Columns(list),
        Some(name) if name.eq_ignore_ascii_case("items") => match segments.next() {
            None => Place::Items(list),
            Some(id) => match segments.next() {
                None => Place::Item(list, id),
                Some(name) if name.eq_ignore_ascii_case("fields") => Place::Fields(list, id),
                Some(name) => return Err(name),
            },
        },
        Some(name) => return Err(name),
    };
    segments.next().map_or(Ok(place), Err)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_names_a_place_in_a_site() {
        let check = |path: &str, expected: Place| {
            let (site, place) = place(&format!("/v1.0/sites/{path}")).unwrap();
            assert_eq!((site.as_str(), place), ("h,a,b", expected), "{path}");
        };
        let text = str::to_owned;
        check("h,a,b", Place::Site);
        check("h%2Ca%2Cb/", Place::Site);
        check("h,a,b/Lists", Place::Lists);
        check(
            "h,a,b/lists/Meine%20Liste",
            Place::List(text("Meine Liste")),
        );
        check("h,a,b/lists/l/columns", Place::Columns(text("l")));
        check("h,a,b/lists/l/items", Place::Items(text("l")));
        check("h,a,b/lists/l/items/7", Place::Item(text("l"), text("7")));
        let fields = Place::Fields(text("l"), text("7"));
        check("h,a,b/lists/l/items/7/fields/", fields);
    }

    #[test]
    fn a_path_that_leads_nowhere_says_where_it_ends() {
        let check = |path: &str, segment: &str| {
            let segments = path.split('/').map(str::to_owned);
            assert_eq!(under(segments), Err(segment.to_owned()), "{path}");
        };
        check("drives", "drives");
        check("lists/l/views", "views");
        check("lists/l/items/7/versions", "versions");
        check("lists/l/items/7/fields/Title", "Title");
        check("lists/l/columns/c", "c");
    }

    proptest! {
        #[test]
        fn no_path_is_too_odd(path in ".{0,60}", tail in "[/%,a-z]{0,40}") {
            drop(place(&path));
            drop(place(&format!("/v1.0/sites/a/lists{tail}")));
        }
    }
}
