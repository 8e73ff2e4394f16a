//! Puts the commit into `--version`, so that a running copy can be traced to its source.

#![allow(
    clippy::disallowed_methods,
    reason = "a build is told things by its environment"
)]

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=BUILD_COMMIT");
    // Not `LICENSETOOL_…`: `cargo run` hands this name on to the program, which reads every
    // name with that prefix as a setting and refuses those it does not know.
    // An image is built without the repository at hand, so its recipe may say the commit.
    let commit = std::env::var("BUILD_COMMIT").ok().or_else(from_git);
    let commit = commit.unwrap_or_else(|| "unknown commit".to_owned());
    println!("cargo:rustc-env=BUILD_COMMIT={commit}");
}

fn from_git() -> Option<String> {
    println!("cargo:rerun-if-changed=../../.git/HEAD");
    println!("cargo:rerun-if-changed=../../.git/refs/heads");
    let output = Command::new("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .output()
        .ok()?;
    let commit = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| commit.trim().to_owned())
}
