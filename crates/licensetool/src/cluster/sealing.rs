//! The sealing key as the cluster takes it: the one place where a backup becomes a Secret.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, ensure};
use seal::{KeyBundle, SealedSecret};
use zeroize::Zeroizing;

use super::line::{Line, Manifest};
use crate::sealing::{Passphrase, opened_backup};

/// The label by whose value the controller knows its keys.
const LABEL: &str = "sealedsecrets.bitnami.com/sealed-secrets-key";
/// Longest backup or manifest, in bytes: a key has some thousand.
const MOST: u64 = 1024 * 1024;

/// A key that was read, as the Secret that `kubectl apply -f -` takes.
pub(super) struct SealingKey {
    /// The backup or the manifest; `-` is standard input.
    file: PathBuf,
    is_backup: bool,
    manifest: Zeroizing<String>,
}

/// By what Argo CD reads a private repository.
pub(super) struct WayIn {
    pub(super) address: String,
    pub(super) manifest: Manifest,
}

impl SealingKey {
    /// Read before a cluster is made: what is wrong with it is better said then.
    pub(super) fn read(file: &Path, passphrase: &Passphrase) -> anyhow::Result<Self> {
        let name = file.display();
        let bytes = match file.as_os_str() == "-" {
            true => bytes(std::io::stdin().lock()).context("standard input cannot be read")?,
            false => {
                let opened = File::open(file).and_then(bytes);
                opened.with_context(|| {
                    format!(
                        "the sealing key {name} cannot be read: name the file of its backup, \
                         which `licensetool sealing-key new` wrote"
                    )
                })?
            }
        };
        let opened = opened_backup(&bytes, passphrase).with_context(|| name.to_string())?;
        let (is_backup, bytes) = (opened.is_some(), opened.unwrap_or(bytes));
        Ok(Self {
            file: file.to_owned(),
            is_backup,
            manifest: checked(&name.to_string(), &bytes)?,
        })
    }

    /// The secret of the controller.
    pub(super) fn manifest(&self) -> Manifest {
        let file = self.name();
        let from = match self.is_backup || self.is_from_stdin() {
            true => Line::new("licensetool", ["sealing-key", "restore", &file]),
            false => Line::new("cat", [file.as_str()]),
        };
        Manifest {
            text: self.manifest.clone(),
            from: Box::new(from),
        }
    }

    /// The way into a repository, opened.
    ///
    /// # Errors
    /// If this key does not open it.
    pub(super) fn opened(&self, sealed: &Path) -> anyhow::Result<WayIn> {
        let name = sealed.display().to_string();
        let text = fs::read_to_string(sealed);
        let text = text.with_context(|| format!("{name} cannot be read"))?;
        let documents = seal::documents(&text).map_err(|error| anyhow!("{name}: {error}"))?;
        let document = documents
            .first()
            .with_context(|| format!("{name} is empty"))?;
        let secret = SealedSecret::read(document).with_context(|| name.clone())?;
        let keys = KeyBundle::parse(&self.manifest).with_context(|| self.name())?;
        let opened = secret.open(&keys.into_openers()).map_err(|(item, error)| {
            anyhow!(
                "{name}: \"{item}\": {error}: give the backup of the key that sealed it, or seal \
                 it again with `licensetool seal`"
            )
        })?;
        let address = opened.data.get("url").map(|url| url.as_slice());
        let from = ["unseal", "--key", &self.name(), "--show", &name];
        Ok(WayIn {
            address: String::from_utf8_lossy(address.unwrap_or_default()).into_owned(),
            manifest: Manifest {
                text: opened.manifest(),
                from: Box::new(Line::new("licensetool", from)),
            },
        })
    }

    /// As a person names it. What came from standard input is gone.
    fn name(&self) -> String {
        match self.is_from_stdin() {
            true => "BACKUP".to_owned(),
            false => self.file.to_string_lossy().into_owned(),
        }
    }

    fn is_from_stdin(&self) -> bool {
        self.file.as_os_str() == "-"
    }
}

fn bytes(from: impl Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 * 1024));
    from.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn checked(name: &str, bytes: &[u8]) -> anyhow::Result<Zeroizing<String>> {
    let text = str::from_utf8(bytes).with_context(|| format!("{name} is no text"))?;
    ensure!(
        text.contains(LABEL) && text.contains("kubernetes.io/tls"),
        "{name} is no sealing key: it wants a backup of `licensetool sealing-key`, or a Secret of \
         the type kubernetes.io/tls with the label {LABEL}, as `licensetool sealing-key restore` \
         prints it"
    );
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_refused_with_the_way_out() {
        let refused = checked("key.yaml", b"kind: Secret\ntype: Opaque\n").unwrap_err();
        assert!(
            refused.to_string().contains("sealing-key restore"),
            "{refused}"
        );
        let text = format!("{LABEL}: active\ntype: kubernetes.io/tls\n");
        assert_eq!(*checked("key.yaml", text.as_bytes()).unwrap(), text);
    }
}
