//! `licensetool unseal`: opens sealed secrets with a private key that somebody kept, when the
//! cluster that could open them is gone.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use seal::{KeyBundle, Opener, SealedSecret, Secret};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::key::{Passphrase, opened_backup};
use super::names::{HomePlace, home_place};
use super::private_file;
use super::{check_item, check_name};
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

pub(crate) fn unseal(command: &Unseal) -> anyhow::Result<Outcome> {
    let mut keys = Vec::new();
    for file in &command.key {
        keys.extend(openers(file, &command.passphrase)?);
    }
    let (mut secrets, mut shut) = (Vec::new(), Vec::new());
    for file in files(&command.paths)? {
        let name = file.display();
        let text = fs::read_to_string(&file).with_context(|| format!("{name} cannot be read"))?;
        let documents =
            seal::documents(&text).map_err(|error| anyhow::anyhow!("{name}: {error}"))?;
        for document in &documents {
            let sealed = SealedSecret::read(document).with_context(|| name.to_string())?;
            match sealed.open(&keys) {
                Ok(secret) => secrets.push(secret),
                Err((item, error)) => shut.push(format!("{name}: \"{item}\": {error}")),
            }
        }
    }
    // Nothing is written before all names are known to lead nowhere else.
    for secret in &secrets {
        check_name(&secret.place.name)?;
        secret.data.keys().try_for_each(|item| check_item(item))?;
    }
    match (&command.to, &command.to_home) {
        (Some(dir), _) => write(dir, &secrets)?,
        (_, Some(dir)) => write_home(dir, &secrets)?,
        _ => {}
    }
    say(command, &secrets, &shut)?;
    Ok(if shut.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Blind
    })
}

/// The keys of a file, whatever it is.
fn openers(file: &Path, passphrase: &Passphrase) -> anyhow::Result<Vec<Opener>> {
    let name = file.display();
    let bytes = private_file::read(file)?;
    let bytes = bytes.with_context(|| format!("there is no file {name}"))?;
    let bytes = match opened_backup(&bytes, passphrase).with_context(|| name.to_string())? {
        Some(opened) => opened,
        None => bytes,
    };
    if let Ok(opener) = Opener::of_pem(&bytes) {
        return Ok(vec![opener]);
    }
    let text = str::from_utf8(&bytes).with_context(|| format!("{name} is no text"))?;
    let bundle = KeyBundle::parse(text).with_context(|| format!("{name} is no sealing key"))?;
    Ok(bundle.into_openers())
}

/// The files themselves, and those of folders, in order.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let failed = || format!("{} cannot be read", path.display());
        let mut within = Vec::new();
        for entry in fs::read_dir(path).with_context(failed)? {
            within.push(entry.with_context(failed)?.path());
        }
        within.retain(|file| file.to_string_lossy().ends_with(".sealedsecret.yaml"));
        ensure!(
            !within.is_empty(),
            "{} holds no file *.sealedsecret.yaml",
            path.display()
        );
        within.sort();
        files.extend(within);
    }
    Ok(files)
}

fn write(dir: &Path, secrets: &[Secret]) -> anyhow::Result<()> {
    for secret in secrets {
        let folder = dir.join(&secret.place.name);
        private_file::folder(&folder)?;
        for (item, bytes) in &secret.data {
            private_file::write(&folder.join(item), bytes)?;
        }
    }
    Ok(())
}

/// As `licensetool seal` would read it again. A file that is there and differs is left alone.
fn write_home(dir: &Path, secrets: &[Secret]) -> anyhow::Result<()> {
    let mut lines = Zeroizing::new(String::new());
    let mut line_file = None;
    let mut files = Vec::new();
    for secret in secrets {
        let name = &secret.place.name;
        for (item, bytes) in &secret.data {
            match home_place(name, item) {
                Some(HomePlace::File(file)) => files.push((dir.join(file), bytes.clone())),
                Some(HomePlace::Line(file)) => {
                    line_file = Some(file);
                    let value = String::from_utf8_lossy(bytes);
                    lines.push_str(&format!("{item}={}\n", value.as_ref()));
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

fn say(command: &Unseal, secrets: &[Secret], shut: &[String]) -> anyhow::Result<()> {
    for line in shut {
        output::complain(&format!("licensetool: {line}"));
    }
    if command.show {
        for secret in secrets {
            output::pour(format!("---\n{}", secret.manifest().as_str()).as_bytes())?;
        }
        return Ok(output::flush()?);
    }
    if command.format == Format::Json {
        let secret = |it: &Secret| {
            let items: Vec<&String> = it.data.keys().collect();
            json!({ "name": it.place.name, "namespace": it.place.namespace, "items": items })
        };
        let opened: Vec<Value> = secrets.iter().map(secret).collect();
        let said = json!({ "opened": opened, "shut": shut });
        return Ok(output::say(&serde_json::to_string_pretty(&said)?)?);
    }
    let mut lines: Vec<String> = secrets
        .iter()
        .map(|secret| {
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
