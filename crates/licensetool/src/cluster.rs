//! `licensetool cluster`: brings a cluster up, proves it, and brings it back, as an operator would
//! with minikube and kubectl.

mod target;
mod source;
mod line;
mod process;
mod step;
mod walk;
mod seen;
mod watch;
mod sealing;
mod keys;
mod entrance;
mod up;
mod verify;
mod redeploy;
mod down;

use crate::exit::Outcome;
use down::Down;
use redeploy::Redeploy;
use up::Up;
use verify::Verify;

pub(crate) use source::{address as repository_address, top};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum ClusterCommand {
    /// Bring the cluster up: minikube, ingress, Argo CD, sealing key, all that Git says
    ///
    /// Every command is printed. What is done already is left out, so that after a break the same
    /// command goes on. Needs kubectl 1.31 or newer.
    Up(Up),
    /// The control plan: each check with what is expected and found
    ///
    /// Exit code 0 if all is well, 1 if somebody should act, 2 if something could not be looked at.
    Verify(Verify),
    /// Delete the namespace licensetool and measure how long Argo CD takes to bring it back
    Redeploy(Redeploy),
    /// Delete minikube's cluster
    Down(Down),
}

pub(crate) async fn cluster(command: ClusterCommand) -> anyhow::Result<Outcome> {
    match command {
        ClusterCommand::Up(wish) => Box::pin(up::up(wish)).await,
        ClusterCommand::Verify(wish) => Box::pin(verify::verify(wish)).await,
        ClusterCommand::Redeploy(wish) => Box::pin(redeploy::redeploy(wish)).await,
        ClusterCommand::Down(wish) => Box::pin(down::down(wish)).await,
    }
}
