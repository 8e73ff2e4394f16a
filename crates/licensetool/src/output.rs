//! The only place that writes to the terminal.

use std::io::{self, IsTerminal as _, Write as _};

/// Writes a text and a line end to standard output.
pub(crate) fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Writes bytes to standard output as they are.
pub(crate) fn pour(bytes: &[u8]) -> io::Result<()> {
    io::stdout().lock().write_all(bytes)
}

/// To be called after the last piece.
pub(crate) fn flush() -> io::Result<()> {
    io::stdout().lock().flush()
}

/// Whether a terminal shows what is written to standard output.
pub(crate) fn is_shown() -> bool {
    io::stdout().is_terminal()
}

/// Writes one line to standard error. Nobody is left to hear it if that fails.
pub(crate) fn complain(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// The columns of the terminal that shows standard output, if it is one.
pub(crate) fn width() -> Option<u16> {
    let (_, columns) = console::Term::stdout().size_checked()?;
    Some(columns)
}

/// Whether a person watches what is written to standard error.
pub(crate) fn is_watched() -> bool {
    io::stderr().is_terminal()
}
