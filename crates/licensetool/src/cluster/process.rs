//! Runs a command line with a limit of time, so that nothing that hangs can hold an operator.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use zeroize::Zeroizing;

use super::line::{Input, Line};
use crate::columns::printable;
use crate::output;

/// How long the output of a program that has ended may still be open: a program that it started
/// may hold it for ever.
const DRAIN: Duration = Duration::from_secs(2);
/// Time between two looks whether a program has ended.
const LOOK: Duration = Duration::from_millis(10);
/// Most bytes that are kept of an output. Whatever is longer is no answer that is read here.
const MOST: usize = 64 * 1024 * 1024;

/// What becomes of a program's output besides being kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Show {
    /// People see it as it comes.
    Lines,
    Nothing,
}

/// What a program left behind.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) out: String,
    pub(super) err: String,
}

impl Ended {
    pub(super) fn is_well(&self) -> bool {
        self.status.success()
    }

    /// The last thing that it complained of, in one line.
    pub(super) fn complaint(&self) -> String {
        let said = [&self.err, &self.out];
        let mut lines = said.iter().flat_map(|text| text.lines().rev());
        let last = lines.find(|line| !line.trim().is_empty());
        last.map_or_else(
            || format!("it ended with {} and said nothing", self.status),
            |line| printable(line.trim()),
        )
    }
}

/// Runs a line to its end, or to the end of its time. Whoever stops waiting stops the program.
pub(super) async fn run(line: &Line, limit: Duration, show: Show) -> anyhow::Result<Ended> {
    let unwanted = Arc::new(AtomicBool::new(false));
    let _waiting = Waiting(unwanted.clone());
    let line = line.clone();
    let running = move || to_its_end(&line, limit, show, &unwanted);
    let ended = tokio::task::spawn_blocking(running).await;
    ended.context("the thread that runs it failed")?
}

/// Somebody who wants the answer.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn to_its_end(
    line: &Line,
    limit: Duration,
    show: Show,
    unwanted: &AtomicBool,
) -> anyhow::Result<Ended> {
    let input = read_by(line);
    let mut child = started(line)?;
    if let (Some(mut stdin), Some(text)) = (child.stdin.take(), input) {
        // In a thread: who reads nothing must not hold us. Who ends early says by its status why.
        std::thread::spawn(move || drop(stdin.write_all(text.as_bytes())));
    }
    let (closed, closing) = channel();
    let out = heard(child.stdout.take(), show, &closed);
    let err = heard(child.stderr.take(), show, &closed);
    let status = waited(&mut child, limit, unwanted, &closing)?;
    let text = |kept: Kept| {
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).into_owned()
    };
    Ok(Ended {
        status,
        out: text(out),
        err: text(err),
    })
}

fn read_by(line: &Line) -> Option<Zeroizing<String>> {
    match &line.input {
        Input::Nothing => None,
        Input::Manifest(manifest) => Some(manifest.text.clone()),
    }
}

fn started(line: &Line) -> anyhow::Result<Child> {
    let stdin = match line.input {
        Input::Nothing => Stdio::null(),
        Input::Manifest(_) => Stdio::piped(),
    };
    let mut command = Command::new(&line.program);
    command.args(&line.arguments).stdin(stdin);
    // Without a login git would ask in the middle of what is said here.
    command.env("GIT_TERMINAL_PROMPT", "0");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => anyhow!(
            "there is no program `{}`: install it, or say where it is \
             (`licensetool cluster up --help`)",
            line.program
        ),
        _ => anyhow::Error::from(error).context("it cannot be started"),
    })
}

/// An end that comes in time. One that does not is made.
fn waited(
    child: &mut Child,
    limit: Duration,
    unwanted: &AtomicBool,
    closing: &Receiver<()>,
) -> anyhow::Result<ExitStatus> {
    let begin = Instant::now();
    let mut open: u8 = 2;
    let status = loop {
        if let Some(status) = child.try_wait().context("its end cannot be seen")? {
            break status;
        }
        let is_unwanted = unwanted.load(Ordering::Relaxed);
        if is_unwanted || begin.elapsed() > limit {
            child.kill().context("it hangs, and cannot be stopped")?;
            child.wait().context("its end cannot be seen")?;
            bail!("it did not end within {} and was stopped", spoken(limit));
        }
        open -= u8::from(closing.recv_timeout(LOOK).is_ok());
    };
    let end = Instant::now();
    while open > 0 && end.elapsed() < DRAIN {
        open -= u8::from(closing.recv_timeout(LOOK).is_ok());
    }
    Ok(status)
}

/// What was read so far.
type Kept = Arc<Mutex<Vec<u8>>>;

/// Reads in a thread to the end. What cannot be read any more is no reason to fail: the status
/// tells.
fn heard(stream: Option<impl Read + Send + 'static>, show: Show, closed: &Sender<()>) -> Kept {
    let kept = Kept::default();
    let (into, closed) = (kept.clone(), closed.clone());
    std::thread::spawn(move || {
        let mut stream = stream.map(BufReader::new);
        let mut line = Vec::new();
        while let Some(Ok(1..)) = stream.as_mut().map(|it| it.read_until(b'\n', &mut line)) {
            if show == Show::Lines {
                let text = String::from_utf8_lossy(&line);
                // A reader that hung up does not stop the work half-way.
                drop(output::say(&format!("  │ {}", printable(text.trim_end()))));
            }
            let mut into = into.lock().unwrap_or_else(PoisonError::into_inner);
            if into.len() + line.len() <= MOST {
                into.append(&mut line);
            }
            line.clear();
        }
        // Nobody listens any more if the program was stopped.
        let _ = closed.send(());
    });
    kept
}

/// A length of time in one or two words.
pub(super) fn spoken(length: Duration) -> String {
    let seconds = length.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, 0) => format!("{} ms", length.as_millis()),
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}
