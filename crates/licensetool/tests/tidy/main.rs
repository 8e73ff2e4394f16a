//! Holds the tree to its own rules, all at once: each finding says where, what, and the way out.

mod finding;
mod tree;
mod rust_text;
mod modules;
mod shape;
mod words;
mod secrets;
mod edges;
mod manifests;
mod docs;
mod decisions;

use std::path::Path;

use finding::Finding;
use tree::Tree;

/// Rules over what Git knows.
const RULES: &[fn(&Tree) -> Vec<Finding>] = &[
    modules::orphans,
    shape::first_line,
    shape::file_length,
    shape::function_length,
    shape::line_length,
    shape::names,
    words::forbidden,
    words::sleeping_tests,
    words::silenced_lints,
    words::drivers_in_public,
    secrets::machine_paths,
    secrets::registries,
    secrets::plaintext,
    secrets::large_files,
    manifests::missing_files,
    manifests::crates_inherit,
    manifests::idle_dependencies,
    edges::callers,
    docs::length,
    docs::commands,
    docs::map,
    docs::links,
    decisions::totals,
];

#[test]
fn the_tree_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tree = Tree::read(&root);
    let packages = edges::packages();
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.extend(edges::edges(&tree, &packages));
    findings.extend(edges::unused(&tree, &packages));
    findings.sort();
    let report: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(
        report.is_empty(),
        "{} findings:\n{}",
        report.len(),
        report.join("\n")
    );
}
