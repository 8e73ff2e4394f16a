//! The files of a repository as Git would commit them: those it knows, and those that it does not
//! ignore.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use super::private_file;

/// Longer files are no texts that people write; a secret in the first part is found all the same.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Files below a folder.
pub(super) struct Repository {
    pub(super) root: PathBuf,
    /// In order of their names.
    pub(super) files: Vec<Listed>,
}

/// A file as Git lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listed {
    /// Relative to the root, with `/`; of one that is no UTF-8, as well as it can be shown.
    pub(super) name: String,
    /// Relative to the root, as it is.
    path: PathBuf,
}

impl Repository {
    pub(super) fn read(root: &Path) -> anyhow::Result<Self> {
        let listing = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(root)
            .output();
        let name = root.display();
        let listing = listing.with_context(|| format!("git cannot list the files of {name}"))?;
        if !listing.status.success() {
            let said = String::from_utf8_lossy(&listing.stderr);
            bail!("git lists no files of {name}: {}", said.trim());
        }
        let names = listing.stdout.split(|byte| *byte == 0);
        let names = names.filter(|name| !name.is_empty());
        let mut files: Vec<Listed> = names.map(Listed::of).collect();
        files.sort();
        files.dedup();
        let root = root.to_owned();
        Ok(Self { root, files })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.name == name)
    }

    /// The beginning of a listed file.
    pub(super) fn bytes(&self, file: &Listed) -> anyhow::Result<Vec<u8>> {
        self.bytes_at(&file.path)
    }

    /// The beginning of a file; nothing of one that Git knows and that is gone.
    pub(super) fn bytes_at(&self, file: &Path) -> anyhow::Result<Vec<u8>> {
        let path = self.root.join(file);
        let failed = || format!("{} cannot be read", path.display());
        // A link is committed as a link: what it leads to lies elsewhere.
        let is_file = match fs::symlink_metadata(&path) {
            Err(error) if is_gone(&error) => false,
            is => is.with_context(failed)?.is_file(),
        };
        if !is_file {
            return Ok(Vec::new());
        }
        let mut bytes = fs::read(&path).with_context(failed)?;
        bytes.truncate(MOST_BYTES);
        Ok(bytes)
    }

    /// Files of YAML below a folder, that folder's name with `/` at its end or empty.
    pub(super) fn yaml_below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Listed> {
        let below = self
            .files
            .iter()
            .filter(move |file| file.name.starts_with(folder));
        below.filter(|file| file.name.ends_with(".yaml") || file.name.ends_with(".yml"))
    }
}

impl Listed {
    fn of(name: &[u8]) -> Self {
        Self {
            name: String::from_utf8_lossy(name).into_owned(),
            path: path(name),
        }
    }
}

/// Where a file lies below the top of a repository, if it does; links are followed. A folder that
/// is no repository holds nothing.
pub(super) fn place_within(top: &Path, file: &Path) -> Option<PathBuf> {
    let top = private_file::parent(&top.join("any")).canonicalize().ok()?;
    if !top.join(".git").exists() {
        return None;
    }
    let file = std::path::absolute(file).ok()?;
    let there = file
        .ancestors()
        .find_map(|above| Some((above, above.canonicalize().ok()?)));
    let (above, real) = there?;
    let place = real.join(file.strip_prefix(above).ok()?);
    place.strip_prefix(top).ok().map(Path::to_owned)
}

/// Whether Git leaves a file alone, which is named from the top.
pub(super) fn is_ignored(top: &Path, file: &Path) -> anyhow::Result<bool> {
    let asked = Command::new("git")
        .args(["check-ignore", "--quiet", "--"])
        .arg(file)
        .current_dir(private_file::parent(&top.join("any")))
        .status();
    Ok(asked.context("git cannot say what it ignores")?.success())
}

/// Names are bytes there, whatever they mean.
#[cfg(unix)]
fn path(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(name).into()
}

/// Git says all names as UTF-8 there.
#[cfg(not(unix))]
fn path(name: &[u8]) -> PathBuf {
    String::from_utf8_lossy(name).as_ref().into()
}

/// It is not there, or a folder of its way has become a file.
fn is_gone(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_nothing_and_what_cannot_be_read_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let repository = Repository {
            root: dir.path().to_owned(),
            files: Vec::new(),
        };
        fs::write(dir.path().join("a"), "b").unwrap();
        let read = |name: &str| repository.bytes_at(Path::new(name));
        assert_eq!(read("a").unwrap(), b"b");
        for nothing in ["gone", "a/gone", "."] {
            assert_eq!(read(nothing).unwrap(), b"", "{nothing}");
        }
        let long = "a".repeat(1_000);
        let refused = read(&long).unwrap_err().to_string();
        assert!(refused.ends_with("aaa cannot be read"), "{refused}");
    }
}
