//! `licensetool sealing-key`: makes the key that a cluster opens secrets with before there is a
//! cluster, and keeps it encrypted, so that a rebuilt cluster can open what Git holds.

mod passphrase;
mod backup;

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use seal::{Certificate, KeyBundle};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::private_file;
use super::repository;
use crate::columns::Format;
use crate::exit::Outcome;
use crate::{clock, output};

pub(crate) use backup::opened_backup;
pub(crate) use passphrase::Passphrase;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum SealingKeyCommand {
    /// Make a key: its encrypted backup, and the public certificate that seals
    New {
        #[command(flatten)]
        files: Files,
        #[command(flatten)]
        passphrase: Passphrase,
        /// The namespace of the Sealed Secrets controller
        #[arg(long, default_value = "kube-system")]
        namespace: String,
    },
    /// Encrypt the keys of a running cluster, which `kubectl get secret` prints on standard input
    ///
    /// kubectl get secret -n kube-system -o yaml \
    ///   -l sealedsecrets.bitnami.com/sealed-secrets-key | licensetool sealing-key backup …
    #[command(verbatim_doc_comment)]
    Backup {
        #[command(flatten)]
        files: Files,
        #[command(flatten)]
        passphrase: Passphrase,
        /// Take keys that lack the one of the certificate that is there, and replace that
        #[arg(long)]
        replace_cert: bool,
    },
    /// Decrypt a backup, for `kubectl apply -f -`
    Restore {
        /// The backup
        backup: PathBuf,
        /// Write the keys, in plaintext, into this new file instead of to standard output
        #[arg(long)]
        to: Option<PathBuf>,
        #[command(flatten)]
        passphrase: Passphrase,
    },
    /// Add a new key to a backup: it seals from now on, the old ones go on opening
    Rotate {
        #[command(flatten)]
        files: Files,
        #[command(flatten)]
        passphrase: Passphrase,
        /// The namespace of the Sealed Secrets controller
        #[arg(long, default_value = "kube-system")]
        namespace: String,
        /// Take a backup that lacks the key of the certificate that is there, and replace that
        #[arg(long)]
        replace_cert: bool,
    },
    /// What a backup holds, without the keys themselves
    Show {
        /// The backup
        backup: PathBuf,
        #[command(flatten)]
        passphrase: Passphrase,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
}

/// What is written.
#[derive(Debug, clap::Args)]
pub(crate) struct Files {
    /// The backup, encrypted with the passphrase (age): keep it outside of the cluster
    #[arg(long, value_name = "FILE")]
    backup: PathBuf,
    /// The public certificate, which may stand in Git [default: the repository's for the overlay
    /// dev, infra/k8s/clusters/dev/sealing.pem]
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
}

/// What is written, wherever this was started.
struct Places {
    backup: PathBuf,
    cert: PathBuf,
}

/// Works below the top of the repository.
pub(crate) fn sealing_key(command: &SealingKeyCommand, top: &Path) -> anyhow::Result<Outcome> {
    match command {
        SealingKeyCommand::New {
            files,
            passphrase,
            namespace,
        } => {
            let places = files.places(top)?;
            places.must_be_new()?;
            let passphrase = passphrase.new_one()?;
            let mut bundle = KeyBundle::default();
            bundle.add_new(namespace, clock::now());
            places.write(&bundle, &passphrase)?;
            places.say("made", &bundle, None)
        }
        SealingKeyCommand::Backup {
            files,
            passphrase,
            replace_cert,
        } => backup(&files.places(top)?, passphrase, *replace_cert),
        SealingKeyCommand::Restore {
            backup,
            to,
            passphrase,
        } => restore(backup, to.as_deref(), passphrase),
        SealingKeyCommand::Rotate {
            files,
            passphrase,
            namespace,
            replace_cert,
        } => {
            let places = files.places(top)?;
            let known = passphrase.known()?;
            let mut bundle = read(&places.backup, &known)?;
            let name = places.backup.display().to_string();
            let before = places.before(&name, &bundle, *replace_cert)?;
            bundle.add_new(namespace, clock::now());
            places.write(&bundle, &known)?;
            places.say("made", &bundle, before.as_deref())?;
            output::say(
                "next: `licensetool sealing-key restore … | kubectl apply -f -`, restart the \
                 controller, then `licensetool seal`, which seals everything with the new key",
            )?;
            Ok(Outcome::Fine)
        }
        SealingKeyCommand::Show {
            backup,
            passphrase,
            format,
        } => show(&read(backup, &passphrase.known()?)?, *format),
    }
}

impl Files {
    /// # Errors
    /// If the certificate's folder is not there: a new one would lie where nobody looks for it. If
    /// the backup lies in the repository: who reads that could try passphrases for ever.
    fn places(&self, top: &Path) -> anyhow::Result<Places> {
        let cert = match &self.cert {
            Some(cert) => cert.clone(),
            None => super::certificate_of(top, "dev"),
        };
        let folder = private_file::parent(&cert);
        ensure!(
            folder.is_dir(),
            "there is no folder {}: run this in the repository, or name the certificate's file \
             with --cert",
            folder.display()
        );
        ensure!(
            repository::place_within(top, &self.backup).is_none(),
            "the backup {} lies in the repository: keep it outside, where neither a commit nor a \
             `git clean` takes it; move it if it is there, and name that place with --backup",
            self.backup.display()
        );
        Ok(Places {
            backup: self.backup.clone(),
            cert,
        })
    }
}

impl Places {
    fn must_be_new(&self) -> anyhow::Result<()> {
        for file in [&self.backup, &self.cert] {
            ensure!(
                !file.exists(),
                "{} is there already: what was sealed with its key would be lost; `licensetool \
                 sealing-key rotate` makes another key beside it",
                file.display()
            );
        }
        Ok(())
    }

    /// The certificate's fingerprint, if there is one that is to be replaced.
    ///
    /// # Errors
    /// If its key is not among those of `source`, and nobody said that this is meant.
    fn before(
        &self,
        source: &str,
        bundle: &KeyBundle,
        replace: bool,
    ) -> anyhow::Result<Option<String>> {
        let name = self.cert.display();
        let Some(bytes) = private_file::read(&self.cert)? else {
            return Ok(None);
        };
        let Ok(present) = Certificate::parse(&bytes) else {
            ensure!(
                replace,
                "{name} is there and is no sealing certificate: name another file with --cert, or \
                 let it be replaced with --replace-cert"
            );
            return Ok(None);
        };
        let keys = bundle.keys().iter().map(|kept| &kept.key.certificate);
        let known: Vec<String> = keys.map(|it| short(&it.fingerprint())).collect();
        let present = short(&present.fingerprint());
        ensure!(
            replace || known.contains(&present),
            "{source} lacks the key of {name}, whose SHA-256 begins with {present}: it has {}. \
             What was sealed with that certificate would be lost with the cluster. Give the keys \
             of its cluster, name another file with --cert, or take these with --replace-cert",
            known.join(", ")
        );
        Ok(Some(present))
    }

    /// The backup first: a certificate whose key is lost would be worse than none. Neither before
    /// both can be written.
    fn write(&self, bundle: &KeyBundle, passphrase: &Zeroizing<String>) -> anyhow::Result<()> {
        let sealing = bundle.sealing().context(
            "none of the keys is active: give one the label \
             sealedsecrets.bitnami.com/sealed-secrets-key=active",
        )?;
        let encrypted = backup::encrypt(&bundle.manifest(), passphrase)?;
        let public = sealing.certificate.pem();
        let cert = private_file::prepare_public(&self.cert, public.as_bytes())?;
        private_file::write(&self.backup, &encrypted)?;
        cert.put()
    }

    /// Says what was done; `before` is what the certificate was, if it was there.
    fn say(&self, word: &str, bundle: &KeyBundle, before: Option<&str>) -> anyhow::Result<Outcome> {
        let keys = bundle.keys().len();
        let sealing = bundle.sealing().map(|key| &key.certificate);
        let ends = sealing.map(day).unwrap_or_default();
        let now = sealing.map(|it| short(&it.fingerprint()));
        let now = now.unwrap_or_default();
        let change = match before {
            Some(before) if before != now => format!(", before {before}"),
            _ => String::new(),
        };
        output::say(&format!(
            "{word}: the key that seals, until {ends}\n\
             backup: {} ({keys} in it; keep it, and its passphrase elsewhere: without them a \
             rebuilt cluster opens nothing)\n\
             certificate: {} (public: commit it; its SHA-256 begins with {now}{change})",
            self.backup.display(),
            self.cert.display()
        ))?;
        Ok(Outcome::Fine)
    }
}

/// As much of a fingerprint as people compare.
fn short(fingerprint: &str) -> String {
    fingerprint.chars().take(16).collect()
}

/// Keeps the keys that come on standard input.
fn backup(places: &Places, passphrase: &Passphrase, replace: bool) -> anyhow::Result<Outcome> {
    ensure!(
        !places.backup.exists(),
        "{} is there already: name a new file, and delete the old one when `licensetool \
         sealing-key show` opens the new one",
        places.backup.display()
    );
    let bundle = from_standard_input()?;
    let before = places.before("standard input", &bundle, replace)?;
    places.write(&bundle, &passphrase.new_one()?)?;
    places.say("kept", &bundle, before.as_deref())
}

fn day(certificate: &Certificate) -> String {
    certificate.not_after.strftime("%Y-%m-%d").to_string()
}

fn from_standard_input() -> anyhow::Result<KeyBundle> {
    let mut input = std::io::stdin();
    ensure!(
        !input.is_terminal(),
        "the keys come on standard input: kubectl get secret -n kube-system -o yaml \
         -l sealedsecrets.bitnami.com/sealed-secrets-key | licensetool sealing-key backup …"
    );
    let mut text = Zeroizing::new(String::new());
    input
        .read_to_string(&mut text)
        .context("standard input cannot be read")?;
    KeyBundle::parse(&text).context("standard input is no sealing key")
}

fn read(file: &Path, passphrase: &Zeroizing<String>) -> anyhow::Result<KeyBundle> {
    let name = file.display();
    let bytes = private_file::read(file)?;
    let bytes = bytes.with_context(|| format!("there is no backup {name}"))?;
    let text = backup::decrypt(&bytes, passphrase).with_context(|| name.to_string())?;
    KeyBundle::parse(&text).with_context(|| format!("{name} holds no sealing key"))
}

fn restore(backup: &Path, to: Option<&Path>, passphrase: &Passphrase) -> anyhow::Result<Outcome> {
    if let Some(file) = to.filter(|file| file.exists()) {
        bail!("{} is there already: name a new file", file.display());
    }
    ensure!(
        to.is_some() || !output::is_shown(),
        "private keys are not shown on a terminal: add `| kubectl apply -f -`, or --to FILE"
    );
    let bundle = read(backup, &passphrase.known()?)?;
    match to {
        Some(file) => {
            private_file::write(file, bundle.manifest().as_bytes())?;
            output::say(&format!(
                "{} holds the private keys in plaintext: delete it when the cluster has them",
                file.display()
            ))?;
        }
        None => {
            output::pour(bundle.manifest().as_bytes())?;
            output::flush()?;
        }
    }
    Ok(Outcome::Fine)
}

fn show(bundle: &KeyBundle, format: Format) -> anyhow::Result<Outcome> {
    let rows = bundle.keys().iter().map(|kept| {
        let certificate = &kept.key.certificate;
        let fingerprint = certificate.fingerprint();
        (kept, certificate, fingerprint)
    });
    if format == Format::Json {
        let keys = rows.map(|(kept, certificate, fingerprint)| {
            json!({
                "name": kept.place.name,
                "namespace": kept.place.namespace,
                "active": kept.is_active,
                "not_before": certificate.not_before.to_string(),
                "not_after": certificate.not_after.to_string(),
                "fingerprint": fingerprint,
            })
        });
        let keys: Vec<Value> = keys.collect();
        output::say(&serde_json::to_string_pretty(&json!({ "keys": keys }))?)?;
        return Ok(Outcome::Fine);
    }
    let lines = rows.map(|(kept, certificate, fingerprint)| {
        [
            kept.place.name.clone(),
            kept.place.namespace.clone(),
            if kept.is_active { "active" } else { "retired" }.to_owned(),
            certificate.not_before.strftime("%Y-%m-%d").to_string(),
            day(certificate),
            short(&fingerprint),
        ]
    });
    let head = [
        "Key",
        "Namespace",
        "State",
        "Begins",
        "Ends",
        "SHA-256 begins",
    ];
    output::say(&crate::columns::columns(head, lines, &[]))?;
    Ok(Outcome::Fine)
}
