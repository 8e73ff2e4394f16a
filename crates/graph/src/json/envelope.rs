//! The answer around a list: `{"value": […], "@odata.nextLink": "…"}`.

use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess};
use serde_json::error::Category;

use super::element::{Place, ReadElement};
use super::{Element, Json, Known, Reading, Scalar, Shape};
use crate::listing::Remarks;
use crate::untrusted::{self, cleaned};

/// The entries of one page and the link to the next, or why the answer makes no sense.
pub(crate) fn read_page<T: Element>(
    body: &[u8],
    page: u32,
    remarks: &mut Remarks,
) -> Result<(Vec<T>, Option<String>), String> {
    let envelope = Envelope {
        page,
        remarks,
        entry: PhantomData::<T>,
    };
    match read(body, envelope)? {
        (Some(items), next_link) => Ok((items, next_link)),
        (None, _) => Err(format!("it has no \"{}\"", T::ENVELOPE[0])),
    }
}

/// The one entry that is the whole answer, or why the answer makes no sense. What is odd but
/// survivable about it becomes `None`, and nobody hears of it.
pub(crate) fn read_object<T: Element>(body: &[u8]) -> Result<T, String> {
    let alone = ReadElement {
        place: Place {
            list: "answer",
            page: 1,
            index: 0,
            within: None,
        },
        remarks: &mut Remarks::default(),
        element: PhantomData::<T>,
    };
    let entry = read(body, alone)?;
    match entry.flaw() {
        None => Ok(entry),
        Some(flaw) => Err(flaw.to_owned()),
    }
}

/// A whole body that is an object, by its shape.
fn read<'de, S: Shape<'de>>(body: &'de [u8], shape: S) -> Result<S::Read, String> {
    let mut input = serde_json::Deserializer::from_slice(body);
    let read = Reading(shape)
        .deserialize(&mut input)
        .and_then(|answer| input.end().map(|()| answer))
        .map_err(|error| reason(&error))?;
    match read {
        Json::Read(read) => Ok(read),
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
        let [name, _] = T::ENVELOPE;
        while let Some(known) = members.next_key_seed(Known([T::ENVELOPE, &[]]))? {
            match known {
                Some(VALUE) if items.is_some() => {
                    let words = format_args!("it has \"{name}\" twice");
                    return Err(A::Error::custom(words));
                }
                Some(VALUE) => {
                    let entries = Entries {
                        page: self.page,
                        remarks: self.remarks,
                        entry: self.entry,
                    };
                    items = Some(list(name, members.next_value_seed(Reading(entries))?)?);
                }
                Some(_) => next_link = link(members.next_value_seed(Reading(Scalar))?)?,
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Json::Read((items, next_link)))
    }
}

fn list<T, E: serde::de::Error>(name: &str, found: Json<'_, Vec<T>>) -> Result<Vec<T>, E> {
    match found {
        Json::Read(items) => Ok(items),
        other => Err(E::custom(format_args!(
            "\"{name}\" is no array but {other}"
        ))),
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
                list: T::ENVELOPE[0],
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
            if index == T::MOST {
                let words = format_args!("it has more than {} entries", T::MOST);
                return Err(A::Error::custom(words));
            }
            match usable(found) {
                Ok(entry) => entries.push(entry),
                Err(flaw) if T::WHOLE => {
                    return Err(A::Error::custom(format_args!("{place}: {flaw}")));
                }
                Err(flaw) => self.remarks.add(place, flaw),
            }
            index += 1;
        }
    }
}

/// The entry, or why it cannot be taken.
fn usable<T: Element>(found: Json<'_, T>) -> Result<T, String> {
    match found {
        Json::Read(entry) => match entry.flaw() {
            None => Ok(entry),
            Some(flaw) => Err(flaw.to_owned()),
        },
        other => Err(format!("expected an object, got {other}")),
    }
}
