//! Names a tenant everywhere: in files, URLs, rows and alerts.

use std::fmt;

/// The short name of a tenant, from its profile's file name: `[a-z0-9-]{1,40}`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantKey(Box<str>);

/// Why a text is no [`TenantKey`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidKey {
    /// The text as it was given, shortened to a printable length.
    pub given: String,
}

impl TenantKey {
    /// The longest key, in characters. It becomes part of Kubernetes names, which end at 63.
    pub const MAX_LEN: usize = 40;

    /// Takes a text that is a key already; changes nothing about it.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=Self::MAX_LEN).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidKey {
                given: text.chars().take(60).flat_map(char::escape_debug).collect(),
            })
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for TenantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\" is not a tenant key: use 1 to {} of a-z, 0-9 and -",
            self.given,
            TenantKey::MAX_LEN
        )
    }
}

impl std::error::Error for InvalidKey {}

/// What people switch per tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `false`: the tenant is not collected at all.
    pub enabled: bool,
    /// `false`: collected and shown, but nobody is told.
    pub monitoring: bool,
}

impl Default for Settings {
    /// A tenant that nobody has switched is watched.
    fn default() -> Self {
        Self {
            enabled: true,
            monitoring: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_lower_case_names() {
        let long = "a".repeat(TenantKey::MAX_LEN);
        for ok in ["iseschool", "a", "school-2013", "0", &long] {
            assert_eq!(TenantKey::parse(ok).unwrap().as_str(), ok);
        }
        let too_long = "a".repeat(TenantKey::MAX_LEN + 1);
        for bad in ["", "ISE", "a b", "a_b", "../x", "é", "a\n", &too_long] {
            assert!(TenantKey::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_refused_key_is_shown_harmlessly() {
        let error = TenantKey::parse("Ä\u{1b}[2J").unwrap_err();
        let said = error.to_string();
        assert_eq!(
            said,
            r#""Ä\u{1b}[2J" is not a tenant key: use 1 to 40 of a-z, 0-9 and -"#
        );
    }
}
