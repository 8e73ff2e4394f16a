//! What kustomize would read for an overlay: its own files and those that it names, wherever they
//! lie.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::documents;
use crate::sealing::folder::KUSTOMIZATION;
use crate::sealing::repository::Repository;

/// Names of the files, from a folder with `/` at its end; `None` if it has no kustomization.
pub(super) fn files(
    repository: &Repository,
    folder: &str,
) -> anyhow::Result<Option<BTreeSet<String>>> {
    if !repository.has(&format!("{folder}{KUSTOMIZATION}")) {
        return Ok(None);
    }
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let file = format!("{folder}{KUSTOMIZATION}");
        if !repository.has(&file) || found.contains(&file) {
            continue;
        }
        let read = documents(&repository.bytes_at(Path::new(&file))?).unwrap_or_default();
        found.insert(file);
        for document in &read {
            let within = ["resources", "components", "bases", "patchesStrategicMerge"];
            let named = within.iter().flat_map(|field| texts(document, field));
            for name in named.chain(patches(document)) {
                match joined(&folder, &name) {
                    Some(file) if repository.has(&file) => {
                        found.insert(file);
                    }
                    Some(other) => folders.push(format!("{other}/")),
                    None => {}
                }
            }
        }
    }
    Ok(Some(found))
}

/// The texts of a list.
pub(super) fn texts(document: &Value, field: &str) -> Vec<String> {
    let listed = document.get(field).and_then(Value::as_array);
    let texts = listed.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

/// The files that a kustomization names as patches.
pub(super) fn patches(document: &Value) -> Vec<String> {
    let listed = document.get("patches").and_then(Value::as_array);
    let patches = listed.into_iter().flatten();
    let paths = patches.filter_map(|patch| patch.get("path")?.as_str());
    paths.map(str::to_owned).collect()
}

/// A way from a folder with `/` at its end; `None` if it leads out of the repository.
fn joined(folder: &str, way: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in way.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_followed_within_the_repository_alone() {
        let check = |folder: &str, way: &str, expected: Option<&str>| {
            assert_eq!(joined(folder, way).as_deref(), expected, "{folder} {way}");
        };
        check("a/overlays/dev/", "../../base", Some("a/base"));
        check("a/", "./secrets/", Some("a/secrets"));
        check("", "b.yaml", Some("b.yaml"));
        check("a/", "../../b", None);
    }
}
