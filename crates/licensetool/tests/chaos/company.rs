//! A company of 500 schools: its Microsoft, its database behind a wire, whoever hears its messages,
//! and a home folder for each role.

use std::path::Path;
use std::sync::Mutex;

use microsoft_sim::sink::WebhookSink;
use microsoft_sim::{Options, Tls, World};
use tempfile::TempDir;
use throwaway_postgres::{Server, Settings, answer};

use crate::fixture::{Office, SIGNING, office, program, secret};
use crate::relay::Relay;
use crate::weather::Weather;

pub(crate) const TENANTS: usize = 500;
/// What every school has.
pub(crate) const PART_NUMBER: &str = "SIM_PRODUCT_001";
pub(crate) const ROLES: [&str; 4] = ["web", "collect", "evaluate", "deliver"];
/// What the server lets in. The processes may hold fifty.
pub(crate) const CONNECTIONS: u32 = 70;

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

pub(crate) struct Company {
    pub(crate) office: Office,
    pub(crate) server: Server,
    pub(crate) database: String,
    pub(crate) relay: Relay,
    pub(crate) weather: Weather,
    pub(crate) sink: WebhookSink,
    homes: Vec<TempDir>,
    found: Mutex<Vec<String>>,
}

impl Company {
    pub(crate) async fn new(seed: u64) -> Self {
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
            homes: Vec::new(),
            found: Mutex::default(),
        };
        company.migrate();
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

    /// Makes the schema as its owner, and a role for each service.
    fn migrate(&self) {
        let home = tempfile::tempdir().unwrap();
        let mut migrate = program(home.path());
        migrate
            .arg("migrate")
            .env("LICENSETOOL_STORE__URL", self.owner());
        answer(&mut migrate);
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
