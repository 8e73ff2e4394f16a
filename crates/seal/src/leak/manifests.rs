//! Secrets as Kubernetes and registries write them, before they are sealed.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::text::{Text, is_placeholder};

/// Manifests of secrets that hold values, and generators of such.
pub(super) fn secrets(text: &Text) -> Vec<usize> {
    let lines: Vec<(usize, &str)> = text.lines().collect();
    let documents = lines.split(|(_, line)| line.trim_end() == "---");
    documents.filter_map(secret_in).collect()
}

/// The line that says what the document is.
fn secret_in(document: &[(usize, &str)]) -> Option<usize> {
    let kind = document
        .iter()
        .find(|(_, line)| says(line, "kind", "Secret"));
    if let Some((number, _)) = kind
        && (0..document.len()).any(|at| holds_values(&document[at..]))
    {
        return Some(*number);
    }
    let generator = document
        .iter()
        .find(|(_, line)| is_field(line, "secretGenerator"));
    let literal = document.iter().any(|(_, line)| is_field(line, "literals"));
    generator.filter(|_| literal).map(|(number, _)| *number)
}

/// A line without quotes and without what a list or a text of a program puts before and behind.
fn bare(line: &str) -> String {
    let plain: String = line.chars().filter(|c| !"\"'\\".contains(*c)).collect();
    let plain = plain.trim().trim_start_matches("- ");
    plain
        .split(" #")
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

fn is_field(line: &str, name: &str) -> bool {
    let line = bare(line);
    line.strip_prefix(name)
        .is_some_and(|rest| rest.trim_start().starts_with(':'))
}

/// `kind: Secret`, or the same within JSON on one line.
fn says(line: &str, name: &str, value: &str) -> bool {
    let line: String = bare(line).split_whitespace().collect();
    let said = format!("{name}:{value}");
    line.match_indices(&said).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let behind = line[at + said.len()..].chars().next();
        before.is_none_or(|c| "{,".contains(c)) && behind.is_none_or(|c| ",}".contains(c))
    })
}

/// Whether `data` or `stringData` begins here and is not empty.
fn holds_values(lines: &[(usize, &str)]) -> bool {
    let Some(((_, line), behind)) = lines.split_first() else {
        return false;
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let first = behind.iter().find(|(_, line)| !line.trim().is_empty());
    let is_held = |value: &str| value.starts_with(['|', '>']) || !is_placeholder(value);
    ["data", "stringData"]
        .iter()
        .any(|name| match inline(line, name) {
            // JSON that goes on below, or YAML.
            Some(inside) if !inside.is_empty() => !inside.starts_with('}'),
            None if !is_field(line, name) || !after_colon(line).is_empty() => false,
            _ => first.is_some_and(|(_, value)| {
                indent(value) > indent(line) && is_held(&after_colon(value))
            }),
        })
}

/// What stands behind `name: {` on the same line, without spaces.
fn inline(line: &str, name: &str) -> Option<String> {
    let line: String = bare(line).split_whitespace().collect();
    let begin = format!("{name}:{{");
    let mut found = line.match_indices(&begin);
    let (at, _) = found.find(|(at, _)| {
        line[..*at]
            .chars()
            .next_back()
            .is_none_or(|c| "{,".contains(c))
    })?;
    Some(line[at + begin.len()..].to_owned())
}

fn after_colon(line: &str) -> String {
    let line = bare(line);
    let value = line.split_once(':').map_or("", |(_, value)| value);
    value.trim().trim_end_matches(',').to_owned()
}

/// Docker's file, or that file in base64.
pub(super) fn registry_logins(text: &Text) -> Vec<usize> {
    let mut lines = text.lines_where(|line| {
        let plain = line.replace('\\', "");
        plain.match_indices("\"auth\"").any(|(at, name)| {
            let rest = plain[at + name.len()..].trim_start();
            let value = rest.strip_prefix(':').map(str::trim_start);
            let value = value.and_then(|rest| rest.strip_prefix('"')?.split('"').next());
            value.is_some_and(is_login)
        })
    });
    lines.extend(text.lines_coding(b"\"auths\""));
    lines
}

/// `user:password` in base64.
fn is_login(value: &str) -> bool {
    let bytes = BASE64_STANDARD.decode(value).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    text.split_once(':')
        .is_some_and(|(user, password)| !user.is_empty() && !password.is_empty())
}
