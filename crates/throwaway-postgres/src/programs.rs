//! Where PostgreSQL's programs are, and as whom its server runs.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where Debian puts them, a folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A program of PostgreSQL's.
///
/// # Panics
/// With what to install, if there is none.
pub fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(folder).join(name)
}

/// The folder of the newest server there is. All come from there, so that they suit each other.
fn folder() -> PathBuf {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path()).collect();
    versions.sort_by_key(version);
    let debian = versions.into_iter().rev().map(|path| path.join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = debian.chain(std::env::split_paths(&path));
    let found = folders.find(|folder| folder.join("initdb").is_file());
    found.unwrap_or_else(|| {
        panic!(
            "PostgreSQL is missing: install Debian's package `postgresql`, or see that initdb \
                is in the PATH"
        )
    })
}

/// As whom the server runs: it refuses to be root.
#[derive(Debug)]
pub(crate) struct Account {
    ids: Option<(u32, u32)>,
}

impl Account {
    /// Whoever runs the tests; the user `postgres` instead of root.
    pub(crate) fn to_run_as() -> Self {
        let own = tempfile::tempfile().and_then(|file| file.metadata());
        let own = own.expect("a file can be made for a while").uid();
        let ids = (own == 0).then(|| {
            postgres().expect("Debian's package `postgresql` adds a user of the name postgres")
        });
        Self { ids }
    }

    pub(crate) fn ids(&self) -> Option<(u32, u32)> {
        self.ids
    }

    /// A program of PostgreSQL's that this user runs in a folder.
    pub(crate) fn command(&self, name: &str, folder: &Path) -> Command {
        self.in_folder(Command::new(program(name)), folder)
    }

    pub(crate) fn in_folder(&self, mut command: Command, folder: &Path) -> Command {
        command.current_dir(folder);
        if let Some((uid, gid)) = self.ids {
            command.uid(uid).gid(gid);
        }
        command
    }
}

fn postgres() -> Option<(u32, u32)> {
    let accounts = fs::read_to_string("/etc/passwd").ok()?;
    let line = accounts
        .lines()
        .find(|line| line.starts_with("postgres:"))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
