//! Changes single fields of a JSON file that people write, too, and leaves all others as they are.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::finding::Finding;
use crate::json;

/// The fields of a file in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Entries(Vec<(String, Value)>);

impl Entries {
    /// Reads one JSON object; says what [`json::parse_object`] says of what is none.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        json::parse_object(bytes)?;
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        serde_json::from_slice(text).map_err(|error| {
            let message = format!("cannot be kept as it is: {error}");
            Finding::error(message, "correct it there")
        })
    }

    /// Writes a field where it stands, or as the last one.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let value = Value::from(value);
        let mut found = self.0.iter_mut().filter(|(field, _)| field == name);
        match found.next() {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// As people read it: a line a field.
    pub(crate) fn text(&self) -> String {
        let field = |(name, value): &(String, Value)| {
            let (name, value) = (Value::from(name.as_str()), format!("{value:#}"));
            format!("  {name}: {}", value.replace('\n', "\n  "))
        };
        let fields: Vec<String> = self.0.iter().map(field).collect();
        format!("{{\n{}\n}}\n", fields.join(",\n"))
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Entries, A::Error> {
        let mut fields = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            fields.push(entry);
        }
        Ok(Entries(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_changes_and_all_others_stay() {
        let text = "\u{feff}{\"b\": 1, \"_note\": {\"x\": [1.5, null]}, \"a\": \"old\"}";
        let mut entries = Entries::parse(text.as_bytes()).unwrap();
        entries.set("a", "n\"ew");
        entries.set("c", "added");
        let expected = "{\n  \"b\": 1,\n  \"_note\": {\n    \"x\": [\n      1.5,\n      null\n    \
                        ]\n  },\n  \"a\": \"n\\\"ew\",\n  \"c\": \"added\"\n}\n";
        assert_eq!(entries.text(), expected);
        assert_eq!(Entries::parse(expected.as_bytes()).unwrap(), entries);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["", "[]", "{", "{\"a\": 1,}"] {
            assert!(Entries::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
