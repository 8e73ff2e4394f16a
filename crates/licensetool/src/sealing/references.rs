//! Which secrets manifests speak of: those that they mount, read variables from, or pull images
//! with.

use serde_json::Value;

/// A secret that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference {
    pub(super) secret: String,
    /// Whether a pod starts without it.
    pub(super) optional: bool,
}

/// All of a document, wherever they stand in it: patches have no fixed shape.
pub(super) fn references(document: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    collect(document, &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<Reference>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => {
            let optional = fields.get("optional").and_then(Value::as_bool) == Some(true);
            let mut add = |name: Option<&Value>, optional| {
                if let Some(secret) = name.and_then(Value::as_str) {
                    let secret = secret.to_owned();
                    found.push(Reference { secret, optional });
                }
            };
            add(fields.get("secretName"), optional);
            for field in ["secretRef", "secretKeyRef", "secret"] {
                if let Some(inside) = fields.get(field) {
                    let optional = inside.get("optional").and_then(Value::as_bool);
                    add(inside.get("name"), optional == Some(true));
                }
            }
            let pulls = fields.get("imagePullSecrets").and_then(Value::as_array);
            for pull in pulls.into_iter().flatten() {
                // A pod starts without it, if the image is there or public.
                add(pull.get("name"), true);
            }
            fields.values().for_each(|value| collect(value, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_wherever_a_manifest_names_one() {
        let text = "spec:\n  tls: [{secretName: a}]\n  imagePullSecrets: [{name: b}]\n  \
                    containers:\n  - envFrom: [{secretRef: {name: c}}]\n    env:\n    - valueFrom: \
                    {secretKeyRef: {name: d, key: k, optional: true}}\n  volumes:\n  - secret: \
                    {secretName: e, optional: true}\n  - projected:\n      sources:\n      - \
                    secret: {name: f}\n      - configMap: {name: g}\n";
        let found = references(&seal::documents(text).unwrap()[0]);
        let mut found: Vec<(&str, bool)> = found
            .iter()
            .map(|it| (it.secret.as_str(), it.optional))
            .collect();
        found.sort_unstable();
        let expected = [
            ("a", false),
            ("b", true),
            ("c", false),
            ("d", true),
            ("e", true),
            ("f", false),
        ];
        assert_eq!(found, expected);
    }
}
