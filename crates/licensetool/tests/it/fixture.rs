//! A home folder that fits a simulator which runs in this process.

use std::path::Path;
use std::process::{Command, Output};

use jiff::Timestamp;
use microsoft_sim::sink::WebhookSink;
use microsoft_sim::{Options, Simulator, Tls, World};
use store::Store;

/// With what webhooks are signed.
// seal: allow webhook-secret: the published example of Standard Webhooks
pub(crate) const SIGNING: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The time of the processes that are tried here.
#[expect(
    clippy::disallowed_methods,
    reason = "the program asks the machine's clock, and so does who talks with its store"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// A simulated Microsoft and the home folder of somebody who watches it.
pub(crate) struct Office {
    pub(crate) sim: Simulator,
    pub(crate) home: tempfile::TempDir,
}

pub(crate) async fn office(world: World, options: Options) -> Office {
    let sim = Simulator::start(world, options).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    sim.write_home(home.path()).unwrap();
    Office { sim, home }
}

/// As real clients meet it, for few tenants.
pub(crate) fn https() -> Options {
    Options {
        tls: Tls::Generated,
        ..Options::default()
    }
}

/// The program with a home folder and no settings from the environment of whoever runs the tests.
pub(crate) fn program(home: &Path) -> Command {
    program_at(Path::new(env!("CARGO_BIN_EXE_licensetool")), home)
}

/// The same of another release.
pub(crate) fn program_at(file: &Path, home: &Path) -> Command {
    let mut command = Command::new(file);
    let theirs = std::env::vars_os().map(|(name, _)| name);
    for name in theirs.filter(|name| name.to_string_lossy().starts_with("LICENSETOOL_")) {
        command.env_remove(name);
    }
    command.env("USER", "tester");
    command.arg("--home").arg(home);
    command
}

impl Office {
    /// Runs the program to its end, while the simulator goes on answering.
    pub(crate) async fn licensetool(&self, arguments: &[&str]) -> Ended {
        let mut command = program(self.home.path());
        command.args(arguments);
        let ended = tokio::task::spawn_blocking(move || command.output());
        Ended::from(ended.await.unwrap().unwrap())
    }

    /// Adds lines to the settings file.
    pub(crate) fn set(&self, lines: &str) {
        let file = self.home.path().join("licensetool.toml");
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(&file, format!("{before}\n{lines}\n")).unwrap();
    }

    /// Adds a line to the settings file that belongs to no section.
    pub(crate) fn set_first(&self, line: &str) {
        let file = self.home.path().join("licensetool.toml");
        let rest = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(&file, format!("{line}\n{rest}")).unwrap();
    }

    /// Sets a channel "hook" up that leads to `sink`, with more lines of settings.
    pub(crate) fn webhook(&self, sink: &WebhookSink, more: &str) {
        secret(self.home.path(), "secrets/hook", SIGNING);
        let url = sink.url();
        self.set(&format!(
            "[channel.hook]\nkind = \"webhook\"\nurl = \"{url}\"\n\
             secret_file = \"secrets/hook\"\n{more}"
        ));
    }

    /// What the program keeps.
    pub(crate) async fn store(&self) -> Store {
        let file = self.home.path().join("licensetool.db");
        Store::open(&format!("sqlite:{}", file.display()))
            .await
            .unwrap()
    }
}

/// What a command that ended left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs the program without any Microsoft.
pub(crate) fn alone(home: &Path, arguments: &[&str]) -> Ended {
    Ended::from(program(home).args(arguments).output().unwrap())
}

/// Writes a file that only its owner may read.
pub(crate) fn secret(home: &Path, name: &str, text: &str) {
    let file = home.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}
