//! The files of a repository as Git would commit them: those it knows, and those that it does not
//! ignore.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

/// Longer files are no texts that people write; a secret in the first part is found all the same.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Files below a folder.
pub(super) struct Repository {
    pub(super) root: PathBuf,
    /// Relative to `root`, with `/`.
    pub(super) files: Vec<String>,
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
        let text = String::from_utf8_lossy(&listing.stdout);
        let mut files: Vec<String> = text.split_terminator('\0').map(str::to_owned).collect();
        files.sort();
        files.dedup();
        let root = root.to_owned();
        Ok(Self { root, files })
    }

    /// The beginning of a file; nothing of one that Git knows and that is gone.
    pub(super) fn bytes(&self, file: &str) -> anyhow::Result<Vec<u8>> {
        let path = self.root.join(file);
        // A link is committed as a link: what it leads to lies elsewhere.
        let is_file = fs::symlink_metadata(&path).is_ok_and(|is| is.is_file());
        if !is_file {
            return Ok(Vec::new());
        }
        let mut bytes = fs::read(&path).with_context(|| format!("{file} cannot be read"))?;
        bytes.truncate(MOST_BYTES);
        Ok(bytes)
    }

    /// Files of YAML below a folder, that folder's name with `/` at its end or empty.
    pub(super) fn yaml_below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a String> {
        let below = self
            .files
            .iter()
            .filter(move |file| file.starts_with(folder));
        below.filter(|file| file.ends_with(".yaml") || file.ends_with(".yml"))
    }
}
