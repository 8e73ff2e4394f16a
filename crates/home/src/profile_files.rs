//! Finds the profiles in their folder by name, and says which files are none.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use domain::TenantKey;

use crate::files;
use crate::finding::{Finding, excerpt};

/// A folder of profiles of one kind.
pub(crate) struct Kind {
    /// Relative to home.
    pub(crate) folder: &'static str,
    prefix: &'static str,
}

pub(crate) const TENANTS: Kind = Kind {
    folder: "config-profiles/tenants",
    prefix: "config-",
};
pub(crate) const SHAREPOINT: Kind = Kind {
    folder: "config-profiles/sharepoint",
    prefix: "sp-config-",
};
const SUFFIX: &str = "-profile.json";

/// The profiles by key, and what else lies there. Paths are relative to home.
pub(crate) type Found = (BTreeMap<TenantKey, PathBuf>, Vec<(PathBuf, Finding)>);

pub(crate) fn find(home: &Path, kind: &Kind) -> io::Result<Found> {
    let (mut profiles, mut others) = (BTreeMap::new(), Vec::new());
    for name in files::names(&home.join(kind.folder))? {
        let path = Path::new(kind.folder).join(&name);
        match key(&name, kind) {
            Ok(key) => drop(profiles.insert(key, path)),
            Err(finding) => others.push((path, finding)),
        }
    }
    Ok((profiles, others))
}

/// The profile of a key, relative to home.
pub(crate) fn path(key: &TenantKey, kind: &Kind) -> PathBuf {
    Path::new(kind.folder).join(format!("{}{key}{SUFFIX}", kind.prefix))
}

fn key(name: &str, kind: &Kind) -> Result<TenantKey, Finding> {
    let within = name.strip_prefix(kind.prefix);
    let Some(text) = within.and_then(|rest| rest.strip_suffix(SUFFIX)) else {
        return Err(Finding::warning(
            "is not read, because its name is not that of a profile",
            format!(
                "call it {}<key>{SUFFIX} if it is one, or move it elsewhere",
                kind.prefix
            ),
        ));
    };
    TenantKey::parse(text).map_err(|_| {
        let message = format!(
            "is not read, because its key {} is not 1 to {} of a-z, 0-9 and -",
            excerpt(text),
            TenantKey::MAX_LEN
        );
        let advice = allowed(text).map_or_else(
            || "choose another key".to_owned(),
            |key| format!("rename it to {}{key}{SUFFIX}", kind.prefix),
        );
        Finding::error(message, advice)
    })
}

/// The key that is most like what was written.
fn allowed(text: &str) -> Option<TenantKey> {
    let lower = text.to_lowercase();
    let plain = |c: char| {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            c
        } else {
            '-'
        }
    };
    let key: String = lower.chars().map(plain).take(TenantKey::MAX_LEN).collect();
    TenantKey::parse(key.trim_matches('-')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;

    #[test]
    fn names_say_the_key_or_why_there_is_none() {
        let check = |name: &str, expected: Result<&str, (Severity, &str)>| match key(name, &TENANTS)
        {
            Ok(key) => assert_eq!(Ok(key.as_str()), expected),
            Err(finding) => {
                let said = (finding.severity, finding.advice.as_str());
                assert_eq!(Err(said), expected, "{name}");
            }
        };
        let no_name = "call it config-<key>-profile.json if it is one, or move it elsewhere";
        check("config-iseschool-profile.json", Ok("iseschool"));
        check("config-ise-school-2013-profile.json", Ok("ise-school-2013"));
        check("config-profile.json", Err((Severity::Warning, no_name)));
        check(
            "config-a-profile.json.bak",
            Err((Severity::Warning, no_name)),
        );
        check("README.md", Err((Severity::Warning, no_name)));
        let rename = "rename it to config-ise-school-profile.json";
        check(
            "config-ISE_School-profile.json",
            Err((Severity::Error, rename)),
        );
        check(
            "config--profile.json",
            Err((Severity::Error, "choose another key")),
        );
    }
}
