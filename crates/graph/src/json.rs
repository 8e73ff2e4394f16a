//! Reads JSON whose fields may be of any type, straight from the bytes and without a tree: what
//! does not fit is skipped and described instead of failing the answer.

mod element;
mod envelope;

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::untrusted;

pub(crate) use element::{Element, Member};
pub(crate) use envelope::{read_object, read_page};

/// A JSON value, of which an array or object was either read by a [`Shape`] or skipped.
pub(crate) enum Json<'de, Read> {
    Null,
    Bool(bool),
    Whole(i64),
    /// A fraction, or a number too large for `Whole`.
    Number(f64),
    Text(Cow<'de, str>),
    Array,
    Object,
    Read(Read),
}

impl<Read> fmt::Display for Json<'_, Read> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(value) => write!(f, "{value}"),
            Json::Whole(value) => write!(f, "{value}"),
            Json::Number(value) => write!(f, "{value:?}"),
            Json::Text(text) => f.write_str(&untrusted::excerpt(text)),
            Json::Array => f.write_str("an array"),
            Json::Object => f.write_str("an object"),
            Json::Read(_) => f.write_str("what was expected"),
        }
    }
}

/// Which arrays or objects are read, and how; all others are skipped.
pub(crate) trait Shape<'de>: Sized {
    type Read;

    fn array<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de, Self::Read>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Json::Array)
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de, Self::Read>, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Json::Object)
    }
}

/// Reads one value of any type, and its inside by the shape.
pub(crate) struct Reading<S>(pub(crate) S);

impl<'de, S: Shape<'de>> DeserializeSeed<'de> for Reading<S> {
    type Value = Json<'de, S::Read>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de, S: Shape<'de>> Visitor<'de> for Reading<S> {
    type Value = Json<'de, S::Read>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Json::Whole(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Json::Number(value as f64), Json::Whole))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Json::Number(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        self.0.array(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        self.0.object(members)
    }
}

/// The shape of a value that should be neither array nor object.
pub(crate) struct Scalar;

impl Shape<'_> for Scalar {
    type Read = std::convert::Infallible;
}

/// The position of a member's name in two lists of the known, without allocating.
pub(crate) struct Known(pub(crate) [&'static [&'static str]; 2]);

impl<'de> DeserializeSeed<'de> for Known {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_str(self)
    }
}

impl Visitor<'_> for Known {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self
            .0
            .into_iter()
            .flatten()
            .position(|known| *known == name))
    }
}
