//! Every setting of the program: one table of keys, read from `licensetool.toml` and the
//! environment, with all problems said at once.

mod keys;
mod channel_keys;
mod reference;
mod values;
mod nearest;
mod given;
mod texts;
mod channels;
mod read;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;
use domain::{Language, Layer};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use pipeline::evaluate::{Keep, Retention};
use url::Url;

pub(crate) use channels::{Address, ChannelSettings, MailServer, Way};
pub(crate) use given::{RESERVED as SHAREPOINT, variable as channel_variable};
pub(crate) use nearest::meant;
pub(crate) use read::{Source, Sources, read, under_home};
pub(crate) use reference::reference;
pub(crate) use texts::check_variable;
pub(crate) use values::{FromText, LogFormat};

/// The settings of a run, checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
    /// The folder with profiles and certificates.
    pub(crate) home: PathBuf,
    /// Whether only the command line says where that is, so that the next command must, too.
    pub(crate) is_home_named: bool,
    pub(crate) listen: SocketAddr,
    pub(crate) metrics_listen: SocketAddr,
    pub(crate) store: StoreAt,
    /// Where people open the pages; `None`: where they are served.
    pub(crate) public_url: Option<Url>,
    /// How people sign in; `None`: nobody does.
    pub(crate) sign_in: Option<SignIn>,
    pub(crate) trusted_proxies: Vec<web::Network>,
    /// With what pages and API are served; `None`: in the clear.
    pub(crate) tls: Option<TlsFiles>,
    pub(crate) language: Language,
    pub(crate) time_zone: TimeZone,
    /// Who sends the messages.
    pub(crate) company: String,
    pub(crate) log: Log,
    /// Who is told what took how long; `None`: nobody.
    pub(crate) traces: Option<Url>,
    pub(crate) microsoft: Microsoft,
    pub(crate) collect: Collect,
    /// The company's layer over the built-in policy, as far as somebody has set it.
    pub(crate) policy: Layer,
    /// How long tenants are claimed that are judged.
    pub(crate) evaluate_claim: SignedDuration,
    pub(crate) deliver: Deliver,
    pub(crate) keep: Keep,
    pub(crate) retention: Retention,
    /// Between two syncs of SharePoint lists; `None`: they are left alone.
    pub(crate) sharepoint_interval: Option<SignedDuration>,
    /// By name.
    pub(crate) channels: Vec<ChannelSettings>,
    /// How often the home folder is looked at for changes.
    pub(crate) home_poll: Duration,
}

/// Where what was seen is kept, and what it takes to get in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoreAt {
    pub(crate) url: String,
    /// PostgreSQL only, as the next two.
    pub(crate) password_file: Option<PathBuf>,
    /// A file of certificates that vouch for the server.
    pub(crate) ca_file: Option<PathBuf>,
    /// The most that one program holds.
    pub(crate) connections: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Log {
    pub(crate) level: String,
    /// `None`: as fits whoever reads it.
    pub(crate) format: Option<LogFormat>,
}

/// What sign-in needs besides its app.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SignIn {
    pub(crate) key_file: PathBuf,
    /// How long a session lasts.
    pub(crate) lifetime: SignedDuration,
}

/// A certificate of the company's own, and its key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TlsFiles {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

/// Where Microsoft is, and how patiently it is asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Microsoft {
    pub(crate) authority: Url,
    pub(crate) graph: Url,
    /// A bundle of CA certificates trusted beside the usual ones, relative to home.
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) request_timeout: Duration,
}

/// The pace of the collect loop.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Collect {
    pub(crate) interval: SignedDuration,
    pub(crate) subscriptions_interval: SignedDuration,
    pub(crate) at_once: usize,
    pub(crate) deadline: Duration,
}

/// The patience of the deliver loop.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deliver {
    /// How long messages are claimed that are sent.
    pub(crate) claim: SignedDuration,
    pub(crate) max_attempts: u32,
    pub(crate) longest_wait: SignedDuration,
}

impl Config {
    /// Home, if commands find it only by its name.
    pub(crate) fn named_home(&self) -> Option<&Path> {
        self.is_home_named.then_some(self.home.as_path())
    }

    /// A command as a person types it to work on this home.
    pub(crate) fn command(&self, rest: &str) -> String {
        command(self.named_home(), rest)
    }

    /// Where people open the pages that are served at `listen`.
    pub(crate) fn public_url_at(&self, listen: SocketAddr) -> Url {
        let served = || {
            let scheme = if self.tls.is_some() { "https" } else { "http" };
            let address = format!("{scheme}://{listen}/");
            Url::parse(&address).expect("an address and a port make a URL")
        };
        self.public_url.clone().unwrap_or_else(served)
    }
}

/// A command as a person types it; `home`: where, if that must be said.
pub(crate) fn command(home: Option<&Path>, rest: &str) -> String {
    match home {
        Some(home) => format!("licensetool --home {} {rest}", typed(home)),
        None => format!("licensetool {rest}"),
    }
}

/// A path as a shell takes it for one word.
pub(crate) fn typed(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |it: char| it.is_alphanumeric() || "/\\:._-+@,".contains(it);
    match text.chars().all(is_plain) {
        true => text,
        false if cfg!(windows) => format!("\"{text}\""),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// Says what is wrong with the folder itself, before everything in it seems to be missing.
pub(crate) fn check_home(home: &Path) -> anyhow::Result<()> {
    let shown = home.display();
    match std::fs::metadata(home) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => bail!(
            "the home folder {shown} is no folder: say with --home, or with LICENSETOOL_HOME, in \
             which folder profiles and certificates lie"
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!(
            "there is no home folder {shown}: correct --home, or LICENSETOOL_HOME; to begin with a \
             new one, make the folder first"
        ),
        Err(error) => bail!(
            "the home folder {shown} cannot be read: {error}; let this user read it, or correct \
             --home, or LICENSETOOL_HOME"
        ),
    }
}

/// Where home is, from the flag, else from the environment, else here.
pub(crate) fn home_dir(flag: Option<&Path>, sources: &Sources) -> PathBuf {
    let from_environment = || sources.variable("LICENSETOOL_HOME").map(PathBuf::from);
    flag.map(Path::to_owned)
        .or_else(from_environment)
        .unwrap_or_else(|| PathBuf::from("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_home_as_a_shell_takes_it() {
        let check = |home: Option<&str>, expected: &str| {
            assert_eq!(command(home.map(Path::new), "tenant list"), expected);
        };
        check(None, "licensetool tenant list");
        check(
            Some("secrets/home"),
            "licensetool --home secrets/home tenant list",
        );
        #[cfg(unix)]
        check(
            Some("/our home's"),
            "licensetool --home '/our home'\\''s' tenant list",
        );
    }
}
