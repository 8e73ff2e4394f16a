//! `licensetool seal repository`: puts into the home folder by what Argo CD reads a private
//! repository.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use seal::Secret;
use zeroize::Zeroizing;

use super::adding::{BYTE_ORDER_MARK, one_of, password, user};
use super::deploy_key::{self, SSH_KEY};
use super::{names, private_file};
use crate::exit::Outcome;
use crate::output;

/// Items of the secret, called as Argo CD calls them.
const TYPE: &str = "type";
const USERNAME: &str = "username";
const PASSWORD: &str = "password";
/// What the secret may hold. Argo CD knows more, of which nothing is checked here.
const ITEMS: [&str; 5] = [TYPE, names::REPOSITORY_URL, USERNAME, PASSWORD, SSH_KEY];
/// The type of all repositories that are opened so.
const GIT: &str = "git";
const AGAIN: &str = "`licensetool seal repository` writes it anew";

#[derive(Debug, clap::Args)]
#[command(group = one_of(["username", "ssh_key"]))]
pub(super) struct WayIn {
    /// Who reads, for an address with https://; with a token whatever the host of Git wants there
    #[arg(long, value_name = "NAME", requires = "password_file")]
    username: Option<String>,
    /// A file with the password or token on its first line; - is standard input
    #[arg(long, value_name = "FILE", requires = "username")]
    password_file: Option<PathBuf>,
    /// The private half of a deploy key without passphrase, for an address of ssh
    #[arg(long, value_name = "FILE")]
    ssh_key: Option<PathBuf>,
}

/// For the repository at `address`, under which Argo CD reads it.
pub(super) fn way_in(home: &Path, wish: &WayIn, address: &str) -> anyhow::Result<Outcome> {
    let is_https = is_https(address);
    let opens = match (&wish.username, &wish.password_file, &wish.ssh_key) {
        (Some(user), Some(file), _) => {
            ensure!(
                is_https,
                "{address} is opened by a key: name it with --ssh-key"
            );
            let user = Zeroizing::new(self::user(user)?.to_owned());
            vec![(USERNAME, user), (PASSWORD, password(file)?)]
        }
        (_, _, Some(file)) => {
            ensure!(
                !is_https,
                "{address} is opened by a name and a password or token: name them with --username \
                 and --password-file"
            );
            vec![(SSH_KEY, deploy_key::read(file)?)]
        }
        _ => bail!("name --username and --password-file, or --ssh-key"),
    };
    let dir = home.join(names::REPOSITORY.1);
    private_file::folder(&dir)?;
    let told = |text: &str| Zeroizing::new(text.to_owned());
    let told = [(TYPE, told(GIT)), (names::REPOSITORY_URL, told(address))];
    let items = opens.into_iter().chain(told);
    let mut written = Vec::new();
    let mut prepared = Vec::new();
    for (item, text) in items {
        prepared.push(private_file::prepare(&dir.join(item), text.as_bytes())?);
        written.push(item);
    }
    // All are written before one is replaced. What opens no more goes first: Argo CD is never told
    // two ways in.
    for other in [USERNAME, PASSWORD, SSH_KEY] {
        if !written.contains(&other) {
            gone(&dir.join(other))?;
        }
    }
    for file in prepared {
        file.put()?;
    }
    output::say(&format!(
        "{} holds the way into {address}; `licensetool seal` seals it",
        dir.display()
    ))?;
    Ok(Outcome::Fine)
}

/// Why Argo CD could not read the repository with this. It finds the secret by the address in it.
pub(super) fn problems(secret: &Secret, address: Option<&str>) -> Vec<String> {
    let folder = names::REPOSITORY.1;
    let held = |item: &str| secret.data.get(item);
    let text = |item: &str| held(item).map(|bytes| String::from_utf8_lossy(bytes));
    let mut problems = Vec::new();
    for item in secret
        .data
        .keys()
        .map(String::as_str)
        .filter(|item| !ITEMS.contains(item))
    {
        problems.push(format!(
            "{folder}/{item} is nothing that is sealed for Argo CD: take it away; a way in is {}",
            ITEMS.join(", ")
        ));
    }
    for item in [TYPE, names::REPOSITORY_URL, USERNAME, PASSWORD] {
        if let Some(wrong) = text(item).and_then(|text| not_one_line(&text)) {
            problems.push(format!("{folder}/{item} {wrong}: {AGAIN}"));
        }
    }
    if text(TYPE).is_none_or(|is| is.trim() != GIT) {
        problems.push(format!("{folder}/{TYPE} must be \"{GIT}\": {AGAIN}"));
    }
    let url = text(names::REPOSITORY_URL);
    match (url.as_deref().map(str::trim_end), address) {
        (None, _) => problems.push(format!("{folder}/ lacks url: {AGAIN}")),
        (Some(url), Some(address)) if url != address => problems.push(format!(
            "{folder}/url is not the address under which Argo CD reads the repository, {address}: \
             {AGAIN}"
        )),
        (Some(url), _) => {
            let has = |item: &str| held(item).is_some();
            let unfit = unfit(url, [has(USERNAME), has(PASSWORD), has(SSH_KEY)]);
            problems.extend(unfit.map(|unfit| format!("{folder}/ {unfit}: {AGAIN}")));
        }
    }
    if let Some(key) = text(SSH_KEY) {
        let name = format!("{folder}/{SSH_KEY}");
        match deploy_key::checked(&name, &key) {
            Ok(sound) if *sound == *key => {}
            Ok(_) => problems.push(format!(
                "{name} is written as Argo CD does not read it: {AGAIN}"
            )),
            Err(error) => problems.push(error.to_string()),
        }
    }
    problems
}

/// Argo CD takes every byte for a part of the item.
fn not_one_line(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        return Some("is empty");
    }
    if text.starts_with(BYTE_ORDER_MARK) {
        return Some("begins with the mark of an editor");
    }
    if text.trim_end_matches(['\r', '\n']).contains(['\r', '\n']) {
        return Some("has several lines");
    }
    text.ends_with(['\r', '\n'])
        .then_some("ends with a new line")
}

/// What does not fit the address: whether there are name, password and key.
fn unfit(url: &str, [name, password, key]: [bool; 3]) -> Option<String> {
    if !name && !password && !key {
        return Some(format!("holds neither {PASSWORD} nor {SSH_KEY}"));
    }
    if key && (name || password) {
        return Some(format!(
            "holds two ways in, {SSH_KEY} and {USERNAME} or {PASSWORD}"
        ));
    }
    if is_https(url) == key {
        let (way, wants) = match key {
            true => (SSH_KEY, "a name and a password or token"),
            false => (PASSWORD, "a key"),
        };
        return Some(format!("holds {way}, and {url} is opened by {wants}"));
    }
    if name != password {
        let [has, lacks] = match name {
            true => [USERNAME, PASSWORD],
            false => [PASSWORD, USERNAME],
        };
        return Some(format!("holds {has} without {lacks}"));
    }
    None
}

fn is_https(address: &str) -> bool {
    address.starts_with("https://")
}

fn gone(file: &Path) -> anyhow::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.with_context(|| format!("{} cannot be removed", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use seal::{Data, OPAQUE, Place};

    use super::*;

    const HTTPS: &str = "https://git.test/a.git";
    const SSH: &str = "git@git.test:a.git";

    #[track_caller]
    fn check(items: &[(&str, &str)], expected: &str) {
        let data = items.iter().map(|(item, text)| {
            let bytes = Zeroizing::new(text.as_bytes().to_vec());
            ((*item).to_owned(), bytes)
        });
        let secret = Secret {
            place: Place {
                namespace: "argocd".to_owned(),
                name: names::REPOSITORY.0.to_owned(),
            },
            kind: OPAQUE.to_owned(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            data: data.collect::<Data>(),
        };
        let said = problems(&secret, None).join("\n");
        assert!(said.contains(expected), "{expected}: {said}");
        assert_eq!(said.is_empty(), expected.is_empty(), "{said}");
    }

    #[test]
    fn an_item_that_argo_cd_would_read_otherwise_is_told_before_it_is_sealed() {
        let [name, password] = [(USERNAME, "me"), (PASSWORD, "hush")];
        let sound = [(TYPE, GIT), ("url", HTTPS), name, password];
        check(&sound, "");
        for (item, text, words) in [
            (
                PASSWORD,
                "hush\n",
                "repository/password ends with a new line",
            ),
            (PASSWORD, "hush\r\n", "repository/password ends with a new"),
            (
                PASSWORD,
                "\u{feff}hush",
                "begins with the mark of an editor",
            ),
            (
                PASSWORD,
                "hush\nhush",
                "repository/password has several lines",
            ),
            (PASSWORD, "", "repository/password is empty"),
            (USERNAME, "me\n", "repository/username ends with a new line"),
            (
                "url",
                "https://git.test/a.git\n",
                "repository/url ends with",
            ),
            (TYPE, "git\n", "repository/type ends with a new line"),
            (TYPE, "helm", "repository/type must be \"git\""),
            ("githubAppID", "1", "repository/githubAppID is nothing that"),
            ("bearerToken", "1", "repository/bearerToken is nothing that"),
            ("insecure", "true", "repository/insecure is nothing that"),
            ("proxy", "a", "repository/proxy is nothing that is sealed"),
        ] {
            let others = sound.into_iter().filter(|(other, _)| *other != item);
            let all: Vec<_> = others.chain([(item, text)]).collect();
            check(&all, words);
        }
        check(&sound[1..], "repository/type must be \"git\"");
    }

    #[test]
    fn a_way_in_that_does_not_fit_is_told_before_it_is_sealed() {
        let [name, password] = [(USERNAME, "me"), (PASSWORD, "hush")];
        let key = deploy_key::specimen();
        let key = (SSH_KEY, key.as_str());
        let at = |url, with: &[(&'static str, &str)], words: &str| {
            check(&[&[(TYPE, GIT), ("url", url)], with].concat(), words);
        };
        at(SSH, &[key], "");
        at("ssh://git@git.test/a.git", &[key], "");
        check(&[(TYPE, GIT), name, password], "repository/ lacks url");
        at(HTTPS, &[], "neither password nor sshPrivateKey");
        at(HTTPS, &[password], "holds password without username");
        at(HTTPS, &[name], "holds username without password");
        at(HTTPS, &[name, password, key], "holds two ways in");
        at(HTTPS, &[key], "is opened by a name and a password or token");
        at(SSH, &[name, password], "is opened by a key");
        let cut = "repository/sshPrivateKey is cut off: copy it again";
        at(SSH, &[(SSH_KEY, &key.1[..80])], cut);
        let windows = key.1.replace('\n', "\r\n");
        at(SSH, &[(SSH_KEY, &windows)], "as Argo CD does not read it");
    }
}
