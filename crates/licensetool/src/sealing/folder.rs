//! The folder of an overlay that holds sealed secrets: writes what changed, and leaves the rest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use aws_lc_rs::rand;
use seal::{Scope, SealedSecret, Sealer, Secret, SessionKey, sealed_text};
use zeroize::Zeroizing;

use super::change::{Change, What};
use super::kept::{Made, Memory};
use super::mounts::Patch;
use super::private_file;
use super::restart::{self, Restart};

/// How the files are called.
pub(crate) const SUFFIX: &str = ".sealedsecret.yaml";
pub(super) const KUSTOMIZATION: &str = "kustomization.yaml";
const HEAD: &str =
    "# Written by `licensetool seal`: the sealed secrets and what they are mounted to.\n";

/// Work on one folder.
pub(super) struct Folder<'a> {
    pub(super) dir: &'a Path,
    pub(super) scope: Scope,
    pub(super) sealer: &'a Sealer,
    pub(super) memory: &'a mut Memory,
    /// Whether what has not changed is sealed anew, too.
    pub(super) all: bool,
}

impl Folder<'_> {
    /// Brings the folder up to date.
    pub(super) fn write(
        &mut self,
        secrets: &[Secret],
        mut patches: Vec<Patch>,
        restart: Option<&Restart>,
    ) -> anyhow::Result<Vec<Change>> {
        fs::create_dir_all(self.dir)
            .with_context(|| format!("the folder {} cannot be made", self.dir.display()))?;
        let mut before = existing(self.dir)?;
        let mut changes = Vec::new();
        for secret in secrets {
            let file = format!("{}{SUFFIX}", secret.place.name);
            let old = before.remove(&file);
            let was_unreadable = matches!(old, Some(None));
            let mut change = self.seal(secret, &file, old.flatten().as_ref())?;
            change.was_unreadable = was_unreadable;
            changes.push(change);
        }
        // What somebody else has put there is none of our business.
        for (file, old) in before {
            if let Some(old) = old.filter(|old| old.is_ours) {
                changes.push(self.remove(&file, old)?);
            }
        }
        if let Some(restart) = restart {
            let sealed = private_file::read(&self.dir.join(restart.file()))?;
            patches.extend(sealed.map(|sealed| restart.patch(&sealed)));
        }
        self.patches(&patches)?;
        self.kustomization(&patches)?;
        Ok(changes)
    }

    fn seal(
        &mut self,
        secret: &Secret,
        file: &str,
        old: Option<&SealedSecret>,
    ) -> anyhow::Result<Change> {
        let mut change = Change::of(self.dir.join(file), What::Unchanged);
        let mut keys = Vec::new();
        for _ in &secret.data {
            keys.push(session_key()?);
        }
        let sealed = SealedSecret::of(secret, self.scope, |item, plaintext, label| {
            let made = Made {
                certificate: &self.sealer.fingerprint,
                label,
                item,
                plaintext,
            };
            let before = old.and_then(|old| old.values.get(item));
            let known = before.filter(|value| !self.all && self.memory.knows(value, &made));
            if let Some(value) = known {
                return value.clone();
            }
            if before.is_some_and(|value| !self.memory.has_made(value)) {
                change.replaced.push(item.to_owned());
            }
            let key = keys.pop().expect("there is a key for each item");
            let value = sealed_text(&self.sealer.seal(plaintext, label, key));
            self.memory.remember(&value, &made);
            change.sealed.push(item.to_owned());
            value
        });
        let text = sealed.manifest();
        if !holds(&change.file, &text) {
            private_file::write_public(&change.file, text.as_bytes())?;
            change.what = What::Sealed;
        }
        let before = old.into_iter().flat_map(|old| old.values.keys());
        let removed = before.filter(|item| !secret.data.contains_key(*item));
        change.removed = removed.cloned().collect();
        Ok(change)
    }

    fn remove(&self, file: &str, old: SealedSecret) -> anyhow::Result<Change> {
        let file = self.dir.join(file);
        let removed = fs::remove_file(&file);
        removed.with_context(|| format!("{} cannot be removed", file.display()))?;
        let mut change = Change::of(file, What::Removed);
        change.removed = old.values.into_keys().collect();
        Ok(change)
    }

    /// Those that nobody needs any more go.
    fn patches(&self, patches: &[Patch]) -> anyhow::Result<()> {
        for name in names(self.dir)? {
            let is_mount = name.starts_with("mounts-") && name.ends_with(".yaml");
            let is_ours = is_mount || name == restart::FILE;
            if is_ours && !patches.iter().any(|patch| patch.file == name) {
                let file = self.dir.join(&name);
                let removed = fs::remove_file(&file);
                removed.with_context(|| format!("{} cannot be removed", file.display()))?;
            }
        }
        for patch in patches {
            self.write_if_new(&patch.file, &patch.text)?;
        }
        Ok(())
    }

    fn kustomization(&self, patches: &[Patch]) -> anyhow::Result<()> {
        let mut text = format!(
            "{HEAD}apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources:"
        );
        let files = names(self.dir)?;
        let sealed: Vec<&String> = files.iter().filter(|name| name.ends_with(SUFFIX)).collect();
        text.push_str(if sealed.is_empty() { " []\n" } else { "\n" });
        for file in sealed {
            text.push_str(&format!("  - {file}\n"));
        }
        if !patches.is_empty() {
            text.push_str("patches:\n");
        }
        for patch in patches {
            let Patch {
                file,
                kind,
                selector,
                ..
            } = patch;
            text.push_str(&format!(
                "  - path: {file}\n    target:\n      kind: {kind}\n      \
                 labelSelector: {selector}\n"
            ));
        }
        self.write_if_new(KUSTOMIZATION, &text)
    }

    fn write_if_new(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let file = self.dir.join(name);
        match holds(&file, text) {
            true => Ok(()),
            false => private_file::write_public(&file, text.as_bytes()),
        }
    }
}

/// Whether a file is this text, however its lines end: Git may change that.
fn holds(file: &Path, text: &str) -> bool {
    let Ok(mut before) = fs::read(file) else {
        return false;
    };
    before.retain(|byte| *byte != b'\r');
    before == text.as_bytes()
}

/// What lies in a folder, was sealed from another home folder, and would go: each file with its
/// items. Of a secret that stays, items can go.
pub(super) fn lost(dir: &Path, secrets: &[Secret], memory: &Memory) -> anyhow::Result<Vec<String>> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let mut lost = Vec::new();
    for (file, old) in existing(dir)? {
        let Some(old) = old else { continue };
        let is_it =
            |secret: &&Secret| Some(secret.place.name.as_str()) == file.strip_suffix(SUFFIX);
        let new = secrets.iter().find(is_it);
        if new.is_none() && !old.is_ours {
            continue;
        }
        let stays = |item: &str| new.is_some_and(|new| new.data.contains_key(item));
        let gone = old
            .values
            .iter()
            .filter(|(item, value)| !stays(item) && !memory.has_made(value));
        let items: Vec<&str> = gone.map(|(item, _)| item.as_str()).collect();
        if !items.is_empty() {
            lost.push(format!(
                "{} ({})",
                dir.join(&file).display(),
                items.join(", ")
            ));
        }
    }
    Ok(lost)
}

/// Files that would be written anew and hold nobody knows what.
pub(super) fn broken(dir: &Path, secrets: &[Secret]) -> anyhow::Result<Vec<String>> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let is_sealed = |file: &str| {
        let name = file.strip_suffix(SUFFIX);
        secrets
            .iter()
            .any(|secret| Some(secret.place.name.as_str()) == name)
    };
    let broken = existing(dir)?
        .into_iter()
        .filter(|(file, old)| old.is_none() && is_sealed(file));
    Ok(broken
        .map(|(file, _)| dir.join(file).display().to_string())
        .collect())
}

/// The sealed secrets of a folder by the names of their files; `None` for what cannot be read.
fn existing(dir: &Path) -> anyhow::Result<BTreeMap<String, Option<SealedSecret>>> {
    let mut found = BTreeMap::new();
    for name in names(dir)?
        .into_iter()
        .filter(|name| name.ends_with(SUFFIX))
    {
        let text = fs::read_to_string(dir.join(&name)).unwrap_or_default();
        let documents = seal::documents(&text).unwrap_or_default();
        let sealed = documents.first().and_then(|it| SealedSecret::read(it).ok());
        found.insert(name, sealed);
    }
    Ok(found)
}

/// Names of files, in order.
fn names(dir: &Path) -> anyhow::Result<Vec<String>> {
    let failed = || format!("{} cannot be read", dir.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).with_context(failed)? {
        names.push(
            entry
                .with_context(failed)?
                .file_name()
                .to_string_lossy()
                .into_owned(),
        );
    }
    names.sort();
    Ok(names)
}

/// A new key, from the system's source of random bytes.
fn session_key() -> anyhow::Result<SessionKey> {
    let mut bytes = Zeroizing::new([0; 32]);
    rand::fill(bytes.as_mut_slice()).context("this system gives no random bytes")?;
    Ok(SessionKey::from_random(bytes))
}
