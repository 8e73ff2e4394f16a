//! What is held against the rules: every file that Git knows, read once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::modules;
use crate::rust_text;

/// All files, by path relative to the root.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) files: BTreeMap<String, File>,
    /// Files that only tests take in: whole, by the module tree.
    pub(crate) tests: BTreeSet<String>,
    /// Files of Rust that some target takes in.
    pub(crate) reached: BTreeSet<String>,
}

#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    /// Empty if it is not text.
    pub(crate) text: String,
    pub(crate) size: usize,
    /// As they lie there.
    pub(crate) bytes: Vec<u8>,
    /// Of a Rust file: the text with comments and literals blanked out, byte for byte.
    pub(crate) code: String,
    /// Of a Rust file: the lines (from 1) of `#[cfg(test)] mod … { … }`.
    pub(crate) inline_tests: BTreeSet<usize>,
}

impl Tree {
    /// Reads what Git lists; a file that is listed and gone is passed over.
    pub(crate) fn read(root: &Path) -> Self {
        let listing = Command::new("git")
            .args(["ls-files", "-z"])
            .current_dir(root)
            .output()
            .expect("Git can be started");
        assert!(listing.status.success(), "Git lists no files here");
        let listing = String::from_utf8(listing.stdout).expect("our paths are UTF-8");
        let paths = listing.split_terminator('\0');
        Self::of(paths.filter_map(|path| Some((path, std::fs::read(root.join(path)).ok()?))))
    }

    /// Takes paths and contents as they are.
    pub(crate) fn of<'a, T: Into<Vec<u8>>>(files: impl IntoIterator<Item = (&'a str, T)>) -> Self {
        let files: BTreeMap<String, File> = files
            .into_iter()
            .map(|(path, bytes)| (path.to_owned(), File::of(path, bytes.into())))
            .collect();
        let walk = modules::walk(&files);
        Self {
            files,
            tests: walk.tests,
            reached: walk.reached,
        }
    }

    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.ending_in(".rs")
    }

    pub(crate) fn ending_in(&self, end: &str) -> impl Iterator<Item = &File> {
        let files = self.files.values();
        files.filter(move |file| file.path.ends_with(end))
    }

    /// Whether the line only serves tests.
    pub(crate) fn is_test(&self, file: &File, line: usize) -> bool {
        self.tests.contains(&file.path) || file.inline_tests.contains(&line)
    }

    /// Whether it is a file, or a folder with files.
    pub(crate) fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        let mut from_there = self.files.range(folder.clone()..);
        self.files.contains_key(path)
            || from_there
                .next()
                .is_some_and(|(path, _)| path.starts_with(&folder))
    }
}

impl File {
    fn of(path: &str, bytes: Vec<u8>) -> Self {
        let size = bytes.len();
        let text = String::from_utf8(bytes.clone()).unwrap_or_default();
        let code = match path.ends_with(".rs") {
            true => rust_text::without_comments_and_literals(&text),
            false => String::new(),
        };
        Self {
            path: path.to_owned(),
            inline_tests: rust_text::inline_tests(&code),
            text,
            size,
            bytes,
            code,
        }
    }

    /// Line numbers from 1, with the line as it stands.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// The same without comments and literals.
    pub(crate) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.code.lines())
    }
}
