//! `licensetool unseal`: opens sealed secrets with a private key that somebody kept, when the
//! cluster that could open them is gone.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use seal::{KeyBundle, OpenError, Opener, SealedSecret, Secret, sealed_bytes};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::folder::SUFFIX;
use super::kept::{Made, Memory};
use super::key::{Passphrase, opened_backup};
use super::names::{HomePlace, home_place};
use super::private_file;
use super::source;
use super::{check_item, check_name, is_outside};
use crate::columns::Format;
use crate::exit::Outcome;
use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Unseal {
    /// A private key: PEM, a Secret of the controller's, or a backup (.age); may be repeated
    #[arg(long, required = true)]
    key: Vec<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Write each item into a folder of its secret's name below this one, for its owner alone
    #[arg(long, value_name = "DIR", conflicts_with = "to_home")]
    to: Option<PathBuf>,
    /// Write each item to where it lay in the home folder, into this new one
    #[arg(long, value_name = "DIR")]
    to_home: Option<PathBuf>,
    /// Print the secrets, in plaintext, as manifests
    #[arg(long, conflicts_with_all = ["to", "to_home", "format"])]
    show: bool,
    /// Files, or folders of files `*.sealedsecret.yaml`
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// A sealed secret and what it holds.
struct Opened {
    sealed: SealedSecret,
    secret: Secret,
}

/// All that may open.
#[derive(Default)]
struct Keys {
    openers: Vec<Opener>,
    /// The fingerprint of each one's certificate, if that is known.
    certificates: Vec<Option<String>>,
}

/// In the repository whose top is given, nothing is written that a commit would take.
pub(crate) fn unseal(command: &Unseal, top: &Path) -> anyhow::Result<Outcome> {
    let target = command.to.as_deref().or(command.to_home.as_deref());
    target.map_or(Ok(()), |dir| is_outside(dir, top))?;
    let mut keys = Keys::default();
    for file in &command.key {
        keys.add(file, &command.passphrase)?;
    }
    let (mut opened, mut shut, mut is_locked) = (Vec::new(), Vec::new(), false);
    for file in files(&command.paths)? {
        let name = file.display();
        for sealed in read(&file)? {
            match sealed.open(&keys.openers) {
                Ok(secret) => opened.push(Opened { sealed, secret }),
                Err((item, error)) => {
                    is_locked |= error == OpenError::Shut;
                    shut.push(format!("{name}: \"{item}\": {error}"));
                }
            }
        }
    }
    // Nothing is written before all names are known to lead nowhere else.
    for Opened { secret, .. } in &opened {
        check_name(&secret.place.name)?;
        secret.data.keys().try_for_each(|item| check_item(item))?;
    }
    if command.to.is_some() || command.to_home.is_some() {
        each_once(&opened)?;
    }
    match (&command.to, &command.to_home) {
        (Some(dir), _) => write(dir, &opened)?,
        (_, Some(dir)) => {
            write_home(dir, &opened)?;
            keys.remember(dir, &opened)?;
        }
        _ => {}
    }
    say(command, &opened, &shut)?;
    if is_locked {
        output::complain(
            "licensetool: with which key it was sealed: compare `licensetool sealing-key show \
             BACKUP` with `openssl x509 -noout -sha256 -fingerprint -in \
             infra/k8s/clusters/OVERLAY/sealing.pem`, and give the backup that has it with --key",
        );
    }
    Ok(if shut.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Blind
    })
}

/// The sealed secrets of a file.
fn read(file: &Path) -> anyhow::Result<Vec<SealedSecret>> {
    let name = file.display();
    let bytes = private_file::read(file)?;
    let bytes = bytes.with_context(|| {
        format!("there is no file {name}: name a file *{SUFFIX}, or a folder that holds some")
    })?;
    let documents = seal::documents(&String::from_utf8_lossy(&bytes));
    let documents = documents.map_err(|error| {
        anyhow::anyhow!(
            "{name} is no YAML: {error}; if a merge left its marks, take one side of it"
        )
    })?;
    let read = documents.iter().map(SealedSecret::read);
    let read: Result<Vec<_>, _> = read.collect();
    read.with_context(|| name.to_string())
}

/// # Errors
/// If two have the same name: the second would take the place of the first.
fn each_once(opened: &[Opened]) -> anyhow::Result<()> {
    let mut names = BTreeSet::new();
    for Opened { secret, .. } in opened {
        let name = secret.place.name.as_str();
        ensure!(
            names.insert(name),
            "two of the sealed secrets are called {name}: name the folders of one overlay"
        );
    }
    Ok(())
}

impl Keys {
    /// The keys of a file, whatever it is.
    fn add(&mut self, file: &Path, passphrase: &Passphrase) -> anyhow::Result<()> {
        let name = file.display();
        let bytes = private_file::read(file)?;
        let bytes =
            bytes.with_context(|| format!("there is no file {name}: correct the path of --key"))?;
        let bytes = match opened_backup(&bytes, passphrase).with_context(|| name.to_string())? {
            Some(opened) => opened,
            None => bytes,
        };
        if let Ok(opener) = Opener::of_pem(&bytes) {
            self.openers.push(opener);
            self.certificates.push(None);
            return Ok(());
        }
        let text = str::from_utf8(&bytes).with_context(|| format!("{name} is no text"))?;
        let bundle = KeyBundle::parse(text).with_context(|| format!("{name} is no sealing key"))?;
        let certificates = bundle.keys().iter().map(|kept| &kept.key.certificate);
        let certificates = certificates.map(|certificate| Some(certificate.fingerprint()));
        self.certificates.extend(certificates);
        self.openers.extend(bundle.into_openers());
        Ok(())
    }

    /// So that the next `licensetool seal` from this home folder knows what it finds in Git.
    fn remember(&self, home: &Path, opened: &[Opened]) -> anyhow::Result<()> {
        if self.certificates.iter().all(Option::is_none) {
            return Ok(());
        }
        let mut memory = Memory::open(home)?;
        for Opened { sealed, secret } in opened {
            let label = sealed.label();
            for (item, plaintext) in &secret.data {
                let value = &sealed.values[item];
                if let Some(certificate) = self.certificate_of(value, &label) {
                    let made = Made {
                        certificate,
                        label: &label,
                        item,
                        plaintext,
                    };
                    memory.remember(value, &made);
                }
            }
        }
        memory.save(home)
    }

    /// With which certificate a value was sealed.
    fn certificate_of(&self, value: &str, label: &[u8]) -> Option<&str> {
        let bytes = sealed_bytes(value)?;
        let mut keys = self.openers.iter().zip(&self.certificates);
        let found = keys.find(|(opener, _)| seal::open(&bytes, label, [*opener]).is_ok());
        found?.1.as_deref()
    }
}

/// The files themselves, and those of folders, in order.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let within = sealed_within(path)?;
        if within.is_empty() {
            let below = folders_below(path)?;
            let name = path.display();
            ensure!(
                !below.is_empty(),
                "{name} holds no file *{SUFFIX}, and no folder in it does"
            );
            bail!(
                "{name} holds no file *{SUFFIX} itself: name the folders below it that are meant, \
                 of one overlay: {}",
                below.join(" ")
            );
        }
        files.extend(within);
    }
    Ok(files)
}

/// The sealed secrets that lie in a folder itself.
fn sealed_within(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut within = entries(folder)?;
    within.retain(|file| file.to_string_lossy().ends_with(SUFFIX));
    Ok(within)
}

/// The folders below one that hold sealed secrets. Hidden ones are Git's, and of others.
fn folders_below(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !sealed_within(&folder)?.is_empty() {
            found.push(folder.display().to_string());
        }
        let is_hidden = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default();
            name.to_string_lossy().starts_with('.')
        };
        let below = entries(&folder)?.into_iter();
        // A link may lead around in a circle.
        let below = below.filter(|path| path.is_dir() && !path.is_symlink() && !is_hidden(path));
        folders.extend(below);
    }
    found.sort();
    Ok(found)
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let failed = || format!("{} cannot be read", folder.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).with_context(failed)? {
        entries.push(entry.with_context(failed)?.path());
    }
    entries.sort();
    Ok(entries)
}

fn write(dir: &Path, opened: &[Opened]) -> anyhow::Result<()> {
    for Opened { secret, .. } in opened {
        let folder = dir.join(&secret.place.name);
        private_file::folder(&folder)?;
        for (item, bytes) in &secret.data {
            private_file::write(&folder.join(item), bytes)?;
        }
    }
    Ok(())
}

/// As `licensetool seal` would read it again. A file that is there and differs is left alone.
fn write_home(dir: &Path, opened: &[Opened]) -> anyhow::Result<()> {
    let mut lines = Zeroizing::new(String::new());
    let mut line_file = None;
    let mut files = Vec::new();
    for Opened { secret, .. } in opened {
        let name = &secret.place.name;
        for (item, bytes) in &secret.data {
            match home_place(name, item) {
                Some(HomePlace::File(file)) => files.push((dir.join(file), bytes.clone())),
                Some(HomePlace::Line(file)) => {
                    line_file = Some(file);
                    let value = String::from_utf8_lossy(bytes);
                    lines.push_str(&source::line(item, &value));
                }
                None => bail!("{name} has no place in a home folder: use --to"),
            }
        }
    }
    if let Some(file) = line_file {
        files.push((dir.join(file), Zeroizing::new(lines.as_bytes().to_vec())));
    }
    for (file, bytes) in &files {
        let there = private_file::read(file)?;
        ensure!(
            there.is_none_or(|there| there == *bytes),
            "{} is there already, and differs: name a new folder",
            file.display()
        );
    }
    for (file, bytes) in files {
        private_file::folder(file.parent().unwrap_or(dir))?;
        private_file::write(&file, &bytes)?;
    }
    Ok(())
}

fn say(command: &Unseal, opened: &[Opened], shut: &[String]) -> anyhow::Result<()> {
    for line in shut {
        output::complain(&format!("licensetool: {line}"));
    }
    if command.show {
        for Opened { secret, .. } in opened {
            output::pour(format!("---\n{}", secret.manifest().as_str()).as_bytes())?;
        }
        return Ok(output::flush()?);
    }
    if command.format == Format::Json {
        let secret = |Opened { secret: it, .. }: &Opened| {
            let items: Vec<&String> = it.data.keys().collect();
            json!({ "name": it.place.name, "namespace": it.place.namespace, "items": items })
        };
        let opened: Vec<Value> = opened.iter().map(secret).collect();
        let said = json!({ "opened": opened, "shut": shut });
        return Ok(output::say(&serde_json::to_string_pretty(&said)?)?);
    }
    let mut lines: Vec<String> = opened
        .iter()
        .map(|Opened { secret, .. }| {
            let items: Vec<&str> = secret.data.keys().map(String::as_str).collect();
            format!("opened    {} ({})", secret.place.name, items.join(", "))
        })
        .collect();
    match command.to.as_ref().or(command.to_home.as_ref()) {
        Some(dir) => lines.push(format!("written   {}", dir.display())),
        None => lines.push("--to DIR or --to-home DIR writes them, --show prints them".to_owned()),
    }
    Ok(output::say(&lines.join("\n"))?)
}
