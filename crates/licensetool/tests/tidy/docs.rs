//! The documents against the tree: the map, the two commands, links and limits.

use std::collections::BTreeSet;

use crate::finding::{Finding, check};
use crate::modules::joined;
use crate::tree::{File, Tree};

/// What somebody reads at one sitting.
const LINE_LIMITS: &[(&str, usize)] = &[("ARCHITECTURE.md", 200), ("README.md", 100)];
const DECISIONS: &str = "docs/decisions/";
const DECISION_LINES: usize = 60;

const MAP: &str = "ARCHITECTURE.md";
const TRY: &str = "cargo run --release --locked -- demo";
const TEST: &str = "scripts/test";

pub(crate) fn length(tree: &Tree) -> Vec<Finding> {
    let limit_of = |file: &File| {
        let listed = LINE_LIMITS.iter().find(|(path, _)| *path == file.path);
        let decision = file.path.starts_with(DECISIONS).then_some(DECISION_LINES);
        listed.map(|(_, limit)| *limit).or(decision)
    };
    let finding = |file: &File| {
        let (lines, limit) = (file.text.lines().count(), limit_of(file)?);
        let what = format!("the document has {lines} lines, {limit} is the limit");
        let way_out = "Say less, or move a part to docs/ and link it";
        (lines > limit).then(|| Finding::new(&file.path, 0, what, way_out))
    };
    tree.ending_in(".md").filter_map(finding).collect()
}

/// README.md shows the two commands first, and CI runs what it promises.
pub(crate) fn commands(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(readme) = tree.files.get("README.md") {
        let blocks = code_blocks(&readme.text);
        if !blocks
            .iter()
            .map(|block| block.trim())
            .take(2)
            .eq([TRY, TEST])
        {
            let what = format!("the first two blocks of code are not `{TRY}` and `{TEST}`");
            let way_out = "Put the two commands first: a newcomer needs nothing else";
            findings.push(Finding::new(&readme.path, 0, what, way_out));
        }
    }
    if let Some(ci) = tree.files.get(".ci/run")
        && !ci
            .lines()
            .any(|(_, line)| line.split(' ').any(|word| word == TEST))
    {
        let what = format!("CI does not run the README's `{TEST}`");
        let way_out = "Call it: what newcomers are promised is what is tested";
        findings.push(Finding::new(&ci.path, 0, what, way_out));
    }
    findings
}

fn code_blocks(text: &str) -> Vec<&str> {
    let fenced = text.split("\n```").skip(1).step_by(2);
    fenced
        .filter_map(|block| block.split_once('\n').map(|(_, code)| code))
        .collect()
}

/// Every crate and every folder at the top stands on the map, and what stands there exists.
pub(crate) fn map(tree: &Tree) -> Vec<Finding> {
    let Some(map) = tree.files.get(MAP) else {
        return Vec::new();
    };
    let mut findings = missing_on_map(tree, map);
    for (line, text) in map.lines() {
        let crate_of_row = text
            .strip_prefix("| `")
            .and_then(|row| row.split('`').next());
        let crate_path = crate_of_row.map(|name| format!("crates/{name}/"));
        let paths = text
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|word| is_path(word, tree));
        for path in paths.map(str::to_owned).chain(crate_path) {
            if !tree.has(&path) {
                let what = format!("`{path}` stands on the map and not in the tree");
                findings.push(Finding::new(MAP, line, what, "Correct the map"));
            }
        }
    }
    findings
}

fn missing_on_map(tree: &Tree, map: &File) -> Vec<Finding> {
    let paths = tree.files.keys();
    let folders: BTreeSet<String> = paths
        .filter_map(|path| {
            path.split_once('/')
                .map(|(folder, _)| format!("`{folder}/`"))
        })
        .collect();
    let crates: BTreeSet<String> = tree
        .ending_in("/Cargo.toml")
        .filter_map(|manifest| manifest.path.strip_prefix("crates/")?.split('/').next())
        .map(|name| format!("| `{name}` |"))
        .collect();
    let missing = folders
        .iter()
        .chain(&crates)
        .filter(|name| !map.text.contains(name.as_str()));
    let finding = |name: &String| {
        let what = format!(
            "{} stands in the tree and not on the map",
            name.trim_matches(['|', ' '])
        );
        Finding::new(MAP, 0, what, "Say in a line what it is for")
    };
    missing.map(finding).collect()
}

/// A word in backticks that means a place in the tree: below a folder at the top, or a folder.
fn is_path(word: &str, tree: &Tree) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let top = word.split('/').next().unwrap_or_default();
    let relative = !top.is_empty() && word.contains('/') && word.chars().all(letters);
    relative && (word.ends_with('/') || tree.has(&format!("{top}/")))
}

/// Every link inside the tree leads somewhere, its anchor too.
pub(crate) fn links(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.ending_in(".md") {
        for (line, target) in links_of(file) {
            if !leads_somewhere(tree, &file.path, target) {
                let what = format!("the link `{target}` leads nowhere");
                findings.push(Finding::new(&file.path, line, what, "Correct or delete it"));
            }
        }
    }
    findings
}

fn links_of(file: &File) -> Vec<(usize, &str)> {
    let mut in_code = false;
    let mut links = Vec::new();
    for (line, text) in file.lines() {
        if text.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            let targets = text.split("](").skip(1);
            let targets = targets.filter_map(|rest| rest.split_once(')').map(|(to, _)| to));
            links.extend(targets.map(|target| (line, target)));
        }
    }
    links
}

fn leads_somewhere(tree: &Tree, from: &str, target: &str) -> bool {
    if target.contains("://") || target.starts_with("mailto:") {
        return true;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = match path {
        "" => from.to_owned(),
        path => joined(folder, path),
    };
    let heading = |file: &File| headings(&file.text).any(|heading| heading == anchor);
    tree.has(&path) && (anchor.is_empty() || tree.files.get(&path).is_some_and(heading))
}

/// As the usual renderers make anchors of them.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words
            .chars()
            .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

#[test]
fn a_long_document_is_found() {
    let tree = Tree::of([
        ("README.md", "a\n".repeat(101)),
        ("ARCHITECTURE.md", "a\n".repeat(200)),
        ("docs/decisions/0001.md", "a\n".repeat(61)),
        ("docs/api.md", "a\n".repeat(1_000)),
    ]);
    check(
        &length(&tree),
        &[("README.md", 0), ("docs/decisions/0001.md", 0)],
    );
}

#[test]
fn commands_that_are_not_first_are_found() {
    let good = format!("# a\n\n```\n{TRY}\n```\n\n```sh\n{TEST}\n```\n");
    let check = |readme: &str, ci: &str, places: &[(&str, usize)]| {
        let tree = Tree::of([("README.md", readme), (".ci/run", ci)]);
        check(&commands(&tree), places);
    };
    check(&good, "x\ntimed scripts/test\n", &[]);
    check(&good, "x\n# scripts/tests\n", &[(".ci/run", 0)]);
    check(
        &good.replace(TRY, "cargo run"),
        "scripts/test",
        &[("README.md", 0)],
    );
}

#[test]
fn a_map_that_is_not_true_is_found() {
    let text = "`crates/`\n| `a` | why |\n| `gone` | why |\n`crates/a/src/gone.rs` `/api/v1`\n\
                `away/` `other/word` `crates/a/src`\n";
    let tree = Tree::of([
        (MAP, text),
        ("crates/a/Cargo.toml", ""),
        ("crates/a/src/lib.rs", ""),
        ("crates/b/Cargo.toml", ""),
        ("docs/x.md", ""),
    ]);
    let places = [(MAP, 0), (MAP, 0), (MAP, 3), (MAP, 4), (MAP, 5)];
    check(&map(&tree), &places);
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let text = "# A word, *two*\n[a](b.md) [b](https://example.org) [c](#a-word-two)\n\
                [d](../README.md#none)\n```\n[e](gone.md)\n```\n[f](gone.md) [g](sub)\n";
    let tree = Tree::of([
        ("docs/a.md", text),
        ("docs/b.md", ""),
        ("docs/sub/c.md", ""),
        ("README.md", "# Some\n"),
    ]);
    check(&links(&tree), &[("docs/a.md", 3), ("docs/a.md", 7)]);
}
