//! A backup in the format of age, under a passphrase: `age -d` opens it, too.

use age::scrypt::{Identity, Recipient};
use age::secrecy::SecretString;
use anyhow::{Context as _, bail};
use zeroize::Zeroizing;

use super::passphrase::Passphrase;

/// How every file of age begins.
const MAGIC: &[u8] = b"age-encryption.org/v1";
/// Two to this power rounds are taken from a backup at most: half a minute, and 4 GiB. One that was
/// made elsewhere, to hold up whoever opens it, ends in an error.
const MOST_WORK: u8 = 22;

/// Encrypts a text; the work is as much as this machine does in about a second.
pub(super) fn encrypt(text: &str, passphrase: &str) -> anyhow::Result<Vec<u8>> {
    let recipient = Recipient::new(secret(passphrase));
    age::encrypt(&recipient, text.as_bytes()).context("the backup cannot be encrypted")
}

pub(super) fn decrypt(bytes: &[u8], passphrase: &str) -> anyhow::Result<Zeroizing<String>> {
    let mut identity = Identity::new(secret(passphrase));
    identity.set_max_work_factor(MOST_WORK);
    let opened = match age::decrypt(&identity, bytes) {
        Ok(opened) => Zeroizing::new(opened),
        Err(age::DecryptError::DecryptionFailed | age::DecryptError::NoMatchingKeys) => {
            bail!(
                "the passphrase is wrong, or the backup is damaged: try another passphrase, then \
                 another copy of the backup"
            )
        }
        Err(error) => bail!(
            "it is no backup, or it is cut off or damaged ({error}): take another copy of the \
             backup"
        ),
    };
    let text = str::from_utf8(&opened).context("it holds no text")?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn secret(passphrase: &str) -> SecretString {
    SecretString::from(passphrase.to_owned())
}

/// What a file holds if it is a backup; `None` if it is something else.
pub(crate) fn opened_backup(
    bytes: &[u8],
    passphrase: &Passphrase,
) -> anyhow::Result<Option<Zeroizing<Vec<u8>>>> {
    if !bytes.starts_with(MAGIC) {
        return Ok(None);
    }
    let text = decrypt(bytes, &passphrase.known()?)?;
    Ok(Some(Zeroizing::new(text.as_bytes().to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_opens_with_its_passphrase_alone() {
        let backup = encrypt("the keys", "correct horse battery").unwrap();
        assert!(backup.starts_with(MAGIC));
        let opened = decrypt(&backup, "correct horse battery").unwrap();
        assert_eq!(opened.as_str(), "the keys");
        let wrong = decrypt(&backup, "correct horse batter").unwrap_err();
        let expected = "the passphrase is wrong, or the backup is damaged: try another";
        assert!(wrong.to_string().starts_with(expected), "{wrong}");
        let mut damaged = backup.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert!(decrypt(&damaged, "correct horse battery").is_err());
        for part in [
            b"anything",
            &backup[..backup.len() / 2],
            &backup[..backup.len() - 1],
        ] {
            let said = decrypt(part, "correct horse battery")
                .unwrap_err()
                .to_string();
            assert!(said.contains("another copy of the backup"), "{said}");
        }
    }
}
