//! Says why the home folder was not written to, by what the caller can do about it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use domain::TenantKey;

use crate::finding::{Finding, Problem};

/// Why something was not written. Nothing was changed then, unless the sentence says so.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The folder, relative to home, cannot be written by anyone: a mount, such as a secret of
    /// Kubernetes. What is needed has to be made elsewhere.
    #[error(
        "{}: is a read-only mount; make the files elsewhere (--out DIR) and mount them",
        folder.display()
    )]
    ReadOnly { folder: PathBuf },
    /// There is no profile of this key.
    #[error(
        "there is no tenant {0} in the home folder; `licensetool tenant new {0} --domain …` adds it"
    )]
    NoTenant(TenantKey),
    /// What stands in a file, or the disk, does not allow it.
    #[error("{0}")]
    Problem(Box<Problem>),
}

impl WriteError {
    /// `file` is relative to home.
    pub(crate) fn of(file: &Path, key: &TenantKey, finding: Finding) -> Self {
        Self::Problem(Box::new(Problem::new(file.to_owned(), Some(key), finding)))
    }

    pub(crate) fn io(file: &Path, key: &TenantKey, error: &io::Error) -> Self {
        let finding = match error.kind() {
            ErrorKind::ReadOnlyFilesystem => {
                let folder = file.parent().unwrap_or(file).to_owned();
                return Self::ReadOnly { folder };
            }
            ErrorKind::PermissionDenied => Finding::error(
                "may not be written",
                "run this as the user to whom the home folder belongs",
            ),
            ErrorKind::StorageFull => Finding::error("has no room left", "make room on the disk"),
            ErrorKind::AlreadyExists => {
                let advice = "move it elsewhere if it is not needed, and run this again";
                Finding::error("is there already, and is never overwritten", advice)
            }
            ErrorKind::NotADirectory => {
                let advice = "put the folder in its place, and run this again";
                Finding::error("lies below a file, not a folder", advice)
            }
            ErrorKind::WouldBlock => Finding::error(
                "is being written by another run at this moment",
                "wait until that has ended, and run this again",
            ),
            _ => {
                let advice = "look after the disk or the mount, and run this again";
                Finding::error(format!("cannot be written: {error}"), advice)
            }
        };
        Self::of(file, key, finding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_of_a_disk_has_its_way_out() {
        let key = TenantKey::parse("a").unwrap();
        let check = |kind: ErrorKind, expected: &str| {
            let said = WriteError::io(Path::new("certs/a/x"), &key, &kind.into()).to_string();
            assert_eq!(said.split(';').next().unwrap(), expected);
            assert!(said.contains("; "), "{said}");
        };
        let kind = ErrorKind::ReadOnlyFilesystem;
        check(kind, "certs/a: is a read-only mount");
        check(ErrorKind::PermissionDenied, "certs/a/x: may not be written");
        let there = "certs/a/x: is there already, and is never overwritten";
        check(ErrorKind::AlreadyExists, there);
        check(ErrorKind::StorageFull, "certs/a/x: has no room left");
        check(
            ErrorKind::Other,
            "certs/a/x: cannot be written: other error",
        );
    }
}
