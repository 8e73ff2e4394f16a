//! What a mail client says, taken apart.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A command, and what follows it.
pub(super) fn command(line: &str) -> (String, &str) {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    (verb.to_ascii_uppercase(), rest.trim())
}

/// The address of `FROM:<a@b> …` or `TO:<a@b> …`, which may be empty only for a sender.
pub(super) fn address(text: &str, prefix: &str) -> Option<String> {
    let start = text.get(..prefix.len())?;
    let rest = text.get(prefix.len()..)?.trim_start();
    let (address, _) = rest.strip_prefix('<')?.split_once('>')?;
    let whole = address.contains('@') || (address.is_empty() && prefix == "FROM:");
    (start.eq_ignore_ascii_case(prefix) && whole).then(|| address.to_owned())
}

/// User and password of the mechanism PLAIN.
pub(super) fn plain(text: &str) -> Option<(String, String)> {
    let text = decoded(text)?;
    let mut parts = text.split('\0').skip(1).map(str::to_owned);
    Some((parts.next()?, parts.next()?))
}

pub(super) fn decoded(text: &str) -> Option<String> {
    let bytes = STANDARD.decode(text).ok()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stands_in_brackets() {
        let check = |text, prefix, expected: Option<&str>| {
            assert_eq!(address(text, prefix).as_deref(), expected, "{text}");
        };
        check("FROM:<a@b.example>", "FROM:", Some("a@b.example"));
        check("from: <a@b.example> SIZE=7", "FROM:", Some("a@b.example"));
        check("FROM:<>", "FROM:", Some(""));
        check("TO:<>", "TO:", None);
        check("TO:a@b.example", "TO:", None);
        check("TO:<nobody>", "TO:", None);
        check("ü", "TO:", None);
    }

    #[test]
    fn a_password_of_plain_stands_behind_the_user() {
        let check = |text: &str, expected: Option<(&str, &str)>| {
            let got = plain(&STANDARD.encode(text));
            let got = got.as_ref().map(|(user, password)| (&**user, &**password));
            assert_eq!(got, expected, "{text:?}");
        };
        check("\0user\0secret", Some(("user", "secret")));
        check("other\0user\0secret", Some(("user", "secret")));
        check("user", None);
        assert_eq!(plain("no base64!"), None);
    }
}
