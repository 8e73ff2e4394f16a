//! Reads YAML as a library does it, and writes the few shapes that we make.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

/// What YAML 1.1, which Kubernetes' tools read, takes for something else than a text.
const WORDS: [&str; 11] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan",
];

/// All documents of a text of YAML or JSON. Empty ones are left out.
///
/// # Errors
/// Where it cannot be read, in one line.
pub fn documents(text: &str) -> Result<Vec<Value>, String> {
    let read: Result<Vec<Value>, _> = serde_saphyr::from_multiple(text);
    read.map_err(|error| {
        let said = error.to_string();
        said.lines().next().unwrap_or_default().to_owned()
    })
}

/// A text as a scalar that every reader takes for a text.
pub(crate) fn scalar(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+=".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    if begins && !is_word && text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(Value::from(text).to_string())
}

/// A field with texts by their names, indented; nothing without any.
pub(crate) fn map(indent: &str, field: &str, texts: &BTreeMap<String, String>) -> String {
    if texts.is_empty() {
        return String::new();
    }
    let lines = texts
        .iter()
        .map(|(name, value)| format!("{indent}  {}: {}\n", scalar(name), scalar(value)));
    std::iter::once(format!("{indent}{field}:\n"))
        .chain(lines)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn documents_are_read_and_what_is_none_is_said_in_one_line() {
        let read = documents("a: 1\n---\n# nothing\n---\n{\"b\": [\"c\"]}\n").unwrap();
        assert_eq!(read, [json!({"a": 1}), json!({"b": ["c"]})]);
        let wrong = documents("a: [1\nb: 2").unwrap_err();
        assert!(!wrong.is_empty() && !wrong.contains('\n'), "{wrong}");
        assert!(
            documents("a: 1\na: 2\n").is_err(),
            "a key stands there twice"
        );
    }

    #[test]
    fn a_text_that_yaml_takes_for_something_else_is_quoted() {
        let check = |text: &str, expected: &str| assert_eq!(scalar(text), expected);
        check("licensetool-env", "licensetool-env");
        check("tls.crt", "tls.crt");
        for text in [
            "n", "No", "TRUE", "1e3", "", ".5", "a: b", "a #b", "-x", "ä",
        ] {
            check(text, &Value::from(text).to_string());
        }
    }

    proptest! {
        #[test]
        fn a_scalar_is_read_back_as_the_same_text(text in "[ -~]{0,12}|\\PC{0,8}") {
            let read = documents(&format!("a: {}\n", scalar(&text))).unwrap();
            prop_assert_eq!(&read, &[json!({"a": text})]);
        }

        #[test]
        fn no_text_panics(text in "([a-z{}\\[\\]:&*!|>'\"#-]|\n|  ){0,40}") {
            drop(documents(&text));
        }
    }
}
