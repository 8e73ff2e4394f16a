//! Files of a home folder that hold a password and nothing else, and files that only a passphrase
//! locks.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::text::{Text, is_placeholder};

/// Where passwords lie by themselves.
const PLACES: [&str; 7] = [
    "database/password",
    "repository/password",
    "secrets/database-collect",
    "secrets/database-deliver",
    "secrets/database-evaluate",
    "secrets/database-owner",
    "secrets/database-web",
];

pub(super) fn passwords(text: &Text) -> Vec<usize> {
    if !PLACES.contains(&text.place.as_str()) {
        return Vec::new();
    }
    let mut lines = text.lines().filter(|(_, line)| !line.trim().is_empty());
    let first = lines.next().filter(|(_, line)| !leads_elsewhere(line));
    first.map(|(number, _)| number).into_iter().collect()
}

/// Such a file has no syntax: a random password may begin with any sign, so that only a whole
/// form counts as a placeholder.
fn leads_elsewhere(line: &str) -> bool {
    const FORMS: [(&str, &str); 3] = [("${", "}"), ("{{", "}}"), ("<", ">")];
    let line = line.trim();
    let is_form = |(begin, end): &(&str, &str)| line.starts_with(begin) && line.ends_with(end);
    let begins_plainly = line.starts_with(char::is_alphanumeric);
    FORMS.iter().any(is_form) || (begins_plainly && is_placeholder(line))
}

/// How a file of age begins, and how its armor does.
const AGE: &[u8] = b"age-encryption.org/v1";
const ARMOR: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
/// The recipient is a passphrase. One that is a key may lie anywhere, as sealed secrets do.
const BY_PASSPHRASE: &[u8] = b"-> scrypt ";
/// The recipients stand at the beginning.
const HEAD: usize = 300;

pub(super) fn locked(bytes: &[u8]) -> Vec<usize> {
    let head = match bytes.starts_with(AGE) {
        true => Some(bytes.to_vec()),
        false => without_armor(bytes),
    };
    let is_locked = head.is_some_and(|head| {
        let head = &head[..head.len().min(HEAD)];
        let mut parts = head.windows(BY_PASSPHRASE.len());
        head.starts_with(AGE) && parts.any(|part| part == BY_PASSPHRASE)
    });
    if is_locked { vec![1] } else { Vec::new() }
}

fn without_armor(bytes: &[u8]) -> Option<Vec<u8>> {
    let head = &bytes[..bytes.len().min(4 * HEAD)];
    let text = String::from_utf8_lossy(head);
    let body = text.trim_start().strip_prefix(ARMOR)?;
    let letters = body
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with('-'));
    let mut letters: String = letters.collect();
    // Of a part that is cut off, whole groups of four can be read.
    let whole = letters.bytes().take_while(u8::is_ascii).count() / 4 * 4;
    letters.truncate(whole);
    BASE64_STANDARD.decode(letters).ok()
}
