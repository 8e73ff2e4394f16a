//! The shape of a Rust file: its first line, its limits, its name.

use crate::finding::{Finding, check};
use crate::rust_text;
use crate::tree::{File, Tree};

/// Lines of a file, its tests not counted.
const FILE_LINES: usize = 400;
/// Of a `main.rs`, which only starts what others do.
const MAIN_LINES: usize = 40;
const FUNCTION_LINES: usize = 70;
const COLUMNS: usize = 100;

/// Names that say nothing about what lies inside.
const EMPTY_NAMES: &[&str] = &[
    "common", "helper", "helpers", "misc", "types", "util", "utils",
];

pub(crate) fn first_line(tree: &Tree) -> Vec<Finding> {
    let silent = tree.rust().filter(|file| !file.text.starts_with("//! "));
    let finding = |file: &File| {
        let what = "the file does not begin with `//! `".to_owned();
        Finding::new(
            &file.path,
            1,
            what,
            "Begin with one sentence that says why it exists",
        )
    };
    silent.map(finding).collect()
}

pub(crate) fn file_length(tree: &Tree) -> Vec<Finding> {
    let tests = |file: &&File| tree.tests.contains(&file.path);
    let finding = |file: &File| {
        let limit = match file.path.ends_with("/src/main.rs") {
            true => MAIN_LINES,
            false => FILE_LINES,
        };
        let lines = file.text.lines().count() - file.inline_tests.len();
        let what = format!("the file has {lines} lines without tests, {limit} is the limit");
        (lines > limit).then(|| Finding::new(&file.path, 0, what, "Divide it by what it is about"))
    };
    tree.rust()
        .filter(|file| !tests(file))
        .filter_map(finding)
        .collect()
}

pub(crate) fn function_length(tree: &Tree) -> Vec<Finding> {
    tree.rust().flat_map(long_functions).collect()
}

fn long_functions(file: &File) -> Vec<Finding> {
    let code = &file.code;
    let finding = |at: usize| {
        let (first, name) = (rust_text::line_of(code, at), function_name(&code[at..])?);
        let lines = rust_text::line_of(code, rust_text::body_end(code, at)?) + 1 - first;
        let what = format!("`{name}` has {lines} lines, {FUNCTION_LINES} is the limit");
        let way_out = "Take out a part that has a name of its own";
        (lines > FUNCTION_LINES).then(|| Finding::new(&file.path, first, what, way_out))
    };
    rust_text::words(code, "fn").filter_map(finding).collect()
}

/// None for the type of a function, `fn(…)`.
fn function_name(code: &str) -> Option<&str> {
    let rest = code.strip_prefix("fn ")?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
}

pub(crate) fn line_length(tree: &Tree) -> Vec<Finding> {
    let long_lines = |file: &'_ File| -> Vec<Finding> {
        let long = file
            .lines()
            .filter(|(_, line)| line.chars().count() > COLUMNS);
        let what = format!("the line is longer than {COLUMNS} columns");
        long.map(|(line, _)| Finding::new(&file.path, line, what.clone(), "Break it"))
            .collect()
    };
    tree.rust().flat_map(long_lines).collect()
}

pub(crate) fn names(tree: &Tree) -> Vec<Finding> {
    let finding = |file: &File| {
        let name = file.path.rsplit('/').next()?;
        if name == "mod.rs" {
            let what = "the file is a `mod.rs`".to_owned();
            let way_out = "Name it as its module and put it beside the folder";
            return Some(Finding::new(&file.path, 0, what, way_out));
        }
        let mut parts = file.path.trim_end_matches(".rs").split('/');
        let empty = parts.find(|part| EMPTY_NAMES.contains(part))?;
        let what = format!("`{empty}` says nothing about what lies inside");
        Some(Finding::new(
            &file.path,
            0,
            what,
            "Name it after what it is for",
        ))
    };
    tree.rust().filter_map(finding).collect()
}

#[test]
fn a_file_that_does_not_say_why_is_found() {
    let tree = Tree::of([("src/a.rs", "//! Why.\n"), ("src/b.rs", "use x;\n")]);
    check(&first_line(&tree), &[("src/b.rs", 1)]);
}

#[test]
fn a_long_file_is_found() {
    let code = "//\n".repeat(FILE_LINES);
    let with_tests = format!("{code}#[cfg(test)]\nmod tests {{\n}}\n");
    let too_long = format!("{with_tests}//\n");
    let tree = Tree::of([
        ("a/src/lib.rs", with_tests),
        ("b/src/lib.rs", too_long),
        ("a/src/main.rs", "//\n".repeat(MAIN_LINES + 1)),
        ("a/tests/b.rs", "//\n".repeat(FILE_LINES + 1)),
    ]);
    check(
        &file_length(&tree),
        &[("a/src/main.rs", 0), ("b/src/lib.rs", 0)],
    );
}

#[test]
fn a_long_function_is_found() {
    let body = "    go('}', \"}\"); // }\n".repeat(FUNCTION_LINES - 2);
    let text =
        format!("trait T {{ fn a(); }}\nfn b(f: fn(u8)) {{\n{body}}}\nfn c() {{\n\n{body}}}\n");
    let tree = Tree::of([("src/a.rs", text)]);
    check(&function_length(&tree), &[("src/a.rs", 2 + FUNCTION_LINES)]);
}

#[test]
fn a_long_line_is_found() {
    let text = format!("{}\n{}\n", "ä".repeat(COLUMNS), "a".repeat(COLUMNS + 1));
    check(
        &line_length(&Tree::of([("src/a.rs", text)])),
        &[("src/a.rs", 2)],
    );
}

#[test]
fn a_name_that_says_nothing_is_found() {
    let tree = Tree::of([
        ("src/a/mod.rs", ""),
        ("src/utils.rs", ""),
        ("src/types/b.rs", ""),
        ("src/commonplace.rs", ""),
    ]);
    let places = [
        ("src/a/mod.rs", 0),
        ("src/types/b.rs", 0),
        ("src/utils.rs", 0),
    ];
    check(&names(&tree), &places);
}
