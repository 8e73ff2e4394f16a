//! `licensetool seal`, `unseal` and `sealing-key`: the home folder's secrets as files that Git may
//! hold, and the way back.

mod private_file;
mod names;
mod source;
mod kept;
mod mounts;
mod restart;
mod change;
mod folder;
mod parts;
mod adding;
mod deploy_key;
mod way_in;
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
use crate::{clock, cluster, output};

pub(crate) use folder::SUFFIX as SEALED_SUFFIX;
pub(crate) use key::{Passphrase, SealingKeyCommand, opened_backup, sealing_key};
pub(crate) use unseal::{Unseal, unseal};

use adding::{Registry, Tls};
use change::Change;
use parts::Part;
use way_in::WayIn;

/// The secret by which Argo CD reads a private repository.
pub(crate) const REPOSITORY_SECRET: &str = names::REPOSITORY.0;

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
    /// By what Argo CD reads this repository if it is private, put into home's repository/ for the
    /// next `seal`
    Repository(WayIn),
}

#[derive(Debug, clap::Args)]
struct Wish {
    /// For which overlay: its folder `secrets` is written, its cluster's sealing.pem seals
    #[arg(long, default_value = "dev")]
    overlay: String,
    /// The folder to write instead [default: the repository's
    /// infra/k8s/apps/licensetool/overlays/OVERLAY/secrets]
    #[arg(long)]
    out: Option<PathBuf>,
    /// The sealing certificate [default: the repository's
    /// infra/k8s/clusters/OVERLAY/sealing.pem]
    #[arg(long)]
    cert: Option<PathBuf>,
    /// The namespace that the secrets belong to; the database's is licensetool-database, and that
    /// of the way into the repository is argocd
    #[arg(long, default_value = "licensetool")]
    namespace: String,
    /// Where the sealed values may be opened
    #[arg(long, value_parser = scope, default_value = "strict")]
    scope: Scope,
    /// Seal everything anew, not only what has changed
    #[arg(long)]
    all: bool,
    /// Let go, too, what was sealed from another home folder and this one lacks
    #[arg(long)]
    remove_others: bool,
    /// Seal profiles whose certificate has ended, too
    #[arg(long)]
    allow_expired: bool,
    /// Change nothing; look whether everything is sealed that should be, and nothing lies bare
    #[arg(long, conflicts_with_all = ["out", "cert", "all", "remove_others", "allow_expired"])]
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

/// Seals into the repository whose top is given.
pub(crate) fn seal(home: &Path, command: Seal, top: &Path) -> anyhow::Result<Outcome> {
    if command.source.is_some() {
        is_outside(home, top)?;
    }
    match (command.source, command.wish) {
        (Some(Source::Tls(wish)), _) => adding::tls(home, &wish, clock::now()),
        (Some(Source::Regcred(wish)), _) => adding::regcred(home, &wish),
        (Some(Source::Repository(wish)), _) => {
            let infra = top.join("infra").join("k8s");
            ensure!(
                infra.is_dir(),
                "there is no folder {}: run this in the repository",
                infra.display()
            );
            way_in::way_in(home, &wish, &address(top)?)
        }
        (None, wish) if wish.check => {
            let path = wish.path.as_deref().unwrap_or(Path::new("."));
            check::check(path, &wish.namespace, wish.scope, wish.format)
        }
        (None, wish) => seal_home(home, &wish, top),
    }
}

/// # Errors
/// If a commit would take what is put into this folder.
fn is_outside(folder: &Path, top: &Path) -> anyhow::Result<()> {
    let Some(place) = repository::place_within(top, folder) else {
        return Ok(());
    };
    // As a folder, whether it is there or not: that some files are ignored protects no others.
    ensure!(
        repository::is_ignored(top, &place.join(""))?,
        "the folder {} lies in the repository, and a commit would take the secrets that are put \
         there: name one outside of it, or let Git ignore this one as a whole",
        folder.display()
    );
    Ok(())
}

/// Seals what has changed in the home folder.
fn seal_home(home: &Path, wish: &Wish, top: &Path) -> anyhow::Result<Outcome> {
    let now = clock::now();
    wish.must_have_overlay(top)?;
    let (sealer, warning) = sealer(&wish.certificate(top), now)?;
    let address = address(top).ok();
    let namespace = &wish.namespace;
    let found = source::read(home, namespace, address.as_deref(), now, wish.allow_expired)?;
    // Else a wrong --home would take all secrets out of the repository.
    ensure!(
        !found.secrets.is_empty(),
        "{} holds nothing to seal: name the home folder with --home",
        home.display()
    );
    let mut remarks: Vec<String> = found.remarks.into_iter().chain(warning).collect();
    let parts = wish.parts(top, found.secrets, &mut remarks);
    let mut memory = kept::Memory::open(home)?;
    if !wish.remove_others {
        nothing_is_lost(home, &parts, &memory)?;
    }
    let mut changes = Vec::new();
    for part in &parts {
        let mut work = folder::Folder {
            dir: &part.dir,
            scope: wish.scope,
            sealer: &sealer,
            memory: &mut memory,
            all: wish.all,
        };
        let patches = match part.has_mounts {
            true => found.mounts.patches(),
            false => Vec::new(),
        };
        changes.extend(work.write(&part.secrets, patches, part.restart.as_ref())?);
    }
    memory.save(home)?;
    remarks.extend(changes.iter().flat_map(Change::warnings));
    say(&changes, &remarks, wish.format)?;
    Ok(if remarks.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Found
    })
}

/// # Errors
/// If this home folder lacks what another one had, which is then told.
fn nothing_is_lost(home: &Path, parts: &[Part], memory: &kept::Memory) -> anyhow::Result<()> {
    let mut lost = Vec::new();
    for part in parts {
        lost.extend(folder::lost(&part.dir, &part.secrets, memory)?);
    }
    let broken: Vec<String> = parts
        .iter()
        .map(|part| folder::broken(&part.dir, &part.secrets))
        .collect::<anyhow::Result<Vec<_>>>()?
        .concat();
    ensure!(
        broken.is_empty(),
        "nothing is sealed: what these hold cannot be read, perhaps after a merge, and it would \
         go:\n  {}\nTake one side of each first (`git checkout --ours` or `--theirs`), and seal \
         again; with --remove-others they are written anew from this home folder",
        broken.join("\n  ")
    );
    ensure!(
        lost.is_empty(),
        "nothing is sealed: {} lacks what was sealed from another home folder, and it would go:\n  \
         {}\nName the right home folder with --home, or put what is missing into this one; with \
         --remove-others it goes",
        home.display(),
        lost.join("\n  ")
    );
    Ok(())
}

/// Under which address Argo CD reads this repository.
fn address(top: &Path) -> anyhow::Result<String> {
    cluster::repository_address(&top.join("infra").join("k8s"))
}

/// Where a cluster's certificate lies, below the top of the repository.
fn certificate_of(top: &Path, overlay: &str) -> PathBuf {
    top.join(format!("infra/k8s/clusters/{overlay}/sealing.pem"))
}

impl Wish {
    fn certificate(&self, top: &Path) -> PathBuf {
        let usual = || certificate_of(top, &self.overlay);
        self.cert.clone().unwrap_or_else(usual)
    }

    /// The folder of an app's overlay.
    fn overlay_of(&self, top: &Path, app: &str) -> PathBuf {
        top.join(format!("{APPS}/{app}/overlays/{}", self.overlay))
    }

    /// Nobody applies what lies in a folder of our own making.
    fn must_have_overlay(&self, top: &Path) -> anyhow::Result<()> {
        let overlay = self.overlay_of(top, "licensetool");
        if self.out.is_some() || overlay.is_dir() {
            return Ok(());
        }
        let folder = private_file::parent(&overlay);
        let Ok(entries) = std::fs::read_dir(folder) else {
            bail!(
                "there is no folder {}: run this in the repository, or name the folder with --out \
                 and the certificate with --cert",
                folder.display()
            );
        };
        let entries = entries.flatten().filter(|entry| entry.path().is_dir());
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        bail!(
            "there is no overlay \"{}\": {} has {}",
            self.overlay,
            folder.display(),
            names.join(", ")
        )
    }
}

/// The sealing certificate, if it may be used, and a warning if that ends soon.
fn sealer(file: &Path, now: Timestamp) -> anyhow::Result<(Sealer, Option<String>)> {
    let name = file.display();
    let text = std::fs::read(file).with_context(|| unreadable(file))?;
    let certificate = Certificate::parse(&text);
    let certificate = certificate.with_context(|| format!("{name} is no sealing certificate"))?;
    let sealer = certificate.sealer(now).map_err(|error| {
        let way_out = match error {
            CertificateError::Expired(_) => {
                format!(
                    ": nothing is sealed with it; {} makes a new one, or `kubeseal --fetch-cert` \
                     gets the cluster's",
                    key_command("rotate", file)
                )
            }
            CertificateError::TooEarly(_) => ": correct this machine's clock, or wait".to_owned(),
            _ => String::new(),
        };
        anyhow::anyhow!("the sealing certificate {name} cannot be used: {error}{way_out}")
    })?;
    let days = certificate.not_after.duration_since(now).as_hours() / 24;
    let warning = (certificate.not_after.duration_since(now) < SOON).then(|| {
        format!(
            "the sealing certificate {name} ends in {days} days: {} makes a new one",
            key_command("rotate", file)
        )
    });
    Ok((sealer, warning))
}

fn unreadable(file: &Path) -> String {
    let name = file.display();
    let folder = private_file::parent(file);
    if !folder.is_dir() {
        return format!(
            "the sealing certificate {name} cannot be read: {} is no cluster's folder; name the \
             certificate of the cluster with --cert",
            folder.display()
        );
    }
    format!(
        "the sealing certificate {name} cannot be read: {} makes one, or name the cluster's with \
         --cert",
        key_command("new", file)
    )
}

/// What somebody types to get a certificate into that file.
pub(crate) fn key_command(verb: &str, cert: &Path) -> String {
    let cert = cert.display();
    format!("`licensetool sealing-key {verb} --backup FILE --cert {cert}`")
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
