//! Files that only their owner may read, there wholly or not at all.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Who may read what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readers {
    Owner,
    Everybody,
}

/// The content, if there is such a file.
pub(crate) fn read(file: &Path) -> anyhow::Result<Option<Zeroizing<Vec<u8>>>> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", file.display())),
    }
}

/// Writes a file for its owner alone, in the place of one that is there.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    prepare(file, bytes)?.put()
}

/// The same for everybody.
pub(crate) fn write_public(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    prepare_public(file, bytes)?.put()
}

/// A file that is written and has no name yet. Of several that belong together, all are written
/// before the first one replaces anything.
#[derive(Debug)]
pub(crate) struct Prepared {
    file: PathBuf,
    written: NamedTempFile,
}

impl Prepared {
    /// Gives it its name, in the place of a file that has it.
    pub(crate) fn put(self) -> anyhow::Result<()> {
        let Self { file, written } = self;
        let persisted = written.persist(&file);
        persisted.map_err(|error| failed(&file, &error.error))?;
        Ok(())
    }
}

/// Writes for the owner alone what then gets its name with [`Prepared::put`].
pub(crate) fn prepare(file: &Path, bytes: &[u8]) -> anyhow::Result<Prepared> {
    written(file, bytes, Readers::Owner)
}

/// The same for everybody.
pub(crate) fn prepare_public(file: &Path, bytes: &[u8]) -> anyhow::Result<Prepared> {
    written(file, bytes, Readers::Everybody)
}

/// The folder that a file lies in.
pub(crate) fn parent(file: &Path) -> &Path {
    let parent = file.parent().filter(|parent| *parent != Path::new(""));
    parent.unwrap_or(Path::new("."))
}

/// Makes a folder for its owner alone, and those above it.
pub(crate) fn folder(dir: &Path) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    let made = builder.create(dir);
    made.with_context(|| format!("the folder {} cannot be made", dir.display()))
}

fn written(file: &Path, bytes: &[u8], readers: Readers) -> anyhow::Result<Prepared> {
    if file.is_dir() {
        bail!("{} is a folder: name a file", file.display());
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // For everybody, the umask has its say, as with any program's files.
        let mode = if readers == Readers::Owner {
            0o600
        } else {
            0o666
        };
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = readers;
    let write = || {
        let mut written = builder.tempfile_in(parent(file))?;
        written.write_all(bytes)?;
        written.as_file().sync_all()?;
        Ok(written)
    };
    let written = write().map_err(|error: io::Error| failed(file, &error))?;
    let file = file.to_owned();
    Ok(Prepared { file, written })
}

/// The error's own words name the file that has no name yet, which nobody has asked for.
fn failed(file: &Path, error: &io::Error) -> anyhow::Error {
    let (name, folder, kind) = (file.display(), parent(file).display(), error.kind());
    let (why, way_out) = match kind {
        ErrorKind::NotFound | ErrorKind::NotADirectory => (
            format!("there is no folder {folder}"),
            "make it, or name another place",
        ),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => (
            format!("nobody lets this user write in the folder {folder}"),
            "get that right, or name another place",
        ),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
            format!("there is no room left in {folder}"),
            "make some, or name another place",
        ),
        _ => (
            format!("{kind} in the folder {folder}"),
            "look what is wrong there, or name another place",
        ),
    };
    anyhow::anyhow!("{name} cannot be written: {why}: {way_out}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_wholly_and_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("deep/secret");
        assert_eq!(read(&file).unwrap(), None);
        folder(file.parent().unwrap()).unwrap();
        write(&file, b"one").unwrap();
        write(&file, b"two").unwrap();
        assert_eq!(*read(&file).unwrap().unwrap(), b"two");
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        }
    }

    #[test]
    fn what_cannot_be_written_says_why_and_the_way_out_and_nothing_of_our_own_names() {
        let dir = tempfile::tempdir().unwrap();
        let said = |file: &Path| write(file, b"a").unwrap_err().to_string();
        let missing = said(&dir.path().join("none/secret"));
        assert!(missing.contains("none/secret cannot be written: there is no folder "));
        assert!(missing.ends_with(": make it, or name another place"));
        assert!(!missing.contains(".new-"), "{missing}");
        let folder = said(dir.path());
        assert!(folder.ends_with(" is a folder: name a file"), "{folder}");
        let denied = io::Error::from(ErrorKind::PermissionDenied);
        let denied = failed(Path::new("a/b"), &denied).to_string();
        assert!(denied.contains("write in the folder a: get"), "{denied}");
    }

    #[test]
    fn what_is_prepared_and_not_put_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        write(&file, b"old").unwrap();
        drop(prepare(&file, b"new").unwrap());
        assert_eq!(*read(&file).unwrap().unwrap(), b"old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
