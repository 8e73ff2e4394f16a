//! The demo's stage: a stand-in Microsoft, everybody whom licensetool tells, and a home folder
//! whose settings lead to them.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;
use microsoft_sim::sink::{SmtpOptions, SmtpSink, SmtpTls, WebhookSink};
use microsoft_sim::{Options, Row, Simulator, SiteView, Tls, World};
use serde_json::Value;
use tempfile::TempDir;

use crate::config::{self, Config, Sources};
use crate::run::store_in;

/// The names of the channels in the settings.
pub(super) const MAIL: &str = "mail";
pub(super) const WEBHOOK: &str = "webhook";
pub(super) const TEAMS: &str = "teams";
/// As the SharePoint profile's channel is called.
pub(super) const LISTS: &str = "sharepoint-company";

/// With which the mail server wants to be signed in to, and which signs webhooks. They are worth
/// nothing: both receivers live and end with the demo.
const PASSWORD: &str = "only-for-the-demo";
// seal: allow webhook-secret: everybody has it, and the demo alone takes it
const SIGNING: &str = "whsec_b25seS1mb3ItdGhlLWRlbW8tb25seS1mb3ItdGhlLWRlbW8=";

/// Seals the sessions of a demo, whose accounts have no passwords either.
const SESSION_KEY: &str = "b25seS1mb3ItdGhlLWRlbW8tb25seS1mb3ItdGhlLWRlbW8tb25seS1m";

/// Which variables of the environment the demo heeds: it must not tell anybody's real channels.
const HEEDED: [&str; 3] = [
    "LICENSETOOL_LISTEN",
    "LICENSETOOL_METRICS_LISTEN",
    "LICENSETOOL_PUBLIC_URL",
];

/// Where pages and metrics are served, if not at the usual addresses, and to whom.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Listen {
    pub(super) pages: Option<SocketAddr>,
    pub(super) metrics: Option<SocketAddr>,
    /// Whether people sign in.
    pub(super) sign_in: bool,
}

pub(super) struct Stage {
    pub(super) microsoft: Simulator,
    pub(super) site: SiteView,
    pub(super) mail: SmtpSink,
    pub(super) webhook: WebhookSink,
    pub(super) teams: WebhookSink,
    folder: TempDir,
}

impl Stage {
    /// Starts everybody and the company's flow, and writes the home folder. Microsoft alone speaks
    /// in the clear: people sign in there, and their browsers do not trust a made-up authority.
    pub(super) async fn set(world: World, options: Options) -> anyhow::Result<Self> {
        let options = Options {
            tls: Tls::Off,
            flow: true,
            ..options
        };
        let microsoft = Simulator::start(world, options).await?;
        let mail = SmtpOptions {
            tls: SmtpTls::StartTls,
            login: Some(("licensetool".to_owned(), PASSWORD.to_owned())),
        };
        let stage = Self {
            site: microsoft
                .site()
                .context("a company looks after the schools")?,
            microsoft,
            mail: SmtpSink::start(mail).await?,
            webhook: WebhookSink::start(Tls::Generated).await?,
            teams: WebhookSink::start(Tls::Generated).await?,
            folder: tempfile::tempdir()?,
        };
        stage.microsoft.write_home(stage.home())?;
        stage.require_roles()?;
        stage.write_channels()?;
        Ok(stage)
    }

    pub(super) fn home(&self) -> &Path {
        self.folder.path()
    }

    /// The settings as any start reads them, with the store in the stage's own folder.
    pub(super) fn config(&self, listen: Listen) -> anyhow::Result<Config> {
        let mut sources = Sources::from_home(self.home())?;
        let heeded = |name: &String, _: &mut String| HEEDED.contains(&name.as_str());
        sources.environment.retain(heeded);
        let flags = [("listen", listen.pages), ("metrics_listen", listen.metrics)];
        let said = flags.into_iter();
        let said = said.filter_map(|(name, address)| Some((name, address?.to_string())));
        sources.flags.extend(said);
        if listen.sign_in {
            let settings = [("auth", "entra"), ("session.key_file", "secrets/session")];
            let settings = settings.map(|(name, value)| (name, value.to_owned()));
            sources.flags.extend(settings);
        }
        let (mut config, _) = config::read(self.home(), &sources)
            .map_err(|problems| anyhow::anyhow!(problems.join("; ")))?;
        config.store.url = store_in(self.home());
        Ok(config)
    }

    /// Who can sign in, and as what.
    pub(super) fn accounts(&self) -> String {
        let accounts = self.microsoft.accounts().iter();
        let names: Vec<&str> = accounts.map(|account| account.name.as_str()).collect();
        names.join(", ")
    }

    /// Has the app for sign-in keep out who has no role: one of the accounts has none.
    fn require_roles(&self) -> anyhow::Result<()> {
        for entry in std::fs::read_dir(self.home().join("config-profiles/auth"))? {
            let file = entry?.path();
            let mut profile: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
            profile["require_role"] = true.into();
            std::fs::write(&file, serde_json::to_vec_pretty(&profile)?)?;
        }
        Ok(())
    }

    /// The licence list's row of a school's product.
    pub(super) fn row(&self, school: &str, part_number: &str) -> Option<Row> {
        let is_text = |row: &Row, name: &str, fits: &dyn Fn(&str) -> bool| {
            row.fields
                .get(name)
                .and_then(|it| it.as_str())
                .is_some_and(fits)
        };
        let ending = format!("({part_number})");
        let mut rows = self.microsoft.rows(&self.site.licences).into_iter();
        rows.find(|row| {
            is_text(row, "Tenant", &|name| name == school)
                && is_text(row, "Title", &|title| title.ends_with(&ending))
        })
    }

    fn write_channels(&self) -> anyhow::Result<()> {
        let file = self.home().join("licensetool.toml");
        let microsoft = std::fs::read_to_string(&file)?;
        let (host, port) = (self.mail.address().ip(), self.mail.address().port());
        let settings = format!(
            "language = \"en\"\ncompany = \"Schulservice\"\n\n{microsoft}\n\
             [collect]\ninterval = \"30s\"\n\n\
             [sharepoint]\ninterval = \"5s\"\n\n\
             [channel.{MAIL}]\nkind = \"mail\"\nhost = \"{host}\"\nport = {port}\n\
             tls = \"starttls\"\nuser = \"licensetool\"\npassword_file = \"secrets/mail\"\n\
             ca_file = \"mail-ca.pem\"\nfrom = \"Schulservice <licences@schulservice.example>\"\n\
             to = \"support@schulservice.example\"\n\n\
             [channel.{WEBHOOK}]\nkind = \"webhook\"\nurl = \"{}\"\n\
             secret_file = \"secrets/webhook\"\nca_file = \"webhook-ca.pem\"\n\n\
             [channel.{TEAMS}]\nkind = \"teams\"\nurl_file = \"secrets/teams\"\n\
             ca_file = \"teams-ca.pem\"\n",
            self.webhook.url()
        );
        std::fs::write(&file, settings)?;
        for (name, text) in [
            ("mail-ca.pem", self.mail.ca_pem().unwrap_or_default()),
            ("webhook-ca.pem", self.webhook.ca_pem().unwrap_or_default()),
            ("teams-ca.pem", self.teams.ca_pem().unwrap_or_default()),
            ("secrets/session", SESSION_KEY),
            ("secrets/mail", PASSWORD),
            ("secrets/webhook", SIGNING),
            ("secrets/teams", self.teams.url()),
        ] {
            secret(self.home(), name, text)?;
        }
        Ok(())
    }
}

/// Only the owner may read it.
fn secret(home: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let path = home.join(name);
    let folder = path.parent().context("a file lies in a folder")?;
    std::fs::create_dir_all(folder)?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())?;
    Ok(())
}
