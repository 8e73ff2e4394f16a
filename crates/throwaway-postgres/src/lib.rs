//! A PostgreSQL server for tests: started when first asked for, and gone with the process that
//! asked, however that ends.

mod programs;
mod keeper;

use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use keeper::Keeper;
use programs::Account;

pub use programs::program;

/// How a server is to be.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Whether what is committed survives [`Server::stop`]; slower.
    pub durable: bool,
    pub tls: Option<Tls>,
    /// More lines of `postgresql.conf`: name and value.
    pub more: Vec<(String, String)>,
}

/// With what a server proves who it is, as PEM.
#[derive(Clone, Debug)]
pub struct Tls {
    pub certificate: String,
    pub key: String,
}

/// A server that runs, on this machine alone.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    port: u16,
    keeper: Mutex<Keeper>,
    made: AtomicU32,
}

/// Whoever is not its owner needs a password.
const WHO: &str = "host all postgres 127.0.0.1/32 trust\n\
                   host all all 127.0.0.1/32 scram-sha-256\n";

/// The one server of this process, for tests that do not mind each other.
pub fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(|| Server::start(&Settings::default()))
}

impl Server {
    /// Starts a server.
    ///
    /// # Panics
    /// With a sentence, if PostgreSQL is not installed or does not start.
    pub fn start(settings: &Settings) -> Self {
        let account = Account::to_run_as();
        let folder = tempfile::Builder::new()
            .prefix("throwaway-postgres-")
            .tempdir();
        // Whoever stops the server removes it.
        let folder = folder.expect("a folder can be made for a while").keep();
        account.owns(&folder);
        initialize(&folder, &account);
        let port = free_port();
        configure(&folder, settings, port, &account);
        Self {
            port,
            keeper: Mutex::new(Keeper::start(&folder, &account)),
            made: AtomicU32::new(0),
            folder,
        }
    }

    /// A new, empty database; its address.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.made.fetch_add(1, Ordering::Relaxed));
        self.sql(
            "postgres",
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        );
        self.url("postgres", &name)
    }

    /// The address of a database for one of its roles. `postgres` needs no password.
    pub fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// Where its files lie, as long as it is there.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where it listens, at 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Says something to a database as its owner, and answers what it says, a row on a line.
    ///
    /// # Panics
    /// If it is refused.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let mut psql = self.client("psql");
        psql.args(["-qtAX", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]);
        answer(&mut psql)
    }

    /// A program of PostgreSQL's, such as `pg_dump`, that speaks to this server as its owner.
    pub fn client(&self, name: &str) -> Command {
        let mut client = Command::new(program(name));
        client.args([
            "-h",
            "127.0.0.1",
            "-p",
            &self.port.to_string(),
            "-U",
            "postgres",
        ]);
        client
    }

    /// Ends the server at once, as a crash would.
    pub fn stop(&self) {
        self.keeper
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .say("stop");
    }

    /// Starts it again after [`Server::stop`].
    pub fn resume(&self) {
        self.keeper
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .say("start");
    }
}

/// Runs a program to its end.
///
/// # Panics
/// With what it said, if it fails.
pub fn answer(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

fn initialize(folder: &Path, account: &Account) {
    let mut initdb = account.command("initdb", folder);
    initdb.args([
        "--pgdata=data",
        "--username=postgres",
        "--auth=trust",
        "--no-sync",
    ]);
    // An order of words as people have it: whoever wants that of bytes must say so.
    initdb.args(["--encoding=UTF8", "--locale=C.UTF-8"]);
    initdb.args(["--locale-provider=icu", "--icu-locale=en-US"]);
    answer(&mut initdb);
}

fn configure(folder: &Path, settings: &Settings, port: u16, account: &Account) {
    let on = |on: bool| if on { "on" } else { "off" };
    let mut lines = vec![
        "listen_addresses = '127.0.0.1'".to_owned(),
        format!("port = {port}"),
        "unix_socket_directories = ''".to_owned(),
        "max_connections = 500".to_owned(),
        format!("fsync = {}", on(settings.durable)),
        format!("synchronous_commit = {}", on(settings.durable)),
        format!("full_page_writes = {}", on(settings.durable)),
    ];
    let data = folder.join("data");
    if let Some(tls) = &settings.tls {
        for (name, text) in [("server.crt", &tls.certificate), ("server.key", &tls.key)] {
            let file = data.join(name);
            fs::write(&file, text).expect("a file can be written there");
            fs::set_permissions(&file, Permissions::from_mode(0o600))
                .expect("its permissions can be set");
            account.owns(&file);
        }
        lines.push("ssl = on".to_owned());
    }
    lines.extend(
        settings
            .more
            .iter()
            .map(|(name, value)| format!("{name} = '{value}'")),
    );
    for (name, text) in [
        ("postgresql.auto.conf", lines.join("\n") + "\n"),
        ("pg_hba.conf", WHO.to_owned()),
    ] {
        let file = data.join(name);
        fs::write(&file, text).expect("the settings can be written");
        account.owns(&file);
    }
}

fn free_port() -> u16 {
    let any = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr());
    any.expect("this machine has a free port").port()
}

impl Account {
    fn owns(&self, path: &Path) {
        if let Some((uid, gid)) = self.ids() {
            chown(path, Some(uid), Some(gid)).expect("root may give away what it has made");
        }
    }
}
