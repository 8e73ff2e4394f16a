//! Gathers what the file and the environment say, and every name there that is no setting.

use std::collections::BTreeMap;

use super::given::{self, Given, SECTION};
use super::keys::KEYS;
use super::nearest::meant;
use super::read::{Source, Sources};

/// How the program's own variables begin.
pub(crate) const OURS: &str = "LICENSETOOL_";

/// Texts of settings, before they are read as values.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// The file's settings by their dotted names.
    pub(crate) settings: BTreeMap<String, String>,
    /// What file and environment say of channels.
    pub(crate) channels: Given,
}

impl Texts {
    pub(crate) fn take_file(&mut self, text: &str, problems: &mut Vec<String>) {
        match text.parse::<toml::Table>() {
            Ok(table) => self.flatten("", &table, problems),
            Err(error) => {
                let error = error.to_string();
                problems.push(format!("licensetool.toml: {}", error.trim_end()));
            }
        }
    }

    fn flatten(&mut self, prefix: &str, table: &toml::Table, problems: &mut Vec<String>) {
        for (name, value) in table {
            let name = format!("{prefix}{name}");
            let text = match value {
                toml::Value::Table(inner) => {
                    if let Some((SECTION, channel)) = name.split_once('.') {
                        given::note_name(&mut self.channels, channel);
                    }
                    self.flatten(&format!("{name}."), inner, problems);
                    continue;
                }
                toml::Value::String(text) => text.clone(),
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(flag) => flag.to_string(),
                other => {
                    let kind = other.type_str();
                    problems.push(format!(
                        "licensetool.toml: {name} is of kind {kind}: write a text or a whole number"
                    ));
                    continue;
                }
            };
            if let Err(problem) = self.take(name, text) {
                problems.push(format!("licensetool.toml: {problem}"));
            }
        }
    }

    fn take(&mut self, name: String, text: String) -> Result<(), String> {
        let of_channel = name
            .strip_prefix(SECTION)
            .and_then(|rest| rest.strip_prefix('.'));
        if let Some((channel, key)) = of_channel.and_then(|rest| rest.split_once('.')) {
            return given::note(&mut self.channels, channel, key, text, Source::File);
        }
        if !KEYS.iter().any(|key| key.name == name) {
            return Err(format!("there is no setting {name}{}", advice(&name)));
        }
        self.settings.insert(name, text);
        Ok(())
    }

    /// Takes the channels' variables. A variable that looks like a setting and is none is a slip
    /// of the pen that would go unnoticed.
    pub(crate) fn take_variables(&mut self, sources: &Sources, problems: &mut Vec<String>) {
        for (name, text) in &sources.environment {
            if let Err(problem) = self.take_variable(name, text) {
                problems.push(format!("environment: {problem}"));
            }
        }
    }

    fn take_variable(&mut self, name: &str, text: &str) -> Result<(), String> {
        let Some((channel, key)) = given::of_variable(name) else {
            return known_variable(name);
        };
        let (channels, text) = (&mut self.channels, text.to_owned());
        given::note(channels, &channel, &key, text, Source::Environment)
            .map_err(|problem| format!("{problem} ({name})"))
    }
}

/// Whether the program starts with such a variable: it is a setting, or somebody else's.
///
/// # Errors
/// What the program would say of it.
pub(crate) fn check_variable(name: &str) -> Result<(), String> {
    match name.starts_with(OURS) {
        true => Texts::default().take_variable(name, ""),
        false => Ok(()),
    }
}

fn known_variable(name: &str) -> Result<(), String> {
    // Kubernetes describes a Service named licensetool to every pod beside it in such variables.
    let mut marks = ["_SERVICE_", "_PORT"].iter();
    let by_kubernetes = marks.any(|mark| name.contains(mark));
    let known = ["LICENSETOOL_HOME", "LICENSETOOL_PASSPHRASE"].contains(&name)
        || KEYS.iter().any(|key| key.variable() == name);
    if by_kubernetes || known {
        return Ok(());
    }
    let dotted = name
        .trim_start_matches(OURS)
        .to_lowercase()
        .replace("__", ".");
    Err(format!("there is no setting for {name}{}", advice(&dotted)))
}

/// "; did you mean …?" for the nearest setting, if one is near.
fn advice(name: &str) -> String {
    let names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    match meant(name, &names) {
        Some(meant) => format!("; did you mean {meant}?"),
        None => "; `licensetool config show` lists all".to_owned(),
    }
}
