//! Puts the pages of a listing together, and decides where a next link may lead.

use std::collections::HashSet;

use url::{Origin, Url};

use crate::json::{Element, read_page};
use crate::listing::{Listing, Remarks};
use crate::untrusted::cleaned;

/// Largest sum of all pages, in bytes: 200 000 list items have some 300 MiB.
const MOST_BYTES: usize = 512 << 20;

/// A listing that grows page by page.
pub(crate) struct Pages<T> {
    items: Vec<T>,
    remarks: Remarks,
    read: u32,
    /// How many bytes may still come.
    room: usize,
    links: HashSet<String>,
    origin: Origin,
    limit: u32,
}

impl<T: Element> Pages<T> {
    /// Pages may only come from `origin`, and there may be `limit` of them.
    pub(crate) fn new(origin: Origin, limit: u32) -> Pages<T> {
        Pages {
            items: Vec::new(),
            remarks: Remarks::default(),
            read: 0,
            room: MOST_BYTES,
            links: HashSet::new(),
            origin,
            limit,
        }
    }

    /// Adds a page, which may be empty, and says where the next is; or why the listing ends badly.
    pub(crate) fn add(&mut self, body: &[u8]) -> Result<Option<Url>, String> {
        self.read += 1;
        let room = self.room.checked_sub(body.len());
        self.room = room.ok_or("its pages are larger than 512 MiB together")?;
        let (found, link) = read_page(body, self.read, &mut self.remarks)?;
        if self.items.len() + found.len() > T::MOST {
            return Err(format!("it has more than {} entries", T::MOST));
        }
        self.items.extend::<Vec<T>>(found);
        let Some(link) = link else { return Ok(None) };
        if self.read >= self.limit {
            return Err(format!("it has more than {} pages", self.limit));
        }
        let next = self.checked(&link)?;
        if self.links.insert(link) {
            Ok(Some(next))
        } else {
            Err("its pages lead in a circle".into())
        }
    }

    pub(crate) fn finish(self) -> Listing<T> {
        Listing {
            items: self.items,
            remarks: self.remarks.finish(),
        }
    }

    /// The token goes wherever the link leads: so only to the host that it was made for.
    fn checked(&self, link: &str) -> Result<Url, String> {
        let next = Url::parse(link).map_err(|_| "its next link is no address".to_owned())?;
        if next.origin() != self.origin {
            let host = cleaned(&next.origin().ascii_serialization(), 80);
            return Err(format!(
                "its next link leads to another host ({host}) and is not followed"
            ));
        }
        if !next.username().is_empty() || next.password().is_some() {
            return Err("its next link holds a name or password and is not followed".into());
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::MOST_ENTRIES;
    use crate::organization::Organization;

    fn pages(limit: u32) -> Pages<Organization> {
        Pages::new(Url::parse("https://graph.example").unwrap().origin(), limit)
    }

    fn body(entries: usize, link: &str) -> Vec<u8> {
        let entry = r#"{"id": null, "displayName": "A"}"#;
        let entries = vec![entry; entries].join(",");
        format!(r#"{{"value": [{entries}], "@odata.nextLink": "{link}"}}"#).into_bytes()
    }

    #[test]
    fn a_next_link_is_followed_only_to_graph_itself() {
        let check = |link: &str, expected: Result<(), &str>| {
            let got = pages(9).add(&body(0, link));
            match expected {
                Ok(()) => assert_eq!(got.unwrap().unwrap().as_str(), link),
                Err(words) => assert!(got.clone().unwrap_err().contains(words), "{link}: {got:?}"),
            }
        };
        check("https://graph.example/v1.0/x?$skiptoken=a", Ok(()));
        check("https://graph.example/", Ok(()));
        check(
            "http://graph.example/v1.0/x",
            Err("another host (http://graph.example)"),
        );
        check("https://graph.example:8443/x", Err("another host"));
        check("https://graph.example.evil.example/x", Err("another host"));
        check(
            "https://evil.example/https://graph.example/",
            Err("(https://evil.example)"),
        );
        check("https://graph.example@evil.example/x", Err("another host"));
        check(
            "https://user:pass@graph.example/x",
            Err("a name or password"),
        );
        check("file:///etc/passwd", Err("another host (null)"));
        check("/v1.0/x", Err("no address"));
        check("", Err("no address"));
    }

    #[test]
    fn an_explicit_default_port_is_the_same_host() {
        let next = pages(9)
            .add(&body(0, "https://GRAPH.example:443/x"))
            .unwrap()
            .unwrap();
        assert_eq!(next.as_str(), "https://graph.example/x");
    }

    #[test]
    fn empty_pages_are_part_of_a_listing() {
        let mut pages = pages(9);
        assert!(
            pages
                .add(&body(1, "https://graph.example/1"))
                .unwrap()
                .is_some()
        );
        assert!(
            pages
                .add(&body(0, "https://graph.example/2"))
                .unwrap()
                .is_some()
        );
        assert!(
            pages
                .add(br#"{"value": [{"displayName": "B"}]}"#)
                .unwrap()
                .is_none()
        );
        let listing = pages.finish();
        assert_eq!(listing.items.len(), 2);
        assert_eq!(
            listing.remarks,
            [
                "value[0].id: expected a GUID, got null",
                "page 3: value[0].id: missing"
            ]
        );
    }

    #[test]
    fn a_circle_and_an_endless_listing_end() {
        let mut circle = pages(9);
        assert!(circle.add(&body(0, "https://graph.example/1")).is_ok());
        assert!(circle.add(&body(0, "https://graph.example/2")).is_ok());
        let error = circle.add(&body(0, "https://graph.example/1")).unwrap_err();
        assert_eq!(error, "its pages lead in a circle");

        let mut endless = pages(3);
        assert!(endless.add(&body(0, "https://graph.example/1")).is_ok());
        assert!(endless.add(&body(0, "https://graph.example/2")).is_ok());
        let error = endless
            .add(&body(0, "https://graph.example/3"))
            .unwrap_err();
        assert_eq!(error, "it has more than 3 pages");
    }

    #[test]
    fn bytes_are_bounded_over_all_pages() {
        let mut pages = pages(9);
        let page = body(1, "https://graph.example/1");
        pages.room = 2 * page.len() - 1;
        assert!(pages.add(&page).is_ok());
        let error = pages.add(&page).unwrap_err();
        assert!(error.contains("larger than 512 MiB"), "{error}");
    }

    #[test]
    fn entries_are_bounded_over_all_pages() {
        let mut many = pages(9);
        assert!(
            many.add(&body(MOST_ENTRIES - 1, "https://graph.example/1"))
                .is_ok()
        );
        let error = many.add(&body(2, "https://graph.example/2")).unwrap_err();
        assert_eq!(error, "it has more than 20000 entries");
        let error = pages(9).add(&body(MOST_ENTRIES + 1, "")).unwrap_err();
        assert!(
            error.starts_with("it has more than 20000 entries"),
            "{error}"
        );
    }
}
