//! `licensetool seal`, `unseal` and `sealing-key`: the home folder's secrets as files that Git may
//! hold, and the way back.

mod private_file;
mod names;
mod source;
mod kept;
mod mounts;
mod folder;
mod adding;
mod repository;
mod references;
mod check;
mod key;
mod unseal;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use jiff::{SignedDuration, Timestamp};
use seal::{Certificate, CertificateError, Scope, Sealer};
use serde_json::json;

use crate::columns::Format;
use crate::exit::Outcome;
use crate::{clock, output};

pub(crate) use key::{Passphrase, SealingKeyCommand, opened_backup, sealing_key};
pub(crate) use unseal::{Unseal, unseal};

use adding::{Registry, Tls};
use folder::Change;

/// Where manifests lie in a repository, below which overlays have their folders.
const APPS: &str = "infra/k8s/apps";
/// A certificate that ends is told so long before.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Seal {
    #[command(flatten)]
    wish: Wish,
    #[command(subcommand)]
    source: Option<Source>,
}

/// What is put into the home folder first, to be sealed with the rest.
#[derive(Debug, clap::Subcommand)]
enum Source {
    /// Key and certificate of the host, put into home's tls/ for the next `licensetool seal`
    Tls(Tls),
    /// The login of the registry of images, put into home's registry/ for the next `seal`
    Regcred(Registry),
}

#[derive(Debug, clap::Args)]
struct Wish {
    /// For which overlay: its folder `secrets` is written, its cluster's sealing.pem seals
    #[arg(long, default_value = "dev")]
    overlay: String,
    /// The folder to write instead [default: infra/k8s/apps/licensetool/overlays/OVERLAY/secrets]
    #[arg(long)]
    out: Option<PathBuf>,
    /// The sealing certificate [default: infra/k8s/clusters/OVERLAY/sealing.pem]
    #[arg(long)]
    cert: Option<PathBuf>,
    /// The namespace that the secrets belong to; the database's is licensetool-database
    #[arg(long, default_value = "licensetool")]
    namespace: String,
    /// Where the sealed values may be opened
    #[arg(long, value_parser = scope, default_value = "strict")]
    scope: Scope,
    /// Seal everything anew, not only what has changed
    #[arg(long)]
    all: bool,
    /// Seal profiles whose certificate has ended, too
    #[arg(long)]
    allow_expired: bool,
    /// Change nothing; look whether everything is sealed that should be, and nothing lies bare
    #[arg(long, conflicts_with_all = ["out", "cert", "all", "allow_expired"])]
    check: bool,
    /// With --check: the repository, or a folder of it [default: this folder]
    #[arg(requires = "check")]
    path: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

fn scope(text: &str) -> Result<Scope, String> {
    let found = Scope::ALL.into_iter().find(|scope| scope.as_str() == text);
    found.ok_or_else(|| "write strict, namespace-wide or cluster-wide".to_owned())
}

pub(crate) fn seal(home: &Path, command: Seal) -> anyhow::Result<Outcome> {
    match (command.source, command.wish) {
        (Some(Source::Tls(wish)), _) => adding::tls(home, &wish, clock::now()),
        (Some(Source::Regcred(wish)), _) => adding::regcred(home, &wish),
        (None, wish) if wish.check => {
            let path = wish.path.as_deref().unwrap_or(Path::new("."));
            check::check(path, &wish.namespace, wish.scope, wish.format)
        }
        (None, wish) => seal_home(home, &wish),
    }
}

/// Seals what has changed in the home folder.
fn seal_home(home: &Path, wish: &Wish) -> anyhow::Result<Outcome> {
    let now = clock::now();
    let (sealer, warning) = sealer(&wish.certificate(), now)?;
    let mut found = source::read(home, &wish.namespace, now, wish.allow_expired)?;
    // Else a wrong --home would take all secrets out of the repository.
    ensure!(
        !found.secrets.is_empty(),
        "{} holds nothing to seal: name the home folder with --home",
        home.display()
    );
    let mut memory = kept::Memory::open(home)?;
    let mut changes = Vec::new();
    for (dir, is_database) in wish.folders() {
        // By default the database's secret lies with the database.
        let is_here = |name: &str| wish.out.is_some() || (name == names::DATABASE) == is_database;
        let (here, others) = found
            .secrets
            .into_iter()
            .partition(|it| is_here(&it.place.name));
        found.secrets = others;
        if is_database && here.is_empty() && !dir.exists() {
            continue;
        }
        let mut work = folder::Folder {
            dir: &dir,
            scope: wish.scope,
            sealer: &sealer,
            memory: &mut memory,
            all: wish.all,
        };
        let patches = if is_database {
            Vec::new()
        } else {
            found.mounts.patches()
        };
        changes.extend(work.write(&here, &patches)?);
    }
    memory.save(home)?;
    let remarks: Vec<String> = found.remarks.into_iter().chain(warning).collect();
    say(&changes, &remarks, wish.format)?;
    Ok(if remarks.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Found
    })
}

impl Wish {
    fn certificate(&self) -> PathBuf {
        let usual = || PathBuf::from(format!("infra/k8s/clusters/{}/sealing.pem", self.overlay));
        self.cert.clone().unwrap_or_else(usual)
    }

    /// What is written, and whether it is the database's.
    fn folders(&self) -> Vec<(PathBuf, bool)> {
        let of =
            |app: &str| PathBuf::from(format!("{APPS}/{app}/overlays/{}/secrets", self.overlay));
        match &self.out {
            Some(dir) => vec![(dir.clone(), false)],
            None => vec![(of("licensetool"), false), (of("database"), true)],
        }
    }
}

/// The sealing certificate, if it may be used, and a warning if that ends soon.
fn sealer(file: &Path, now: Timestamp) -> anyhow::Result<(Sealer, Option<String>)> {
    let name = file.display();
    let text = std::fs::read(file).with_context(|| {
        format!(
            "the sealing certificate {name} cannot be read: make one with `licensetool sealing-key \
             new`, or name it with --cert"
        )
    })?;
    let certificate = Certificate::parse(&text);
    let certificate = certificate.with_context(|| format!("{name} is no sealing certificate"))?;
    let sealer = certificate.sealer(now).map_err(|error| {
        let way_out = match error {
            CertificateError::Expired(_) => {
                ": nothing is sealed with it; `licensetool sealing-key rotate` makes a new one, or \
                 `kubeseal --fetch-cert` gets the cluster's"
            }
            CertificateError::TooEarly(_) => ": correct this machine's clock, or wait",
            _ => "",
        };
        anyhow::anyhow!("the sealing certificate {name} cannot be used: {error}{way_out}")
    })?;
    let days = certificate.not_after.duration_since(now).as_hours() / 24;
    let warning = (certificate.not_after.duration_since(now) < SOON).then(|| {
        format!(
            "the sealing certificate {name} ends in {days} days: `licensetool sealing-key rotate` \
             makes a new one"
        )
    });
    Ok((sealer, warning))
}

fn say(changes: &[Change], remarks: &[String], format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        let changes: Vec<_> = changes.iter().map(Change::json).collect();
        let said = json!({ "secrets": changes, "warnings": remarks });
        return Ok(output::say(&serde_json::to_string_pretty(&said)?)?);
    }
    let mut lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    lines.extend(remarks.iter().map(|remark| format!("warning: {remark}")));
    Ok(output::say(&lines.join("\n"))?)
}

/// A name that Kubernetes takes for a thing, and that no path hides in.
fn check_name(name: &str) -> anyhow::Result<()> {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    let sound = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= 253
        && name.chars().all(letter);
    if !sound {
        bail!("\"{name}\" is no name for Kubernetes: use a-z, 0-9 and -");
    }
    Ok(())
}

/// A name that Kubernetes takes for an item of a secret, and that no path hides in.
fn check_item(name: &str) -> anyhow::Result<()> {
    let letter = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let sound = !name.is_empty() && name.len() <= 253 && name.chars().all(letter);
    if !sound || name == "." || name.starts_with("..") {
        bail!("\"{name}\" is no name for an item of a secret: use a-z, A-Z, 0-9, -, _ and .");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_kubernetes_takes() {
        for good in ["licensetool-env", "a", "0.b"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "A", "a/b", "-a", "a-", "a_b", "..", "ä"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
        for good in ["tls.crt", ".dockerconfigjson", "SECRET_KEY"] {
            assert!(check_item(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "..data", "a/b", "a b", "ä"] {
            assert!(check_item(bad).is_err(), "{bad}");
        }
    }
}
