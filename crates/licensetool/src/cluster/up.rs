//! `licensetool cluster up`: from nothing to a cluster in which everything runs that Git says.

mod machine;
mod argo_cd;
mod key;
mod repository;
mod root;
mod addresses;

use std::path::PathBuf;

use super::entrance;
use super::sealing::SealingKey;
use super::source;
use super::step::{Step, printed};
use super::target::{Target, Where};
use super::walk::walk;
use crate::exit::Outcome;
use crate::output;
use crate::sealing::Passphrase;

#[derive(Debug, clap::Args)]
pub(crate) struct Up {
    #[command(flatten)]
    place: Where,
    /// The sealing key, where the cluster does not have it yet: its backup, or what `licensetool
    /// sealing-key restore` prints; - is standard input
    #[arg(long, value_name = "FILE")]
    sealing_key: Option<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Print the plan and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Options for `minikube start`, after `--`: --driver=… --cpus=… --memory=…
    #[arg(last = true, value_name = "OPTION", conflicts_with = "context")]
    minikube_options: Vec<String>,
}

pub(crate) async fn up(wish: Up) -> anyhow::Result<Outcome> {
    let target = Target::found(wish.place, &source::top().await)?;
    let repository = source::address(&target.infra(&[]))?;
    source::image_is_named(&target)?;
    source::names_are_ones_own(&target)?;
    let key = wish.sealing_key.as_deref();
    let key = key
        .map(|file| SealingKey::read(file, &wish.passphrase))
        .transpose()?;
    let steps = plan(&target, &repository, key.as_ref(), &wish.minikube_options)?;
    if let Some(remark) = source::not_pushed(&target).await {
        output::complain(&format!("licensetool: {remark}"));
    }
    if wish.dry_run {
        let address = entrance::line(&target);
        let plan = printed(&steps, target.limit);
        output::say(&format!("{plan}\n\n# asks where all of it is:\n{address}"))?;
        return Ok(Outcome::Fine);
    }
    walk(&steps, &target).await?;
    addresses::tell(&target).await?;
    Ok(Outcome::Fine)
}

/// All of it, in the order in which one thing needs the other.
fn plan(
    target: &Target,
    repository: &str,
    key: Option<&SealingKey>,
    minikube_options: &[String],
) -> anyhow::Result<Vec<Step>> {
    let mut steps = vec![
        machine::cluster(target, minikube_options),
        machine::ingress(target),
        argo_cd::installed(target),
        argo_cd::answers(target),
    ];
    steps.extend(key::given(target, key)?);
    steps.extend(repository::readable(target, repository, key)?);
    steps.extend([
        root::applied(target, repository),
        root::healthy(target, repository),
    ]);
    Ok(steps)
}
