//! `licensetool sharepoint`: find out what is wrong with the lists, make what is missing, merge
//! duplicates.

use jiff::SignedDuration;
use pipeline::deliver::sharepoint::{self as lists, Sharepoint};

use super::Profiles;
use crate::config::Config;
use crate::exit::Outcome;
use crate::microsoft::{self, Waiting};
use crate::{output, stored};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum SharepointCommand {
    /// Say what works and what does not, and change nothing; exit code 1 if something does not
    Check {
        #[command(flatten)]
        of: Which,
    },
    /// Make the lists and columns that are missing
    Init {
        #[command(flatten)]
        of: Which,
    },
    /// Report rows of the licence list that say the same thing; exit code 1 if there are any
    Duplicates {
        #[command(flatten)]
        of: Which,
        /// Delete them; the oldest rows stay
        #[arg(long)]
        merge: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// Key of the SharePoint profile [default: the only one]
    #[arg(long)]
    profile: Option<String>,
}

pub(crate) async fn sharepoint(
    config: &Config,
    command: SharepointCommand,
) -> anyhow::Result<Outcome> {
    match command {
        SharepointCommand::Check { of } => check_lists(config, of.profile.as_deref()).await,
        SharepointCommand::Init { of } => init(config, of.profile.as_deref()).await,
        SharepointCommand::Duplicates { of, merge } => {
            duplicates(config, of.profile.as_deref(), merge).await
        }
    }
}

/// Says line by line what works and what does not.
pub(crate) async fn check_lists(config: &Config, profile: Option<&str>) -> anyhow::Result<Outcome> {
    let sharepoint = reached(config, profile).await?;
    let checked = lists::check(&sharepoint).await;
    for line in &checked.sound {
        output::say(&format!("fine: {line}"))?;
    }
    for (problem, advice) in &checked.problems {
        output::say(&format!("problem: {problem}\n  → {advice}"))?;
    }
    Ok(match checked.problems.is_empty() {
        true => Outcome::Fine,
        false => Outcome::Found,
    })
}

async fn init(config: &Config, profile: Option<&str>) -> anyhow::Result<Outcome> {
    let sharepoint = reached(config, profile).await?;
    let made = lists::init(&sharepoint).await;
    let made = made.map_err(|error| anyhow::anyhow!("{error}. {}", error.advice()))?;
    if made.is_empty() {
        output::say("every list has every column already; nothing was made")?;
    }
    for line in made {
        output::say(&line)?;
    }
    Ok(Outcome::Fine)
}

async fn duplicates(
    config: &Config,
    profile: Option<&str>,
    merge: bool,
) -> anyhow::Result<Outcome> {
    let sharepoint = reached(config, profile).await?;
    let store = stored::there(config).await?;
    if merge {
        let deleted = lists::merge(&sharepoint, &store, config.policy).await?;
        output::say(&format!("{deleted} rows were deleted"))?;
        return Ok(Outcome::Fine);
    }
    let found = lists::duplicates(&sharepoint, &store, config.policy).await?;
    for it in &found {
        let (part_number, tenant) = (&it.part_number, &it.tenant);
        let (kept, surplus) = (it.kept.join(", "), it.surplus.join(", "));
        output::say(&format!(
            "{part_number} of \"{tenant}\": row {kept} stays, too many are {surplus}"
        ))?;
    }
    if found.is_empty() {
        output::say("no product of a tenant stands twice in the licence list")?;
        return Ok(Outcome::Fine);
    }
    output::say("`licensetool sharepoint duplicates --merge` deletes those that are too many")?;
    Ok(Outcome::Found)
}

/// The lists of a profile, for a person who waits.
async fn reached(config: &Config, profile: Option<&str>) -> anyhow::Result<Sharepoint> {
    let profiles = Profiles::read(&config.home).await?;
    let profile = profiles.one(profile).map_err(anyhow::Error::msg)?;
    let client = microsoft::client(&config.microsoft, Waiting::Person)?;
    super::lists(profile, &client, SignedDuration::ZERO)
}
