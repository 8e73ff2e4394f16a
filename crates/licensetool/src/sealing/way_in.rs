//! `licensetool seal repository`: puts into the home folder by what Argo CD reads a private
//! repository.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use seal::Secret;
use zeroize::Zeroizing;

use super::adding::{one_of, password};
use super::{names, private_file};
use crate::exit::Outcome;
use crate::outlets::secret_text;
use crate::output;

/// Items of the secret, called as Argo CD calls them.
const TYPE: &str = "type";
const USERNAME: &str = "username";
const PASSWORD: &str = "password";
const SSH_KEY: &str = "sshPrivateKey";

#[derive(Debug, clap::Args)]
#[command(group = one_of(["username", "ssh_key"]))]
pub(super) struct WayIn {
    /// Who reads, for an address with https://; with a token whatever the host of Git wants there
    #[arg(long, value_name = "NAME", requires = "password_file")]
    username: Option<String>,
    /// A file with the password or token on its first line; - is standard input
    #[arg(long, value_name = "FILE", requires = "username")]
    password_file: Option<PathBuf>,
    /// The private half of a deploy key without passphrase, for an address of ssh
    #[arg(long, value_name = "FILE")]
    ssh_key: Option<PathBuf>,
}

/// For the repository at `address`, under which Argo CD reads it.
pub(super) fn way_in(home: &Path, wish: &WayIn, address: &str) -> anyhow::Result<Outcome> {
    let is_https = address.starts_with("https://");
    let opens = match (&wish.username, &wish.password_file, &wish.ssh_key) {
        (Some(user), Some(file), _) => {
            ensure!(
                is_https,
                "{address} is opened by a key: name it with --ssh-key"
            );
            let user = Zeroizing::new(user.clone());
            vec![(USERNAME, user), (PASSWORD, password(file)?)]
        }
        (_, _, Some(file)) => {
            ensure!(
                !is_https,
                "{address} is opened by a name and a password or token: name them with --username \
                 and --password-file"
            );
            vec![(SSH_KEY, ssh_key(file)?)]
        }
        _ => bail!("name --username and --password-file, or --ssh-key"),
    };
    let dir = home.join(names::REPOSITORY.1);
    private_file::folder(&dir)?;
    let told = |text: &str| Zeroizing::new(text.to_owned());
    let told = [(TYPE, told("git")), (names::REPOSITORY_URL, told(address))];
    let items = opens.into_iter().chain(told);
    let mut written = Vec::new();
    let mut prepared = Vec::new();
    for (item, text) in items {
        prepared.push(private_file::prepare(&dir.join(item), text.as_bytes())?);
        written.push(item);
    }
    // All are written before one is replaced. What opens no more goes first: Argo CD is never told
    // two ways in.
    for other in [USERNAME, PASSWORD, SSH_KEY] {
        if !written.contains(&other) {
            gone(&dir.join(other))?;
        }
    }
    for file in prepared {
        file.put()?;
    }
    output::say(&format!(
        "{} holds the way into {address}; `licensetool seal` seals it",
        dir.display()
    ))?;
    Ok(Outcome::Fine)
}

/// Why Argo CD could not read the repository with this. It finds the secret by the address in it.
pub(super) fn problems(secret: &Secret, address: Option<&str>) -> Vec<String> {
    let (folder, again) = (
        names::REPOSITORY.1,
        "`licensetool seal repository` writes it anew",
    );
    let mut problems = Vec::new();
    let url = secret.data.get(names::REPOSITORY_URL);
    match (url.map(|url| String::from_utf8_lossy(url)), address) {
        (None, _) => problems.push(format!("{folder}/ lacks url: {again}")),
        (Some(url), Some(address)) if url != address => problems.push(format!(
            "{folder}/url is not the address under which Argo CD reads the repository, {address}: \
             {again}"
        )),
        _ => {}
    }
    if [PASSWORD, SSH_KEY]
        .iter()
        .all(|item| !secret.data.contains_key(*item))
    {
        problems.push(format!(
            "{folder}/ holds neither {PASSWORD} nor {SSH_KEY}: {again}"
        ));
    }
    problems
}

fn gone(file: &Path) -> anyhow::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.with_context(|| format!("{} cannot be removed", file.display())),
    }
}

/// A private key that Argo CD can use: nobody is there to type a passphrase.
fn ssh_key(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let name = file.display();
    let text = secret_text(file).map_err(anyhow::Error::msg)?;
    ensure!(
        text.starts_with("-----BEGIN ") && text.contains("PRIVATE KEY-----"),
        "{name} is no private key: name the file of the two that ends without .pub"
    );
    ensure!(
        !text.contains("ENCRYPTED") && !is_locked(&text),
        "{name} has a passphrase, which Argo CD could not type: make a key for this purpose alone, \
         with `ssh-keygen -t ed25519 -N '' -f FILE`"
    );
    // Some readers want the last line to end.
    Ok(match text.ends_with('\n') {
        true => text,
        false => Zeroizing::new(format!("{}\n", text.as_str())),
    })
}

/// Whether a key of OpenSSH has a passphrase: its form begins with a word, a length of four bytes
/// and the name of the cipher, which without one is "none".
fn is_locked(text: &str) -> bool {
    const WORD: &[u8] = b"openssh-key-v1\0";
    const NONE: &[u8] = b"\0\0\0\x04none";
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.starts_with("-----"));
    let coded: Zeroizing<String> = Zeroizing::new(lines.collect());
    // What is no base64 is of another form, which says ENCRYPTED in words.
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(coded.as_bytes()).unwrap_or_default());
    let behind = bytes.strip_prefix(WORD);
    behind.is_some_and(|cipher| !cipher.starts_with(NONE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn openssh(cipher: &[u8]) -> String {
        let bytes = [b"openssh-key-v1\0", cipher, b"\0\0\0\x04none rest"].concat();
        let coded = BASE64_STANDARD.encode(bytes);
        let kind = "OPENSSH PRIVATE KEY";
        format!("-----BEGIN {kind}-----\n{coded}\n-----END {kind}-----")
    }

    #[test]
    fn a_key_that_nobody_has_to_unlock_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("key");
        let read = |text: &str| {
            fs::write(&file, text).unwrap();
            ssh_key(&file).map_err(|error| error.to_string())
        };
        let open = openssh(b"\0\0\0\x04none");
        assert_eq!(read(&open).as_deref(), Ok(&format!("{open}\n")));
        let locked = read(&openssh(b"\0\0\0\x0aaes256-ctr")).unwrap_err();
        assert!(locked.contains("has a passphrase"), "{locked}");
        let old = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n";
        assert!(read(old).unwrap_err().contains("has a passphrase"));
        let public = read("ssh-ed25519 AAAA me@here\n").unwrap_err();
        assert!(public.contains("without .pub"), "{public}");
    }
}
