//! Profiles in plaintext: an app's id with the thumbprint of its certificate.

use super::text::{Text, run};

/// The two stand in one small object.
const NEAR: usize = 12;
/// Of nothing: what examples show, and no certificate has.
const OF_NOTHING: [&str; 2] = ["DA39A3EE5E6B4B0D32", "E3B0C44298FC1C149A"];

pub(super) fn profiles(text: &Text) -> Vec<usize> {
    let with = |name: &'static str, is_one: fn(&str) -> bool| {
        let lines = text
            .lines()
            .filter(move |(_, line)| value_of(line, name).is_some_and(|value| is_one(&value)));
        lines.map(|(number, _)| number)
    };
    let apps: Vec<usize> = with("client_id", is_guid).collect();
    let is_near = |line: &usize| apps.iter().any(|app| app.abs_diff(*line) <= NEAR);
    with("thumbprint", is_thumbprint).filter(is_near).collect()
}

/// What a field of this name has, in JSON, YAML, or a text of a program.
fn value_of(line: &str, name: &str) -> Option<String> {
    let plain = line.replace('\\', "");
    let (_, rest) = plain.split_once(name)?;
    let rest = rest.trim_start_matches(['"', '\'']).trim_start();
    let rest = rest.strip_prefix([':', '='])?.trim_start();
    let rest = rest.trim_start_matches(['"', '\'']);
    let letter = |c: char| c.is_ascii_alphanumeric() || "-:+/=_".contains(c);
    Some(run(rest, letter).to_owned())
}

fn is_guid(value: &str) -> bool {
    let parts: Vec<usize> = value.split('-').map(str::len).collect();
    let hex = value.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    hex && parts == [8, 4, 4, 4, 12]
}

/// SHA-1 or SHA-256, in hexadecimal or base64.
fn is_thumbprint(value: &str) -> bool {
    let hex = value.replace(':', "").to_uppercase();
    if hex.chars().all(|c| c.is_ascii_hexdigit()) {
        let is_example = OF_NOTHING.iter().any(|begin| hex.starts_with(begin));
        let various = hex.chars().any(|c| !hex.starts_with(c));
        return [40, 64].contains(&hex.len()) && !is_example && various;
    }
    [27, 28, 43, 44].contains(&value.len())
}
