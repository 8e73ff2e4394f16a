//! Reads the settings: file and environment in, a checked [`Config`] or every problem out.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use domain::Layer;
use graph::Cloud;

use super::keys::{KEYS, Key};
use super::values::FromText;
use super::{Collect, Config, Log, Microsoft};

/// Where settings come from, before they are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// The text of `licensetool.toml`, if there is one.
    pub(crate) file: Option<String>,
    /// The environment's variables that concern the program.
    pub(crate) environment: BTreeMap<String, String>,
    /// What the command line says, by the name of the setting.
    pub(crate) flags: BTreeMap<&'static str, String>,
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

/// The text in force of every setting, in the order of the table.
pub(crate) type InForce = Vec<(&'static Key, String, Source)>;

impl Sources {
    /// The process's own environment.
    #[allow(
        clippy::disallowed_methods,
        reason = "this is where the environment is read, once"
    )]
    pub(crate) fn from_environment() -> Self {
        let ours = |(name, _): &(std::ffi::OsString, std::ffi::OsString)| {
            name.to_string_lossy().starts_with("LICENSETOOL_")
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
        Self {
            environment,
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

    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.environment
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}

/// Reads and checks everything. The error holds every problem, a line each, naming the place.
pub(crate) fn read(home: &Path, sources: &Sources) -> Result<(Config, InForce), Vec<String>> {
    let mut problems = Vec::new();
    let file = file_values(sources.file.as_deref().unwrap_or_default(), &mut problems);
    unknown_variables(sources, &mut problems);
    let in_force: InForce = KEYS
        .iter()
        .map(|key| in_force(key, sources, &file))
        .collect();
    let mut reader = Reader {
        in_force: &in_force,
        problems,
    };
    let config = reader.config(home);
    match config {
        Some(config) if reader.problems.is_empty() => Ok((config, in_force)),
        _ => Err(reader.problems),
    }
}

fn in_force(
    key: &'static Key,
    sources: &Sources,
    file: &BTreeMap<String, String>,
) -> (&'static Key, String, Source) {
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

/// The file's settings by their dotted names.
fn file_values(text: &str, problems: &mut Vec<String>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    match text.parse::<toml::Table>() {
        Ok(table) => flatten("", &table, &mut values, problems),
        Err(error) => {
            let error = error.to_string();
            problems.push(format!("licensetool.toml: {}", error.trim_end()));
        }
    }
    values
}

fn flatten(
    prefix: &str,
    table: &toml::Table,
    values: &mut BTreeMap<String, String>,
    problems: &mut Vec<String>,
) {
    for (name, value) in table {
        let name = format!("{prefix}{name}");
        let text = match value {
            toml::Value::Table(inner) => {
                flatten(&format!("{name}."), inner, values, problems);
                continue;
            }
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            other => {
                let kind = other.type_str();
                problems.push(format!(
                    "licensetool.toml: {name} is of kind {kind}: write a text or a whole number"
                ));
                continue;
            }
        };
        if KEYS.iter().any(|key| key.name == name) {
            values.insert(name, text);
        } else {
            problems.push(format!(
                "licensetool.toml: there is no setting {name}{}",
                meant(&name)
            ));
        }
    }
}

/// A variable that looks like a setting and is none is a slip of the pen that would go unnoticed.
fn unknown_variables(sources: &Sources, problems: &mut Vec<String>) {
    // Kubernetes describes a Service named licensetool to every pod beside it in such variables.
    let by_kubernetes = |name: &str| {
        ["_SERVICE_", "_PORT"]
            .iter()
            .any(|mark| name.contains(mark))
    };
    for name in sources
        .environment
        .keys()
        .filter(|name| !by_kubernetes(name))
    {
        if name != "LICENSETOOL_HOME" && !KEYS.iter().any(|key| key.variable() == *name) {
            let dotted = name
                .trim_start_matches("LICENSETOOL_")
                .to_lowercase()
                .replace("__", ".");
            problems.push(format!(
                "environment: there is no setting for {name}{}",
                meant(&dotted)
            ));
        }
    }
}

/// ": did you mean …?" for the nearest setting, if one is near.
fn meant(name: &str) -> String {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let near = KEYS
        .iter()
        .find(|key| last(key.name) == last(name))
        .or_else(|| {
            KEYS.iter()
                .find(|key| last(key.name).starts_with(&last(name)) && !last(name).is_empty())
        });
    near.map_or_else(
        || "; `licensetool config show` lists all".to_owned(),
        |key| format!("; did you mean {}?", key.name),
    )
}

struct Reader<'a> {
    in_force: &'a InForce,
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
        let store_url: Option<String> = self.get("store.url");
        let language = self.get("language");
        let (level, format) = (self.get("log.level"), self.get("log.format"));
        let home_poll = self.get("home.poll");
        let microsoft = self.microsoft(home);
        let collect = self.collect();
        let policy = self.policy();
        Some(Config {
            home: home.to_owned(),
            listen: listen?,
            metrics_listen: metrics_listen?,
            store_url: under_home(&store_url?, home),
            language: language?,
            log: Log {
                level: level?,
                format: format?,
            },
            microsoft: microsoft?,
            collect: collect?,
            policy: policy?,
            home_poll: home_poll?,
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
        let low = self.get("policy.low");
        let clear_margin = self.get("policy.clear_margin");
        let stale_after = self.get("policy.stale_after");
        let renewal_lead_days = self.get("policy.renewal_lead_days");
        Some(Layer {
            low: Some(low?),
            clear_margin: Some(clear_margin?),
            stale_after: Some(stale_after?),
            exclusion: None,
            renewal_lead_days: Some(renewal_lead_days?),
        })
    }
}

/// `sqlite:PATH` with a relative path lies in home, wherever the program was started.
fn under_home(url: &str, home: &Path) -> String {
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
