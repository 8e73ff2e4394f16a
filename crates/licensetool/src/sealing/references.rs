//! Which secrets manifests speak of: those that they mount, read variables from, or pull images
//! with.

use std::collections::BTreeMap;

use serde_json::Value;

/// A secret that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference {
    pub(super) file: String,
    pub(super) secret: String,
    /// Whether a pod starts without it.
    pub(super) optional: bool,
    /// What is wanted of it by name.
    pub(super) items: Vec<String>,
}

/// All that an overlay's files speak of.
#[derive(Debug, Default)]
pub(super) struct References {
    found: Vec<Reference>,
    /// The secrets of volumes, by the volumes' names, and whether pods start without them.
    volumes: BTreeMap<String, Vec<(String, bool)>>,
    patched: Vec<Patched>,
}

/// A patch that gives a volume other items, and does not say its secret again.
#[derive(Debug)]
struct Patched {
    file: String,
    volume: String,
    optional: Option<bool>,
    items: Vec<String>,
}

impl References {
    /// Reads all of a document, wherever secrets stand in it: patches have no fixed shape.
    pub(super) fn read(&mut self, file: &str, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.read(file, item)),
            Value::Object(fields) => {
                self.object(file, value);
                fields.values().for_each(|value| self.read(file, value));
                // The patches of a kustomization are texts in it.
                let patch = fields.get("patch").and_then(Value::as_str);
                let patch = patch.map(|text| seal::documents(text).unwrap_or_default());
                let patch = patch.unwrap_or_default();
                patch.iter().for_each(|document| self.read(file, document));
            }
            _ => {}
        }
    }

    fn object(&mut self, file: &str, fields: &Value) {
        self.add(
            file,
            text(fields, "secretName"),
            is_optional(fields),
            keys(fields),
        );
        for field in ["secretRef", "secretKeyRef", "secret"] {
            if let Some(inside) = fields.get(field) {
                let key = text(inside, "key").map(str::to_owned);
                let items = keys(inside).into_iter().chain(key).collect();
                self.add(file, text(inside, "name"), is_optional(inside), items);
            }
        }
        let pulls = fields.get("imagePullSecrets").and_then(Value::as_array);
        for pull in pulls.into_iter().flatten() {
            // A pod starts without it, if the image is there or public.
            self.add(file, text(pull, "name"), Some(true), Vec::new());
        }
        if let (Some(volume), Some(secret)) = (text(fields, "name"), fields.get("secret")) {
            self.volume(file, volume, secret);
        }
    }

    fn add(
        &mut self,
        file: &str,
        secret: Option<&str>,
        optional: Option<bool>,
        items: Vec<String>,
    ) {
        if let Some(secret) = secret {
            self.found.push(Reference {
                file: file.to_owned(),
                secret: secret.to_owned(),
                optional: optional == Some(true),
                items,
            });
        }
    }

    fn volume(&mut self, file: &str, volume: &str, secret: &Value) {
        let (optional, items) = (is_optional(secret), keys(secret));
        if let Some(name) = text(secret, "secretName") {
            let held = self.volumes.entry(volume.to_owned()).or_default();
            held.push((name.to_owned(), optional == Some(true)));
        } else if !items.is_empty() {
            self.patched.push(Patched {
                file: file.to_owned(),
                volume: volume.to_owned(),
                optional,
                items,
            });
        }
    }

    /// What was found, with the items of patches for the secrets of their volumes. A volume's name
    /// that stands for several secrets says nothing.
    pub(super) fn all(self) -> Vec<Reference> {
        let mut all = self.found;
        for Patched {
            file,
            volume,
            optional,
            items,
        } in self.patched
        {
            let held = self.volumes.get(&volume).map_or(&[][..], Vec::as_slice);
            if let [(secret, base), others @ ..] = held
                && others.iter().all(|(other, _)| other == secret)
            {
                all.push(Reference {
                    file,
                    secret: secret.clone(),
                    optional: optional.unwrap_or(*base),
                    items,
                });
            }
        }
        all
    }
}

fn text<'a>(fields: &'a Value, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}

fn is_optional(fields: &Value) -> Option<bool> {
    fields.get("optional").and_then(Value::as_bool)
}

/// The names of items that are mounted one by one.
fn keys(fields: &Value) -> Vec<String> {
    let items = fields.get("items").and_then(Value::as_array);
    let items = items.into_iter().flatten();
    items
        .filter_map(|item| Some(text(item, "key")?.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each secret with its items, and whether it is optional.
    fn found(text: &str) -> Vec<(String, bool, String)> {
        let mut references = References::default();
        for document in seal::documents(text).unwrap() {
            references.read("a.yaml", &document);
        }
        let all = references.all().into_iter();
        let mut all: Vec<_> = all
            .map(|it| (it.secret, it.optional, it.items.join(" ")))
            .collect();
        all.sort_unstable();
        all
    }

    fn expected<const N: usize>(all: [(&str, bool, &str); N]) -> Vec<(String, bool, String)> {
        let own = |(secret, optional, items): (&str, bool, &str)| {
            (secret.to_owned(), optional, items.to_owned())
        };
        all.map(own).to_vec()
    }

    #[test]
    fn secrets_are_found_wherever_a_manifest_names_one() {
        let text = "spec:\n  tls: [{secretName: a}]\n  imagePullSecrets: [{name: b}]\n  \
                    containers:\n  - envFrom: [{secretRef: {name: c}}]\n    env:\n    - valueFrom: \
                    {secretKeyRef: {name: d, key: k, optional: true}}\n  volumes:\n  - secret: \
                    {secretName: e, optional: true}\n  - projected:\n      sources:\n      - \
                    secret: {name: f, items: [{key: i, path: p}]}\n      - configMap: {name: g}\n";
        let secrets = [
            ("a", false, ""),
            ("b", true, ""),
            ("c", false, ""),
            ("d", true, "k"),
            ("e", true, ""),
            ("f", false, "i"),
        ];
        assert_eq!(found(text), expected(secrets));
    }

    #[test]
    fn the_items_of_a_patch_are_those_of_its_volumes_secret() {
        let base =
            "spec:\n  volumes:\n  - name: v\n    secret: {secretName: s, items: [{key: a}]}\n";
        let patch = "patches:\n- patch: |\n    spec:\n      volumes:\n      - name: v\n        \
                     secret: {items: [{key: b, path: p}]}\n";
        let both = [("s", false, "a"), ("s", false, "b")];
        assert_eq!(found(&format!("{base}---\n{patch}")), expected(both));
        // Nobody knows which one is meant.
        let other = base.replace("secretName: s", "secretName: t");
        let all = [("s", false, "a"), ("t", false, "a")];
        let text = format!("{base}---\n{other}---\n{patch}");
        assert_eq!(found(&text), expected(all));
    }
}
