//! The answer around a list: `{"value": […], "@odata.nextLink": "…"}`.

use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess};
use serde_json::error::Category;

use super::element::{Place, ReadElement};
use super::{Element, Json, Known, Reading, Scalar, Shape};
use crate::listing::{MOST_ENTRIES, Remarks};
use crate::untrusted::{self, cleaned};

/// The entries of one page and the link to the next, or why the answer makes no sense.
pub(crate) fn read_page<T: Element>(
    body: &[u8],
    page: u32,
    remarks: &mut Remarks,
) -> Result<(Vec<T>, Option<String>), String> {
    let mut input = serde_json::Deserializer::from_slice(body);
    let envelope = Envelope {
        page,
        remarks,
        entry: PhantomData::<T>,
    };
    let read = Reading(envelope)
        .deserialize(&mut input)
        .and_then(|answer| input.end().map(|()| answer))
        .map_err(|error| reason(&error))?;
    match read {
        Json::Read((Some(items), next_link)) => Ok((items, next_link)),
        Json::Read((None, _)) => Err("it has no \"value\"".to_owned()),
        other => Err(format!("it is no JSON object but {other}")),
    }
}

fn reason(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Eof => "it ends too early".to_owned(),
        Category::Data => cleaned(&error.to_string(), untrusted::SENTENCE),
        Category::Syntax | Category::Io => {
            format!(
                "it is not JSON (line {}, column {})",
                error.line(),
                error.column()
            )
        }
    }
}

struct Envelope<'r, T> {
    page: u32,
    remarks: &'r mut Remarks,
    entry: PhantomData<T>,
}

impl<'de, T: Element> Shape<'de> for Envelope<'_, T> {
    type Read = (Option<Vec<T>>, Option<String>);

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de, Self::Read>, A::Error> {
        const VALUE: usize = 0;
        let mut items = None;
        let mut next_link = None;
        while let Some(known) = members.next_key_seed(Known(&["value", "@odata.nextLink"]))? {
            match known {
                Some(VALUE) if items.is_some() => {
                    return Err(A::Error::custom("it has \"value\" twice"));
                }
                Some(VALUE) => {
                    let entries = Entries {
                        page: self.page,
                        remarks: self.remarks,
                        entry: self.entry,
                    };
                    items = Some(list(members.next_value_seed(Reading(entries))?)?);
                }
                Some(_) => next_link = link(members.next_value_seed(Reading(Scalar))?)?,
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Json::Read((items, next_link)))
    }
}

fn list<T, E: serde::de::Error>(found: Json<'_, Vec<T>>) -> Result<Vec<T>, E> {
    match found {
        Json::Read(items) => Ok(items),
        other => Err(E::custom(format_args!("\"value\" is no array but {other}"))),
    }
}

/// A link that cannot be read must fail: without it a part of the list would look like all of it.
fn link<R, E: serde::de::Error>(found: Json<'_, R>) -> Result<Option<String>, E> {
    match found {
        Json::Text(link) => Ok(Some(link.into_owned())),
        Json::Null => Ok(None),
        other => Err(E::custom(format_args!(
            "\"@odata.nextLink\" is no text but {other}"
        ))),
    }
}

struct Entries<'r, T> {
    page: u32,
    remarks: &'r mut Remarks,
    entry: PhantomData<T>,
}

impl<'de, T: Element> Shape<'de> for Entries<'_, T> {
    type Read = Vec<T>;

    fn array<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de, Vec<T>>, A::Error> {
        let mut entries = Vec::new();
        let mut index = 0;
        loop {
            let place = Place {
                page: self.page,
                index,
                within: None,
            };
            let element = ReadElement {
                place,
                remarks: &mut *self.remarks,
                element: self.entry,
            };
            let Some(found) = items.next_element_seed(Reading(element))? else {
                return Ok(Json::Read(entries));
            };
            if index == MOST_ENTRIES {
                let words = format_args!("it has more than {MOST_ENTRIES} entries");
                return Err(A::Error::custom(words));
            }
            match found {
                Json::Read(entry) => entries.push(entry),
                other => self
                    .remarks
                    .add(place, format_args!("expected an object, got {other}")),
            }
            index += 1;
        }
    }
}
