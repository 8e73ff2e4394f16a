//! Notices that a profile or certificate has changed, without reading any of them.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, Metadata};
use std::hash::{Hash, Hasher as _};
use std::path::Path;
use std::time::SystemTime;

use crate::cert_path::CERTS;
use crate::files;

/// Folders are followed to this depth: `certs/<key>/<folder>/<file>` and one more.
const DEPTH: u32 = 5;

/// What the folders of profiles and certificates look like from outside. Two that are equal were
/// taken with nothing changed in between; comparable only within one run of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

/// Takes the fingerprint of a home folder: names, sizes and times, of what links point to.
///
/// Kubernetes swaps a mount by pointing `..data` elsewhere, which leaves every name as it was;
/// the files behind the names are others all the same.
pub fn fingerprint(dir: &Path) -> Fingerprint {
    let mut hasher = DefaultHasher::new();
    for folder in ["config-profiles", CERTS] {
        add(&dir.join(folder), DEPTH, &mut hasher);
    }
    Fingerprint(hasher.finish())
}

fn add(path: &Path, depth: u32, hasher: &mut DefaultHasher) {
    match fs::metadata(path) {
        Err(error) => ("unreadable", error.kind()).hash(hasher),
        Ok(found) if found.is_dir() && depth > 0 => match files::names(path) {
            Err(error) => ("unreadable folder", error.kind()).hash(hasher),
            Ok(names) => {
                ("folder", names.len()).hash(hasher);
                for name in names {
                    name.hash(hasher);
                    add(&path.join(name), depth - 1, hasher);
                }
            }
        },
        Ok(found) => add_file(&found, hasher),
    }
}

fn add_file(found: &Metadata, hasher: &mut DefaultHasher) {
    ("file", found.len()).hash(hasher);
    found
        .modified()
        .unwrap_or(SystemTime::UNIX_EPOCH)
        .hash(hasher);
    #[cfg(unix)]
    {
        // Same size, same second, another file: inode and time of change tell them apart.
        use std::os::unix::fs::MetadataExt as _;
        (found.dev(), found.ino(), found.ctime(), found.ctime_nsec()).hash(hasher);
    }
}

#[cfg(test)]
mod tests;
