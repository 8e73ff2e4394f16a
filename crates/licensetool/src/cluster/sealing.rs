//! The sealing key as the cluster takes it: the one place where a backup becomes a Secret.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use zeroize::Zeroizing;

use super::line::Shell;
use crate::outlets;

/// The label by whose value the controller knows its keys.
const LABEL: &str = "sealedsecrets.bitnami.com/sealed-secrets-key";
/// How a backup begins that is still encrypted.
const ENCRYPTED: [&str; 2] = ["age-encryption.org/", "-----BEGIN AGE ENCRYPTED FILE-----"];
/// Longest manifest, in bytes: a key has some thousand.
const MOST: u64 = 1024 * 1024;

/// Where the key comes from.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum SealingKey {
    File(PathBuf),
    /// What was read from standard input; nothing, where nothing is done.
    Given(Option<Zeroizing<String>>),
}

impl SealingKey {
    /// Better said before a cluster is made than after: the key is there, and is one.
    pub(super) fn found(name: &Path, dry_run: bool) -> anyhow::Result<Self> {
        if name.as_os_str() == "-" {
            if dry_run {
                return Ok(Self::Given(None));
            }
            let mut text = Zeroizing::new(String::new());
            let input = std::io::stdin().lock();
            input
                .take(MOST)
                .read_to_string(&mut text)
                .context("--sealing-key -: standard input cannot be read")?;
            return Ok(Self::Given(Some(checked("standard input", text)?)));
        }
        let key = Self::File(name.to_owned());
        key.manifest()?;
        Ok(key)
    }

    /// What prints the same in a shell.
    pub(super) fn pasted(&self, shell: Shell) -> String {
        match (self, shell) {
            (Self::Given(_), _) => "licensetool sealing-key restore BACKUP".to_owned(),
            (Self::File(file), Shell::Posix) => {
                format!("cat {}", shell.quoted(&file.to_string_lossy()))
            }
            (Self::File(file), Shell::PowerShell) => {
                format!("Get-Content {}", shell.quoted(&file.to_string_lossy()))
            }
        }
    }

    /// The Secret, as `kubectl apply -f -` reads it.
    pub(super) fn manifest(&self) -> anyhow::Result<Zeroizing<String>> {
        match self {
            Self::File(file) => {
                let text = outlets::secret_text(file).map_err(anyhow::Error::msg)?;
                checked(&file.display().to_string(), text)
            }
            Self::Given(Some(text)) => Ok(text.clone()),
            Self::Given(None) => bail!("standard input was not read"),
        }
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pasted(Shell::HERE))
    }
}

fn checked(name: &str, text: Zeroizing<String>) -> anyhow::Result<Zeroizing<String>> {
    ensure!(
        !ENCRYPTED.iter().any(|begin| text.starts_with(begin)),
        "{name} is encrypted: `licensetool sealing-key restore BACKUP | licensetool cluster up \
         --sealing-key -`"
    );
    ensure!(
        text.contains(LABEL) && text.contains("kubernetes.io/tls"),
        "{name} is no manifest of a sealing key: it wants a Secret of the type kubernetes.io/tls \
         with the label {LABEL}, as `licensetool sealing-key restore` prints it"
    );
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_refused_with_the_way_out() {
        let check = |text: &str, words: &str| {
            let refused = checked("key.yaml", Zeroizing::new(text.to_owned())).unwrap_err();
            assert!(refused.to_string().contains(words), "{refused}");
        };
        check("age-encryption.org/v1\n…", "sealing-key restore");
        check(
            "kind: Secret\ntype: Opaque\n",
            "no manifest of a sealing key",
        );
        let folder = tempfile::tempdir().unwrap();
        let missing = SealingKey::found(&folder.path().join("none"), false);
        assert!(
            missing
                .unwrap_err()
                .to_string()
                .starts_with("there is no file")
        );
    }

    #[test]
    fn a_key_that_was_read_is_not_shown() {
        let text = format!("{LABEL}: active\ntype: kubernetes.io/tls\ntls.key: secret\n");
        let key = SealingKey::Given(Some(checked("it", Zeroizing::new(text)).unwrap()));
        assert!(!format!("{key:?}").contains("secret"));
        assert!(key.manifest().unwrap().contains("secret"));
    }
}
