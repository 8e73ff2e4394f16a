//! Puts files into the home folder so that each is there wholly or not at all, and takes all of
//! them back if one cannot be put there.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use domain::TenantKey;
use tempfile::NamedTempFile;

use crate::write_error::WriteError;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Its owner alone.
    Owner,
    Everybody,
}

/// Asked before each step that changes something: the place where a test interrupts.
pub(crate) type Gate<'a> = &'a mut dyn FnMut() -> io::Result<()>;

/// The home folder while one tenant's files are written. Paths are relative to home.
pub(crate) struct Disk<'a> {
    pub(crate) home: &'a Path,
    key: &'a TenantKey,
    gate: Gate<'a>,
    /// What is new, oldest first.
    made: Vec<Made>,
    /// Held until everything is written, so that two runs do not write at the same time.
    _claim: Option<File>,
}

enum Made {
    Folder(PathBuf),
    File(PathBuf),
}

impl<'a> Disk<'a> {
    /// Claims the tenant's `folder`, which is made if it is not there.
    pub(crate) fn claim(
        home: &'a Path,
        key: &'a TenantKey,
        folder: &Path,
        gate: Gate<'a>,
    ) -> Result<Self, WriteError> {
        let mut disk = Self {
            home,
            key,
            gate,
            made: Vec::new(),
            _claim: None,
        };
        refuse_mount(home, folder)?;
        let claimed = disk.folder(folder).and_then(|()| claim(&home.join(folder)));
        match claimed {
            Ok(claim) => disk._claim = claim,
            Err(error) => {
                disk.undo();
                return Err(WriteError::io(folder, key, &error));
            }
        }
        Ok(disk)
    }

    /// Puts a new file there, never in the place of another.
    pub(crate) fn place(
        &mut self,
        file: &Path,
        bytes: &[u8],
        access: Access,
    ) -> Result<(), WriteError> {
        refuse_mount(self.home, file.parent().unwrap_or(Path::new("")))?;
        let placed = self.try_place(file, bytes, access);
        placed.map_err(|error| WriteError::io(file, self.key, &error))
    }

    fn try_place(&mut self, file: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
        let written = self.written_aside(file, bytes, access)?;
        (self.gate)()?;
        written
            .persist_noclobber(self.home.join(file))
            .map_err(|error| error.error)?;
        self.made.push(Made::File(file.to_owned()));
        self.settle(file)
    }

    /// Puts a file in the place of another in one step, with the rights of the other. It may name
    /// what was put there before, which [`Disk::undo`] leaves from then on.
    pub(crate) fn replace(&mut self, file: &Path, bytes: &[u8]) -> Result<(), WriteError> {
        refuse_mount(self.home, file.parent().unwrap_or(Path::new("")))?;
        let replaced = self.try_replace(file, bytes);
        replaced.map_err(|error| WriteError::io(file, self.key, &error))
    }

    fn try_replace(&mut self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        // What a link points to is replaced, not the link.
        let target = fs::canonicalize(self.home.join(file))?;
        let rights = fs::metadata(&target)?.permissions();
        let written = self.written_aside(&target, bytes, Access::Owner)?;
        owned_as(written.path(), &target)?;
        written.as_file().set_permissions(rights)?;
        (self.gate)()?;
        written.persist(&target).map_err(|error| error.error)?;
        self.made.clear();
        self.settle(&target)
    }

    /// Takes a file away; one that is not there is no failure.
    pub(crate) fn remove(&mut self, file: &Path) -> Result<(), WriteError> {
        let removed = (self.gate)().and_then(|()| fs::remove_file(self.home.join(file)));
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(WriteError::io(file, self.key, &error))
            }
            _ => Ok(()),
        }
    }

    /// The files that were put there, in this order.
    pub(crate) fn placed(&self) -> Vec<PathBuf> {
        let file = |made: &Made| match made {
            Made::File(file) => Some(file.clone()),
            Made::Folder(_) => None,
        };
        self.made.iter().filter_map(file).collect()
    }

    /// Takes away what was put there, newest first: a profile before the certificate it names.
    /// What cannot be taken away stays, and the next run goes on with it.
    pub(crate) fn undo(&mut self) {
        while let Some(made) = self.made.pop() {
            if (self.gate)().is_err() {
                return;
            }
            drop(match made {
                Made::File(file) => fs::remove_file(self.home.join(file)),
                Made::Folder(folder) => fs::remove_dir(self.home.join(folder)),
            });
        }
    }

    /// The content under a hidden name in the folder of `file`, safe on the disk.
    fn written_aside(
        &mut self,
        file: &Path,
        bytes: &[u8],
        access: Access,
    ) -> io::Result<NamedTempFile> {
        let folder = file.parent().unwrap_or(Path::new(""));
        self.folder(folder)?;
        (self.gate)()?;
        let folder = self.home.join(folder);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".new-{name}-");
        forget_leftovers(&folder, &prefix)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = match access {
                Access::Owner => 0o600,
                Access::Everybody => 0o644,
            };
            builder.permissions(fs::Permissions::from_mode(mode));
        }
        #[cfg(not(unix))]
        let _ = access;
        let mut written = builder.tempfile_in(&folder)?;
        owned_as(written.path(), &folder)?;
        written.write_all(bytes)?;
        written.as_file().sync_all()?;
        Ok(written)
    }

    /// Makes a folder and those above it.
    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = folder
            .ancestors()
            .take_while(|folder| !self.home.join(folder).exists())
            .collect();
        for folder in missing.into_iter().rev() {
            (self.gate)()?;
            let path = self.home.join(folder);
            fs::create_dir(&path)?;
            self.made.push(Made::Folder(folder.to_owned()));
            owned_as(&path, path.parent().unwrap_or(&path))?;
            self.settle(folder)?;
        }
        Ok(())
    }

    /// A name is on the disk when its folder is.
    fn settle(&mut self, file: &Path) -> io::Result<()> {
        (self.gate)()?;
        #[cfg(unix)]
        File::open(self.home.join(file.parent().unwrap_or(Path::new(""))))?.sync_all()?;
        #[cfg(not(unix))]
        let _ = file;
        Ok(())
    }
}

/// Refuses a folder that Kubernetes has mounted: it would take no file, or lose it.
pub(crate) fn refuse_mount(home: &Path, folder: &Path) -> Result<(), WriteError> {
    if home.join(folder).join("..data").exists() {
        let folder = folder.to_owned();
        return Err(WriteError::ReadOnly { folder });
    }
    Ok(())
}

/// What root writes belongs to whom its place belongs: a service under its own user must read it.
/// Nobody else may give files away, or has to.
#[cfg(unix)]
fn owned_as(path: &Path, place: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let (own, wanted) = (fs::metadata(path)?, fs::metadata(place)?);
    if own.uid() == 0 && wanted.uid() != 0 {
        chown(path, Some(wanted.uid()), Some(wanted.gid()))?;
    }
    Ok(())
}

/// Owners are of another kind here.
#[cfg(not(unix))]
fn owned_as(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// What a run that was killed left behind under the hidden name.
fn forget_leftovers(folder: &Path, prefix: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Some file systems know no locks; there, two runs at once end in "is there already" at worst.
#[cfg(unix)]
fn claim(folder: &Path) -> io::Result<Option<File>> {
    let claim = File::open(folder)?;
    match claim.try_lock() {
        Ok(()) => Ok(Some(claim)),
        Err(fs::TryLockError::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
        Err(fs::TryLockError::Error(_)) => Ok(None),
    }
}

/// A folder cannot be locked here.
#[cfg(not(unix))]
fn claim(_: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

#[cfg(test)]
mod tests;
