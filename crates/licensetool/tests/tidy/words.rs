//! Words that must not stand in the code, or not in this part of it.

use crate::finding::{Finding, check};
use crate::rust_text;
use crate::tree::{File, Tree};

/// Words, where they are forbidden, and what to do instead.
struct Ban {
    /// The beginning of the path.
    within: &'static str,
    words: &'static [&'static str],
    /// In benchmarks too.
    in_tests_too: bool,
    way_out: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        within: "",
        words: &[".unwrap()"],
        in_tests_too: false,
        way_out: "Handle it, or `expect(\"the invariant in words\")`",
    },
    Ban {
        within: "",
        words: &["todo!", "unimplemented!", "dbg!"],
        in_tests_too: true,
        way_out: "Build it, or leave it out",
    },
    Ban {
        within: "",
        words: &["#[ignore"],
        in_tests_too: true,
        way_out: "Make the test run always, or delete it",
    },
    Ban {
        within: "crates/domain/",
        words: &[
            "std::fs",
            "std::net",
            "std::env",
            "std::io",
            "async fn",
            "Timestamp::now",
        ],
        in_tests_too: true,
        way_out: "The domain decides by its arguments alone: take what is needed as one",
    },
    Ban {
        within: "crates/domain/",
        words: &["SystemTime", "Instant::now"],
        in_tests_too: true,
        way_out: "The domain decides by its arguments alone: take `now` as one",
    },
    Ban {
        within: "crates/home/",
        words: &["std::net"],
        in_tests_too: true,
        way_out: "`home` reads files; whoever needs the network asks `graph`",
    },
    Ban {
        within: "crates/seal/src/",
        words: &[
            "std::fs",
            "std::net",
            "std::env",
            "std::io",
            "async fn",
            "Timestamp::now",
        ],
        in_tests_too: true,
        way_out: "`seal` makes values of values: take what is needed as an argument",
    },
    Ban {
        within: "crates/pipeline/src/",
        words: &["std::env"],
        in_tests_too: true,
        way_out: "Take the setting as an argument; `licensetool` reads the environment",
    },
    Ban {
        within: "crates/web/src/",
        words: &["std::env"],
        in_tests_too: true,
        way_out: "Take the setting as an argument; `licensetool` reads the environment",
    },
];

pub(crate) fn forbidden(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        for (line, code) in file.code_lines() {
            let is_test = tree.is_test(file, line) || file.path.contains("/benches/");
            let bans = BANS.iter().filter(|ban| file.path.starts_with(ban.within));
            for ban in bans.filter(|ban| ban.in_tests_too || !is_test) {
                let word = ban.words.iter().find(|word| code.contains(**word));
                findings.extend(word.map(|word| {
                    let what = format!("`{word}` stands here");
                    Finding::new(&file.path, line, what, ban.way_out)
                }));
            }
        }
    }
    findings
}

/// A test waits for what it needs. With Tokio's paused clock a sleep takes no time.
pub(crate) fn sleeping_tests(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        let paused = file.code.contains("start_paused") || file.code.contains("time::pause()");
        for (line, code) in file.code_lines() {
            let sleeps =
                code.contains("thread::sleep") || (code.contains("time::sleep") && !paused);
            if sleeps && tree.is_test(file, line) {
                let what = "a test sleeps".to_owned();
                findings.push(Finding::new(&file.path, line, what, "Wait on a condition"));
            }
        }
    }
    findings
}

/// `#[allow(…)]` and `#[expect(…)]` say why.
pub(crate) fn silenced_lints(tree: &Tree) -> Vec<Finding> {
    tree.rust().flat_map(silenced_without_reason).collect()
}

fn silenced_without_reason(file: &File) -> Vec<Finding> {
    let code = &file.code;
    let finding = |at: usize| {
        let attribute = &code[at..at + code[at..].find(']')?];
        let silences = attribute.contains("allow(") || attribute.contains("expect(");
        let what = "a lint is silenced without a reason".to_owned();
        let line = rust_text::line_of(code, at);
        (silences && !attribute.contains("reason ="))
            .then(|| Finding::new(&file.path, line, what, "Add `reason = \"…\"`, or obey"))
    };
    let attributes = code.match_indices("#[").chain(code.match_indices("#!["));
    attributes.filter_map(|(at, _)| finding(at)).collect()
}

/// What `store` shows the world names no database driver.
pub(crate) fn drivers_in_public(tree: &Tree) -> Vec<Finding> {
    let store = tree.rust();
    store
        .filter(|file| file.path.starts_with("crates/store/src/"))
        .flat_map(driver_in_public)
        .collect()
}

fn driver_in_public(file: &File) -> Vec<Finding> {
    let code = &file.code;
    let finding = |at: usize| {
        let end = code[at..].find(['{', ';', '=']).unwrap_or(code.len() - at);
        let shown = &code[at..at + end];
        let field = shown.split(",\n").next()?;
        let driver = ["sqlx", "Sqlite", "PgPool", "Postgres"];
        let named = driver.iter().find(|driver| field.contains(**driver))?;
        let what = format!("`{named}` stands in what `store` shows");
        let way_out = "Show a type of the domain or of our own";
        Some(Finding::new(
            &file.path,
            rust_text::line_of(code, at),
            what,
            way_out,
        ))
    };
    let shown = rust_text::words(code, "pub").filter(|at| !code[*at..].starts_with("pub("));
    shown.filter_map(finding).collect()
}

#[test]
fn a_forbidden_word_is_found() {
    let ignored = concat!("#[ig", "nore]\n");
    let text = format!(
        "a.unwrap(); // .unwrap()\nf(\".unwrap()\");\nstd::fs::read();\n\
         #[cfg(test)]\nmod tests {{\nb.unwrap();\n{ignored}fn c() {{ todo!() }}\n}}\n"
    );
    let tree = Tree::of([
        ("crates/domain/src/lib.rs", text.clone()),
        ("crates/web/src/lib.rs", text),
    ]);
    let (domain, web) = ("crates/domain/src/lib.rs", "crates/web/src/lib.rs");
    let places = [
        (domain, 1),
        (domain, 3),
        (domain, 7),
        (domain, 8),
        (web, 1),
        (web, 7),
        (web, 8),
    ];
    check(&forbidden(&tree), &places);
}

#[test]
fn a_sleeping_test_is_found() {
    let asleep = "std::thread::sleep(x);\ntokio::time::sleep(x).await;\n";
    let tree = Tree::of([
        ("a/src/lib.rs", asleep.to_owned()),
        ("a/tests/it.rs", asleep.to_owned()),
        (
            "a/tests/paused.rs",
            format!("{asleep}#[tokio::test(start_paused = true)]"),
        ),
    ]);
    let places = [
        ("a/tests/it.rs", 1),
        ("a/tests/it.rs", 2),
        ("a/tests/paused.rs", 1),
    ];
    check(&sleeping_tests(&tree), &places);
}

#[test]
fn a_lint_silenced_without_reason_is_found() {
    let text =
        "#[allow(a, reason = \"b\")]\n#[allow(\n    a\n)]\n#![expect(c)]\nd.expect(\"e\");\n";
    let tree = Tree::of([("src/a.rs", text)]);
    check(&silenced_lints(&tree), &[("src/a.rs", 2), ("src/a.rs", 5)]);
}

#[test]
fn a_driver_in_what_store_shows_is_found() {
    let text = "pub(crate) fn a(db: &SqlitePool) {}\npub fn b(&self) { sqlx::query() }\n\
                pub fn c(\n    pool: sqlx::Pool,\n) {}\npub struct D {\n    pub e: SqlitePool,\n\
                pub f: u8,\n}\n";
    let path = "crates/store/src/lib.rs";
    let tree = Tree::of([(path, text), ("crates/other/src/lib.rs", text)]);
    check(&drivers_in_public(&tree), &[(path, 3), (path, 7)]);
}
