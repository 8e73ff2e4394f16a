//! What must never be committed: keys, one machine's paths, hosts of registries, large files.

use crate::finding::{Finding, check};
use crate::tree::{File, Tree};

const MOST_BYTES: usize = 500_000;

/// Folders that exist on somebody's machine only.
const MACHINE_FOLDERS: &[&str] = &["home", "root", "work", "Users"];

/// Hosts of package registries, in halves, so that this file does not name them either.
const REGISTRIES: &[(&str, &str)] = &[
    ("crates", "io"),
    ("registry.npmjs", "org"),
    ("pypi", "org"),
    ("files.pythonhosted", "org"),
    ("proxy.golang", "org"),
    ("maven.apache", "org"),
    ("deb.debian", "org"),
];

/// How Cargo itself names the registry in `Cargo.lock`: an identifier, not a mirror.
const LOCK_FILES: &[&str] = &["Cargo.lock", "fuzz/Cargo.lock"];

pub(crate) fn machine_paths(tree: &Tree) -> Vec<Finding> {
    by_line(tree, |line| {
        let named = |folder: &&&str| {
            let path = format!("/{folder}/");
            let mut found = line.match_indices(&path);
            found.any(|(at, _)| line[..at].chars().next_back().is_none_or(begins_a_path))
        };
        let folder = MACHINE_FOLDERS.iter().find(named)?;
        let what = format!("a path below `/{folder}` stands here");
        Some((what, "Make it relative, or an argument"))
    })
}

fn begins_a_path(before: char) -> bool {
    before.is_whitespace() || "\"'`(=:,[<>".contains(before)
}

pub(crate) fn registries(tree: &Tree) -> Vec<Finding> {
    let findings = by_line(tree, |line| {
        let hosts = REGISTRIES.iter().map(|(name, end)| format!("{name}.{end}"));
        let host = hosts
            .into_iter()
            .find(|host| line.contains(host.as_str()))?;
        let what = format!("the registry `{host}` is named");
        Some((
            what,
            "Leave the choice of registry to the machine's own settings",
        ))
    });
    let in_lock_file = |finding: &Finding| LOCK_FILES.contains(&finding.path.as_str());
    findings
        .into_iter()
        .filter(|finding| !in_lock_file(finding))
        .collect()
}

/// What `licensetool seal --check` finds: it lies here in plaintext, and no marks say why.
pub(crate) fn plaintext(tree: &Tree) -> Vec<Finding> {
    let found = |file: &File| {
        let leaks = seal::leaks(&file.path, &file.bytes);
        let finding = |leak: seal::Leak| {
            let what = format!("{} ({})", leak.kind.what(), leak.kind.as_str());
            Finding::new(&file.path, leak.line, what, leak.kind.way_out())
        };
        leaks.into_iter().map(finding).collect::<Vec<_>>()
    };
    tree.files.values().flat_map(found).collect()
}

pub(crate) fn large_files(tree: &Tree) -> Vec<Finding> {
    let large = tree.files.values().filter(|file| file.size > MOST_BYTES);
    let finding = |file: &File| {
        let what = format!(
            "the file has {} bytes, {MOST_BYTES} is the limit",
            file.size
        );
        Finding::new(&file.path, 0, what, "Generate it, or make it smaller")
    };
    large.map(finding).collect()
}

fn by_line(tree: &Tree, rule: impl Fn(&str) -> Option<(String, &'static str)>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.values() {
        for (number, line) in file.lines() {
            let found = rule(line);
            findings.extend(
                found.map(|(what, way_out)| Finding::new(&file.path, number, what, way_out)),
            );
        }
    }
    findings
}

#[test]
fn a_path_of_one_machine_is_found() {
    let folder = MACHINE_FOLDERS[0];
    let text = format!("crates/{folder}/src\n\"/{folder}/me/x\"\n/{folder}\n/{folder}/x\n");
    check(
        &machine_paths(&Tree::of([("a.md", text)])),
        &[("a.md", 2), ("a.md", 4)],
    );
}

#[test]
fn a_host_of_a_registry_is_found() {
    let (name, end) = REGISTRIES[0];
    let text = format!("a\nhttps://static.{name}.{end}/x\n");
    let tree = Tree::of([("a.toml", text.clone()), ("Cargo.lock", text)]);
    check(&registries(&tree), &[("a.toml", 2)]);
}

#[test]
fn a_secret_in_plaintext_is_found() {
    let key = format!(
        "x
-----{} RSA PRIVATE KEY-----
{}
",
        "BEGIN",
        "Ab1+".repeat(16)
    );
    let setting = format!(
        "SECRET_KEY={}
",
        "hush-hush"
    );
    let tree = Tree::of([
        ("a.pem", key.as_str()),
        ("b.env", setting.as_str()),
        (
            "c.env",
            "SECRET_KEY=
",
        ),
    ]);
    check(&plaintext(&tree), &[("a.pem", 2), ("b.env", 1)]);
}

#[test]
fn a_large_file_is_found() {
    let tree = Tree::of([("a", vec![0; MOST_BYTES]), ("b", vec![0; MOST_BYTES + 1])]);
    check(&large_files(&tree), &[("b", 0)]);
}
