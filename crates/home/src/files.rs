//! Looks into folders and files that may be missing, mounted by Kubernetes, or something else.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::finding::Finding;

/// The names in a folder, sorted. Hidden ones are left out: Kubernetes keeps the files of a mount
/// in `..2026_11_23…` and points to it by `..data`; editors and file managers leave theirs.
pub(crate) fn names(dir: &Path) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            names.insert(name);
        }
    }
    Ok(names)
}

/// The content of a file of at most `limit` bytes; of a longer one the first `limit` + 1. It may
/// hold a key, so it is overwritten when dropped.
pub(crate) fn content(path: &Path, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    // Opening a pipe would wait for its writer.
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let len = usize::try_from(metadata.len()).unwrap_or(limit).min(limit);
    let file = File::open(path)?;
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(len + 2));
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Why a file or folder that is there cannot be read.
pub(crate) fn unreadable(error: &io::Error) -> Finding {
    match error.kind() {
        ErrorKind::PermissionDenied => Finding::error(
            "may not be read",
            "give the user that runs licensetool the right to read it",
        ),
        ErrorKind::IsADirectory => {
            Finding::error("is a folder, not a file", "put the file in its place")
        }
        ErrorKind::NotADirectory => {
            Finding::error("is a file, not a folder", "put the folder in its place")
        }
        ErrorKind::NotFound => Finding::error("is missing", "put it there"),
        _ => Finding::error(
            format!("cannot be read: {error}"),
            "look after the disk or the mount",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_names_are_left_out() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b", "a", ".hidden", "..data"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        let found: Vec<String> = names(dir.path()).unwrap().into_iter().collect();
        assert_eq!(found, ["a", "b"]);
        assert!(names(&dir.path().join("missing")).is_err());
    }

    #[test]
    fn content_is_bounded_and_only_of_files() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "abcdef").unwrap();
        assert_eq!(content(&path, 6).unwrap().as_slice(), b"abcdef");
        assert_eq!(content(&path, 3).unwrap().as_slice(), b"abcd");
        let said = |path: &Path| unreadable(&content(path, 3).unwrap_err()).message;
        assert_eq!(said(dir.path()), "is a folder, not a file");
        assert_eq!(said(&dir.path().join("missing")), "is missing");
    }
}
