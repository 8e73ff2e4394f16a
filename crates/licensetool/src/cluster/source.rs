//! Where Argo CD finds the repository: its address stands in Git, in one place.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use url::Url;

use super::line::Line;
use super::process::{Show, run};
use super::target::{HOST, Target};
use super::walk::well;

/// Git answers from its own folder.
const LIMIT: Duration = Duration::from_secs(30);
/// Hosts that belong to nobody: what stands there before somebody wrote theirs.
const PLACEHOLDERS: [&str; 5] = [
    "example.org",
    "example.com",
    ".example/",
    ".example:",
    // RFC 5737: addresses for documents.
    "192.0.2.",
];

/// Where a placeholder ends so, what follows belongs to it.
const NO_LETTERS: [char; 3] = ['/', ':', '.'];

/// The digest that no image has.
const NO_DIGEST: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// The address that the Applications name.
///
/// # Errors
/// If there is none that Argo CD could read.
pub(crate) fn address(infra: &Path) -> anyhow::Result<String> {
    let file = infra
        .join("clusters")
        .join("repository")
        .join("repository.yaml");
    let name = file.display();
    let text = fs::read_to_string(&file);
    let text = text.with_context(|| {
        format!("{name} cannot be read: run this in the repository, where it says its address")
    })?;
    let address = value(&text, "url:");
    let address = address.with_context(|| format!("{name} has no line `url: …`"))?;
    usable(&address).with_context(|| format!("{name}: url"))?;
    Ok(address)
}

/// The overlay names an image that there can be.
///
/// # Errors
/// If none was ever published: no pod could start, and nobody shall wait for it.
pub(super) fn image_is_named(target: &Target) -> anyhow::Result<()> {
    let overlay = target.overlay.as_str();
    let file = [
        "apps",
        "licensetool",
        "overlays",
        overlay,
        "kustomization.yaml",
    ];
    let file = target.infra(&file);
    let text = fs::read_to_string(&file);
    let text = text.with_context(|| format!("{} cannot be read", file.display()))?;
    if text.contains(NO_DIGEST) {
        bail!(
            "{} names no image yet: pull the commit in which the pipeline writes its digest; \
             without a pipeline, `scripts/image --push` builds one and says its digest, and \
             `scripts/set-digest {overlay} DIGEST NAME` writes that",
            file.display()
        );
    }
    Ok(())
}

/// The overlay's own settings hold nothing that belongs to nobody.
///
/// # Errors
/// If one was left as it came: host, database, its address.
pub(super) fn names_are_ones_own(target: &Target) -> anyhow::Result<()> {
    let overlay = target.overlay.as_str();
    let mut left = Vec::new();
    for name in ["cluster.yaml", "network.yaml", "licensetool.toml"] {
        let file = target.infra(&["apps", "licensetool", "overlays", overlay, name]);
        let text = fs::read_to_string(&file).unwrap_or_default();
        let lines = text.lines().map(str::trim).enumerate();
        // What stands behind a # is said to people.
        let said = |line: &str| line.split(" #").next().unwrap_or_default().to_owned();
        let lines = lines.map(|(number, line)| (number, said(line)));
        let lines = lines.filter(|(_, line)| !line.starts_with('#') && is_placeholder(line));
        left.extend(
            lines.map(|(number, line)| format!("{}:{}: {line}", file.display(), number + 1)),
        );
    }
    if !left.is_empty() {
        bail!(
            "these are placeholders that belong to nobody: write your own, `scripts/render`, \
             commit and push\n  {}",
            left.join("\n  ")
        );
    }
    Ok(())
}

/// What of the manifests Argo CD cannot have, because it is here alone. Nothing if git cannot say.
pub(super) async fn not_pushed(target: &Target) -> Option<String> {
    let infra = target.infra(&[]);
    let infra = infra.to_string_lossy();
    let changed = git(["status", "--porcelain", "--", &infra]).await.ok()?;
    let here = [
        "rev-list",
        "--count",
        "HEAD",
        "--not",
        "--remotes",
        "--",
        &infra,
    ];
    let here = git(here).await.ok()?;
    let found = match (changed.lines().count(), here.as_str()) {
        (0, "0") => return None,
        (0, here) => format!("commits of {infra} that are not pushed: {here}"),
        (changed, _) => format!("changes of {infra} that are not committed: {changed}"),
    };
    Some(format!(
        "{found}; Argo CD brings what is pushed, and nothing else"
    ))
}

/// Under which name people open the pages.
pub(super) fn host(target: &Target) -> String {
    let overlay = target.overlay.as_str();
    let file = target.infra(&["apps", "licensetool", "overlays", overlay, "cluster.yaml"]);
    let text = fs::read_to_string(file).unwrap_or_default();
    value(&text, "host:").unwrap_or_else(|| HOST.to_owned())
}

/// What stands behind a key on a line of its own.
fn value(text: &str, key: &str) -> Option<String> {
    let mut lines = text.lines().map(str::trim);
    let value = lines.find_map(|line| line.strip_prefix(key))?;
    Some(value.trim().trim_matches(['"', '\'']).to_owned())
}

/// Names are compared label by label: somebody may be called myexample.
fn is_placeholder(text: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    PLACEHOLDERS.iter().any(|name| {
        text.match_indices(name).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let behind = text[at + name.len()..].chars().next();
            let is_begun = name.starts_with('.') || !before.is_some_and(of_name);
            let goes_on = |c: char| of_name(c) || c == '.';
            is_begun && (name.ends_with(NO_LETTERS) || !behind.is_some_and(goes_on))
        })
    })
}

fn usable(address: &str) -> anyhow::Result<()> {
    let way_out = "`scripts/set-repository URL` writes yours; commit and push it";
    if address.is_empty() || is_placeholder(address) {
        bail!("the repository's own address does not stand there yet: {way_out}");
    }
    // In an address for ssh the name is everybody's.
    let secret = |url: &Url| {
        url.password().is_some() || (url.scheme() != "ssh" && !url.username().is_empty())
    };
    if Url::parse(address).is_ok_and(|url| secret(&url)) {
        bail!(
            "the address holds a name or a password, which everybody could read in Git and in the \
             cluster: {way_out}"
        );
    }
    Ok(())
}

/// The way from here to the top of the repository: relative, so that it means the same in every
/// shell. Here, if this is no repository.
pub(crate) async fn top() -> PathBuf {
    match git(["rev-parse", "--show-cdup"]).await {
        Ok(way) if !way.is_empty() => PathBuf::from(way),
        _ => PathBuf::new(),
    }
}

async fn git<const N: usize>(arguments: [&str; N]) -> anyhow::Result<String> {
    let line = Line::new("git", arguments);
    let ended = well(&line, run(&line, LIMIT, Show::Nothing).await)?;
    Ok(ended.out.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_ones_own_without_a_password_is_usable() {
        let check = |address: &str, may: bool| {
            assert_eq!(usable(address).is_ok(), may, "{address}");
        };
        check("https://git.test/team/licensetool.git", true);
        check("git@git.test:team/licensetool.git", true);
        check("ssh://git@git.test/team/licensetool.git", true);
        check("https://git.example.org/licensetool.git", false);
        check("https://git.myexample.org/licensetool.git", true);
        check("https://git.example.company.net/licensetool.git", true);
        check("git@host.example:company/licensetool.git", false);
        check("https://token@git.test/licensetool.git", false);
        check("https://me:secret@git.test/licensetool.git", false);
        check("ssh://git:secret@git.test/licensetool.git", false);
        check("", false);
    }
}
