//! `licensetool cluster down`: deletes minikube's cluster, and no other.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::source;
use super::step::{Step, printed};
use super::target::{Target, Where};
use super::walk::walk;
use crate::exit::Outcome;
use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Down {
    #[command(flatten)]
    place: Where,
    /// Yes, delete the cluster with all that is in it
    #[arg(long)]
    yes: bool,
    /// The sealing key's backup, to be sure that it is there
    #[arg(long, value_name = "FILE")]
    backup: Option<PathBuf>,
    /// Print the plan and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn down(wish: Down) -> anyhow::Result<Outcome> {
    let target = Target::found(wish.place, &source::top().await)?;
    let Some(minikube) = &target.minikube else {
        bail!(
            "{} is no cluster of minikube's: delete it with what made it",
            target.context
        );
    };
    let profile = &minikube.profile;
    let way_out = "`minikube delete --help` knows more";
    let delete = Step::new(format!("minikube's cluster {profile} is gone"), way_out);
    let steps = [delete.doing(minikube.line(["delete"]))];
    if let Some(warning) = without_backup(wish.backup.as_deref()) {
        output::complain(&format!("licensetool: {warning}"));
    }
    if wish.dry_run {
        output::say(&printed(&steps, target.limit))?;
        return Ok(Outcome::Fine);
    }
    if !wish.yes {
        bail!(
            "this deletes the cluster {profile} with its database: say --yes, or look at --dry-run"
        );
    }
    walk(&steps, &target).await?;
    Ok(Outcome::Fine)
}

/// Why the next cluster might not be able to open what Git holds.
fn without_backup(backup: Option<&Path>) -> Option<String> {
    let lost = "without it no other cluster can open what Git holds: `licensetool sealing-key \
                backup` makes one while this cluster runs";
    match backup {
        None => Some(format!(
            "nobody has said where the sealing key's backup is (--backup FILE); {lost}"
        )),
        Some(file) if !file.is_file() => Some(format!(
            "the sealing key's backup {} is not there; {lost}",
            file.display()
        )),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_that_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.age");
        assert!(without_backup(None).unwrap().contains("--backup FILE"));
        assert!(
            without_backup(Some(&file))
                .unwrap()
                .contains("is not there")
        );
        std::fs::write(&file, "age-encryption.org/v1").unwrap();
        assert_eq!(without_backup(Some(&file)), None);
    }
}
