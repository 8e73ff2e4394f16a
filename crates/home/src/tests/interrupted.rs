//! Interrupts a writer at each of its steps in turn: by a failure, and by a kill.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// All files and folders below `dir`, hidden ones included, with their content.
pub(crate) fn tree(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tree(&path));
            found.insert(path, Vec::new());
        } else {
            let bytes = fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
    found
}

/// How a step does not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The disk refuses this one; all others work, those of the tidying up, too.
    Failure,
    /// Nothing happens any more.
    Kill,
}

/// Calls `write` with a gate that stops it at its first step, then at its second, and so on, each
/// time both ways, until it gets through. `after` looks at what an interruption left.
pub(crate) fn at_every_step<T>(
    mut write: impl FnMut(&mut dyn FnMut() -> io::Result<()>) -> (bool, T),
    mut after: impl FnMut(Stop, usize, T),
) {
    for stop in [Stop::Failure, Stop::Kill] {
        let mut at = 0;
        loop {
            let mut step = 0;
            let mut gate = || {
                step += 1;
                let stopped = step - 1 == at || (stop == Stop::Kill && step > at);
                if stopped {
                    Err(io::Error::other("interrupted"))
                } else {
                    Ok(())
                }
            };
            let (through, left) = write(&mut gate);
            if through {
                assert!(at > 3, "it has several steps: {at}");
                assert!(step <= at, "a step that failed was not noticed");
                break;
            }
            after(stop, at, left);
            at += 1;
        }
    }
}
