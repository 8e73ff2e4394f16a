//! Files that only their owner may read, there wholly or not at all.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::Context as _;
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
    put(file, bytes, Readers::Owner)
}

/// The same for everybody.
pub(crate) fn write_public(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    put(file, bytes, Readers::Everybody)
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

fn put(file: &Path, bytes: &[u8], readers: Readers) -> anyhow::Result<()> {
    let failed = || format!("{} cannot be written", file.display());
    let parent = file.parent().filter(|parent| *parent != Path::new(""));
    let parent = parent.unwrap_or(Path::new("."));
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
    let mut written = builder.tempfile_in(parent).with_context(failed)?;
    written.write_all(bytes).with_context(failed)?;
    written.as_file().sync_all().with_context(failed)?;
    written.persist(file).with_context(failed)?;
    Ok(())
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
}
