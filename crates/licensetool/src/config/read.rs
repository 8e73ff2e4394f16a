//! Reads the settings: file and environment in, a checked [`Config`] or every problem out.

mod access;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use domain::Layer;
use graph::Cloud;
use jiff::SignedDuration;
use pipeline::evaluate::{Keep, Retention};
use store::{Address, By, Origin};

use super::channels::{self, ChannelInForce};
use super::keys::{KEYS, Key};
use super::texts::{OURS, Texts};
use super::values::{Days, FromText, OfTenants};
use super::{Collect, Config, Deliver, Log, Microsoft, StoreAt, home_dir};

/// Where settings come from, before they are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// The text of `licensetool.toml`, if there is one.
    pub(crate) file: Option<String>,
    /// The environment's variables that concern the program.
    pub(crate) environment: BTreeMap<String, String>,
    /// What the command line says, by the name of the setting.
    pub(crate) flags: BTreeMap<&'static str, String>,
    /// Who has started the program, as far as the environment says.
    pub(crate) user: Option<String>,
}

/// Who said what is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Default,
    File,
    Environment,
    Flag,
}

impl Source {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File => "licensetool.toml",
            Self::Environment => "environment",
            Self::Flag => "command line",
        }
    }
}

impl Sources {
    /// The process's own environment.
    #[allow(
        clippy::disallowed_methods,
        reason = "this is where the environment is read, once"
    )]
    pub(crate) fn from_environment() -> Self {
        let ours = |(name, _): &(std::ffi::OsString, std::ffi::OsString)| {
            name.to_string_lossy().starts_with(OURS)
        };
        let environment = std::env::vars_os()
            .filter(ours)
            .map(|(name, value)| {
                (
                    name.to_string_lossy().into_owned(),
                    value.to_string_lossy().into_owned(),
                )
            })
            .collect();
        let user = std::env::var_os("USER").map(|user| user.to_string_lossy().into_owned());
        Self {
            environment,
            user: user.filter(|user| !user.trim().is_empty()),
            ..Self::default()
        }
    }

    /// The process's own environment and the file of `home`, if there is one.
    pub(crate) fn from_home(home: &Path) -> anyhow::Result<Self> {
        let file = home.join("licensetool.toml");
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be read", file.display()));
            }
        };
        Ok(Self {
            file: text,
            ..Self::from_environment()
        })
    }

    /// Who acts, for the history and the audit of what is changed by commands.
    pub(crate) fn by(&self) -> By<'_> {
        By {
            who: self.user.as_deref().unwrap_or("cli"),
            from: Some(Origin::CommandLine),
        }
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.environment
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}

/// What is in force, for people who look at it.
#[derive(Debug)]
pub(crate) struct InForce {
    pub(crate) settings: Vec<Said>,
    pub(crate) channels: Vec<ChannelInForce>,
}

/// The text in force of a setting, and who said it.
pub(crate) type Said = (&'static Key, String, Source);

/// Reads and checks everything. The error holds every problem, a line each, naming the place.
pub(crate) fn read(home: &Path, sources: &Sources) -> Result<(Config, InForce), Vec<String>> {
    let mut problems = Vec::new();
    let mut texts = Texts::default();
    texts.take_file(sources.file.as_deref().unwrap_or_default(), &mut problems);
    texts.take_variables(sources, &mut problems);
    let settings: Vec<Said> = KEYS
        .iter()
        .map(|key| in_force(key, sources, &texts.settings))
        .collect();
    let mut reader = Reader {
        in_force: &settings,
        problems,
    };
    let config = reader.config(home);
    let mut problems = reader.problems;
    let (channels, channels_in_force) = channels::read(&texts.channels, home, &mut problems);
    match config {
        Some(config) if problems.is_empty() => {
            let in_force = InForce {
                settings,
                channels: channels_in_force,
            };
            let config = Config {
                channels,
                is_home_named: home_dir(None, sources) != home,
                ..config
            };
            Ok((config, in_force))
        }
        _ => Err(problems),
    }
}

fn in_force(key: &'static Key, sources: &Sources, file: &BTreeMap<String, String>) -> Said {
    if let Some(flag) = sources.flags.get(key.name) {
        return (key, flag.clone(), Source::Flag);
    }
    if let Some(value) = sources.variable(&key.variable()) {
        return (key, value.to_owned(), Source::Environment);
    }
    match file.get(key.name) {
        Some(value) => (key, value.clone(), Source::File),
        None => (key, key.default.to_owned(), Source::Default),
    }
}

struct Reader<'a> {
    in_force: &'a [Said],
    problems: Vec<String>,
}

impl Reader<'_> {
    fn get<T: FromText>(&mut self, name: &str) -> Option<T> {
        let (key, text, source) = self
            .in_force
            .iter()
            .find(|(key, ..)| key.name == name)
            .expect("every setting that is read stands in the table");
        match T::from_text(text) {
            Ok(value) => Some(value),
            Err(wrong) => {
                let place = match source {
                    Source::Environment => key.variable(),
                    _ => format!("{}: {}", source.as_str(), key.name),
                };
                self.problems.push(format!("{place} = \"{text}\" {wrong}"));
                None
            }
        }
    }

    /// Reads on after a problem, so that all of them are found.
    fn config(&mut self, home: &Path) -> Option<Config> {
        let listen = self.get("listen");
        let metrics_listen = self.get("metrics_listen");
        let store = self.store(home);
        let public_url: Option<Option<url::Url>> = self.get("public_url");
        let access = self.access(home);
        let language = self.get("language");
        let (time_zone, company) = (self.get("time_zone"), self.get("company"));
        let (level, format) = (self.get("log.level"), self.get("log.format"));
        let traces: Option<Option<url::Url>> = self.get("traces.otlp_endpoint");
        let home_poll = self.get("home.poll");
        let microsoft = self.microsoft(home);
        let collect = self.collect();
        let policy = self.policy();
        let evaluate_claim = self.get("evaluate.claim");
        let deliver = self.deliver();
        let keep = self.keep();
        let retention = self.retention();
        let sharepoint_interval = self.sharepoint_interval();
        let access = access?;
        Some(Config {
            home: home.to_owned(),
            is_home_named: false,
            sign_in: access.sign_in,
            trusted_proxies: access.trusted_proxies,
            tls: access.tls,
            listen: listen?,
            metrics_listen: metrics_listen?,
            store: store?,
            public_url: public_url?,
            language: language?,
            time_zone: time_zone?,
            company: company?,
            log: Log {
                level: level?,
                format: format?,
            },
            traces: traces?,
            microsoft: microsoft?,
            collect: collect?,
            policy: policy?,
            evaluate_claim: evaluate_claim?,
            deliver: deliver?,
            keep: keep?,
            retention: retention?,
            sharepoint_interval: sharepoint_interval?,
            channels: Vec::new(),
            home_poll: home_poll?,
        })
    }

    fn store(&mut self, home: &Path) -> Option<StoreAt> {
        let url: Option<String> = self.get("store.url");
        let password_file: Option<Option<String>> = self.get("store.password_file");
        let ca_file: Option<Option<String>> = self.get("store.ca_file");
        let connections = self.get("store.connections");
        let url = under_home(&url?, home);
        if let Err(wrong) = Address::parse(&url) {
            self.problems.push(format!("store.url: {wrong}"));
            return None;
        }
        Some(StoreAt {
            url,
            password_file: password_file?.map(|file| home.join(file)),
            ca_file: ca_file?.map(|file| home.join(file)),
            connections: connections?,
        })
    }

    fn microsoft(&mut self, home: &Path) -> Option<Microsoft> {
        let cloud: Option<Cloud> = self.get("microsoft.cloud");
        let authority: Option<Option<url::Url>> = self.get("microsoft.authority");
        let graph: Option<Option<url::Url>> = self.get("microsoft.graph");
        let ca_file: Option<Option<String>> = self.get("microsoft.ca_file");
        let request_timeout = self.get("microsoft.request_timeout");
        let cloud = cloud?;
        Some(Microsoft {
            authority: authority?.unwrap_or(cloud.authority),
            graph: graph?.unwrap_or(cloud.graph),
            ca_file: ca_file?.map(|file| home.join(file)),
            request_timeout: request_timeout?,
        })
    }

    fn collect(&mut self) -> Option<Collect> {
        let interval = self.get("collect.interval");
        let subscriptions_interval = self.get("collect.subscriptions_interval");
        let at_once = self.get("collect.at_once");
        let deadline = self.get("collect.deadline");
        Some(Collect {
            interval: interval?,
            subscriptions_interval: subscriptions_interval?,
            at_once: at_once?,
            deadline: deadline?,
        })
    }

    fn policy(&mut self) -> Option<Layer> {
        let low = self.get_set("policy.low");
        let clear_margin = self.get_set("policy.clear_margin");
        let stale_after = self.get_set("policy.stale_after");
        let renewal_lead_days = self.get_set("policy.renewal_lead_days");
        Some(Layer {
            low: low?,
            clear_margin: clear_margin?,
            stale_after: stale_after?,
            exclusion: None,
            renewal_lead_days: renewal_lead_days?,
        })
    }

    /// `Some(None)`: nobody has set it, so that the built-in policy holds.
    fn get_set<T: FromText>(&mut self, name: &str) -> Option<Option<T>> {
        let is_default = |(key, _, source): &Said| key.name == name && *source == Source::Default;
        let default = self.in_force.iter().any(is_default);
        let value = self.get(name)?;
        Some((!default).then_some(value))
    }

    fn deliver(&mut self) -> Option<Deliver> {
        let claim = self.get("deliver.claim");
        let max_attempts = self.get("deliver.max_attempts");
        let longest_wait = self.get("deliver.longest_wait");
        Some(Deliver {
            claim: claim?,
            max_attempts: max_attempts?,
            longest_wait: longest_wait?,
        })
    }

    fn keep(&mut self) -> Option<Keep> {
        let audit: Option<Days> = self.get("audit.keep");
        let alerts: Option<Days> = self.get("alerts.keep");
        Some(Keep {
            audit: audit?.span(),
            alerts: alerts?.span(),
        })
    }

    fn retention(&mut self) -> Option<Retention> {
        let compact_after: Option<Days> = self.get("history.compact_after");
        let keep: Option<Days> = self.get("history.keep");
        let keep_of: Option<OfTenants<Days>> = self.get("history.keep_of");
        let time_zone = self.get("time_zone");
        let keep_of = keep_of?.0.into_iter();
        Some(Retention {
            compact_after: compact_after?.span(),
            keep: keep?.span(),
            keep_of: keep_of.map(|(key, days)| (key, days.span())).collect(),
            time_zone: time_zone?,
        })
    }

    /// `Some(None)`: the lists are left alone.
    fn sharepoint_interval(&mut self) -> Option<Option<SignedDuration>> {
        let enabled: Option<bool> = self.get("sharepoint.enabled");
        let interval: Option<SignedDuration> = self.get("sharepoint.interval");
        let interval = interval?;
        Some(enabled?.then_some(interval))
    }
}

/// `sqlite:PATH` with a relative path lies in home, wherever the program was started.
pub(crate) fn under_home(url: &str, home: &Path) -> String {
    match url.strip_prefix("sqlite:") {
        Some(path) => format!(
            "sqlite:{}",
            home.join(path.trim_start_matches("//")).display()
        ),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests;
