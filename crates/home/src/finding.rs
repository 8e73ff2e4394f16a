//! Says what is wrong with a file: where, what, and the way out, each on one line.

use std::fmt;
use std::path::PathBuf;

use domain::TenantKey;

/// Longest value of a file that a message repeats, in characters: a SHA-256 in base64 fits.
const EXCERPT: usize = 60;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The profile is used all the same.
    Warning,
    /// The profile cannot be used.
    Error,
}

/// What is wrong with the content of one file, by a reader that does not know which file it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The field, with dots where it lies deeper: `sharepoint_infos.site_id`.
    pub field: Option<String>,
    pub severity: Severity,
    /// What is wrong; where two values disagree, both.
    pub message: String,
    /// What to do about it, as a request.
    pub advice: String,
}

impl Finding {
    pub(crate) fn error(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            field: None,
            severity: Severity::Error,
            message: message.into(),
            advice: advice.into(),
        }
    }

    pub(crate) fn warning(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(message, advice)
        }
    }

    pub(crate) fn of(self, field: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..self
        }
    }
}

/// A [`Finding`] and the file it was made in. `Display` is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Relative to the home folder; the home folder itself if that is what is wrong.
    pub file: PathBuf,
    /// The field, with dots where it lies deeper: `sharepoint_infos.site_id`.
    pub field: Option<String>,
    /// The tenant whose watching suffers, if it is one's.
    pub tenant: Option<TenantKey>,
    pub severity: Severity,
    /// What is wrong; where two values disagree, both.
    pub message: String,
    /// What to do about it, as a request.
    pub advice: String,
}

impl Problem {
    pub(crate) fn new(file: PathBuf, tenant: Option<&TenantKey>, finding: Finding) -> Self {
        Self {
            file,
            tenant: tenant.cloned(),
            field: finding.field,
            severity: finding.severity,
            message: finding.message,
            advice: finding.advice,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = |text: &str| one_line(text);
        write!(f, "{}: ", escaped(&self.file.display().to_string()))?;
        if let Some(field) = &self.field {
            write!(f, "{}: ", escaped(field))?;
        }
        write!(f, "{}; {}", escaped(&self.message), escaped(&self.advice))
    }
}

/// A value of a file as a message may repeat it: quoted, escaped, short, and never a key.
pub(crate) fn excerpt(text: &str) -> String {
    if text.contains("PRIVATE KEY") {
        return "a private key".to_owned();
    }
    let more = if text.chars().nth(EXCERPT).is_some() {
        "…"
    } else {
        ""
    };
    let shown: String = text.chars().take(EXCERPT).collect();
    format!("\"{}{more}\"", one_line(&shown))
}

/// No file can break a line, move a cursor or reverse the reading direction.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() || is_invisible(c) {
                c.escape_unicode().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

/// Characters that hide or reorder what stands around them; Windows' certificate dialog puts one
/// in front of a thumbprint that is copied from it.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_line_with_place_cause_and_way_out() {
        let finding = Finding::error("is missing\nreally", "add it").of("client_id");
        let problem = Problem::new("config\u{1b}.json".into(), None, finding);
        assert_eq!(
            problem.to_string(),
            "config\\u{1b}.json: client_id: is missing\\u{a}really; add it"
        );
        let whole_file = Finding::warning("is empty", "fill it");
        let problem = Problem::new("a.json".into(), None, whole_file);
        assert_eq!(problem.to_string(), "a.json: is empty; fill it");
    }

    #[test]
    fn an_excerpt_is_short_quoted_and_harmless() {
        let check = |text: &str, expected: &str| assert_eq!(excerpt(text), expected);
        check("abc", "\"abc\"");
        check("Verfügbar", "\"Verfügbar\"");
        check("a\tb\u{202e}", "\"a\\u{9}b\\u{202e}\"");
        check("-----BEGIN PRIVATE KEY-----\nMIIE", "a private key");
        let long = "x".repeat(70);
        check(&long, &format!("\"{}…\"", "x".repeat(60)));
    }
}
