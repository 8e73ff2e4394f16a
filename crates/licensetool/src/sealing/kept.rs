//! Remembers, beside the home folder's secrets and outside of Git, of which plaintext a sealed
//! value was made: sealing is random, so that nobody can tell from the value.
//!
//! A line of `.seal/made` holds the SHA-256 of a sealed value and an HMAC of what it was made of.
//! The HMAC's key lies beside it, so that a copy of that file alone says nothing. Values are
//! known by themselves and not by their file: whichever branch is checked out, its values are
//! known.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use aws_lc_rs::{digest, hmac, rand};
use zeroize::Zeroizing;

use super::private_file;

const FOLDER: &str = ".seal";
const KEY: &str = ".seal/key";
const MADE: &str = ".seal/made";
const KEY_BYTES: usize = 32;
/// Of branches and of before: more are of nobody's use.
const MOST: usize = 20_000;

/// What is remembered.
pub(super) struct Memory {
    key: hmac::Key,
    /// What each sealed value was made of, by the value's sum, both in hexadecimal.
    made: HashMap<String, String>,
    /// The sums, oldest first.
    order: Vec<String>,
}

/// What a value is made of: where it is opened, with which certificate, and the plaintext.
pub(super) struct Made<'a> {
    pub(super) certificate: &'a str,
    pub(super) label: &'a [u8],
    pub(super) item: &'a str,
    pub(super) plaintext: &'a [u8],
}

impl Memory {
    /// Reads it; an empty one if nothing was sealed from this folder yet.
    pub(super) fn open(home: &Path) -> anyhow::Result<Self> {
        let key = private_file::read(&home.join(KEY))?;
        let key = match key.filter(|key| key.len() == KEY_BYTES) {
            Some(key) => key,
            None => {
                let mut key = Zeroizing::new(vec![0; KEY_BYTES]);
                rand::fill(&mut key).context("this system gives no random bytes")?;
                private_file::folder(&home.join(FOLDER))?;
                private_file::write(&home.join(KEY), &key)?;
                key
            }
        };
        let text = private_file::read(&home.join(MADE))?.unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        let lines: Vec<(String, String)> = lines
            .map(|(sum, of)| (sum.to_owned(), of.to_owned()))
            .collect();
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &key),
            order: lines.iter().map(|(sum, _)| sum.clone()).collect(),
            made: lines.into_iter().collect(),
        })
    }

    /// Whether a sealed value was made of exactly this.
    pub(super) fn knows(&self, sealed: &str, of: &Made<'_>) -> bool {
        self.made
            .get(&sum(sealed))
            .is_some_and(|made| *made == self.of(of))
    }

    /// Whether a sealed value was made from this home folder, of whatever.
    pub(super) fn has_made(&self, sealed: &str) -> bool {
        self.made.contains_key(&sum(sealed))
    }

    pub(super) fn remember(&mut self, sealed: &str, of: &Made<'_>) {
        let (sum, of) = (sum(sealed), self.of(of));
        if self.made.insert(sum.clone(), of).is_none() {
            self.order.push(sum);
        }
    }

    pub(super) fn save(&self, home: &Path) -> anyhow::Result<()> {
        let mut text = String::new();
        for sum in &self.order[self.order.len().saturating_sub(MOST)..] {
            if let Some(of) = self.made.get(sum) {
                writeln!(text, "{sum} {of}")?;
            }
        }
        private_file::write(&home.join(MADE), text.as_bytes())
    }

    /// Each part with its length before it, so that no two are told apart by luck.
    fn of(&self, made: &Made<'_>) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        let parts: [&[u8]; 4] = [
            made.certificate.as_bytes(),
            made.label,
            made.item.as_bytes(),
            made.plaintext,
        ];
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        hex(context.sign().as_ref())
    }
}

fn sum(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made<'a>(certificate: &'a str, label: &'a [u8], plaintext: &'a [u8]) -> Made<'a> {
        Made {
            certificate,
            label,
            item: "a",
            plaintext,
        }
    }

    #[test]
    fn a_value_is_known_by_all_that_it_was_made_of() {
        let home = tempfile::tempdir().unwrap();
        let mut memory = Memory::open(home.path()).unwrap();
        memory.remember("AgB1", &made("c", b"n/s", b"hush"));
        memory.save(home.path()).unwrap();
        let memory = Memory::open(home.path()).unwrap();
        assert!(memory.knows("AgB1", &made("c", b"n/s", b"hush")));
        assert!(!memory.knows("AgB1", &made("c", b"n/s", b"hush!")));
        assert!(!memory.knows("AgB1", &made("c", b"n/", b"hush")));
        assert!(!memory.knows("AgB1", &made("d", b"n/s", b"hush")));
        assert!(!memory.knows("AgB2", &made("c", b"n/s", b"hush")));
        let kept = std::fs::read_to_string(home.path().join(MADE)).unwrap();
        assert!(
            !kept.contains("hush") && kept.lines().count() == 1,
            "{kept}"
        );
    }

    #[test]
    fn a_copy_without_its_key_says_nothing() {
        let home = tempfile::tempdir().unwrap();
        let mut memory = Memory::open(home.path()).unwrap();
        memory.remember("AgB1", &made("c", b"n/s", b"hush"));
        memory.save(home.path()).unwrap();
        std::fs::remove_file(home.path().join(KEY)).unwrap();
        let memory = Memory::open(home.path()).unwrap();
        assert!(!memory.knows("AgB1", &made("c", b"n/s", b"hush")));
    }
}
