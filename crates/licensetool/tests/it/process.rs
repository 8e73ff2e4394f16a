//! A program that goes on running: started, listened to, stopped by its own id.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long a line or an end may take on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program. Dropping it kills it.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    /// Listens to what it says to its user, or to its log.
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = lines_of(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// All lines up to the one that contains `words`, which comes last.
    pub(crate) fn lines_until(&self, words: &str) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            let next = self.lines.recv_timeout(PATIENCE);
            let line = next.unwrap_or_else(|_| panic!("no line with \"{words}\" in {seen:#?}"));
            let found = line.contains(words);
            seen.push(line);
            if found {
                return seen;
            }
        }
    }

    /// Asks it to stop, as Kubernetes and a terminal do, and waits for its end.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(asked.success());
        self.child.wait().unwrap()
    }

    /// What it has said since, up to its end.
    pub(crate) fn rest(&self) -> Vec<String> {
        self.lines.iter().collect()
    }

    /// Ends it as a power cut for the process does: without a word.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn lines_of(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (send, lines) = channel();
    std::thread::spawn(move || {
        // Read to the end even if nobody listens any more: a full pipe would stop the program.
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            drop(send.send(line));
        }
    });
    lines
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended long ago.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
