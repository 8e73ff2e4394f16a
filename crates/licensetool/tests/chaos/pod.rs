//! One process that is begun again whenever it ends, as a cluster does.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::sync::watch;

use crate::company::{Company, Release};

/// Where a process can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Which of its lives this is.
    life: u64,
    /// Empty where no pages are served.
    pub(crate) pages: String,
    pub(crate) metrics: String,
}

/// How its end is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Never,
    Killed,
    Asked,
}

#[derive(Debug)]
struct Process {
    id: Option<u32>,
    /// How often it has begun.
    life: u64,
    /// Lives that were killed.
    killed: HashSet<u64>,
    ending: Ending,
    is_last: bool,
}

pub(crate) struct Pod {
    pub(crate) name: String,
    pub(crate) role: &'static str,
    release: Release,
    /// Whether requests are sent to it.
    pub(crate) is_ready: AtomicBool,
    process: Mutex<Process>,
    place: watch::Sender<Option<Place>>,
    has_ended: watch::Sender<bool>,
}

impl Pod {
    pub(crate) fn new(role: &'static str, number: usize, release: Release) -> Self {
        Self {
            name: format!("{role}-{number}"),
            role,
            release,
            is_ready: AtomicBool::new(false),
            process: Mutex::new(Process {
                id: None,
                life: 0,
                killed: HashSet::new(),
                ending: Ending::Never,
                is_last: false,
            }),
            place: watch::Sender::new(None),
            has_ended: watch::Sender::new(false),
        }
    }

    /// Runs it, again and again, until [`Pod::end`]. What it says is written to a file of `logs`.
    pub(crate) fn run(self: Arc<Self>, company: Arc<Company>, logs: &Path) -> JoinHandle<()> {
        let mut log = File::create(logs.join(format!("{}.log", self.name))).unwrap();
        std::thread::spawn(move || {
            while self.live(&company, &mut log) {}
            self.has_ended.send_replace(true);
        })
    }

    /// One life; whether another one follows.
    fn live(&self, company: &Company, log: &mut File) -> bool {
        let mut child = self.begin(company);
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            writeln!(log, "{line}").unwrap();
            if line.contains("\"message\":\"listening\"") {
                let life = self.process.lock().unwrap().life;
                self.place.send_replace(Some(place(&line, life)));
            }
        }
        self.is_ready.store(false, Ordering::SeqCst);
        self.place.send_replace(None);
        let (ending, is_last) = {
            let mut process = self.process.lock().unwrap();
            // It is not waited for yet, so nobody else has its number.
            process.id = None;
            (process.ending, process.is_last)
        };
        let status = child.wait().unwrap();
        if !is_as_meant(ending, status) {
            let name = &self.name;
            company.found(format!(
                "{name} ended with {status}, and should have: {ending:?}"
            ));
        }
        !is_last
    }

    fn begin(&self, company: &Company) -> Child {
        let mut command = company.program(self.release, company.home(self.role));
        let any = "127.0.0.1:0";
        command.args(["run", "--role", self.role]);
        command.args(["--listen", any, "--metrics-listen", any]);
        command.stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut process = self.process.lock().unwrap();
        let child = command.spawn().unwrap();
        process.id = Some(child.id());
        process.life += 1;
        process.ending = match process.is_last {
            true => Ending::Asked,
            false => Ending::Never,
        };
        child
    }

    /// Where it is now, if it listens.
    pub(crate) fn place(&self) -> Option<Place> {
        self.place.borrow().clone()
    }

    /// Whether who was there has been killed since.
    pub(crate) fn was_killed(&self, place: &Place) -> bool {
        self.process.lock().unwrap().killed.contains(&place.life)
    }

    /// Waits until it listens.
    pub(crate) async fn listens(&self) -> Place {
        let mut place = self.place.subscribe();
        let place = place.wait_for(Option::is_some).await.unwrap();
        place.clone().unwrap()
    }

    /// Waits until it has ended for good.
    pub(crate) async fn has_ended(&self) {
        let mut ended = self.has_ended.subscribe();
        ended.wait_for(|ended| *ended).await.unwrap();
    }

    pub(crate) fn kill(&self) {
        self.signal("-KILL", Some(Ending::Killed));
    }

    /// Asks it to end, as a cluster does that replaces it: no request is sent to it any more.
    pub(crate) fn replace(&self) {
        self.is_ready.store(false, Ordering::SeqCst);
        self.signal("-TERM", Some(Ending::Asked));
    }

    /// Asks it to end for good.
    pub(crate) fn end(&self) {
        self.process.lock().unwrap().is_last = true;
        self.replace();
    }

    pub(crate) fn pause(&self) {
        self.signal("-STOP", None);
    }

    pub(crate) fn go_on(&self) {
        self.signal("-CONT", None);
    }

    fn signal(&self, signal: &str, ending: Option<Ending>) {
        let mut process = self.process.lock().unwrap();
        let Some(id) = process.id else { return };
        let life = process.life;
        if ending == Some(Ending::Killed) {
            process.killed.insert(life);
        }
        process.ending = ending.unwrap_or(process.ending);
        let sent = Command::new("kill")
            .args([signal, &id.to_string()])
            .status();
        assert!(sent.unwrap().success());
    }
}

fn is_as_meant(ending: Ending, status: ExitStatus) -> bool {
    match ending {
        Ending::Never => false,
        Ending::Killed => status.signal() == Some(9),
        Ending::Asked => status.code() == Some(0),
    }
}

fn place(line: &str, life: u64) -> Place {
    let line: Value = serde_json::from_str(line).unwrap();
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    Place {
        life,
        pages: text("address"),
        metrics: text("metrics").trim_end_matches("/metrics").to_owned(),
    }
}
