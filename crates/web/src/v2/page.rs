//! Lists in pages: a cursor names the last item that was given, so nothing is given twice or left
//! out when others come and go in between.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::TenantKey;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Error;
use crate::request;

use super::shapes::Unseen;
use super::walk::Stop;

const LIMIT_DEFAULT: usize = 100;
const LIMIT_MAX: usize = 1000;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    items: Vec<T>,
    /// Tenants on this page of which nothing new could be seen: their numbers are old, or there
    /// are none.
    unseen: Vec<Unseen>,
    /// Give it as `cursor` to get what follows. `null`: that was all.
    next_cursor: Option<String>,
    #[serde(skip)]
    limit: usize,
    #[serde(skip)]
    last: Option<Cursor>,
}

/// The place of an item: its tenant, and its id within the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) tenant: TenantKey,
    pub(crate) id: String,
}

impl<T> Page<T> {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            items: Vec::new(),
            unseen: Vec::new(),
            next_cursor: None,
            limit,
            last: None,
        }
    }

    /// Adds a tenant's items, each with its id, as far as there is room. `false`: there was more,
    /// so the page is done.
    pub(crate) fn take(&mut self, stop: &Stop, items: impl Iterator<Item = (String, T)>) -> bool {
        if stop.after.is_none() {
            self.unseen.extend(Unseen::of(&stop.state.tenant));
        }
        for (id, item) in items {
            if self.items.len() == self.limit {
                self.next_cursor = self.last.as_ref().map(Cursor::text);
                return false;
            }
            self.items.push(item);
            self.last = Some(Cursor {
                tenant: stop.state.tenant.key.clone(),
                id,
            });
        }
        true
    }
}

impl Cursor {
    pub(crate) fn text(&self) -> String {
        opaque(&format!("{}/{}", self.tenant, self.id))
    }

    fn parse(text: &str) -> Option<Self> {
        let text = plain(text)?;
        let (tenant, id) = text.split_once('/')?;
        Some(Self {
            tenant: TenantKey::parse(tenant).ok()?,
            id: id.to_owned(),
        })
    }
}

/// A place in a list as a cursor's text.
pub(crate) fn opaque(place: &str) -> String {
    URL_SAFE_NO_PAD.encode(place)
}

/// The inverse of [`opaque`].
pub(crate) fn plain(text: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

pub(crate) fn cursor(given: Option<&str>) -> Result<Option<Cursor>, Error> {
    place(given, Cursor::parse)
}

/// The place that a cursor stands for.
pub(crate) fn place<T>(
    given: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Error> {
    let expected = "a cursor that an answer gave (next_cursor)";
    given
        .map(|text| read(text).ok_or_else(|| request::not("cursor", text, expected)))
        .transpose()
}

pub(crate) fn limit(given: Option<&str>) -> Result<usize, Error> {
    let expected = "a number from 1 to 1000";
    match request::parsed("limit", given, expected)? {
        None => Ok(LIMIT_DEFAULT),
        Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        Some(limit) => Err(request::not("limit", limit, expected)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_survives_its_text(tenant in "[a-z0-9-]{1,40}", id in ".{0,60}") {
            let cursor = Cursor { tenant: TenantKey::parse(&tenant).unwrap(), id };
            prop_assert_eq!(Cursor::parse(&cursor.text()), Some(cursor));
        }

        #[test]
        fn no_text_is_too_odd_to_be_refused(text in ".{0,80}") {
            drop(cursor(Some(&text)));
        }
    }
}
