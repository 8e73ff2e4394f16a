//! What the API's description says of values beyond their types, so that programs made from it ask
//! for nothing that is refused.

use domain::{Exclusion, Kind, Severity};
use serde_json::{Value, json};
use store::DeliveryState;

use crate::{pages, v2};

/// An ETag of ours, its version alone in quotes, or `*`.
const ETAG: &str = r#"^(\*|(W/)?"[0-9]{1,18}(-[0-9a-f]{16})?")$"#;

/// Says which values the parameters of an operation take.
pub(crate) fn parameters(path: &str, operation: &mut Value) {
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let says = values(path, name);
        let schema = &mut parameter["schema"];
        // An address cannot say null.
        if let Some(kinds) = schema["type"].as_array_mut() {
            kinds.retain(|kind| kind != "null");
            if let [kind] = kinds.as_slice() {
                schema["type"] = kind.clone();
            }
        }
        add(schema, says);
    }
}

/// By name, and by address where a name means several things.
fn values(path: &str, name: &str) -> Value {
    match (path, name) {
        ("/api/v1/auth/login", "account") => one_of(["other"]),
        ("/api/v1/auth/login", _) => Value::Null,
        (_, "language") => one_of(["de", "en"]),
        (_, "If-Match") => json!({"pattern": ETAG}),
        ("/api/v2/exports/{file}", "separator") => one_of(["comma", "semicolon"]),
        ("/api/v2/exports/{file}", "bom") => one_of(["true", "false"]),
        ("/api/v2/exports/{file}" | "/api/v2/licenses", "level") => one_of(v2::licenses::LEVELS),
        ("/api/v2/alerts", "kind") => one_of(Kind::ALL.map(Kind::as_str)),
        ("/api/v2/alerts", "severity") => one_of(Severity::ALL.map(Severity::as_str)),
        ("/api/v2/alerts", "state") => one_of(v2::alerts::STATES),
        ("/api/v2/deliveries", "state") => one_of(DeliveryState::ALL.map(DeliveryState::as_str)),
        ("/api/v2/subscriptions", "outlook") => one_of(v2::subscriptions::OUTLOOKS),
        _ => of_pages(path, name),
    }
}

/// A form sends a filter that is not set as an empty text.
fn of_pages(path: &str, name: &str) -> Value {
    let filter = match (path, name) {
        ("/alerts", "kind") => one_of(Kind::ALL.map(Kind::as_str)),
        ("/alerts", "severity") => one_of(Severity::ALL.map(Severity::as_str)),
        ("/alerts", "state") => one_of(v2::alerts::STATES),
        ("/deliveries", "state") => one_of(DeliveryState::ALL.map(DeliveryState::as_str)),
        ("/monitoring", "state") => one_of(pages::monitoring::STATES),
        ("/renewals", "outlook") => one_of(v2::subscriptions::OUTLOOKS),
        ("/licenses", "level") => one_of(pages::licenses::LEVELS),
        ("/licenses", "sort") => one_of(pages::licenses::SORTS),
        ("/licenses", "page") => {
            return json!({"format": "uint64", "minimum": 1, "maximum": u64::MAX});
        }
        ("/tenants/{tenant}/licenses/{sku_id}", "days") => {
            return json!({"enum": pages::tenant::product::SPANS});
        }
        ("/tenants/{tenant}/report", "month") => {
            return json!({"pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$"});
        }
        _ => return Value::Null,
    };
    let mut words = filter;
    if let Some(words) = words["enum"].as_array_mut() {
        words.push("".into());
    }
    words
}

fn one_of<const N: usize>(words: [&str; N]) -> Value {
    json!({ "enum": words.as_slice() })
}

/// Says which values the members of a shape take together.
pub(crate) fn shape(name: &str, schema: &mut Value) {
    let says = match name {
        "Switches" | "SwitchesV1" => json!({"anyOf": [
            {"required": ["enabled"], "properties": {"enabled": {"type": "boolean"}}},
            {"required": ["monitoring"], "properties": {"monitoring": {"type": "boolean"}}},
        ]}),
        "SnoozeOrder" => json!({"oneOf": [
            {"required": ["until"], "properties":
                {"until": {"type": "string"}, "until_change": {"enum": [false, null]}}},
            {"required": ["until_change"], "properties":
                {"until": {"type": "null"}, "until_change": {"const": true}}},
        ]}),
        "PinOrder" => {
            add(
                &mut schema["properties"]["outlook"],
                json!({"enum": ["renews", "ends"]}),
            );
            Value::Null
        }
        "PolicyValues" => {
            let words = Exclusion::ALL.map(Exclusion::as_str).map(Some);
            let words: Vec<_> = words.into_iter().chain([None]).collect();
            add(
                &mut schema["properties"]["exclusion"],
                json!({ "enum": words }),
            );
            Value::Null
        }
        _ => Value::Null,
    };
    add(schema, says);
}

fn add(schema: &mut Value, says: Value) {
    if let (Some(schema), Value::Object(says)) = (schema.as_object_mut(), says) {
        schema.extend(says);
    }
}
