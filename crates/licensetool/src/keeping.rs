//! `licensetool store`: copies what is kept to another database, and looks for what is wrong in it.

mod check;
mod copy;

use crate::columns::Format;
use crate::config::Config;
use crate::exit::Outcome;

use copy::Copying;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum StoreCommand {
    /// Copy everything into an empty database; run again to go on; exit code 1 if both differ
    ///
    /// Stop all services of the source first: what they keep after the copy has begun is not in it.
    /// A file that another program has open is refused, and so is a source that somebody works on
    /// or that changes meanwhile; a service of PostgreSQL that does nothing just now is not
    /// noticed. `sqlite:PATH` counts from home, as in the settings. The source is only read. The
    /// target's schema is made if there is none. Until both hold the same, no service starts on
    /// the target.
    Copy(Copying),
    /// Look for what contradicts itself; exit code 1 if there is something
    Check {
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
}

pub(crate) async fn store(config: &Config, command: StoreCommand) -> anyhow::Result<Outcome> {
    match command {
        StoreCommand::Copy(wish) => copy::copy(config, wish).await,
        StoreCommand::Check { format } => check::check(config, format).await,
    }
}
