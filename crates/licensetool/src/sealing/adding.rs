//! Puts what a cluster needs besides profiles into the home folder: the host's certificate and the
//! registry's login.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use seal::Certificate;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::names;
use super::private_file;
use crate::config::TlsFiles;
use crate::exit::Outcome;
use crate::outlets::secret_text;
use crate::output;
use crate::run;

/// What some editors begin a text with.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

#[derive(Debug, clap::Args)]
#[command(group = one_of(["self_signed", "certificate"]))]
pub(super) struct Tls {
    /// Make a certificate for this host that nobody vouches for, valid for a year
    #[arg(long, value_name = "HOST")]
    self_signed: Option<String>,
    /// A certificate with its chain (PEM)
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// Put them in the place of a certificate and a key that are there
    #[arg(long)]
    replace: bool,
    /// Take a certificate that has ended, too
    #[arg(long)]
    allow_expired: bool,
}

#[derive(Debug, clap::Args)]
#[command(group = one_of(["from", "server"]))]
pub(super) struct Registry {
    /// Docker's own file with the login, such as ~/.docker/config.json
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The registry's host
    #[arg(long, requires_all = ["username", "password_file"])]
    server: Option<String>,
    #[arg(long, requires = "server")]
    username: Option<String>,
    /// A file with the password or token on its first line; - is standard input
    #[arg(long, requires = "server")]
    password_file: Option<PathBuf>,
}

/// Either the one or the other is given; without both, the error names both.
pub(super) fn one_of(ways: [&'static str; 2]) -> clap::ArgGroup {
    clap::ArgGroup::new("way").required(true).args(ways)
}

pub(super) fn tls(home: &Path, wish: &Tls, now: Timestamp) -> anyhow::Result<Outcome> {
    let dir = home.join(names::TLS.1);
    let (certificate_file, key_file) = (dir.join(names::TLS_CERTIFICATE), dir.join(names::TLS_KEY));
    for file in [&certificate_file, &key_file] {
        ensure!(
            wish.replace || !file.exists(),
            "{} is there already: with --replace the new one takes its place, and the old one is \
             gone",
            file.display()
        );
    }
    let (key, certificate) = match (&wish.self_signed, &wish.certificate, &wish.key) {
        (Some(host), ..) => {
            let (key, certificate) = seal::self_signed(host, now)?;
            let key = Zeroizing::new(key.as_bytes().to_vec());
            (key, certificate.into_bytes())
        }
        (None, Some(certificate), Some(key)) => {
            let read = |file: &Path| {
                let found = private_file::read(file)?;
                found.with_context(|| format!("there is no file {}", file.display()))
            };
            let files = TlsFiles {
                cert: certificate.clone(),
                key: key.clone(),
            };
            run::tls::check(&files)?;
            (read(key)?, read(certificate)?.to_vec())
        }
        _ => bail!("name --self-signed HOST, or --certificate and --key"),
    };
    let certificate_name = wish.certificate.as_deref().unwrap_or(Path::new("it"));
    let parsed = Certificate::parse(&certificate)
        .with_context(|| format!("{} is no certificate", certificate_name.display()))?;
    ensure!(
        wish.allow_expired || now <= parsed.not_after,
        "{} has ended on {}: get a new one (--allow-expired takes it all the same)",
        certificate_name.display(),
        parsed.not_after.strftime("%Y-%m-%d")
    );
    private_file::folder(&dir)?;
    // Both are written before one is replaced. A break between the two is found by `seal`.
    let certificate = private_file::prepare(&certificate_file, &certificate)?;
    let key = private_file::prepare(&key_file, &key)?;
    certificate.put()?;
    key.put()?;
    let ends = parsed.not_after.strftime("%Y-%m-%d");
    output::say(&format!(
        "{} holds the certificate, which ends on {ends}; `licensetool seal` seals it",
        dir.display()
    ))?;
    Ok(Outcome::Fine)
}

pub(super) fn regcred(home: &Path, wish: &Registry) -> anyhow::Result<Outcome> {
    let text = match (
        &wish.from,
        &wish.server,
        &wish.username,
        &wish.password_file,
    ) {
        (Some(from), ..) => docker_file(from)?,
        (None, Some(server), Some(user), Some(file)) => {
            login(server, self::user(user)?, password(file)?.as_str())
        }
        _ => bail!("name --from FILE, or --server, --username and --password-file"),
    };
    let file = home.join(names::REGISTRY_FILE);
    private_file::folder(file.parent().unwrap_or(home))?;
    private_file::write(&file, text.as_bytes())?;
    output::say(&format!(
        "{} holds the login; `licensetool seal` seals it",
        file.display()
    ))?;
    Ok(Outcome::Fine)
}

/// Docker's file, if it holds logins itself.
fn docker_file(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let name = file.display();
    let text = secret_text(file).map_err(anyhow::Error::msg)?;
    let read: Value = serde_json::from_str(&text).with_context(|| format!("{name} is no JSON"))?;
    let logins = read.get("auths").and_then(Value::as_object);
    let holds = |login: &Value| login.get("auth").is_some_and(Value::is_string);
    ensure!(
        logins.is_some_and(|logins| logins.values().any(holds)),
        "{name} holds no login, because a credential helper keeps it: use --server, --username and \
         --password-file"
    );
    Ok(text)
}

fn login(server: &str, user: &str, password: &str) -> Zeroizing<String> {
    let pair = Zeroizing::new(format!("{user}:{password}"));
    let auth = Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes()));
    let logins = json!({ server: { "auth": auth.as_str() } });
    Zeroizing::new(json!({ "auths": logins }).to_string())
}

/// The name that belongs to a password.
pub(super) fn user(name: &str) -> anyhow::Result<&str> {
    let name = name.trim();
    let is_one = !name.is_empty() && !name.contains(char::is_control);
    ensure!(
        is_one,
        "--username is empty or no name: give the name that the password belongs to"
    );
    Ok(name)
}

pub(super) fn password(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let text = if file == Path::new("-") {
        let mut text = Zeroizing::new(String::new());
        std::io::stdin().read_to_string(&mut text)?;
        text
    } else {
        secret_text(file).map_err(anyhow::Error::msg)?
    };
    // Editors of Windows begin a text with a mark that nobody sees.
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let line = text.lines().next().map(str::trim).unwrap_or_default();
    ensure!(
        !line.is_empty(),
        "{} holds no password: write it on the first line",
        file.display()
    );
    Ok(Zeroizing::new(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_written_as_docker_writes_it() {
        let read: Value = serde_json::from_str(&login("r.example", "a", "b:c")).unwrap();
        let auth = read["auths"]["r.example"]["auth"].as_str().unwrap();
        assert_eq!(BASE64_STANDARD.decode(auth).unwrap(), b"a:b:c");
    }

    #[test]
    fn a_file_whose_logins_are_kept_elsewhere_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config.json");
        let said = |text: &str| {
            std::fs::write(&file, text).unwrap();
            docker_file(&file).err().map(|error| error.to_string())
        };
        assert_eq!(said(&login("r.example", "a", "b")), None);
        let helper = said("{\"auths\": {\"r\": {}}, \"credsStore\": \"desktop\"}").unwrap();
        assert!(helper.contains("a credential helper keeps it"), "{helper}");
        assert!(said("{").unwrap().contains("is no JSON"));
    }
}
