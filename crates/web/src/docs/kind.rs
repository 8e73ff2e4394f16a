//! What a schema is, in a few words.

use serde_json::Value;

/// A type as text, with the shape to link to.
pub(super) struct Kind {
    pub(super) text: String,
    pub(super) link: bool,
    name: String,
}

impl Kind {
    pub(super) fn of(schema: &Value) -> Self {
        let mut name = None;
        let text = text(schema, &mut name);
        Self {
            text,
            link: name.is_some(),
            name: name.unwrap_or_default(),
        }
    }

    pub(super) fn anchor(&self) -> String {
        anchor(&self.name)
    }
}

pub(super) fn anchor(name: &str) -> String {
    format!("shape-{name}")
}

/// The name of the shape that a `$ref` means.
pub(super) fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

fn text(schema: &Value, name: &mut Option<String>) -> String {
    if let Some(shape) = referred(schema) {
        *name = Some(shape.to_owned());
        return shape.to_owned();
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choices: Vec<_> = choices.iter().map(|choice| text(choice, name)).collect();
        return choices.join(" or ");
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(some) => some.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let in_words = |kind: &&str| match *kind {
        "array" => format!("list of {}", text(&schema["items"], name)),
        "string" => match schema["format"].as_str() {
            Some("date-time") => "time".to_owned(),
            Some("uuid") => "GUID".to_owned(),
            _ => "text".to_owned(),
        },
        "integer" => "number".to_owned(),
        other => other.to_owned(),
    };
    kinds.iter().map(in_words).collect::<Vec<_>>().join(" or ")
}
