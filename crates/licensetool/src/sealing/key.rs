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
    /// The public certificate, which may stand in Git [default: that of the overlay dev]
    #[arg(
        long,
        value_name = "FILE",
        default_value = "infra/k8s/clusters/dev/sealing.pem"
    )]
    cert: PathBuf,
}

pub(crate) fn sealing_key(command: &SealingKeyCommand) -> anyhow::Result<Outcome> {
    match command {
        SealingKeyCommand::New {
            files,
            passphrase,
            namespace,
        } => {
            files.must_be_new()?;
            let passphrase = passphrase.new_one()?;
            let mut bundle = KeyBundle::default();
            bundle.add_new(namespace, clock::now());
            files.write(&bundle, &passphrase)?;
            files.say("made", &bundle)
        }
        SealingKeyCommand::Backup { files, passphrase } => {
            ensure!(
                !files.backup.exists(),
                "{} is there already: name a new file",
                files.backup.display()
            );
            let bundle = from_standard_input()?;
            files.write(&bundle, &passphrase.new_one()?)?;
            files.say("kept", &bundle)
        }
        SealingKeyCommand::Restore {
            backup,
            to,
            passphrase,
        } => restore(backup, to.as_deref(), passphrase),
        SealingKeyCommand::Rotate {
            files,
            passphrase,
            namespace,
        } => {
            let known = passphrase.known()?;
            let mut bundle = read(&files.backup, &known)?;
            bundle.add_new(namespace, clock::now());
            files.write(&bundle, &known)?;
            files.say("made", &bundle)?;
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

    /// The backup first: a certificate whose key is lost would be worse than none.
    fn write(&self, bundle: &KeyBundle, passphrase: &Zeroizing<String>) -> anyhow::Result<()> {
        let sealing = bundle.sealing().context(
            "none of the keys is active: give one the label \
             sealedsecrets.bitnami.com/sealed-secrets-key=active",
        )?;
        let encrypted = backup::encrypt(&bundle.manifest(), passphrase)?;
        private_file::write(&self.backup, &encrypted)?;
        if let Some(folder) = self.cert.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        }
        private_file::write_public(&self.cert, sealing.certificate.pem().as_bytes())
    }

    fn say(&self, word: &str, bundle: &KeyBundle) -> anyhow::Result<Outcome> {
        let keys = bundle.keys().len();
        let ends = bundle
            .sealing()
            .map(|key| day(&key.certificate))
            .unwrap_or_default();
        output::say(&format!(
            "{word}: the key that seals, until {ends}\n\
             backup: {} ({keys} in it; keep it, and its passphrase elsewhere: without them a \
             rebuilt cluster opens nothing)\n\
             certificate: {} (public: commit it)",
            self.backup.display(),
            self.cert.display()
        ))?;
        Ok(Outcome::Fine)
    }
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
            fingerprint[..16].to_owned(),
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
