//! What manifests of secrets have in common: where they belong, and how a field is read.

use std::collections::BTreeMap;

use serde_json::Value;

/// Where a secret belongs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub namespace: String,
    pub name: String,
}

/// Why a manifest cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    #[error("it is no YAML: {0}")]
    NotYaml(String),
    #[error("it is no SealedSecret, but {0}")]
    OtherKind(String),
    #[error("it has no {0}")]
    Missing(&'static str),
    #[error("{0} holds something else than texts")]
    NotTexts(String),
    #[error("the value of \"{0}\" is no base64")]
    NotBase64(String),
}

impl Place {
    pub(crate) fn read(document: &Value) -> Result<Self, ManifestError> {
        let text = |path: &[&str], missing| {
            let text = text_at(document, path).filter(|text| !text.is_empty());
            text.map(str::to_owned)
                .ok_or(ManifestError::Missing(missing))
        };
        Ok(Self {
            name: text(&["metadata", "name"], "metadata.name")?,
            namespace: text(&["metadata", "namespace"], "metadata.namespace")?,
        })
    }
}

/// The text at a path of fields, if there is one.
pub(crate) fn text_at<'a>(document: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(document, path)?.as_str()
}

/// A map of texts at a path of fields; nothing there is an empty one.
pub(crate) fn texts_at(
    document: &Value,
    path: &[&str],
) -> Result<BTreeMap<String, String>, ManifestError> {
    let not_texts = || ManifestError::NotTexts(path.join("."));
    match at(document, path) {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(Value::Object(map)) => map
            .iter()
            .map(|(key, value)| {
                let text = value.as_str().ok_or_else(not_texts)?;
                Ok((key.clone(), text.to_owned()))
            })
            .collect(),
        Some(_) => Err(not_texts()),
    }
}

fn at<'a>(document: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter()
        .try_fold(document, |value, field| value.get(field))
}
