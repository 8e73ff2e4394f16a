//! Where an export goes: a file that is there whole or not at all, or standard output.

use std::convert::Infallible;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, bail};
use tempfile::NamedTempFile;

use crate::output;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    StandardOutput,
    File(PathBuf),
}

impl FromStr for Target {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "-" => Self::StandardOutput,
            file => Self::File(file.into()),
        })
    }
}

/// A target that is being written.
pub(super) enum Open {
    StandardOutput,
    /// What is written so far lies beside the file, whose name it gets at the end.
    File(NamedTempFile, PathBuf),
}

impl Target {
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::StandardOutput => None,
            Self::File(file) => Some(file),
        }
    }

    pub(super) fn open(&self) -> anyhow::Result<Open> {
        let Self::File(file) = self else {
            return Ok(Open::StandardOutput);
        };
        if file.is_dir() {
            bail!("{} is a folder: name a file in it", file.display());
        }
        let parent = file.parent().filter(|parent| *parent != Path::new(""));
        let folder = parent.unwrap_or(Path::new("."));
        let beside = readable(&mut tempfile::Builder::new()).tempfile_in(folder);
        let beside = beside.with_context(|| {
            let folder = folder.display();
            format!(
                "{} cannot be written: no file can be made in {folder}",
                file.display()
            )
        })?;
        Ok(Open::File(beside, file.clone()))
    }
}

/// As any program makes files: who may read it is for the umask to say.
fn readable<'a, 'b>(
    builder: &'a mut tempfile::Builder<'b, 'b>,
) -> &'a mut tempfile::Builder<'b, 'b> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

impl Open {
    pub(super) fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        match self {
            Self::StandardOutput => Ok(output::pour(bytes)?),
            Self::File(beside, file) => beside
                .write_all(bytes)
                .with_context(|| format!("{} cannot be written", file.display())),
        }
    }

    /// Gives the file its name, in the place of the one that had it.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        let Self::File(beside, file) = self else {
            return Ok(output::flush()?);
        };
        let failed = || format!("{} cannot be written", file.display());
        beside.as_file().sync_all().with_context(failed)?;
        beside.persist(&file).with_context(failed)?;
        Ok(())
    }
}
