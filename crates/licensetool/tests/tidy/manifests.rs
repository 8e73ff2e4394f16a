//! What every manifest must say, and which files a project must have.

use toml::{Table, Value};

use crate::finding::{Finding, check};
use crate::tree::{File, Tree};

/// Whoever clones or packages the project looks for these.
const MUST_EXIST: &[&str] = &[
    ".ci/run",
    "ARCHITECTURE.md",
    "Cargo.lock",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "deny.toml",
    "justfile",
    "scripts/test",
];

/// Said once, in the workspace's manifest.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

pub(crate) fn missing_files(tree: &Tree) -> Vec<Finding> {
    let missing = MUST_EXIST
        .iter()
        .filter(|path| !tree.files.contains_key(**path));
    let finding = |path: &&str| {
        Finding::new(
            path,
            0,
            "the file is missing".to_owned(),
            "Write it, and add it to Git",
        )
    };
    missing.map(finding).collect()
}

pub(crate) fn crates_inherit(tree: &Tree) -> Vec<Finding> {
    let manifests = tree.ending_in("/Cargo.toml");
    let members = manifests.filter(|file| file.path.starts_with("crates/"));
    members.flat_map(not_inherited).collect()
}

fn not_inherited(manifest: &File) -> Vec<Finding> {
    let table: Table = match manifest.text.parse() {
        Ok(table) => table,
        Err(error) => {
            let what = format!("the manifest cannot be read: {error}");
            return vec![Finding::new(&manifest.path, 0, what, "Correct it")];
        }
    };
    let inherits = |value: Option<&Value>| {
        value.and_then(|value| value.get("workspace")) == Some(&Value::Boolean(true))
    };
    let finding = |name: String| {
        let what = format!("`{name}` does not come from the workspace");
        Finding::new(
            &manifest.path,
            0,
            what,
            "Inherit it with `workspace = true`",
        )
    };
    let mut findings = Vec::new();
    if !inherits(table.get("lints")) {
        findings.push(finding("lints".to_owned()));
    }
    let package = table.get("package");
    let fields = INHERITED.iter();
    let own_fields =
        fields.filter(|name| !inherits(package.and_then(|package| package.get(**name))));
    findings.extend(own_fields.map(|name| finding(format!("package.{name}"))));
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let dependencies = table.get(section).and_then(Value::as_table);
        let own = dependencies
            .into_iter()
            .flatten()
            .filter(|(_, value)| !inherits(Some(value)));
        findings.extend(own.map(|(name, _)| finding(format!("{section}.{name}"))));
    }
    findings
}

/// Nothing stands in the workspace's list that no crate takes.
pub(crate) fn idle_dependencies(tree: &Tree) -> Vec<Finding> {
    let Some(workspace) = tree.files.get("Cargo.toml") else {
        return Vec::new();
    };
    let table: Table = workspace.text.parse().unwrap_or_default();
    let listed = table
        .get("workspace")
        .and_then(|table| table.get("dependencies"));
    let names = listed
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::keys);
    let taken = |name: &str| {
        let begins = [format!("{name}."), format!("{name} =")];
        tree.ending_in("/Cargo.toml").any(|manifest| {
            let mut lines = manifest.text.lines();
            lines.any(|line| begins.iter().any(|begin| line.starts_with(begin)))
        })
    };
    let line_of = |name: &str| {
        let begin = format!("{name} =");
        let mut lines = workspace.lines();
        lines
            .find(|(_, line)| line.starts_with(&begin))
            .map_or(0, |(line, _)| line)
    };
    let finding = |name: &String| {
        let what = format!("no crate takes `{name}`");
        Finding::new(&workspace.path, line_of(name), what, "Delete it")
    };
    names.filter(|name| !taken(name)).map(finding).collect()
}

#[test]
fn a_missing_file_is_found() {
    let all_but_last = MUST_EXIST.iter().take(MUST_EXIST.len() - 1);
    let tree = Tree::of(all_but_last.map(|path| (*path, "")));
    check(&missing_files(&tree), &[("scripts/test", 0)]);
}

#[test]
fn a_manifest_that_does_not_inherit_is_found() {
    let package: String = INHERITED
        .iter()
        .map(|name| format!("{name}.workspace = true\n"))
        .collect();
    let good = format!(
        "[package]\nname = \"a\"\n{package}[lints]\nworkspace = true\n[dependencies]\n\
         b.workspace = true\nc = {{ workspace = true, features = [\"d\"] }}\n"
    );
    let own_edition = good.replace("edition.workspace = true", "edition = \"2024\"");
    let own_version = format!("{good}d = \"1\"\n");
    let no_lints = good.replace("[lints]\nworkspace = true\n", "");
    let tree = Tree::of([
        ("crates/a/Cargo.toml", good),
        ("crates/b/Cargo.toml", own_edition),
        ("crates/c/Cargo.toml", own_version),
        ("crates/d/Cargo.toml", no_lints),
        ("fuzz/Cargo.toml", String::new()),
    ]);
    let places = [
        ("crates/b/Cargo.toml", 0),
        ("crates/c/Cargo.toml", 0),
        ("crates/d/Cargo.toml", 0),
    ];
    check(&crates_inherit(&tree), &places);
}

#[test]
fn an_idle_dependency_is_found() {
    let tree = Tree::of([
        (
            "Cargo.toml",
            "[workspace.dependencies]\na = \"1\"\na-b = \"1\"\n",
        ),
        (
            "crates/c/Cargo.toml",
            "[dependencies]\na.workspace = true\n",
        ),
    ]);
    check(&idle_dependencies(&tree), &[("Cargo.toml", 3)]);
}
