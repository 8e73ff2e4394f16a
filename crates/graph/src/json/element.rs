//! One entry of a list: which members it needs, and how each becomes a typed value or a remark.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::{IgnoredAny, MapAccess, SeqAccess};
use uuid::Uuid;

use super::{Json, Known, Reading, Scalar, Shape};
use crate::listing::{MOST_ENTRIES, Remarks};

/// Longest text that is kept, in bytes: twice the longest that Graph is known to send.
const LONGEST_TEXT: usize = 1000;
/// Most texts of one member (`subscriptionIds`).
const MOST_TEXTS: usize = 1000;
/// Longest name of a value of an open object, in bytes: SharePoint's internal names end at 255.
const LONGEST_NAME: usize = 300;

/// An entry that is read member by member.
pub(crate) trait Element: Default {
    /// The members that must be there, at most 32; others are skipped.
    const NEEDED: &'static [&'static str];

    /// The members that may be there.
    const OPTIONAL: &'static [&'static str] = &[];

    /// How the answer around a list calls the list, and the link to its next page.
    const ENVELOPE: &'static [&'static str; 2] = &["value", "@odata.nextLink"];

    /// Most entries of one listing.
    const MOST: usize = MOST_ENTRIES;

    /// Whether a listing without one of its entries would mislead: then an entry that cannot be
    /// taken makes the answer unreadable. Else it is left out with a remark.
    const WHOLE: bool = false;

    /// Takes the member that has just been met: one of `NEEDED` or `OPTIONAL`.
    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error>;

    /// Why nobody could do anything with this entry, such as `it has no id`.
    fn flaw(&self) -> Option<&'static str> {
        None
    }
}

/// Where in an answer a value stands, for remarks.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) list: &'static str,
    pub(crate) page: u32,
    pub(crate) index: usize,
    /// The member around it, if the entry is nested.
    pub(crate) within: Option<&'static str>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.page > 1 {
            write!(f, "page {}: ", self.page)?;
        }
        write!(f, "{}[{}]", self.list, self.index)?;
        self.within.map_or(Ok(()), |name| write!(f, ".{name}"))
    }
}

/// Reads an object into an [`Element`].
pub(crate) struct ReadElement<'r, T> {
    pub(crate) place: Place,
    pub(crate) remarks: &'r mut Remarks,
    pub(crate) element: PhantomData<T>,
}

impl<'de, T: Element> Shape<'de> for ReadElement<'_, T> {
    type Read = T;

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de, T>, A::Error> {
        let mut element = T::default();
        let mut seen = 0_u32;
        while let Some(known) = members.next_key_seed(Known([T::NEEDED, T::OPTIONAL]))? {
            let Some(position) = known else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            let needed = T::NEEDED.get(position);
            seen |= needed.map_or(0, |_| 1 << position);
            element.take(Member {
                name: needed.unwrap_or_else(|| &T::OPTIONAL[position - T::NEEDED.len()]),
                place: self.place,
                remarks: self.remarks,
                members: &mut members,
            })?;
        }
        for (position, name) in T::NEEDED.iter().enumerate() {
            if seen & (1 << position) == 0 {
                self.remarks
                    .add(format_args!("{}.{name}", self.place), "missing");
            }
        }
        Ok(Json::Read(element))
    }
}

/// A member whose value has not been read yet: exactly one of its methods reads it.
pub(crate) struct Member<'m, M> {
    pub(crate) name: &'static str,
    place: Place,
    remarks: &'m mut Remarks,
    members: &'m mut M,
}

impl<'de, M: MapAccess<'de>> Member<'_, M> {
    /// A text, of any content.
    pub(crate) fn text(self) -> Result<Option<String>, M::Error> {
        self.scalar("a text", |found| match found {
            Json::Text(text) if text.len() <= LONGEST_TEXT => Some(text.clone().into_owned()),
            _ => None,
        })
    }

    /// A text that is a GUID.
    pub(crate) fn guid(self) -> Result<Option<Uuid>, M::Error> {
        self.scalar("a GUID", |found| match found {
            Json::Text(text) => Uuid::try_parse(text).ok(),
            _ => None,
        })
    }

    /// A number of units: whole, not negative, and within Graph's `Edm.Int32`.
    pub(crate) fn count(self) -> Result<Option<i64>, M::Error> {
        self.scalar("a number", |found| match found {
            Json::Whole(count) if (0..=i64::from(i32::MAX)).contains(count) => Some(*count),
            _ => None,
        })
    }

    /// `true` or `false`.
    pub(crate) fn flag(self) -> Result<Option<bool>, M::Error> {
        self.scalar("true or false", |found| match found {
            Json::Bool(flag) => Some(*flag),
            _ => None,
        })
    }

    /// A text that is an RFC 3339 time with its offset, or null: what never changes has no date.
    pub(crate) fn time(self) -> Result<Option<Timestamp>, M::Error> {
        let read = self.scalar("a time", |found| match found {
            Json::Text(text) => text.parse().ok().map(Some),
            Json::Null => Some(None),
            _ => None,
        })?;
        Ok(read.flatten())
    }

    /// An array of texts.
    pub(crate) fn texts(self) -> Result<Vec<String>, M::Error> {
        let texts = Texts {
            place: self.place,
            name: self.name,
            remarks: &mut *self.remarks,
        };
        match self.members.next_value_seed(Reading(texts))? {
            Json::Read(texts) => Ok(texts),
            other => {
                self.remark("an array of texts", &other);
                Ok(Vec::new())
            }
        }
    }

    /// An object inside.
    pub(crate) fn object<T: Element>(self) -> Result<T, M::Error> {
        let place = Place {
            within: Some(self.name),
            ..self.place
        };
        let inside = ReadElement {
            place,
            remarks: &mut *self.remarks,
            element: PhantomData,
        };
        match self.members.next_value_seed(Reading(inside))? {
            Json::Read(element) => Ok(element),
            other => {
                self.remark("an object", &other);
                Ok(T::default())
            }
        }
    }

    /// A text, or a number as it is written: the values of headers inside an answer are both.
    pub(crate) fn spelled(self) -> Result<Option<String>, M::Error> {
        self.scalar("a text", |found| match found {
            Json::Text(text) if text.len() <= LONGEST_TEXT => Some(text.clone().into_owned()),
            Json::Whole(number) => Some(number.to_string()),
            Json::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// Whether there is anything but null.
    pub(crate) fn presence(self) -> Result<bool, M::Error> {
        let found = self.members.next_value_seed(Reading(Scalar))?;
        Ok(!matches!(found, Json::Null))
    }

    /// An object whose members have names of their own, at most `most` of them. Annotations
    /// (`@odata.etag`, `x@odata.type`) are left out.
    pub(crate) fn values<T>(
        self,
        most: usize,
        pick: fn(Json<'de, Infallible>) -> T,
    ) -> Result<Option<BTreeMap<String, T>>, M::Error> {
        let values = Values {
            place: self.place,
            name: self.name,
            remarks: &mut *self.remarks,
            most,
            pick,
        };
        match self.members.next_value_seed(Reading(values))? {
            Json::Read(values) => Ok(Some(values)),
            other => {
                self.remark("an object", &other);
                Ok(None)
            }
        }
    }

    /// Reads nothing of it.
    pub(crate) fn skip(self) -> Result<(), M::Error> {
        self.members.next_value::<IgnoredAny>().map(drop)
    }

    fn scalar<T>(
        self,
        expected: &str,
        pick: impl FnOnce(&Json<'de, Infallible>) -> Option<T>,
    ) -> Result<Option<T>, M::Error> {
        let found = self.members.next_value_seed(Reading(Scalar))?;
        let picked = pick(&found);
        if picked.is_none() {
            self.remark(expected, &found);
        }
        Ok(picked)
    }

    fn remark(self, expected: &str, found: &impl fmt::Display) {
        self.remarks.add(
            format_args!("{}.{}", self.place, self.name),
            format_args!("expected {expected}, got {found}"),
        );
    }
}

/// Reads an object of which nobody knows the names before; what is too much is left out with a
/// remark.
struct Values<'r, 'de, T> {
    place: Place,
    name: &'static str,
    remarks: &'r mut Remarks,
    most: usize,
    pick: fn(Json<'de, Infallible>) -> T,
}

impl<'de, T> Shape<'de> for Values<'_, 'de, T> {
    type Read = BTreeMap<String, T>;

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de, Self::Read>, A::Error> {
        let mut values = BTreeMap::new();
        while let Some(name) = members.next_key::<String>()? {
            if name.contains('@') {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = members.next_value_seed(Reading(Scalar))?;
            if values.len() < self.most && name.len() <= LONGEST_NAME {
                values.insert(name, (self.pick)(value));
            } else {
                let words = format_args!("expected at most {} short names", self.most);
                self.remarks
                    .add(format_args!("{}.{}", self.place, self.name), words);
            }
        }
        Ok(Json::Read(values))
    }
}

/// Reads an array of texts; an item of another type is left out with a remark.
struct Texts<'r> {
    place: Place,
    name: &'static str,
    remarks: &'r mut Remarks,
}

impl<'de> Shape<'de> for Texts<'_> {
    type Read = Vec<String>;

    fn array<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de, Vec<String>>, A::Error> {
        let mut texts = Vec::new();
        let mut index = 0_usize;
        while let Some(item) = items.next_element_seed(Reading(Scalar))? {
            match item {
                Json::Text(text) if text.len() <= LONGEST_TEXT && texts.len() < MOST_TEXTS => {
                    texts.push(text.into_owned());
                }
                other => self.remarks.add(
                    format_args!("{}.{}[{index}]", self.place, self.name),
                    format_args!("expected one of at most {MOST_TEXTS} texts, got {other}"),
                ),
            }
            index += 1;
        }
        Ok(Json::Read(texts))
    }
}
