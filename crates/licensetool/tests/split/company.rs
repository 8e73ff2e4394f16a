//! A company with a database whose services are processes, each with its own home folder, role of
//! the database and nothing that it does not need.

use std::path::Path;
use std::time::Duration;

use microsoft_sim::sink::WebhookSink;
use microsoft_sim::{Tls, World};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use throwaway_postgres::{Server, Settings, answer};

use crate::fixture::{Office, SIGNING, https, office, program, secret};
use crate::process::Running;

/// How long anything may take on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a role finds in its home folder besides the settings.
pub(crate) const NEEDS: [(&str, &[&str]); 4] = [
    ("web", &["config-profiles/sharepoint"]),
    (
        "collect",
        &[
            "ca.pem",
            "config-profiles/tenants",
            "certs/iseschool",
            "certs/iseschool2013",
        ],
    ),
    ("evaluate", &["config-profiles/sharepoint"]),
    (
        "deliver",
        &[
            "ca.pem",
            "config-profiles/sharepoint",
            "certs/company",
            "secrets/hook",
        ],
    ),
];

pub(crate) struct Company {
    pub(crate) server: Server,
    /// The name of the database.
    pub(crate) database: String,
    pub(crate) office: Office,
    pub(crate) sink: WebhookSink,
}

/// A process of a role.
pub(crate) struct Service {
    pub(crate) role: &'static str,
    pub(crate) running: Running,
    /// `None` where it serves no pages.
    pub(crate) pages: Option<String>,
    metrics: String,
    _home: tempfile::TempDir,
}

/// What a process answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<String>,
    pub(crate) text: String,
}

impl Company {
    pub(crate) async fn new() -> Self {
        let server = Server::start(&Settings {
            durable: true,
            ..Settings::default()
        });
        let database = server.database();
        Self {
            database: database.rsplit('/').next().unwrap().to_owned(),
            server,
            office: office(World::demo(), https()).await,
            sink: WebhookSink::start(Tls::Off).await.unwrap(),
        }
    }

    /// Makes the schema as its owner, and a role for each service.
    pub(crate) fn migrate(&self) {
        let url = self.server.url("postgres", &self.database);
        let home = tempfile::tempdir().unwrap();
        let mut migrate = program(home.path());
        migrate.arg("migrate").env("LICENSETOOL_STORE__URL", url);
        let said = answer(&mut migrate);
        assert!(
            said.starts_with("the store went from version 0 to "),
            "{said}"
        );
        let roles = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/postgresql-roles.sql"
        );
        let mut psql = self.server.client("psql");
        psql.args([
            "-qX",
            "--set",
            "ON_ERROR_STOP=1",
            "--file",
            roles,
            &self.database,
        ]);
        answer(&mut psql);
        for (role, _) in NEEDS {
            let sql = format!("ALTER ROLE licensetool_{role} PASSWORD 'of {role}'");
            self.server.sql(&self.database, &sql);
        }
    }

    /// A home folder with what the role needs and nothing else.
    fn home(&self, role: &str, needs: &[&str]) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        let settings = std::fs::read_to_string(self.office.home.path().join("licensetool.toml"));
        let url = self
            .server
            .url(&format!("licensetool_{role}"), &self.database);
        let first = "public_url = \"https://licences.example/\"\n";
        let settings = format!(
            "{first}{}\n[store]\nurl = \"{url}\"\npassword_file = \"secrets/database\"\n\
             connections = 4\n[sharepoint]\ninterval = \"1s\"\n\
             [channel.hook]\nkind = \"webhook\"\nurl = \"{}\"\nsecret_file = \"secrets/hook\"\n",
            settings.unwrap(),
            self.sink.url()
        );
        std::fs::write(home.path().join("licensetool.toml"), settings).unwrap();
        secret(home.path(), "secrets/database", &format!("of {role}\n"));
        secret(self.office.home.path(), "secrets/hook", SIGNING);
        for name in needs {
            copy(&self.office.home.path().join(name), &home.path().join(name));
        }
        home
    }

    pub(crate) fn start(&self, role: &'static str) -> Service {
        let (_, needs) = NEEDS.into_iter().find(|(name, _)| *name == role).unwrap();
        let home = self.home(role, needs);
        let mut command = program(home.path());
        let any = "127.0.0.1:0";
        command.args([
            "run",
            "--role",
            role,
            "--listen",
            any,
            "--metrics-listen",
            any,
        ]);
        let running = Running::start(command);
        let log = running.lines_until("\"message\":\"listening\"");
        let listening: Value = serde_json::from_str(log.last().unwrap()).unwrap();
        let metrics = listening["metrics"].as_str().unwrap();
        Service {
            role,
            pages: listening["address"].as_str().map(str::to_owned),
            metrics: metrics.trim_end_matches("/metrics").to_owned(),
            running,
            _home: home,
        }
    }
}

impl Service {
    /// Asks the listener of metrics.
    pub(crate) async fn ask(&self, path: &str) -> Answer {
        Answer::of(
            reqwest::get(format!("{}{path}", self.metrics))
                .await
                .unwrap(),
        )
        .await
    }

    /// Asks pages or API.
    pub(crate) async fn visit(&self, path: &str, accept: &str) -> Answer {
        let url = format!("{}{path}", self.pages.as_ref().unwrap());
        let asked = client().get(url).header("accept", accept);
        Answer::of(asked.send().await.unwrap()).await
    }

    /// The JSON that an address of the API answers.
    pub(crate) async fn json(&self, path: &str) -> Option<Value> {
        let answer = self.visit(path, "application/json").await;
        (answer.status == 200).then(|| serde_json::from_str(&answer.text).unwrap())
    }

    /// Sends JSON to an address of the API.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.pages.as_ref().unwrap());
        let asked = client().post(url);
        let asked = asked.header("content-type", "application/json");
        Answer::of(asked.body(body.to_string()).send().await.unwrap()).await
    }

    pub(crate) async fn until_ready(&self, status: u16) -> Answer {
        let what = format!("{} answers /readyz with {status}", self.role);
        until(&what, async || {
            let answer = self.ask("/readyz").await;
            (answer.status == status).then_some(answer)
        })
        .await
    }
}

impl Answer {
    async fn of(response: Response) -> Self {
        let retry_after = response.headers().get("retry-after");
        let retry_after = retry_after.map(|it| it.to_str().unwrap().to_owned());
        Self {
            status: response.status(),
            retry_after,
            text: response.text().await.unwrap(),
        }
    }
}

fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy();
    client.build().unwrap()
}

/// Looks until there is what was looked for.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            match look().await {
                Some(found) => return found,
                None => tokio::task::yield_now().await,
            }
        }
    };
    let found = tokio::time::timeout(PATIENCE, looking).await;
    found.unwrap_or_else(|_| panic!("it never came true that {what}"))
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let name = entry.unwrap().file_name();
            copy(&from.join(&name), &to.join(&name));
        }
        return;
    }
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    std::fs::copy(from, to).unwrap();
}
