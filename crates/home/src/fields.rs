//! Takes the fields of a profile out of its JSON one by one, and says everything that is odd.

use uuid::Uuid;

use crate::finding::{Finding, Severity, excerpt, is_invisible};
use crate::guess;
use crate::json::Json;

/// What it means that a field is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// The profile cannot be used.
    Must,
    /// Something is not checked, or a default stands in.
    Should,
    /// Nothing.
    May,
}

/// One object of a profile, and what was found in it so far.
pub(crate) struct Fields<'a> {
    /// What stands before a name: `sharepoint_infos.`, or nothing.
    path: &'a str,
    entries: Vec<(String, Json)>,
    known: Vec<&'static str>,
    pub(crate) findings: Vec<Finding>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(path: &'a str, entries: Vec<(String, Json)>) -> Self {
        Self {
            path,
            entries,
            known: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// A text without spaces around it; `advice` says what to write if it is not there.
    pub(crate) fn text(&mut self, name: &'static str, need: Need, advice: &str) -> Option<String> {
        let text = match self.take(name) {
            None | Some(Json::Null) => return self.missing(name, need, "is missing", advice),
            Some(Json::Text(text)) => text,
            Some(other) => {
                let message = format!("is {} where a text is expected", other.kind());
                self.find(name, Finding::error(message, advice));
                return None;
            }
        };
        let trimmed = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
        if trimmed.is_empty() {
            return self.missing(name, need, "is empty", advice);
        }
        if let Some(message) = placeholder(trimmed) {
            self.find(name, Finding::error(message, advice));
            return None;
        }
        if trimmed.len() != text.len() {
            let message = format!("has spaces around {}", excerpt(trimmed));
            self.find(name, Finding::warning(message, "remove them"));
        }
        Some(trimmed.to_owned())
    }

    /// A GUID, in lower case with hyphens.
    pub(crate) fn guid(&mut self, name: &'static str, advice: &str) -> Option<String> {
        let text = self.text(name, Need::Must, advice)?;
        let guid = as_guid(&text);
        if guid.is_none() {
            let message = format!("{} is no GUID", excerpt(&text));
            self.find(name, Finding::error(message, advice));
        }
        guid
    }

    /// The object in a field.
    pub(crate) fn object(&mut self, name: &'static str, advice: &str) -> Vec<(String, Json)> {
        match self.take(name) {
            Some(Json::Object(entries)) => return entries,
            None | Some(Json::Null) => {
                self.find(name, Finding::error("is missing", advice));
            }
            Some(other) => {
                let message = format!("is {} where an object is expected", other.kind());
                self.find(name, Finding::error(message, advice));
            }
        }
        Vec::new()
    }

    /// Yes or no; `None` if nothing is said.
    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        match self.take(name)? {
            Json::Null => None,
            Json::Bool(flag) => Some(flag),
            other => {
                let message = format!("is {} where true or false is expected", other.kind());
                self.find(name, Finding::error(message, "write true or false"));
                None
            }
        }
    }

    /// The texts of a list; none if nothing is said.
    pub(crate) fn texts(&mut self, name: &'static str, advice: &str) -> Vec<String> {
        let values = match self.take(name) {
            None | Some(Json::Null) => return Vec::new(),
            Some(Json::List(values)) => values,
            Some(other) => vec![other],
        };
        let mut texts = Vec::with_capacity(values.len());
        for value in values {
            match value {
                Json::Text(text) => texts.push(text.trim().to_owned()),
                other => {
                    let message = format!("is {} where a text is expected", other.kind());
                    self.find(name, Finding::error(message, advice));
                }
            }
        }
        texts
    }

    /// Everything that was odd, after the fields nobody asked for.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        for (name, _) in std::mem::take(&mut self.entries) {
            // A convention of people who miss comments in JSON, and of editors.
            if name.starts_with(['_', '$', '#', '/']) {
                continue;
            }
            let advice = guess::meant(&name, &self.known).map_or_else(
                || "remove it, or put a _ before it if it is a note".to_owned(),
                |meant| format!("write {meant} if that is meant"),
            );
            let shown = excerpt(&name);
            let finding = Finding::warning("is not a field of this profile", advice).of(format!(
                "{}{}",
                self.path,
                shown.trim_matches('"')
            ));
            self.findings.push(finding);
        }
        self.findings
    }

    pub(crate) fn find(&mut self, name: &str, finding: Finding) {
        self.findings
            .push(finding.of(format!("{}{name}", self.path)));
    }

    fn take(&mut self, name: &'static str) -> Option<Json> {
        self.known.push(name);
        let (found, others) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|(field, _)| composed(field) == name);
        self.entries = others;
        let mut found: Vec<(String, Json)> = found;
        let (_, value) = found.pop()?;
        if found.iter().any(|(_, other)| *other != value) {
            let advice = "leave one of them";
            let finding = Finding::error("stands there more than once, differently", advice);
            self.find(name, finding);
        } else if !found.is_empty() {
            let finding = Finding::warning("stands there more than once", "leave one of them");
            self.find(name, finding);
        }
        Some(value)
    }

    fn missing<T>(&mut self, name: &str, need: Need, message: &str, advice: &str) -> Option<T> {
        let severity = match need {
            Need::Must => Severity::Error,
            Need::Should => Severity::Warning,
            Need::May => return None,
        };
        let finding = Finding::warning(message, advice);
        self.find(
            name,
            Finding {
                severity,
                ..finding
            },
        );
        None
    }
}

/// A GUID as Microsoft writes it, from any of the notations that tools print.
pub(crate) fn as_guid(text: &str) -> Option<String> {
    let guid = Uuid::try_parse(text).ok()?;
    Some(guid.hyphenated().to_string())
}

/// macOS takes ü apart into u and two dots; the name of a field is the same either way.
fn composed(name: &str) -> String {
    name.replace("u\u{308}", "ü")
}

/// Why a value is only a stand-in for the real one.
fn placeholder(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let letters: Vec<char> = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let wrapped = [
        ("<", ">"),
        ("{{", "}}"),
        ("${", "}"),
        ("[", "]"),
        ("%", "%"),
    ]
    .iter()
    .any(|(open, close)| {
        let inside = text
            .strip_prefix(open)
            .and_then(|it| it.strip_suffix(close));
        inside.is_some_and(is_words)
    });
    let first_word = lower.split(|c: char| !c.is_alphanumeric()).next();
    let spoken = matches!(first_word, Some("todo" | "changeme" | "placeholder"))
        || ["your-", "your_", "change-me", "change_me"]
            .iter()
            .any(|word| lower.starts_with(word));
    let blank = lower.chars().all(|c| c == 'x' || c.is_ascii_punctuation());
    let zero = letters.len() >= 32 && letters.iter().all(|c| *c == '0');
    if zero {
        Some(format!("{} is nobody's id, only zeros", excerpt(text)))
    } else if wrapped || spoken || blank {
        Some(format!("still holds the placeholder {}", excerpt(text)))
    } else {
        None
    }
}

/// What somebody is told to write, and not somebody's odd name, such as markup.
fn is_words(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_alphanumeric() || c.is_whitespace() || "-_.:'".contains(c))
}

#[cfg(test)]
mod tests;
