//! Reads JSON without losing what serde_json's own value would hide: fields that stand there twice.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::finding::Finding;

/// The most bytes of a profile: real ones have less than one KiB.
pub(crate) const LIMIT: usize = 64 * 1024;

const NOT_UTF8: &str = "save the file as UTF-8";

/// A JSON value. Numbers and lists are told apart from text, and no more is needed of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number,
    Text(String),
    List(Vec<Json>),
    /// In the order of the file, double names included.
    Object(Vec<(String, Json)>),
}

impl Json {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "true or false",
            Json::Number => "a number",
            Json::Text(_) => "a text",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }
}

/// The fields of a file that holds one JSON object.
pub(crate) fn parse_object(bytes: &[u8]) -> Result<Vec<(String, Json)>, Finding> {
    let text = decoded(bytes)?;
    if text.trim().is_empty() {
        return Err(Finding::error(
            "is empty",
            "write the profile into it (docs/home.md has an example)",
        ));
    }
    match serde_json::from_str(text) {
        Ok(Json::Object(fields)) => Ok(fields),
        Ok(other) => Err(Finding::error(
            format!("holds {} where an object is expected", other.kind()),
            "put the fields between { and }",
        )),
        Err(error) => Err(syntax(&error)),
    }
}

fn decoded(bytes: &[u8]) -> Result<&str, Finding> {
    if bytes.len() > LIMIT {
        return Err(Finding::error(
            format!("is larger than {} KiB, so it is no profile", LIMIT / 1024),
            "put the right file in its place",
        ));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Finding::error("is written in UTF-16", NOT_UTF8));
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    str::from_utf8(text).map_err(|error| {
        let line = 1 + text[..error.valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        Finding::error(format!("line {line} is not UTF-8"), NOT_UTF8)
    })
}

fn syntax(error: &serde_json::Error) -> Finding {
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let place = format!(" at line {line} column {column}");
    let said = said.strip_suffix(&place).unwrap_or(&said);
    let advice = match said {
        "invalid escape" => "write paths with / (or \\\\) in place of \\",
        "trailing comma" => "remove the comma before it",
        "trailing characters" => "leave one object in the file, from { to }",
        said if said.starts_with("EOF") => "complete the file: its end is missing",
        said if said.starts_with("control character") => {
            "close the quotes on the line on which they open"
        }
        _ => "correct it there: every name and text in \"quotes\", a comma between fields",
    };
    Finding::error(
        format!("is no JSON: line {line}, column {column}: {said}"),
        advice,
    )
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            fields.push(entry);
        }
        Ok(Json::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let finding = parse_object(bytes).unwrap_err();
        assert_eq!(finding.message, expected);
        assert!(!finding.advice.is_empty());
    }

    #[test]
    fn an_object_keeps_order_and_doubles() {
        let fields = parse_object(b"\xEF\xBB\xBF{\"b\": 1, \"a\": [null], \"b\": \"x\"}").unwrap();
        let expected = [
            ("b".to_owned(), Json::Number),
            ("a".to_owned(), Json::List(vec![Json::Null])),
            ("b".to_owned(), Json::Text("x".to_owned())),
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn what_is_no_object_is_said_with_its_place() {
        check(b"", "is empty");
        check(b"\xEF\xBB\xBF \r\n", "is empty");
        check(b"[1]", "holds a list where an object is expected");
        check(b"null", "holds null where an object is expected");
        check(b"true", "holds true or false where an object is expected");
        check(b"-1.5", "holds a number where an object is expected");
        check(b"\"x\"", "holds a text where an object is expected");
        check(b"\xFF\xFE{\0}\0", "is written in UTF-16");
        check(b"{\n\"a\": \"\xFC\"}", "line 2 is not UTF-8");
        check(
            &[b' '; LIMIT + 1],
            "is larger than 64 KiB, so it is no profile",
        );
        check(
            b"{\n  \"a\": 1,\n}",
            "is no JSON: line 3, column 1: trailing comma",
        );
        check(
            b"{\"a\": \"certs\\iseschool\"}",
            "is no JSON: line 1, column 14: invalid escape",
        );
        check(
            b"{\"a\": 1",
            "is no JSON: line 1, column 7: EOF while parsing an object",
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(parse_object(&bytes));
        }

        #[test]
        fn nothing_nearly_json_panics(text in "[\\[{\"a:1,\\\\u}\\] \n]{0,60}") {
            drop(parse_object(text.as_bytes()));
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(parse_object("[".repeat(60_000).as_bytes()).is_err());
        assert!(parse_object("{\"a\":".repeat(10_000).as_bytes()).is_err());
    }
}
