//! The crates and what each may use: a crate is a firewall around a dependency.

use cargo_metadata::camino::Utf8Path;
use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::finding::{Finding, check};
use crate::rust_text;
use crate::tree::Tree;

/// One row of the table in ARCHITECTURE.md, as precisely as a machine can hold it.
struct Firewall {
    name: &'static str,
    /// Crates of ours. Tests may use what stands in for the world besides.
    may: &'static [&'static str],
    externals: Externals,
}

enum Externals {
    /// Nothing else from outside.
    Only(&'static [&'static str]),
    /// Anything from outside but these; tests may.
    Never(&'static [&'static str]),
}

const SIMULATOR: &str = "microsoft-sim";
const DATABASE: &str = "throwaway-postgres";

const HOUSE: &[Firewall] = &[
    Firewall {
        name: "domain",
        may: &[],
        externals: Externals::Only(&["jiff", "uuid"]),
    },
    Firewall {
        name: "graph",
        may: &[],
        externals: Externals::Never(&["askama", "axum", "clap", "prometheus-client", "sqlx"]),
    },
    Firewall {
        name: "store",
        may: &["domain"],
        externals: Externals::Never(&["axum", "clap", "h2", "http", "hyper", "reqwest"]),
    },
    Firewall {
        name: "home",
        may: &["domain"],
        externals: Externals::Never(&["axum", "clap", "hyper", "reqwest", "sqlx", "tokio"]),
    },
    Firewall {
        name: "pipeline",
        may: &["domain", "graph", "store"],
        externals: Externals::Never(&["askama", "axum", "clap", "hyper", "sqlx"]),
    },
    Firewall {
        name: "web",
        may: &["domain", "store"],
        externals: Externals::Never(&["clap", "hyper", "sqlx"]),
    },
    Firewall {
        name: "seal",
        may: &[],
        externals: Externals::Never(&["axum", "clap", "hyper", "reqwest", "sqlx", "tokio"]),
    },
    Firewall {
        name: SIMULATOR,
        may: &[],
        externals: Externals::Never(&["axum", "clap", "reqwest", "sqlx"]),
    },
    Firewall {
        name: DATABASE,
        may: &[],
        externals: Externals::Only(&["tempfile"]),
    },
    Firewall {
        name: "licensetool",
        may: &[
            "domain", "graph", "home", "pipeline", "seal", "store", "web", SIMULATOR,
        ],
        externals: Externals::Never(&["askama", "hyper", "reqwest", "rustls", "sqlx", "utoipa"]),
    },
];

/// What a manifest says.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Its folder, relative to the root.
    pub(crate) folder: String,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) for_tests: bool,
}

/// Asks Cargo, without the network.
pub(crate) fn packages() -> Vec<Package> {
    let metadata = MetadataCommand::new().no_deps().exec();
    let metadata = metadata.expect("Cargo describes its own workspace");
    let root = &metadata.workspace_root;
    let package = |package: &cargo_metadata::Package| Package {
        name: package.name.to_string(),
        folder: relative(&package.manifest_path, root),
        dependencies: package.dependencies.iter().map(dependency).collect(),
    };
    metadata.packages.iter().map(package).collect()
}

fn relative(manifest: &Utf8Path, root: &Utf8Path) -> String {
    let folder = manifest.parent().expect("a manifest lies in a folder");
    let inside = folder.strip_prefix(root);
    inside.expect("members lie in the workspace").to_string()
}

fn dependency(dependency: &cargo_metadata::Dependency) -> Dependency {
    Dependency {
        name: dependency.name.clone(),
        for_tests: dependency.kind == DependencyKind::Development,
    }
}

/// Every edge between our crates is drawn in the table, and nothing forbidden comes from outside.
pub(crate) fn edges(tree: &Tree, packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let manifest = format!("{}/Cargo.toml", package.folder);
        let Some(firewall) = HOUSE.iter().find(|firewall| firewall.name == package.name) else {
            let what = format!("`{}` has no place in the house", package.name);
            let way_out = "Add it to the table in tests/tidy/edges.rs, or make it a module";
            findings.push(Finding::new(&manifest, 0, what, way_out));
            continue;
        };
        let forbidden = |dependency: &&Dependency| !firewall.allows(dependency, packages);
        for dependency in package.dependencies.iter().filter(forbidden) {
            let what = format!("`{}` may not use `{}`", package.name, dependency.name);
            let line = line_of(tree, &manifest, &dependency.name);
            let way_out = "Do it where it is allowed: ARCHITECTURE.md says what each crate is for";
            findings.push(Finding::new(&manifest, line, what, way_out));
        }
    }
    findings
}

impl Firewall {
    fn allows(&self, dependency: &Dependency, packages: &[Package]) -> bool {
        let name = dependency.name.as_str();
        if packages.iter().any(|package| package.name == name) {
            let for_tests = dependency.for_tests && [SIMULATOR, DATABASE].contains(&name);
            return self.may.contains(&name) || for_tests;
        }
        match self.externals {
            _ if dependency.for_tests => true,
            Externals::Only(few) => few.contains(&name),
            Externals::Never(never) => !never.contains(&name),
        }
    }
}

/// The only part of `web` that calls anybody, and by what it does.
const CALLS: &str = "crates/web/src/auth";
const CALLING: [&str; 2] = ["reqwest", "rustls"];

/// No page view causes a call to anybody: sign-in alone speaks to its provider.
pub(crate) fn callers(tree: &Tree) -> Vec<Finding> {
    let web = tree.rust();
    let web = web.filter(|file| file.path.starts_with("crates/web/src/"));
    let others = web.filter(|file| !file.path.starts_with(CALLS));
    let mut findings = Vec::new();
    for file in others {
        for word in CALLING {
            for at in rust_text::words(&file.code, word) {
                let line = rust_text::line_of(&file.code, at);
                let what = format!("`{word}` is used outside of sign-in");
                let way_out = "Read what is shown from the store; only web::auth calls anybody";
                findings.push(Finding::new(&file.path, line, what, way_out));
            }
        }
    }
    findings
}

#[test]
fn a_page_that_calls_somebody_is_found() {
    let calls = "//! Calls.\nuse reqwest::Client;\n";
    let tree = Tree::of([
        ("crates/web/src/pages.rs", calls),
        ("crates/web/src/auth/provider.rs", calls),
        ("crates/graph/src/lib.rs", calls),
    ]);
    check(&callers(&tree), &[("crates/web/src/pages.rs", 2)]);
}

/// A dependency that no line of the crate uses only costs time.
pub(crate) fn unused(tree: &Tree, packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let folder = format!("{}/", package.folder);
        let unused = package.dependencies.iter().filter(|dependency| {
            let word = dependency.name.replace('-', "_");
            let mut files = tree.rust().filter(|file| file.path.starts_with(&folder));
            !files.any(|file| rust_text::words(&file.code, &word).next().is_some())
        });
        for dependency in unused {
            let manifest = format!("{folder}Cargo.toml");
            let what = format!("nothing here uses `{}`", dependency.name);
            let line = line_of(tree, &manifest, &dependency.name);
            findings.push(Finding::new(&manifest, line, what, "Delete the dependency"));
        }
    }
    findings
}

fn line_of(tree: &Tree, manifest: &str, dependency: &str) -> usize {
    let Some(file) = tree.files.get(manifest) else {
        return 0;
    };
    let begins = |line: &str| {
        let rest = line.strip_prefix(dependency);
        rest.is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    };
    file.lines()
        .find(|(_, line)| begins(line))
        .map_or(0, |(line, _)| line)
}

fn planted(name: &str, dependencies: &[(&str, bool)]) -> Package {
    Package {
        name: name.to_owned(),
        folder: format!("crates/{name}"),
        dependencies: dependencies
            .iter()
            .map(|(name, for_tests)| Dependency {
                name: (*name).to_owned(),
                for_tests: *for_tests,
            })
            .collect(),
    }
}

#[test]
fn a_forbidden_edge_is_found() {
    let web = "[dependencies]\ndomain.workspace = true\ngraph.workspace = true\nhyper = \"1\"\n";
    let tree = Tree::of([("crates/web/Cargo.toml", web)]);
    let packages = [
        planted(
            "web",
            &[("domain", false), ("graph", false), ("hyper", false)],
        ),
        planted("graph", &[("reqwest", false), ("microsoft-sim", true)]),
        planted(
            "domain",
            &[("jiff", false), ("serde", false), ("proptest", true)],
        ),
        planted("microsoft-sim", &[("graph", true)]),
        planted("nano", &[]),
    ];
    let places = [
        ("crates/domain/Cargo.toml", 0),
        ("crates/microsoft-sim/Cargo.toml", 0),
        ("crates/nano/Cargo.toml", 0),
        ("crates/web/Cargo.toml", 3),
        ("crates/web/Cargo.toml", 4),
    ];
    check(&edges(&tree, &packages), &places);
}

#[test]
fn an_unused_dependency_is_found() {
    let tree = Tree::of([
        ("crates/a/src/lib.rs", "use h_b::C; // unused\n"),
        (
            "crates/a/Cargo.toml",
            "[dependencies]\nh-b = \"1\"\nunused = \"1\"\n",
        ),
    ]);
    let packages = [planted("a", &[("h-b", false), ("unused", false)])];
    check(&unused(&tree, &packages), &[("crates/a/Cargo.toml", 3)]);
}
