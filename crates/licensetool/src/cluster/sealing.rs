//! The sealing key as the cluster takes it: the one place where a backup becomes a Secret.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use zeroize::Zeroizing;

use super::line::Shell;
use crate::sealing::{Passphrase, opened_backup};

/// The label by whose value the controller knows its keys.
const LABEL: &str = "sealedsecrets.bitnami.com/sealed-secrets-key";
/// Longest backup or manifest, in bytes: a key has some thousand.
const MOST: u64 = 1024 * 1024;

/// A key that was read, as the Secret that `kubectl apply -f -` takes.
#[derive(Clone)]
pub(super) struct SealingKey {
    /// The backup or the manifest; `-` is standard input.
    file: PathBuf,
    is_backup: bool,
    manifest: Zeroizing<String>,
}

impl SealingKey {
    /// Read before a cluster is made: what is wrong with it is better said then.
    pub(super) fn read(file: &Path, passphrase: &Passphrase) -> anyhow::Result<Self> {
        let name = file.display();
        let bytes = match file.as_os_str() == "-" {
            true => bytes(std::io::stdin().lock()).context("standard input cannot be read")?,
            false => {
                let opened = File::open(file).and_then(bytes);
                opened.with_context(|| format!("the sealing key {name} cannot be read"))?
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

    /// What prints the same in a shell.
    pub(super) fn pasted(&self, shell: Shell) -> String {
        let file = shell.quoted(&self.file.to_string_lossy());
        match (self.is_backup, self.file.as_os_str() == "-", shell) {
            (_, true, _) => "licensetool sealing-key restore BACKUP".to_owned(),
            (true, ..) => format!("licensetool sealing-key restore {file}"),
            (.., Shell::Posix) => format!("cat {file}"),
            (.., Shell::PowerShell) => format!("Get-Content {file}"),
        }
    }

    pub(super) fn manifest(&self) -> Zeroizing<String> {
        self.manifest.clone()
    }
}

fn bytes(from: impl Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 * 1024));
    from.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pasted(Shell::HERE))
    }
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

    fn key(file: &str, is_backup: bool) -> SealingKey {
        SealingKey {
            file: file.into(),
            is_backup,
            manifest: Zeroizing::new("tls.key: secret".to_owned()),
        }
    }

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

    #[test]
    fn a_key_is_named_and_not_shown() {
        let check = |key: &SealingKey, posix: &str, power_shell: &str| {
            assert_eq!(key.pasted(Shell::Posix), posix);
            assert_eq!(key.pasted(Shell::PowerShell), power_shell);
            assert!(!format!("{key:?}").contains("secret"));
        };
        let restore = "licensetool sealing-key restore";
        let (backup, given) = (
            format!("{restore} 'my key.age'"),
            format!("{restore} BACKUP"),
        );
        check(&key("my key.age", true), &backup, &backup);
        check(&key("-", false), &given, &given);
        check(
            &key("key.yaml", false),
            "cat key.yaml",
            "Get-Content key.yaml",
        );
    }
}
