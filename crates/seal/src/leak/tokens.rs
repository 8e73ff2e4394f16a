//! Secrets that are known by the shape that their makers gave them.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::text::{Text, is_base64, is_placeholder, run};

/// Letters behind `Q~` in a client secret of Entra.
const BEHIND: std::ops::RangeInclusive<usize> = 31..=34;

fn is_secret_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_~.-".contains(c)
}

/// Forty letters: three, a digit, `Q~`, and the rest.
pub(super) fn client_secrets(text: &Text) -> Vec<usize> {
    text.lines_where(|line| {
        line.match_indices("Q~").any(|(at, mark)| {
            let before = line[..at].chars().rev();
            let before: Vec<char> = before.take_while(|c| is_secret_letter(*c)).collect();
            let behind = run(&line[at + mark.len()..], is_secret_letter).trim_end_matches('.');
            let digit = before.first().is_some_and(char::is_ascii_digit);
            before.len() == 4 && digit && BEHIND.contains(&behind.len())
        })
    })
}

/// How tokens of GitHub and GitLab begin, and how many letters follow at least. They are random:
/// among so many there is a capital letter, unlike in words with hyphens between.
const OF_GIT: [(&str, usize); 8] = [
    ("ghp_", 36),
    ("gho_", 36),
    ("ghu_", 36),
    ("ghs_", 36),
    ("ghr_", 36),
    ("github_pat_", 60),
    ("glpat-", 20),
    ("gldt-", 20),
];

pub(super) fn git_tokens(text: &Text) -> Vec<usize> {
    let letter = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    text.lines_where(|line| {
        OF_GIT.iter().any(|(begin, least)| {
            line.match_indices(begin).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let rest = run(&line[at + begin.len()..], letter);
                let is_random = rest.contains(|c: char| c.is_ascii_uppercase());
                let is_long = rest.len() >= *least && !is_placeholder(rest);
                !before.is_some_and(letter) && is_long && is_random
            })
        })
    })
}

/// Three or five parts with dots between, of which the first is a JSON object.
pub(super) fn signed_tokens(text: &Text) -> Vec<usize> {
    let letter = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    text.lines_where(|line| {
        line.match_indices("eyJ").any(|(at, _)| {
            let begins = line[..at].chars().next_back();
            if begins.is_some_and(|c| c.is_ascii_alphanumeric() || "_-".contains(c)) {
                return false;
            }
            let parts: Vec<&str> = run(&line[at..], letter).split('.').collect();
            let head = BASE64_URL_SAFE_NO_PAD.decode(parts[0]).unwrap_or_default();
            let is_head = head.starts_with(b"{\"") && head.ends_with(b"}");
            let signed = parts.len() >= 3 && parts.last().is_some_and(|last| last.len() >= 20);
            is_head && signed
        })
    })
}

const WEBHOOK: &str = "whsec_";

pub(super) fn webhook_secrets(text: &Text) -> Vec<usize> {
    text.lines_where(|line| {
        line.match_indices(WEBHOOK).any(|(at, mark)| {
            let key = run(&line[at + mark.len()..], is_base64);
            key.len() >= 24 && !is_placeholder(key.trim_end_matches('='))
        })
    })
}

/// `postgres://somebody:hush@host`. Programs' own texts are full of examples.
pub(super) fn addresses(text: &Text) -> Vec<usize> {
    if text.ending == "rs" {
        return Vec::new();
    }
    text.lines_where(|line| {
        line.match_indices("://").any(|(at, mark)| {
            let rest = run(&line[at + mark.len()..], |c| {
                !c.is_whitespace() && !"/\"'`".contains(c)
            });
            let user = rest.rsplit_once('@').map(|(user, _)| user);
            let password = user.and_then(|user| user.split_once(':'));
            password.is_some_and(|(_, password)| !is_placeholder(password))
        })
    })
}
