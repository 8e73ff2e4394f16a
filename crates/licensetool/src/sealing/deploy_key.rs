//! A private key of ssh as Argo CD can use it: whole, and nobody is there to type a passphrase.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::adding::BYTE_ORDER_MARK;
use crate::outlets::secret_text;

/// The item of Argo CD's secret.
pub(super) const SSH_KEY: &str = "sshPrivateKey";

/// The text of such a file, as it is sealed.
pub(super) fn read(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let text = secret_text(file).map_err(anyhow::Error::msg)?;
    checked(&file.display().to_string(), &text)
}

/// The text of a key with the line ends that ssh wants; `name` is the file's.
///
/// # Errors
/// If it is none that Argo CD could use.
pub(super) fn checked(name: &str, text: &str) -> anyhow::Result<Zeroizing<String>> {
    let text = text.trim_start_matches(BYTE_ORDER_MARK).trim();
    if text.starts_with("PuTTY-User-Key-File") {
        bail!(
            "{name} is a key of PuTTY: open it in PuTTYgen, take Conversions, Export OpenSSH key, \
             and name that file"
        );
    }
    let label = text.strip_prefix("-----BEGIN ");
    let label = label.and_then(|rest| rest.split_once("-----"));
    let (label, body) = label
        .filter(|(label, _)| label.ends_with("PRIVATE KEY"))
        .with_context(|| {
            format!("{name} is no private key: name the file of the two that ends without .pub")
        })?;
    let end = format!("-----END {label}-----");
    let coded: Zeroizing<String> = {
        let lines = body.lines().map(str::trim);
        Zeroizing::new(
            lines
                .take_while(|line| !line.starts_with("-----"))
                .collect(),
        )
    };
    // What is no base64 is cut off, or of an old form, which says ENCRYPTED in words.
    let bytes = BASE64_STANDARD.decode(coded.as_bytes()).map(Zeroizing::new);
    let is_locked = bytes.as_ref().is_ok_and(|bytes| is_locked(bytes));
    ensure!(
        !text.contains("ENCRYPTED") && !is_locked,
        "{name} has a passphrase, which Argo CD could not type: make a key for this purpose alone, \
         with `ssh-keygen -t ed25519 -N '' -f FILE`"
    );
    // What stands behind the key is none of it.
    let text = text.find(&end).map_or(text, |at| &text[..at + end.len()]);
    let is_whole = text.ends_with(&end) && bytes.is_ok_and(|bytes| !bytes.is_empty());
    ensure!(is_whole, "{name} is cut off: copy it again");
    let lines = text.lines().map(str::trim_end);
    let mut sound = Zeroizing::new(String::with_capacity(text.len() + 1));
    for line in lines {
        sound.push_str(line);
        // Some readers want the last line to end.
        sound.push('\n');
    }
    Ok(sound)
}

/// Whether a key of OpenSSH has a passphrase: its form begins with a word, a length of four bytes
/// and the name of the cipher, which without one is "none".
fn is_locked(bytes: &[u8]) -> bool {
    const WORD: &[u8] = b"openssh-key-v1\0";
    const NONE: &[u8] = b"\0\0\0\x04none";
    let behind = bytes.strip_prefix(WORD);
    behind.is_some_and(|cipher| !cipher.starts_with(NONE))
}

/// In the form of a key, and none.
#[cfg(test)]
pub(super) fn specimen() -> String {
    tests::openssh(b"\0\0\0\x04none")
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn openssh(cipher: &[u8]) -> String {
        let bytes = [
            b"openssh-key-v1\0",
            cipher,
            &b"\0\0\0\x04none rest ".repeat(9),
        ]
        .concat();
        let coded = BASE64_STANDARD.encode(bytes);
        let lines: Vec<&str> = coded
            .as_bytes()
            .chunks(70)
            .map(|line| str::from_utf8(line).unwrap())
            .collect();
        let kind = "OPENSSH PRIVATE KEY";
        let lines = lines.join("\n");
        format!("-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n")
    }

    fn said(text: &str) -> String {
        match checked("key", text) {
            Ok(sound) => sound.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_key_that_nobody_has_to_unlock_is_taken_however_it_was_copied() {
        let open = specimen();
        for copied in [
            open.clone(),
            open.trim_end().to_owned(),
            open.replace('\n', "\r\n"),
            format!("\u{feff}{open}"),
            format!("\n\n{open}\n"),
            format!("{open}ssh-ed25519 AAAA me@here\n"),
        ] {
            assert_eq!(said(&copied), open, "{copied:?}");
        }
        // The old form of OpenSSL.
        let old = open.replace("OPENSSH", "RSA");
        assert_eq!(said(&old), old);
    }

    #[test]
    fn a_key_that_argo_cd_cannot_use_is_told_with_the_way_out() {
        let check = |text: &str, words: &str| {
            let said = said(text);
            assert!(said.starts_with("key ") && said.contains(words), "{said}");
        };
        check(&openssh(b"\0\0\0\x0aaes256-ctr"), "has a passphrase");
        let old = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n";
        check(old, "has a passphrase");
        check("ssh-ed25519 AAAA me@here\n", "without .pub");
        check("", "without .pub");
        check(
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
            "PuTTYgen",
        );
        let open = specimen();
        let cut = [
            open.split("-----END").next().unwrap().to_owned(),
            open[..open.len() - 9].to_owned(),
            open.replacen("cm", "c", 1).replacen("b3", "b", 1),
            open.lines().next().unwrap().to_owned(),
        ];
        for cut in cut {
            check(&cut, "is cut off: copy it again");
        }
    }
}
