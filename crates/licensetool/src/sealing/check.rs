//! `licensetool seal --check`: whether everything is sealed that should be, as it should be, and no
//! secret lies bare in the repository. For CI.

mod folder;
mod overlay;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::ensure;
use seal::{Scope, SealedSecret};
use serde_json::{Value, json};

use super::folder::SUFFIX;
use super::repository::Repository;
use crate::columns::{Format, printable};
use crate::exit::Outcome;
use crate::output;

use folder::CheckedFolder;

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
        checked.patches()?;
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

/// Why a file of ours is not read.
const NO_YAML: &str = "it is no YAML, or a merge left its marks";

/// The documents of a file; `None` if it is no YAML, or holds what a merge leaves behind.
fn documents(bytes: &[u8]) -> Option<Vec<Value>> {
    const MARKS: [&str; 2] = ["<<<<<<< ", ">>>>>>> "];
    let text = String::from_utf8_lossy(bytes);
    let is_mark = |line: &str| MARKS.iter().any(|mark| line.starts_with(mark));
    match text.lines().any(is_mark) {
        true => None,
        false => seal::documents(&text).ok(),
    }
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
        let read = match documents(&bytes).as_deref() {
            Some([document]) => SealedSecret::read(document).map_err(|error| error.to_string()),
            Some(_) => Err("it does not hold one document alone".to_owned()),
            None => Err(NO_YAML.to_owned()),
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
