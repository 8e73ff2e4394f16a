//! Lines that set a secret: `SECRET_KEY=…`, `password: …`, `"client_secret": "…"`.

use super::text::{Text, is_placeholder};
use crate::sealed_secret::sealed_bytes;

/// Files in which a line `name = value` is a setting. In programs it is an expression.
const ENDINGS: [&str; 16] = [
    "",
    "bat",
    "cfg",
    "conf",
    "env",
    "ini",
    "json",
    "md",
    "production",
    "properties",
    "ps1",
    "sh",
    "toml",
    "txt",
    "yaml",
    "yml",
];

/// Ends of names, written small and without what stands between their words.
const NAMES: [&str; 12] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "apitoken",
    "authtoken",
    "bearertoken",
    "clientsecret",
    "passphrase",
    "password",
    "passwd",
    "refreshtoken",
    "secretkey",
];
/// The same of names all in capitals.
const CAPITALS: [&str; 4] = ["PRIVATE_KEY", "SECRET", "TOKEN", "PASSWORD"];

pub(super) fn settings(text: &Text) -> Vec<usize> {
    let is_env = text.name.starts_with(".env");
    if !is_env && !ENDINGS.contains(&text.ending.as_str()) {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut named_above = false;
    for (number, line) in text.lines() {
        let Some((name, value)) = parts(line) else {
            named_above = false;
            continue;
        };
        let sets = is_secret(name) || (named_above && name == "value");
        if sets && is_value(value) {
            lines.push(number);
        }
        // The environment of a container: the name on one line, the value on the next.
        named_above = name == "name" && is_secret(unquoted(value));
    }
    lines
}

/// Name and value of a line, however its language sets one.
fn parts(line: &str) -> Option<(&str, &str)> {
    let mut rest = line.trim_start();
    for word in ["- ", "export ", "ENV ", "ARG ", "set ", "$env:", "{"] {
        rest = rest.strip_prefix(word).unwrap_or(rest).trim_start();
    }
    let quote = rest.chars().next().filter(|c| "\"'".contains(*c));
    let rest = rest.trim_start_matches(['"', '\'']);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"_.-".contains(c))?;
    let (name, rest) = rest.split_at(end);
    let rest = quote.map_or(Some(rest), |quote| rest.strip_prefix(quote))?;
    let value = rest.trim_start().strip_prefix([':', '='])?;
    (!name.is_empty()).then_some((name, value))
}

fn is_secret(name: &str) -> bool {
    let capitals = !name.contains(|c: char| c.is_ascii_lowercase());
    if capitals && CAPITALS.iter().any(|end| name.ends_with(end)) {
        return true;
    }
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let small: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    NAMES.iter().any(|end| small.ends_with(end))
}

/// A value that is one word, or in quotes: others are sentences.
fn is_value(value: &str) -> bool {
    let value = value.trim();
    let bare = unquoted(value);
    let is_word = !bare.contains(char::is_whitespace);
    let is_said = (is_word || bare.len() < value.len()) && bare.len() >= 4;
    is_said && !is_placeholder(bare) && sealed_bytes(bare).is_none()
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let (inside, _) = value.strip_prefix(quote)?.split_once(quote)?;
        Some(inside)
    });
    let bare = value.split(" #").next().unwrap_or(value);
    quoted.unwrap_or_else(|| bare.trim_end_matches(['}', ',']).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<usize> {
        settings(&Text::of(path, text.as_bytes()))
    }

    #[test]
    fn settings_are_found_in_every_language_of_settings() {
        for line in [
            "SECRET_KEY=hush-hush",
            "export CLIENT_SECRET='a b c d'",
            "  - MAIL_TOKEN: hush-hush",
            "password = \"hush-hush\" # of the mail server",
            "\"clientSecret\": \"hush-hush\",",
            "$env:DB_PASSWORD = \"hush-hush\"",
            "LICENSETOOL_STORE__PASSWORD=hush-hush",
        ] {
            assert_eq!(found("a.env", line), [1], "{line}");
        }
        let container = "env:\n- name: SECRET_KEY\n  value: hush-hush\n- name: A\n  value: b-c-d\n";
        assert_eq!(found("a.yaml", container), [3]);
    }

    #[test]
    fn what_leads_elsewhere_is_none() {
        for line in [
            "SECRET_KEY=",
            "SECRET_KEY=${SECRET_KEY}",
            "CLIENT_SECRET: <yours>",
            "password_file = \"secrets/mail\"",
            "LICENSETOOL_SESSION__KEY_FILE=secrets/session",
            "The password: write it into a file",
            "id-token: write",
            "- name: SECRET_KEY",
            "secretName: licensetool-tls",
        ] {
            assert_eq!(found("a.yaml", line), [0usize; 0], "{line}");
        }
        assert_eq!(found("a.rs", "password = \"hush-hush\""), [0usize; 0]);
    }
}
