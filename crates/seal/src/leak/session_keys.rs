//! Files that hold nothing but random bytes in letters, as keys of sessions do.

use super::text::{Text, is_base64};

/// 32 bytes or more, as base64 writes them, up to 128 as hexadecimal does.
const LETTERS: std::ops::RangeInclusive<usize> = 43..=256;
/// The key in force, and some of before.
const MOST_LINES: usize = 10;
/// Sums of files look the same and are none.
const SUMS: [&str; 4] = ["md5", "sha1", "sha256", "sha512"];

pub(super) fn session_keys(text: &Text) -> Vec<usize> {
    if SUMS.contains(&text.ending.as_str()) {
        return Vec::new();
    }
    let lines = text.lines().map(|(number, line)| (number, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<(usize, &str)> = lines.take(MOST_LINES + 1).collect();
    let is_key = |line: &str| {
        let letters = |c: char| is_base64(c) || "_-".contains(c);
        let digits = line.chars().filter(char::is_ascii_digit).count();
        LETTERS.contains(&line.len()) && line.chars().all(letters) && digits > 1
    };
    if lines.len() > MOST_LINES || !lines.iter().all(|(_, line)| is_key(line)) {
        return Vec::new();
    }
    lines
        .first()
        .map(|(number, _)| *number)
        .into_iter()
        .collect()
}
