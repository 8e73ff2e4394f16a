//! The items (rows) of a list with their fields.

use std::collections::BTreeMap;
use std::convert::Infallible;

use jiff::Timestamp;
use serde::de::MapAccess;
use serde_json::Value;

use crate::error::{Call, Error};
use crate::json::{Element, Json, Member};
use crate::listing::{self, Page};

/// Most items of one list: five times what 1 000 tenants with 40 SKUs need.
const MOST_ITEMS: usize = 200_000;
/// Most fields of one item; SharePoint allows some hundred columns.
const MOST_FIELDS: usize = 500;
/// Longest text that is kept, in bytes: a column of many lines holds 63 999 characters, but none
/// that is read here is of that kind, and 200 000 of them would not fit into memory.
const LONGEST_TEXT: usize = 4_000;
/// Whole numbers up to here are exact in a double, SharePoint's only kind of number: 2^53.
const EXACT: u64 = 1 << 53;

/// An item of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its identity in the list, a decimal number; never empty.
    pub id: String,
    /// Which state of the item this is, quotes included, for the next write; never empty.
    pub etag: String,
    /// When somebody or something last changed it; `None` if Graph did not say.
    pub modified_at: Option<Timestamp>,
    /// Its fields. An empty column is absent.
    pub fields: Fields,
}

/// The fields of an item by the internal names of their columns.
pub type Fields = BTreeMap<String, Field>;

/// The value of a field: what the columns of a SharePoint list can hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// A text, and also a time, a choice or the id of a lookup.
    Text(String),
    /// A number, as the nearest double.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Nothing; written, it clears the column.
    Null,
    /// What is none of these (many choices, a link, a whole number beyond 2^53, a text of more than
    /// 4 000 bytes). It cannot be written.
    Other,
}

impl Field {
    fn read(found: Json<'_, Infallible>) -> Field {
        match found {
            Json::Null => Field::Null,
            Json::Bool(flag) => Field::Flag(flag),
            Json::Whole(whole) if whole.unsigned_abs() <= EXACT => Field::Number(whole as f64),
            Json::Number(number) if number.fract() != 0.0 => Field::Number(number),
            Json::Text(text) if text.len() <= LONGEST_TEXT => Field::Text(text.into_owned()),
            _ => Field::Other,
        }
    }

    /// As JSON, whole numbers without a fraction; `None` if it cannot be written.
    pub(super) fn to_json(&self) -> Option<Value> {
        match self {
            Field::Text(text) => Some(Value::from(text.as_str())),
            Field::Number(number) if number.fract() == 0.0 && number.abs() <= EXACT as f64 => {
                Some(Value::from(*number as i64))
            }
            Field::Number(number) if number.is_finite() => Some(Value::from(*number)),
            Field::Flag(flag) => Some(Value::from(*flag)),
            Field::Null => Some(Value::Null),
            Field::Number(_) | Field::Other => None,
        }
    }
}

/// Reads one answer of `GET /sites/{site}/lists/{list}/items?$expand=fields`. Never panics,
/// whatever the bytes are.
///
/// # Errors
/// [`Error::Unreadable`] if the body is not a JSON object with an array `value`, or if an entry is
/// no object with an id, an etag and fields.
pub fn parse_items(body: &[u8]) -> Result<Page<Item>, Error> {
    let page: Page<Row> = listing::parse(body, Call::ListItems)?;
    Ok(Page {
        items: page.items.into_iter().map(Item::from).collect(),
        remarks: page.remarks,
        next_link: page.next_link,
    })
}

/// An item as it is being read.
#[derive(Debug, Default)]
pub(super) struct Row {
    id: String,
    etag: String,
    modified_at: Option<Timestamp>,
    fields: Option<Fields>,
}

impl From<Row> for Item {
    fn from(row: Row) -> Item {
        Item {
            id: row.id,
            etag: row.etag,
            modified_at: row.modified_at,
            fields: row.fields.unwrap_or_default(),
        }
    }
}

impl Element for Row {
    const NEEDED: &'static [&'static str] = &["id", "fields"];
    /// The two etags hold the same; which of them comes depends on how much metadata was asked for.
    const OPTIONAL: &'static [&'static str] = &["@odata.etag", "eTag", "lastModifiedDateTime"];
    const MOST: usize = MOST_ITEMS;
    const WHOLE: bool = true;

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        match member.name {
            "id" => self.id = member.text()?.unwrap_or_default(),
            "lastModifiedDateTime" => self.modified_at = member.time()?,
            "fields" => self.fields = member.values(MOST_FIELDS, Field::read)?,
            "@odata.etag" => self.etag = member.text()?.unwrap_or_default(),
            "eTag" if self.etag.is_empty() => self.etag = member.text()?.unwrap_or_default(),
            _ => member.skip()?,
        }
        Ok(())
    }

    fn flaw(&self) -> Option<&'static str> {
        match self {
            Row { id, .. } if id.is_empty() => Some("it has no id"),
            Row { etag, .. } if etag.is_empty() => Some("it has no etag"),
            Row { fields: None, .. } => Some("it has no fields"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_written_as_sharepoint_keeps_it() {
        let check = |field: Field, expected: Option<&str>| {
            let json = field.to_json().map(|value| value.to_string());
            assert_eq!(json.as_deref(), expected, "{field:?}");
        };
        check(Field::Number(3.0), Some("3"));
        check(Field::Number(-0.0), Some("0"));
        check(Field::Number(-12.5), Some("-12.5"));
        check(Field::Number(EXACT as f64), Some("9007199254740992"));
        check(Field::Number(1e300), Some("1e+300"));
        check(Field::Number(f64::NAN), None);
        check(Field::Number(f64::INFINITY), None);
        check(Field::Text("a\"b\n".into()), Some(r#""a\"b\n""#));
        check(Field::Flag(true), Some("true"));
        check(Field::Null, Some("null"));
        check(Field::Other, None);
    }
}
