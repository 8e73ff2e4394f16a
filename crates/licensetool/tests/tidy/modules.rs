//! Follows the `mod` lines from every target, to find files that none takes in.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, check};
use crate::rust_text;
use crate::tree::{File, Tree};

/// What the `mod` lines lead to.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub(crate) reached: BTreeSet<String>,
    /// Those of them that only tests take in.
    pub(crate) tests: BTreeSet<String>,
}

/// A `mod name;` line.
struct Module {
    path: String,
    for_tests: bool,
}

/// No file lies about that is never compiled.
pub(crate) fn orphans(tree: &Tree) -> Vec<Finding> {
    let orphan = tree
        .rust()
        .filter(|file| !tree.reached.contains(&file.path));
    let finding = |file: &File| {
        let what = "no `mod` line leads to this file".to_owned();
        Finding::new(&file.path, 0, what, "Add one, or delete the file")
    };
    orphan.map(finding).collect()
}

pub(crate) fn walk(files: &BTreeMap<String, File>) -> Walk {
    let mut walk = Walk::default();
    let mut open: Vec<(String, bool)> = files
        .keys()
        .filter(|path| is_root(path))
        .map(|path| (path.clone(), is_test_target(path)))
        .collect();
    while let Some((path, for_tests)) = open.pop() {
        let Some(file) = files.get(&path) else {
            continue;
        };
        let next = modules_of(file).into_iter();
        open.extend(next.map(|module| (module.path, for_tests || module.for_tests)));
        if for_tests {
            walk.tests.insert(path.clone());
        }
        walk.reached.insert(path);
    }
    walk
}

/// Whether Cargo builds a target from it, by Cargo's own conventions.
fn is_root(path: &str) -> bool {
    let parts: Vec<&str> = path.rsplit('/').collect();
    match parts.as_slice() {
        ["lib.rs" | "main.rs", "src", ..] | ["build.rs", ..] => true,
        ["main.rs", _, "tests" | "benches" | "examples", ..] => true,
        [
            name,
            "tests" | "benches" | "examples" | "fuzz_targets",
            package @ ..,
        ] => name.ends_with(".rs") && !package.contains(&"src"),
        _ => false,
    }
}

fn is_test_target(path: &str) -> bool {
    !path.contains("/src/") && path.contains("/tests/")
}

fn modules_of(file: &File) -> Vec<Module> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let stem = name.trim_end_matches(".rs");
    let inside = match is_root(&file.path) {
        true => folder.to_owned(),
        false => format!("{folder}/{stem}"),
    };
    let mut attributes = String::new();
    let mut modules = Vec::new();
    for ((_, line), (_, code)) in file.lines().zip(file.code_lines()) {
        let code = code.trim();
        if code.starts_with("#[") {
            attributes.push_str(line);
            continue;
        }
        if let Some(name) = module_name(code) {
            modules.push(Module {
                path: match path_attribute(&attributes) {
                    Some(path) => joined(folder, path),
                    None => format!("{inside}/{name}.rs"),
                },
                for_tests: attributes.contains("#[cfg(test)]"),
            });
        }
        attributes.clear();
    }
    modules
}

/// The name in `mod name;` or `pub(crate) mod name;`.
fn module_name(code: &str) -> Option<&str> {
    let (before, name) = code.strip_suffix(';')?.rsplit_once(' ')?;
    let is_module = before == "mod" || (before.starts_with("pub") && before.ends_with(" mod"));
    (is_module && name.bytes().all(rust_text::is_word)).then_some(name)
}

fn path_attribute(attributes: &str) -> Option<&str> {
    let (_, path) = attributes.split_once("path = \"")?;
    path.split_once('"').map(|(path, _)| path)
}

/// Resolves `..` by the text alone.
pub(crate) fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn an_orphan_is_found() {
    let tree = Tree::of([
        ("crates/a/src/lib.rs", "mod b;\npub mod e;\n"),
        ("crates/a/src/b.rs", "#[cfg(test)]\nmod tests;\n// mod d;\n"),
        ("crates/a/src/b/tests.rs", ""),
        ("crates/a/src/b/d.rs", ""),
        ("crates/a/src/e.rs", ""),
        ("crates/a/src/c.rs", ""),
        ("crates/a/tests/it/main.rs", "mod client;"),
        ("crates/a/tests/it/client.rs", ""),
        (
            "fuzz/fuzz_targets/x.rs",
            "#[path = \"../../crates/f.rs\"]\nmod f;",
        ),
        ("crates/f.rs", ""),
    ]);
    check(
        &orphans(&tree),
        &[("crates/a/src/b/d.rs", 0), ("crates/a/src/c.rs", 0)],
    );
}

#[test]
fn what_only_tests_take_in_is_known() {
    let tree = Tree::of([
        (
            "crates/a/src/lib.rs",
            "mod b;\n#[cfg(test)]\nmod specimen;\n",
        ),
        ("crates/a/src/b.rs", "#[cfg(test)]\nmod tests;\n"),
        ("crates/a/src/b/tests.rs", "mod deep;"),
        ("crates/a/src/b/tests/deep.rs", ""),
        ("crates/a/src/specimen.rs", ""),
        ("crates/a/tests/it/main.rs", ""),
    ]);
    let tests: Vec<&str> = tree.tests.iter().map(String::as_str).collect();
    assert_eq!(
        tests,
        [
            "crates/a/src/b/tests.rs",
            "crates/a/src/b/tests/deep.rs",
            "crates/a/src/specimen.rs",
            "crates/a/tests/it/main.rs",
        ]
    );
}
