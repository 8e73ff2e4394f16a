//! What goes wrong at which call. It stands in a file, because each call is a process of its own.

use std::io::Read as _;
use std::net::TcpStream;
use std::path::Path;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trouble {
    /// Counted from 1.
    pub(crate) call: usize,
    pub(crate) how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum How {
    /// It fails and changes nothing.
    Fails,
    /// It does its work, and the answer is lost.
    AnswerLost,
    /// It hangs, and whoever listens at this port sees that it does. It ends with the connection.
    Hangs(u16),
}

impl Trouble {
    const FILE: &str = "trouble.json";

    pub(crate) fn write(self, folder: &Path) {
        std::fs::write(folder.join(Self::FILE), serde_json::to_vec(&self).unwrap()).unwrap();
    }

    pub(crate) fn end(folder: &Path) {
        std::fs::remove_file(folder.join(Self::FILE)).unwrap();
    }

    /// The trouble of this call.
    pub(crate) fn of_call(folder: &Path, call: usize) -> Option<How> {
        let text = std::fs::read(folder.join(Self::FILE)).ok()?;
        let trouble: Self = serde_json::from_slice(&text).unwrap();
        (trouble.call == call).then_some(trouble.how)
    }
}

/// Blocks until the other side has seen enough.
pub(crate) fn hang(port: u16) {
    let mut line = TcpStream::connect(("127.0.0.1", port)).unwrap();
    // However it ends, it has ended.
    drop(line.read(&mut [0]));
}
