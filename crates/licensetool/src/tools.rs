//! Small commands that print something and end.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::exit::Outcome;
use crate::output;

/// `openapi`: the API's description, as served at `/openapi.json`.
pub(crate) fn openapi() -> anyhow::Result<Outcome> {
    output::say(web::openapi().trim_end())?;
    Ok(Outcome::Fine)
}

/// `completions`: what a shell needs to complete our commands.
pub(crate) fn completions(shell: Shell) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "licensetool", &mut script);
    output::say(String::from_utf8(script)?.trim_end())?;
    Ok(Outcome::Fine)
}
