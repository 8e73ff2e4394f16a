//! The command line: what can be asked of the program, and who answers.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Parser, Subcommand};
use domain::TenantKey;

use crate::alerts::{self, AlertsCommand};
use crate::channel::{self, ChannelCommand};
use crate::cluster::{self, ClusterCommand};
use crate::config::{self, Config, Log, Sources, home_dir};
use crate::deliveries::{self, DeliveriesCommand};
use crate::exit::Outcome;
use crate::export::{self, ExportCommand};
use crate::keeping::{self, StoreCommand};
use crate::logging::Output;
use crate::policy::{self, PolicyCommand};
use crate::run::Role;
use crate::sealing::{Seal, SealingKeyCommand, Unseal};
use crate::sharepoint::{self, SharepointCommand};
use crate::simulate::Simulate;
use crate::status::Format;
use crate::tenant::TenantCommand;
use crate::traces::Traces;
use crate::{catalog, check, demo, logging, run, sealing, simulate, status, tenant, tools};

/// The version with the commit it was built from.
pub(crate) const VERSION: &str =
    concat!(env!("CARGO_PKG_VERSION"), " (", env!("BUILD_COMMIT"), ")");

/// Watches the Microsoft 365 licences of many tenants and says in time what runs short
#[derive(Debug, Parser)]
#[command(name = "licensetool", version = VERSION)]
pub(crate) struct Cli {
    /// The folder with profiles and certificates [default: $LICENSETOOL_HOME, else this folder]
    #[arg(long, global = true)]
    home: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Two sample schools on a stand-in Microsoft, with everything running
    Demo(demo::Demo),
    /// All services, or some of them: asks Microsoft, judges, tells, answers people and programs
    ///
    /// With a file of SQLite all services run in one process. With PostgreSQL each can run in
    /// processes of its own, as many as wanted; each then needs only its own settings and secrets,
    /// waits until `licensetool migrate` has brought the schema up to date, and waits on while the
    /// database is away.
    Run {
        /// Only these services, separated by commas or repeated (needs PostgreSQL)
        #[arg(long, value_delimiter = ',', conflicts_with = "once")]
        role: Vec<Role>,
        /// Ask every tenant once, judge, tell what is due, and end
        #[arg(long)]
        once: bool,
        /// Address of pages and API, which the role web serves [default: 127.0.0.1:5000]
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// Address of /metrics, /healthz and /readyz, of each role [default: 127.0.0.1:9464]
        #[arg(long)]
        metrics_listen: Option<SocketAddr>,
    },
    /// Ask Microsoft now; exit code 0 enough, 1 shortage, 2 could not look
    Status {
        /// Only this tenant
        #[arg(value_parser = TenantKey::parse)]
        tenant: Option<TenantKey>,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// What is wrong, and what people do about it
    #[command(subcommand)]
    Alerts(AlertsCommand),
    /// When numbers are worth a person's attention
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// What was told, what waits, what is dead
    #[command(subcommand)]
    Deliveries(DeliveriesCommand),
    /// Who is told
    #[command(subcommand)]
    Channel(ChannelCommand),
    /// The company's SharePoint lists
    #[command(subcommand)]
    Sharepoint(SharepointCommand),
    /// Add tenants, prove that they can be watched, replace certificates, erase them
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Files to take away, from what is kept
    #[command(subcommand)]
    Export(ExportCommand),
    /// The cluster in which all of it runs, from Git
    #[command(subcommand)]
    Cluster(ClusterCommand),
    /// Settings, profiles and certificates
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The stand-in Microsoft alone
    Simulate(Simulate),
    /// Product names
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// Copy the store to another database, or look for what is wrong in it
    #[command(subcommand)]
    Store(StoreCommand),
    /// Seal the home folder's secrets for a cluster, so that Git may hold them
    ///
    /// Writes the folder of an overlay: a sealed secret for each kind of profile, for each
    /// certificate, for what lies in secrets/, tls/, registry/ and repository/, and what mounts
    /// them. Only what has changed is sealed anew. Exit code 0 done, 1 done with warnings or (with
    /// --check) something found, 2 nothing was done.
    Seal(Seal),
    /// Open sealed secrets with a private key; exit code 2 if one stays shut
    Unseal(Unseal),
    /// The key that a cluster opens secrets with: made before the cluster, kept encrypted
    #[command(subcommand)]
    SealingKey(SealingKeyCommand),
    /// Bring the store's schema up to date
    Migrate,
    /// Print the API's description (OpenAPI 3.1)
    Openapi,
    /// Print a completion script
    Completions { shell: clap_complete::Shell },
}

impl Command {
    /// Whether it works on a home folder that is there.
    fn reads_home(&self) -> bool {
        !matches!(
            self,
            Self::Demo(_)
                | Self::Cluster(_)
                | Self::Config(ConfigCommand::Reference)
                | Self::Simulate(_)
                | Self::Unseal(_)
                | Self::SealingKey(_)
                | Self::Openapi
                | Self::Completions { .. }
        )
    }
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Read everything and say every problem at once
    Check,
    /// Print what is in force and where it comes from
    Show,
    /// Print the reference of all settings (Markdown)
    Reference,
}

#[derive(Debug, Subcommand)]
enum CatalogCommand {
    /// Import Microsoft's table of product names
    Update {
        /// The CSV file "Product names and service plan identifiers for licensing"
        #[arg(long)]
        file: PathBuf,
    },
    /// Print every known product name
    Show,
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> anyhow::Result<Outcome> {
    let Cli { home, command } = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(answer(home, command));
    // A name lookup or a file that hangs must not hold the process back.
    runtime.shutdown_background();
    ended
}

async fn answer(home: Option<PathBuf>, command: Command) -> anyhow::Result<Outcome> {
    let environment = Sources::from_environment();
    let (home, by) = (home_dir(home.as_deref(), &environment), environment.by());
    if command.reads_home() {
        config::check_home(&home)?;
    }
    let configured = || answering(&home, &Sources::from_home(&home)?);
    match command {
        Command::Demo(wish) => {
            let log = Log {
                level: wish.log_level().to_owned(),
                format: None,
            };
            logging::start(&log, Output::IsTheAnswer, None)?;
            Box::pin(demo::demo(wish)).await
        }
        Command::Run {
            role,
            once,
            listen,
            metrics_listen,
        } => {
            let mut sources = Sources::from_home(&home)?;
            let flags = [("listen", listen), ("metrics_listen", metrics_listen)];
            let said = flags
                .into_iter()
                .filter_map(|(name, it)| Some((name, it?.to_string())));
            sources.flags.extend(said);
            Box::pin(serve(&home, &sources, once, &role)).await
        }
        Command::Status { tenant, format } => {
            status::status(&configured()?, tenant.as_ref(), format).await
        }
        Command::Alerts(command) => Box::pin(alerts::alerts(&configured()?, by, command)).await,
        Command::Policy(command) => policy::policy(&configured()?, by, command).await,
        Command::Deliveries(command) => deliveries::deliveries(&configured()?, by, command).await,
        Command::Channel(command) => Box::pin(channel::channel(&configured()?, command)).await,
        Command::Sharepoint(command) => {
            Box::pin(sharepoint::sharepoint(&configured()?, command)).await
        }
        Command::Tenant(command) => Box::pin(tenant::tenant(&configured()?, by, command)).await,
        Command::Export(command) => Box::pin(export::export(&configured()?, command)).await,
        Command::Cluster(command) => Box::pin(cluster::cluster(command)).await,
        Command::Config(ConfigCommand::Check) => check::check(&home, &Sources::from_home(&home)?),
        Command::Config(ConfigCommand::Show) => check::show(&home, &Sources::from_home(&home)?),
        Command::Config(ConfigCommand::Reference) => check::reference(),
        Command::Simulate(wish) => simulate::simulate(wish).await,
        Command::Catalog(CatalogCommand::Update { file }) => {
            catalog::update(&configured()?, by, &file).await
        }
        Command::Catalog(CatalogCommand::Show) => catalog::show(&configured()?).await,
        Command::Store(command) => Box::pin(keeping::store(&configured()?, command)).await,
        Command::Seal(command) => sealing::seal(&home, command, &cluster::top().await),
        Command::Unseal(command) => sealing::unseal(&command, &cluster::top().await),
        Command::SealingKey(command) => sealing::sealing_key(&command, &cluster::top().await),
        Command::Migrate => run::migrate(&configured()?).await,
        Command::Openapi => tools::openapi(),
        Command::Completions { shell } => tools::completions(shell),
    }
}

/// Runs the services, which alone are worth traces.
async fn serve(
    home: &Path,
    sources: &Sources,
    once: bool,
    roles: &[Role],
) -> anyhow::Result<Outcome> {
    let config = read(home, sources)?;
    let traces = config.traces.as_ref().map(Traces::open).transpose()?;
    logging::start(&config.log, Output::IsTheLog, traces.as_ref())?;
    let ended = match once {
        true => run::once(config).await,
        false => run::run(config, roles).await,
    };
    if let Some(traces) = traces {
        traces.end().await;
    }
    ended
}

/// The settings of a command, and logging as they say.
fn answering(home: &Path, sources: &Sources) -> anyhow::Result<Config> {
    let config = read(home, sources)?;
    logging::start(&config.log, Output::IsTheAnswer, None)?;
    Ok(config)
}

fn read(home: &Path, sources: &Sources) -> anyhow::Result<Config> {
    match config::read(home, sources) {
        Ok((config, _)) => Ok(config),
        Err(problems) => bail!("{}", problems.join("\nlicensetool: ")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
