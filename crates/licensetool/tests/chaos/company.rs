//! A company of 500 schools: its Microsoft, its database behind a wire, whoever hears its messages,
//! and a home folder for each role.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use microsoft_sim::sink::WebhookSink;
use microsoft_sim::{Options, Tls, World};
use tempfile::TempDir;
use throwaway_postgres::{Server, Settings, answer};

use crate::fixture::{Office, SIGNING, office, program, program_at, secret};
use crate::relay::Relay;
use crate::weather::Weather;

pub(crate) const TENANTS: usize = 500;
/// What every school has.
pub(crate) const PART_NUMBER: &str = "SIM_PRODUCT_001";
pub(crate) const ROLES: [&str; 4] = ["web", "collect", "evaluate", "deliver"];
/// What the server lets in. The processes may hold fifty, and five more while one is replaced.
pub(crate) const CONNECTIONS: u32 = 70;

/// What a release after this one might do to the schema: it only adds, and lets this one stay.
const GROWN: &str = "\
BEGIN;
ALTER TABLE tenant ADD COLUMN of_the_future BIGINT NOT NULL DEFAULT 7;
ALTER TABLE alert ADD COLUMN of_the_future TEXT;
ALTER TABLE delivery ADD COLUMN of_the_future TEXT;
CREATE TABLE future (tenant TEXT PRIMARY KEY REFERENCES tenant (key), said TEXT NOT NULL);
INSERT INTO future SELECT key, name FROM tenant;
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
  VALUES (999, 'from the future', TRUE, '', 0);
COMMIT";

/// Claims are short, so that a run of minutes sees them expire.
const PACE: &str = "\
[collect]
interval = \"12s\"
deadline = \"5s\"
at_once = 20

[evaluate]
claim = \"12s\"

[deliver]
claim = \"15s\"
longest_wait = \"3s\"

[sharepoint]
interval = \"4s\"
";

/// Which release is the older one, of those that one replaces by the other.
#[derive(Clone, Debug)]
pub(crate) enum Older {
    /// The program under test; the newer one is the same with a schema that has grown.
    ThisOne,
    /// The program in this file; the newer one is that under test.
    Other(PathBuf),
}

/// Which release a process is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    Older,
    Newer,
}

pub(crate) struct Company {
    pub(crate) office: Office,
    pub(crate) server: Server,
    pub(crate) database: String,
    pub(crate) relay: Relay,
    pub(crate) weather: Weather,
    pub(crate) sink: WebhookSink,
    older: Older,
    homes: Vec<TempDir>,
    found: Mutex<Vec<String>>,
}

impl Company {
    /// Begins with the older release.
    pub(crate) async fn new(seed: u64, older: Older) -> Self {
        let world = World::generate(TENANTS, 1, seed).with_company();
        let server = Server::start(&Settings {
            durable: true,
            more: vec![("max_connections".to_owned(), CONNECTIONS.to_string())],
            ..Settings::default()
        });
        let database = server.database().rsplit('/').next().unwrap().to_owned();
        let mut company = Self {
            office: office(
                world,
                Options {
                    tls: Tls::Off,
                    ..Options::default()
                },
            )
            .await,
            relay: Relay::to(server.port()).await,
            server,
            database,
            weather: Weather::default(),
            sink: WebhookSink::start(Tls::Off).await.unwrap(),
            older,
            homes: Vec::new(),
            found: Mutex::default(),
        };
        company.migrate(Release::Older);
        company.homes = ROLES.iter().map(|role| company.make_home(role)).collect();
        company
    }

    /// Something that must not be.
    pub(crate) fn found(&self, finding: String) {
        println!("found: {finding}");
        self.found.lock().unwrap().push(finding);
    }

    pub(crate) fn findings(&self) -> Vec<String> {
        self.found.lock().unwrap().clone()
    }

    pub(crate) fn home(&self, role: &str) -> &Path {
        let at = ROLES.iter().position(|it| *it == role).unwrap();
        self.homes[at].path()
    }

    /// The program of a release with a home folder.
    pub(crate) fn program(&self, release: Release, home: &Path) -> Command {
        match (&self.older, release) {
            (Older::Other(file), Release::Older) => program_at(file, home),
            _ => program(home),
        }
    }

    /// The address of the database past the wire, as its owner.
    pub(crate) fn owner(&self) -> String {
        self.server.url("postgres", &self.database)
    }

    /// Rows that a question answers, with `|` between columns; `None`: the server is not there.
    pub(crate) fn rows(&self, sql: &str) -> Option<Vec<Vec<String>>> {
        let mut psql = self.server.client("psql");
        psql.args([
            "-qtAX",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            &self.database,
            "-c",
            sql,
        ]);
        let output = psql.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let row = |line: &str| line.split('|').map(str::to_owned).collect();
        output
            .status
            .success()
            .then(|| text.lines().map(row).collect())
    }

    /// Brings the schema to that of a release as its owner, with a role for each service.
    pub(crate) fn migrate(&self, release: Release) {
        let home = tempfile::tempdir().unwrap();
        let mut migrate = self.program(release, home.path());
        migrate
            .arg("migrate")
            .env("LICENSETOOL_STORE__URL", self.owner());
        println!("{}", answer(&mut migrate));
        if let (Older::ThisOne, Release::Newer) = (&self.older, release) {
            self.server.sql(&self.database, GROWN);
        }
        let folder = env!("CARGO_MANIFEST_DIR");
        let roles = format!("{folder}/../../docs/postgresql-roles.sql");
        let mut psql = self.server.client("psql");
        let strict = ["-qX", "--set", "ON_ERROR_STOP=1"];
        answer(psql.args(strict).args(["--file", &roles, &self.database]));
        for role in ROLES {
            let sql = format!("ALTER ROLE licensetool_{role} PASSWORD 'of {role}'");
            self.server.sql(&self.database, &sql);
        }
    }

    /// A home folder with what the role needs and nothing else.
    fn make_home(&self, role: &str) -> TempDir {
        let home = tempfile::tempdir().unwrap();
        let theirs = self.office.home.path();
        let microsoft = std::fs::read_to_string(theirs.join("licensetool.toml")).unwrap();
        let (port, database) = (self.relay.port, &self.database);
        let settings = format!(
            "public_url = \"https://licences.example/\"\n{microsoft}request_timeout = \"3s\"\n\
             {PACE}\n[store]\n\
             url = \"postgres://licensetool_{role}@127.0.0.1:{port}/{database}\"\n\
             password_file = \"secrets/database\"\nconnections = 4\n\n[channel.hook]\n\
             kind = \"webhook\"\nurl = \"{}\"\nsecret_file = \"secrets/hook\"\ntimeout = \"3s\"\n",
            self.sink.url()
        );
        std::fs::write(home.path().join("licensetool.toml"), settings).unwrap();
        secret(home.path(), "secrets/database", &format!("of {role}\n"));
        let needs: &[&str] = match role {
            "collect" => &["config-profiles/tenants", "certs"],
            "deliver" => &["config-profiles/sharepoint", "certs/company"],
            _ => &["config-profiles/sharepoint"],
        };
        for name in needs {
            copy(&theirs.join(name), &home.path().join(name));
        }
        if role == "deliver" {
            secret(home.path(), "secrets/hook", SIGNING);
        }
        home
    }
}

fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        copy(&from.join(&name), &to.join(&name));
    }
}
