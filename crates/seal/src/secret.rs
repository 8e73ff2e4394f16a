//! A secret in plaintext, as Kubernetes has it: what is sealed, and what opening gives back.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::manifest::{ManifestError, Place, text_at, texts_at};
use crate::yaml::{documents, map, scalar};

/// What a secret holds, by the name of each item.
pub type Data = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// A secret of Kubernetes, in plaintext.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    pub place: Place,
    /// `Opaque`, `kubernetes.io/tls` …
    pub kind: String,
    pub labels: BTreeMap<String, String>,
    /// Read from sealed secrets alone: `kubectl` keeps a secret in plaintext in its own.
    pub annotations: BTreeMap<String, String>,
    pub data: Data,
}

/// What a secret is that says nothing of it.
pub const OPAQUE: &str = "Opaque";

impl Secret {
    /// Reads every secret of a text: documents, and the items of lists, as `kubectl get -o yaml`
    /// and `-o json` write them. Other kinds of things are passed over.
    ///
    /// # Errors
    /// If the text is no YAML, or a secret in it is not one.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, ManifestError> {
        let documents = documents(text).map_err(ManifestError::NotYaml)?;
        let mut secrets = Vec::new();
        for document in &documents {
            let items = document.get("items").and_then(Value::as_array);
            let all = items.map_or(std::slice::from_ref(document), Vec::as_slice);
            let found = all
                .iter()
                .filter(|it| text_at(it, &["kind"]) == Some("Secret"));
            for item in found {
                secrets.push(Self::read(item)?);
            }
        }
        Ok(secrets)
    }

    fn read(document: &Value) -> Result<Self, ManifestError> {
        let mut data = Data::new();
        for (key, text) in texts_at(document, &["data"])? {
            let bytes = BASE64_STANDARD.decode(text.as_bytes());
            let bytes = bytes.map_err(|_| ManifestError::NotBase64(key.clone()))?;
            data.insert(key, Zeroizing::new(bytes));
        }
        for (key, text) in texts_at(document, &["stringData"])? {
            data.insert(key, Zeroizing::new(text.into_bytes()));
        }
        Ok(Self {
            place: Place::read(document)?,
            kind: text_at(document, &["type"]).unwrap_or(OPAQUE).to_owned(),
            labels: texts_at(document, &["metadata", "labels"])?,
            annotations: BTreeMap::new(),
            data,
        })
    }

    /// As a manifest for `kubectl apply -f -`. It is plaintext: not for Git.
    pub fn manifest(&self) -> Zeroizing<String> {
        let coded: usize = self
            .data
            .values()
            .map(|bytes| bytes.len() * 4 / 3 + 80)
            .sum();
        // Room for all of it at once: a buffer that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(coded + 4096));
        text.push_str("apiVersion: v1\nkind: Secret\nmetadata:\n");
        text.push_str(&format!("  name: {}\n", scalar(&self.place.name)));
        text.push_str(&format!("  namespace: {}\n", scalar(&self.place.namespace)));
        text.push_str(&map("  ", "labels", &self.labels));
        text.push_str(&map("  ", "annotations", &self.annotations));
        text.push_str(&format!("type: {}\n", scalar(&self.kind)));
        text.push_str(if self.data.is_empty() {
            "data: {}\n"
        } else {
            "data:\n"
        });
        for (key, bytes) in &self.data {
            text.push_str(&format!("  {}: ", scalar(key)));
            text.push('"');
            BASE64_STANDARD.encode_string(bytes.as_slice(), &mut text);
            text.push_str("\"\n");
        }
        text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&String> = self.data.keys().collect();
        f.debug_struct("Secret")
            .field("place", &self.place)
            .field("kind", &self.kind)
            .field("keys", &keys)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secret(key: &str, bytes: &[u8]) -> Secret {
        Secret {
            place: Place {
                namespace: "n".to_owned(),
                name: "regcred".to_owned(),
            },
            kind: OPAQUE.to_owned(),
            labels: BTreeMap::from([("a.b/c".to_owned(), "true".to_owned())]),
            annotations: BTreeMap::new(),
            data: Data::from([(key.to_owned(), Zeroizing::new(bytes.to_vec()))]),
        }
    }

    #[test]
    fn what_kubectl_prints_is_read() {
        let text = "apiVersion: v1\nkind: List\nitems:\n- kind: Secret\n  metadata:\n    name: a\n\
                    \x20   namespace: b\n  data:\n    k: aHVzaA==\n- kind: ConfigMap\n";
        let [read] = Secret::parse_all(text).unwrap().try_into().unwrap();
        assert_eq!(
            (read.kind.as_str(), read.place.name.as_str()),
            (OPAQUE, "a")
        );
        assert_eq!(*read.data["k"], b"hush");
        let words = text.replace("  data:", "  stringData:");
        let read = Secret::parse_all(&words).unwrap();
        assert_eq!(*read[0].data["k"], b"aHVzaA==");
        let wrong = Secret::parse_all(&text.replace("aHVzaA==", "a*")).unwrap_err();
        assert_eq!(wrong.to_string(), "the value of \"k\" is no base64");
        let nameless = Secret::parse_all("kind: Secret\n").unwrap_err();
        assert_eq!(nameless.to_string(), "it has no metadata.name");
    }

    #[test]
    fn debug_shows_names_alone() {
        let shown = format!("{:?}", secret("k", b"hush"));
        assert!(
            shown.contains("regcred") && !shown.contains("104"),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn a_manifest_is_read_back(key in "[-._a-zA-Z0-9]{1,12}", bytes: Vec<u8>) {
            let secret = secret(&key, &bytes);
            let read = Secret::parse_all(&secret.manifest()).unwrap();
            prop_assert_eq!(read, vec![secret]);
        }
    }
}
