//! A `SealedSecret` as it stands in Git: written always in the same shape, so that a diff shows
//! what changed, and read as `kubeseal` writes it, too.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::key::Opener;
use crate::manifest::{ManifestError, Place, text_at, texts_at};
use crate::scope::Scope;
use crate::secret::{Data, OPAQUE, Secret};
use crate::value::{self, OpenError};
use crate::yaml::{map, scalar};

const KIND: &str = "SealedSecret";
const API: &str = "bitnami.com/v1alpha1";
const TEMPLATE: [&str; 2] = ["spec", "template"];
const ANNOTATIONS: [&str; 4] = ["spec", "template", "metadata", "annotations"];

/// The label by which we know our own files.
const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "licensetool-seal");

/// A sealed secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret {
    pub place: Place,
    pub scope: Scope,
    /// What kind of secret becomes of it.
    pub kind: String,
    /// Of the secret that becomes of it.
    pub labels: BTreeMap<String, String>,
    /// Of the secret that becomes of it, without that of the scope.
    pub annotations: BTreeMap<String, String>,
    /// Sealed values in base64, by the name of each item.
    pub values: BTreeMap<String, String>,
    /// Whether we have made it.
    pub is_ours: bool,
    /// What does not fit together in a manifest that was read, in words.
    pub oddities: Vec<String>,
}

impl SealedSecret {
    /// Seals each item of a secret by `value`, which is given the item's name, its bytes and the
    /// label, and answers the sealed value in base64: a new one, or one that is still right.
    pub fn of(
        secret: &Secret,
        scope: Scope,
        mut value: impl FnMut(&str, &[u8], &[u8]) -> String,
    ) -> Self {
        let label = scope.label(&secret.place.namespace, &secret.place.name);
        let items = secret.data.iter();
        Self {
            place: secret.place.clone(),
            scope,
            kind: secret.kind.clone(),
            labels: secret.labels.clone(),
            annotations: secret.annotations.clone(),
            values: items
                .map(|(key, bytes)| (key.clone(), value(key, bytes, &label)))
                .collect(),
            is_ours: true,
            oddities: Vec::new(),
        }
    }

    /// Reads one document.
    ///
    /// # Errors
    /// If it is something else, or lacks what it must have.
    pub fn read(document: &Value) -> Result<Self, ManifestError> {
        let kind = text_at(document, &["kind"]).unwrap_or("nothing with a kind");
        if kind != KIND {
            return Err(ManifestError::OtherKind(kind.to_owned()));
        }
        let place = Place::read(document)?;
        let annotations = texts_at(document, &["metadata", "annotations"])?;
        let set = annotations.iter().filter(|(_, value)| *value == "true");
        let set = set.map(|(name, _)| name.as_str());
        let scope = Scope::of_annotations(set);
        let labels = texts_at(document, &["metadata", "labels"])?;
        let values = texts_at(document, &["spec", "encryptedData"])?;
        let kind = text_at(document, &["spec", "template", "type"]).unwrap_or(OPAQUE);
        let mut of_template = texts_at(document, &ANNOTATIONS)?;
        of_template.retain(|name, _| !Scope::has_annotation(name));
        Ok(Self {
            oddities: oddities(document, &place, scope),
            labels: texts_at(document, &["spec", "template", "metadata", "labels"])?,
            annotations: of_template,
            is_ours: labels
                .get(MANAGED_BY.0)
                .is_some_and(|by| by == MANAGED_BY.1),
            kind: kind.to_owned(),
            place,
            scope,
            values,
        })
    }

    /// The label that its values are bound to.
    pub fn label(&self) -> Vec<u8> {
        self.scope.label(&self.place.namespace, &self.place.name)
    }

    /// As it stands in Git.
    pub fn manifest(&self) -> String {
        let mut text = format!("apiVersion: {API}\nkind: {KIND}\nmetadata:\n");
        let (name, namespace) = (scalar(&self.place.name), scalar(&self.place.namespace));
        text.push_str(&format!("  name: {name}\n  namespace: {namespace}\n"));
        if self.is_ours {
            let (label, value) = MANAGED_BY;
            text.push_str(&format!("  labels:\n    {label}: {value}\n"));
        }
        let scope = self
            .scope
            .annotation()
            .map(|name| (name, "true".to_owned()));
        let scope: BTreeMap<String, String> = scope.into_iter().collect();
        text.push_str(&map("  ", "annotations", &scope));
        text.push_str("spec:\n  encryptedData:");
        text.push_str(if self.values.is_empty() {
            " {}\n"
        } else {
            "\n"
        });
        for (key, value) in &self.values {
            text.push_str(&format!("    {}: {}\n", scalar(key), scalar(value)));
        }
        text.push_str(&format!(
            "  template:\n    metadata:\n      name: {name}\n      namespace: {namespace}\n"
        ));
        let annotations = [&self.annotations, &scope].into_iter().flatten();
        let annotations = annotations.map(|(name, value)| (name.clone(), value.clone()));
        text.push_str(&map("      ", "labels", &self.labels));
        text.push_str(&map("      ", "annotations", &annotations.collect()));
        text.push_str(&format!("    type: {}\n", scalar(&self.kind)));
        text
    }

    /// Opens all of it.
    ///
    /// # Errors
    /// The first item that stays shut, and why.
    pub fn open(&self, keys: &[Opener]) -> Result<Secret, (String, OpenError)> {
        let label = self.label();
        let mut data = Data::new();
        for (key, text) in &self.values {
            let opened = sealed_bytes(text)
                .ok_or(OpenError::NotSealed)
                .and_then(|bytes| value::open(&bytes, &label, keys));
            let opened: Zeroizing<Vec<u8>> = opened.map_err(|error| (key.clone(), error))?;
            data.insert(key.clone(), opened);
        }
        Ok(Secret {
            place: self.place.clone(),
            kind: self.kind.clone(),
            labels: self.labels.clone(),
            annotations: self.annotations.clone(),
            data,
        })
    }
}

/// The bytes of a value in base64, if they have the form of a sealed value.
pub fn sealed_bytes(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64_STANDARD.decode(text.as_bytes()).ok()?;
    value::is_sealed(&bytes).then_some(bytes)
}

/// Bytes of a sealed value, as text for a manifest.
pub fn sealed_text(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// What the controller, or people, would stumble over.
fn oddities(document: &Value, place: &Place, scope: Scope) -> Vec<String> {
    let mut odd = Vec::new();
    if text_at(document, &["apiVersion"]) != Some(API) {
        odd.push(format!("apiVersion is not {API}"));
    }
    let template = |field: &'static str| {
        let path = [TEMPLATE[0], TEMPLATE[1], "metadata", field];
        text_at(document, &path)
    };
    for (field, expected) in [("name", &place.name), ("namespace", &place.namespace)] {
        if template(field).is_some_and(|found| found != expected) {
            odd.push(format!(
                "spec.template.metadata.{field} is not \"{expected}\""
            ));
        }
    }
    let annotations = texts_at(document, &ANNOTATIONS).unwrap_or_default();
    if Scope::of_annotations(annotations.keys().map(String::as_str)) != scope {
        odd.push("the scope of spec.template.metadata is another one".to_owned());
    }
    let values = texts_at(document, &["spec", "encryptedData"]).unwrap_or_default();
    let unsealed = values
        .iter()
        .filter(|(_, text)| sealed_bytes(text).is_none());
    odd.extend(unsealed.map(|(key, _)| format!("the value of \"{key}\" is not sealed")));
    if values.is_empty() {
        odd.push("it holds nothing".to_owned());
    }
    for field in ["data", "stringData"] {
        let inside = document.pointer(&format!("/spec/template/{field}"));
        if inside.is_some_and(|inside| !inside.is_null()) {
            odd.push(format!("spec.template.{field} is plaintext"));
        }
    }
    odd
}

#[cfg(test)]
mod tests;
