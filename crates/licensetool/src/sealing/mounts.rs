//! Which certificate each service needs, as patches of its Deployment.

use std::collections::{BTreeMap, BTreeSet};

use super::names::CERT;

/// A Deployment of the app, by its label `app.kubernetes.io/component`. Evaluate needs no
/// certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Component {
    /// Signs in to the tenants.
    Collect,
    /// Writes SharePoint lists.
    Deliver,
    /// Signs people in.
    Web,
    /// Does all of it.
    AllInOne,
}

impl Component {
    fn as_str(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Deliver => "deliver",
            Self::Web => "web",
            Self::AllInOne => "all-in-one",
        }
    }
}

/// The folders below `certs/` that each service mounts.
#[derive(Debug, Default)]
pub(super) struct Mounts(BTreeMap<Component, BTreeSet<String>>);

/// A patch of what the app's manifests have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) file: String,
    pub(super) text: String,
    /// What it patches: for `kustomization.yaml`.
    pub(super) kind: &'static str,
    pub(super) selector: String,
}

impl Mounts {
    pub(super) fn add(&mut self, component: Component, folder: &str) {
        for one in [component, Component::AllInOne] {
            self.0.entry(one).or_default().insert(folder.to_owned());
        }
    }

    pub(super) fn patches(&self) -> Vec<Patch> {
        let patch = |(component, folders): (&Component, &BTreeSet<String>)| {
            let name = component.as_str();
            Patch {
                file: format!("mounts-{name}.yaml"),
                text: text(name, folders),
                kind: "Deployment",
                selector: format!(
                    "app.kubernetes.io/name=licensetool,app.kubernetes.io/component={name}"
                ),
            }
        };
        self.0.iter().map(patch).collect()
    }
}

fn text(component: &str, folders: &BTreeSet<String>) -> String {
    let mut text = format!(
        "# Written by `licensetool seal`: the certificates that {component} needs.\n\
         apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {component}\nspec:\n  \
         template:\n    spec:\n      containers:\n        - name: licensetool\n          \
         volumeMounts:\n"
    );
    for folder in folders {
        text.push_str(&format!(
            "            - name: cert-{folder}\n              mountPath: /app/certs/{folder}\n\
             \x20             readOnly: true\n"
        ));
    }
    text.push_str("      volumes:\n");
    for folder in folders {
        text.push_str(&format!(
            "        - name: cert-{folder}\n          secret:\n            \
             secretName: {CERT}{folder}\n            defaultMode: 0440\n"
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_mounts_the_certificates_that_it_needs_and_no_other() {
        let mut mounts = Mounts::default();
        mounts.add(Component::Collect, "ise");
        mounts.add(Component::Deliver, "company");
        let patches = mounts.patches();
        let files: Vec<&str> = patches.iter().map(|patch| patch.file.as_str()).collect();
        let expected = [
            "mounts-collect.yaml",
            "mounts-deliver.yaml",
            "mounts-all-in-one.yaml",
        ];
        assert_eq!(files, expected);
        let collect = &patches[0].text;
        assert!(!collect.contains("company"), "{collect}");
        let read = seal::documents(collect).unwrap();
        let pod = &read[0]["spec"]["template"]["spec"];
        assert_eq!(
            pod["containers"][0]["volumeMounts"][0]["mountPath"],
            "/app/certs/ise"
        );
        let secret = &pod["volumes"][0]["secret"];
        assert_eq!(secret["secretName"], "licensetool-cert-ise");
        assert!(patches[2].text.contains("cert-company") && patches[2].text.contains("cert-ise"));
        assert_eq!(Mounts::default().patches(), []);
    }
}
