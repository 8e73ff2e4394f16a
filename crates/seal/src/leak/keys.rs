//! Private keys in all their dresses.

use super::text::{Text, is_base64, run};

/// A line of base64 as long as this, behind the first line of a key, is a key.
const KEY_LETTERS: usize = 40;
/// How far behind its first line a key begins: OpenSSL writes headers between.
const NEAR: usize = 400;
/// The same in lines.
const HEADERS: usize = 6;

/// An RSA key in DER, in the middle: version, the algorithm's name, the octets that hold the key.
const RSA_IN_DER: [u8; 20] = [
    2, 1, 0, 0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0, 4, 0x82,
];

/// Endings of files that keep keys, mostly behind a poor password.
const STORES: [&str; 6] = ["p12", "pfx", "jks", "keystore", "kdbx", "ppk"];

pub(super) fn private_keys(text: &Text, bytes: &[u8]) -> Vec<usize> {
    let mut lines = in_pem(&text.text);
    let mut bodies = text.lines_coding(&RSA_IN_DER);
    // The body of PEM that was found by its first line is no key of its own.
    bodies.retain(|body| {
        !lines
            .iter()
            .any(|first| (*first..first + HEADERS).contains(body))
    });
    lines.extend(bodies);
    lines.extend(text.lines_coding(b"PRIVATE KEY-----"));
    lines.extend(of_putty(text));
    // That of a home folder, however it is written there.
    if lines.is_empty() && text.place == DEPLOY_KEY && !text.squeezed.is_empty() {
        lines.push(1);
    }
    if bytes
        .windows(RSA_IN_DER.len())
        .any(|part| part == RSA_IN_DER)
    {
        lines.push(0);
    }
    lines
}

/// Where the key lies by which Argo CD reads a repository.
const DEPLOY_KEY: &str = "repository/sshprivatekey";

/// PuTTY's own form, under whatever name.
fn of_putty(text: &Text) -> Option<usize> {
    let begins = |word: &str| text.lines().find(|(_, line)| line.starts_with(word));
    let (first, _) = begins("PuTTY-User-Key-File-")?;
    begins("Private-Lines: ").map(|_| first)
}

/// PEM with a body: a first line alone is somebody's words about keys.
fn in_pem(text: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    for (at, word) in text.match_indices("PRIVATE KEY") {
        let line_begin = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let begins = text[line_begin..at].rsplit("-----").next();
        if !begins.is_some_and(|label| label.starts_with("BEGIN")) {
            continue;
        }
        let rest = &text[at + word.len()..];
        let Some((_, body)) = rest.split_once("-----") else {
            continue;
        };
        if holds_a_key(body) {
            lines.push(text[..at].matches('\n').count() + 1);
        }
    }
    lines
}

fn holds_a_key(body: &str) -> bool {
    let mut at = 0;
    while at < NEAR.min(body.len()) {
        let Some(rest) = body.get(at..) else {
            at += 1;
            continue;
        };
        if rest.starts_with("-----") {
            return false;
        }
        let found = run(rest, is_base64).len();
        if found >= KEY_LETTERS {
            return true;
        }
        at += found.max(1);
    }
    false
}

pub(super) fn key_stores(text: &Text, bytes: &[u8]) -> Vec<usize> {
    let is_one = STORES.contains(&text.ending.as_str()) && !bytes.is_empty();
    if is_one { vec![0] } else { Vec::new() }
}

const AGE: &str = "AGE-SECRET-KEY-";

pub(super) fn age_keys(text: &Text) -> Vec<usize> {
    let mut lines = text.lines_where(|line| {
        line.match_indices(AGE).any(|(at, _)| {
            let rest = &line[at + AGE.len()..];
            run(rest, |c| {
                c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'
            })
            .len()
                >= 50
        })
    });
    lines.extend(text.lines_coding(AGE.as_bytes()));
    lines
}
