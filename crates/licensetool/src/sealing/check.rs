//! `licensetool seal --check`: whether everything is sealed that should be, as it should be, and no
//! secret lies bare in the repository. For CI.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use anyhow::ensure;
use seal::{Scope, SealedSecret};
use serde_json::{Value, json};

use super::folder::{KUSTOMIZATION, SUFFIX};
use super::names;
use super::references::{Reference, references};
use super::repository::Repository;
use super::restart;
use crate::columns::{Format, printable};
use crate::exit::Outcome;
use crate::output;

/// Something that must not be so.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// Counted from 1; 0 if the whole file is meant.
    line: usize,
    /// The word of its kind.
    kind: &'static str,
    what: String,
    way_out: String,
}

pub(super) fn check(
    path: &Path,
    namespace: &str,
    scope: Scope,
    format: Format,
) -> anyhow::Result<Outcome> {
    ensure!(path.is_dir(), "there is no folder {}", path.display());
    let repository = Repository::read(path)?;
    let mut findings = bare(&repository)?;
    let folders = sealed_folders(&repository)?;
    for (dir, sealed) in &folders {
        let mut checked = CheckedFolder {
            repository: &repository,
            dir,
            sealed,
            findings: &mut findings,
        };
        checked.names(namespace, scope);
        checked.kustomization()?;
        checked.mounts()?;
    }
    findings.sort();
    let counted = Counted {
        files: repository.files.len(),
        secrets: folders.values().map(BTreeMap::len).sum(),
    };
    say(&findings, &counted, format)?;
    Ok(if findings.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Found
    })
}

/// What was looked at.
struct Counted {
    files: usize,
    secrets: usize,
}

/// Secrets in plaintext, in any file.
fn bare(repository: &Repository) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in &repository.files {
        let leaks = seal::leaks(&file.name, &repository.bytes(file)?);
        findings.extend(leaks.into_iter().map(|leak| Finding {
            path: file.name.clone(),
            line: leak.line,
            kind: leak.kind.as_str(),
            what: leak.kind.what().to_owned(),
            way_out: format!(
                "{} (if it is none, write `seal: allow {}: why` beside it)",
                leak.kind.way_out(),
                leak.kind.as_str()
            ),
        }));
    }
    Ok(findings)
}

/// Sealed secrets, or why one cannot be read, by the file's name; by folder, with `/` at its end.
type Folders = BTreeMap<String, BTreeMap<String, Result<SealedSecret, String>>>;

fn sealed_folders(repository: &Repository) -> anyhow::Result<Folders> {
    let mut folders = Folders::new();
    for file in repository
        .files
        .iter()
        .filter(|file| file.name.ends_with(SUFFIX))
    {
        let bytes = repository.bytes(file)?;
        if bytes.is_empty() {
            continue;
        }
        let documents = seal::documents(&String::from_utf8_lossy(&bytes));
        let read = match documents.as_deref() {
            Ok([document]) => SealedSecret::read(document).map_err(|error| error.to_string()),
            Ok(_) => Err("it does not hold one document alone".to_owned()),
            Err(error) => Err(format!("it is no YAML: {error}")),
        };
        let file = file.name.as_str();
        let (dir, name) = file.rsplit_once('/').unwrap_or(("", file));
        let dir = if dir.is_empty() {
            String::new()
        } else {
            format!("{dir}/")
        };
        folders
            .entry(dir)
            .or_default()
            .insert(name.to_owned(), read);
    }
    Ok(folders)
}

struct CheckedFolder<'a> {
    repository: &'a Repository,
    dir: &'a str,
    sealed: &'a BTreeMap<String, Result<SealedSecret, String>>,
    findings: &'a mut Vec<Finding>,
}

impl CheckedFolder<'_> {
    fn find(&mut self, name: &str, kind: &'static str, what: String, way_out: &str) {
        self.findings.push(Finding {
            path: format!("{}{name}", self.dir),
            line: 0,
            kind,
            what,
            way_out: way_out.to_owned(),
        });
    }

    /// Each secret is what its file says, where it is meant to be.
    fn names(&mut self, namespace: &str, scope: Scope) {
        const AGAIN: &str = "Run `licensetool seal` again, with --all if it does not mend that";
        let sealed = self.sealed;
        for (file, read) in sealed {
            let secret = match read {
                Ok(secret) => secret,
                Err(error) => {
                    self.find(file, "sealed-secret", error.clone(), AGAIN);
                    continue;
                }
            };
            let place = &secret.place;
            let namespace = names::namespace_of(&place.name, namespace);
            if Some(place.name.as_str()) != file.strip_suffix(SUFFIX) {
                let what = format!("it is called \"{}\", unlike its file", place.name);
                self.find(file, "name", what, AGAIN);
            }
            if place.namespace != namespace {
                let what = format!(
                    "its namespace is \"{}\", not \"{namespace}\"",
                    place.namespace
                );
                self.find(file, "namespace", what, AGAIN);
            }
            if secret.scope != scope {
                let (is, meant) = (secret.scope.as_str(), scope.as_str());
                self.find(
                    file,
                    "scope",
                    format!("its scope is {is}, not {meant}"),
                    AGAIN,
                );
            }
            for oddity in &secret.oddities {
                self.find(file, "sealed-secret", oddity.clone(), AGAIN);
            }
        }
    }

    /// The folder's kustomization lists each secret, and nothing that is not there.
    fn kustomization(&mut self) -> anyhow::Result<()> {
        const LIST: &str = "Run `licensetool seal`, which lists them, or correct the list";
        let file = format!("{}{KUSTOMIZATION}", self.dir);
        let text = self.repository.bytes_at(Path::new(&file))?;
        let documents = seal::documents(&String::from_utf8_lossy(&text)).unwrap_or_default();
        let Some(document) = documents.first() else {
            let what = "there is none beside the sealed secrets, or it cannot be read".to_owned();
            self.find(KUSTOMIZATION, "kustomization", what, LIST);
            return Ok(());
        };
        let listed = |field: &str| document.get(field).and_then(Value::as_array);
        let resources = listed("resources")
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let resources: BTreeSet<&str> = resources.collect();
        let patches = listed("patches").into_iter().flatten();
        let patches = patches.filter_map(|patch| patch.get("path").and_then(Value::as_str));
        let sealed = self.sealed;
        for name in sealed
            .keys()
            .filter(|name| !resources.contains(name.as_str()))
        {
            let what = format!("{name} is not listed, so that nobody applies it");
            self.find(KUSTOMIZATION, "kustomization", what, LIST);
        }
        let patches: Vec<&str> = patches.collect();
        if patches.contains(&restart::FILE) {
            self.restarts()?;
        }
        let named: Vec<&str> = resources.iter().copied().chain(patches).collect();
        for name in named {
            if !self.repository.has(&format!("{}{name}", self.dir)) {
                let what = format!("{name} is listed and not there");
                self.find(KUSTOMIZATION, "kustomization", what, LIST);
            }
        }
        Ok(())
    }

    /// What is sealed and what the pods carry of it belong together.
    fn restarts(&mut self) -> anyhow::Result<()> {
        let repository = self.repository;
        let read = |name: &str| repository.bytes_at(Path::new(&format!("{}{name}", self.dir)));
        let patch = seal::documents(&String::from_utf8_lossy(&read(restart::FILE)?));
        let patch = patch.unwrap_or_default().into_iter().next();
        let outdated = restart::outdated(&patch.unwrap_or_default(), |file| read(file).ok());
        for secret in outdated {
            let what = format!("{secret} has changed since, and its pods would not be replaced");
            let way_out = "Run `licensetool seal`, which writes it";
            self.find(restart::FILE, "kustomization", what, way_out);
        }
        Ok(())
    }

    /// Every mount has its secret, and every secret its mount.
    fn mounts(&mut self) -> anyhow::Result<()> {
        let (app, other_overlays) = self.app();
        let mut named: BTreeMap<String, (bool, String)> = BTreeMap::new();
        let mut has_base = false;
        for file in self.repository.yaml_below(&app) {
            let name = file.name.as_str();
            let in_another = name.starts_with(&other_overlays) && !name.starts_with(self.overlay());
            if name.ends_with(SUFFIX) || in_another {
                continue;
            }
            has_base |= !name.starts_with(self.dir);
            let text = self.repository.bytes(file)?;
            let documents = seal::documents(&String::from_utf8_lossy(&text)).unwrap_or_default();
            for Reference { secret, optional } in documents.iter().flat_map(references) {
                let entry = named
                    .entry(secret)
                    .or_insert_with(|| (true, name.to_owned()));
                if !optional {
                    *entry = (false, name.to_owned());
                }
            }
        }
        let secrets: BTreeSet<&str> = self
            .sealed
            .values()
            .flatten()
            .map(|secret| secret.place.name.as_str())
            .collect();
        for (secret, (optional, file)) in &named {
            if !optional && !secrets.contains(secret.as_str()) {
                self.findings.push(Finding {
                    path: file.clone(),
                    line: 0,
                    kind: "mount",
                    what: format!("it needs the secret \"{secret}\", which {} lacks", self.dir),
                    way_out: "Put its source into the home folder and run `licensetool seal`"
                        .to_owned(),
                });
            }
        }
        let is_used = |name: &str| named.contains_key(name) || (!has_base && names::is_fixed(name));
        let unused = secrets.into_iter().filter(|name| !is_used(name));
        for name in unused.collect::<Vec<_>>() {
            let what = "nothing mounts it, or reads it".to_owned();
            let way_out = "Mount it, or take its source out of the home folder and seal again";
            self.find(&format!("{name}{SUFFIX}"), "mount", what, way_out);
        }
        Ok(())
    }

    /// The folder of the whole app, and the one of its overlays. A folder that stands alone is its
    /// own app.
    fn app(&self) -> (String, String) {
        match self.dir.rfind("overlays/") {
            Some(at) => (
                self.dir[..at].to_owned(),
                format!("{}overlays/", &self.dir[..at]),
            ),
            None => (self.dir.to_owned(), "\0".to_owned()),
        }
    }

    /// The folder of this overlay.
    fn overlay(&self) -> &str {
        let parent = self.dir.trim_end_matches('/').rfind('/');
        parent.map_or("", |end| &self.dir[..=end])
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.path))?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(
            f,
            ": {}: {}. {}.",
            self.kind,
            printable(&self.what),
            self.way_out
        )
    }
}

fn say(findings: &[Finding], counted: &Counted, format: Format) -> anyhow::Result<()> {
    let Counted { files, secrets } = counted;
    if format == Format::Json {
        let finding = |it: &Finding| {
            json!({
                "path": it.path,
                "line": it.line,
                "kind": it.kind,
                "what": it.what,
                "way_out": it.way_out,
            })
        };
        let findings: Vec<Value> = findings.iter().map(finding).collect();
        let said = json!({ "findings": findings, "files": files, "sealed_secrets": secrets });
        return Ok(output::say(&serde_json::to_string_pretty(&said)?)?);
    }
    let mut lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    let found = match findings.len() {
        0 => "nothing is wrong".to_owned(),
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    };
    lines.push(format!("{files} files, {secrets} sealed secrets: {found}"));
    Ok(output::say(&lines.join("\n"))?)
}
