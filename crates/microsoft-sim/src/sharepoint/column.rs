//! Columns: their names, which are two, and the values that they take.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::refused::Refused;

/// Characters of a single line of text.
const LONGEST_TEXT: usize = 255;

/// Characters of an internal name; SharePoint cuts off the rest.
const LONGEST_NAME: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Boolean,
    DateTime,
}

#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) id: Uuid,
    /// The internal name, fixed when the column is made.
    pub(crate) name: String,
    /// What people see and may change.
    pub(crate) display_name: String,
    pub(crate) kind: Kind,
    pub(crate) indexed: bool,
    pub(crate) unique: bool,
    pub(crate) required: bool,
    pub(crate) read_only: bool,
    pub(crate) hidden: bool,
}

impl Column {
    /// As people make one on a page: its internal name follows from what they call it.
    pub(crate) fn new(display_name: &str, kind: Kind) -> Column {
        Column {
            id: Uuid::new_v4(),
            name: internal_name(display_name),
            display_name: display_name.to_owned(),
            kind,
            indexed: false,
            unique: false,
            required: false,
            read_only: false,
            hidden: false,
        }
    }

    /// The value as it is kept; `None` empties the cell, as null and an empty text do.
    pub(super) fn kept(&self, value: &Value) -> Result<Option<Value>, Refused> {
        let wrong = |wanted| Err(Refused::WrongType(self.name.clone(), wanted));
        match (self.kind, value) {
            (_, Value::Null) => Ok(None),
            (Kind::Text, Value::String(text)) if text.chars().count() > LONGEST_TEXT => {
                Err(Refused::TooLong(self.name.clone()))
            }
            (Kind::Text, Value::String(text)) => {
                Ok(Some(value.clone()).filter(|_| !text.is_empty()))
            }
            (Kind::Number, Value::Number(_)) | (Kind::Boolean, Value::Bool(_)) => {
                Ok(Some(value.clone()))
            }
            (Kind::DateTime, Value::String(text)) => match text.parse::<Timestamp>() {
                Ok(at) => Ok(Some(second(at).into())),
                Err(_) => wrong("a date and time with its offset"),
            },
            (Kind::Text, _) => wrong("a text"),
            (Kind::Number, _) => wrong("a number"),
            (Kind::Boolean, _) => wrong("true or false"),
            (Kind::DateTime, _) => wrong("a date and time"),
        }
    }
}

/// SharePoint keeps no fractions of a second.
pub(crate) fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The internal name of a column that is called so at first: `Verf_x00fc_gbar` of Verfügbar.
pub(crate) fn internal_name(display_name: &str) -> String {
    let mut name = String::new();
    for character in display_name.chars() {
        if character.is_ascii_alphanumeric() || character == '_' {
            name.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(name, "_x{unit:04x}_").expect("memory takes all text");
        }
    }
    name.truncate(LONGEST_NAME);
    name
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_internal_name_is_what_sharepoint_makes_of_it() {
        let check = |display, expected| assert_eq!(internal_name(display), expected);
        check("Verfügbar", "Verf_x00fc_gbar");
        check("Mail an", "Mail_x0020_an");
        check("technician_informed", "technician_informed");
        check(
            "Ein sehr langer Name einer Spalte",
            "Ein_x0020_sehr_x0020_langer_x002",
        );
    }

    #[test]
    fn a_column_takes_its_own_kind_of_value_and_keeps_no_empty_text() {
        let check = |kind, value: Value, expected: Option<Option<Value>>| {
            let kept = Column::new("C", kind).kept(&value).ok();
            assert_eq!(kept, expected, "{kind:?} {value}");
        };
        check(Kind::Text, json!("a"), Some(Some(json!("a"))));
        check(Kind::Text, json!(""), Some(None));
        check(Kind::Text, json!(null), Some(None));
        check(Kind::Text, json!(1), None);
        check(Kind::Text, json!("x".repeat(256)), None);
        check(Kind::Number, json!(-3), Some(Some(json!(-3))));
        check(Kind::Number, json!("3"), None);
        check(Kind::Boolean, json!(false), Some(Some(json!(false))));
        check(Kind::Boolean, json!("Yes"), None);
        let day = json!("2026-08-10T02:00:00.5+02:00");
        let kept = json!("2026-08-10T00:00:00Z");
        check(Kind::DateTime, day, Some(Some(kept)));
        check(Kind::DateTime, json!("2026-08-10"), None);
    }
}
