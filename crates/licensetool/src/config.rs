//! Every setting of the program: one table of keys, read from `licensetool.toml` and the
//! environment, with all problems said at once.

mod keys;
mod read;
mod values;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{Language, Layer};
use jiff::SignedDuration;
use url::Url;

pub(crate) use keys::reference;
pub(crate) use read::{Source, Sources, read};
pub(crate) use values::LogFormat;

/// The settings of a run, checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
    /// The folder with profiles and certificates.
    pub(crate) home: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) metrics_listen: SocketAddr,
    pub(crate) store_url: String,
    pub(crate) language: Language,
    pub(crate) log: Log,
    pub(crate) microsoft: Microsoft,
    pub(crate) collect: Collect,
    /// The company's layer over the built-in policy.
    pub(crate) policy: Layer,
    /// How often the home folder is looked at for changes.
    pub(crate) home_poll: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Log {
    pub(crate) level: String,
    pub(crate) format: LogFormat,
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

/// Where home is, from the flag, else from the environment, else here.
pub(crate) fn home_dir(flag: Option<&Path>, sources: &Sources) -> PathBuf {
    let from_environment = || sources.variable("LICENSETOOL_HOME").map(PathBuf::from);
    flag.map(Path::to_owned)
        .or_else(from_environment)
        .unwrap_or_else(|| PathBuf::from("."))
}
