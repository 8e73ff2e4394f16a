//! What a token says of whom it is about, after it was found to be sound.

use serde::Deserialize;

use crate::caller::Role;

/// Longest name that is kept, in bytes: a cookie has room for it.
const LONGEST: usize = 200;

/// Somebody, or some program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(super) oid: String,
    pub(super) tid: String,
    /// What people know them by.
    pub(super) who: String,
    /// The provider's name of the session.
    pub(super) sid: Option<String>,
    pub(super) roles: Roles,
    /// Whether users of their tenant may sign in.
    pub(super) is_let_in: bool,
}

impl Person {
    /// What identifies them for good, whatever they are called.
    pub(super) fn account(&self) -> String {
        account(&self.oid, &self.tid)
    }
}

pub(super) fn account(oid: &str, tid: &str) -> String {
    format!("{oid}@{tid}")
}

/// The app roles that a token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Roles {
    /// The highest one of ours.
    Has(Role),
    /// Others, none of which is ours.
    Others,
    /// Nothing is said of roles.
    Untold,
}

impl Roles {
    pub(super) fn of(claim: Option<&[String]>) -> Self {
        let Some(named) = claim else {
            return Self::Untold;
        };
        let ours = named.iter().filter_map(|word| Role::of_word(word));
        ours.max().map_or(Self::Others, Self::Has)
    }
}

/// One audience or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// Whether it is one of ours alone: a token for others as well is not meant for us.
    pub(super) fn is_only(&self, ours: &[String]) -> bool {
        match self {
            Self::One(one) => ours.contains(one),
            Self::Several(all) => !all.is_empty() && all.iter().all(|one| ours.contains(one)),
        }
    }
}

/// The claims that are looked at.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) aud: Audience,
    /// Unix seconds, as the next two.
    pub(super) exp: i64,
    pub(super) iat: i64,
    pub(super) nbf: Option<i64>,
    pub(super) nonce: Option<String>,
    pub(super) tid: Option<String>,
    oid: Option<String>,
    sub: String,
    preferred_username: Option<String>,
    name: Option<String>,
    /// The app that asked for an access token.
    azp: Option<String>,
    sid: Option<String>,
    roles: Option<Vec<String>>,
}

impl Claims {
    pub(super) fn person(self, tid: String, is_let_in: bool) -> Person {
        let oid = self.oid.unwrap_or(self.sub);
        let names = [self.preferred_username, self.name, self.azp];
        let mut names = names.into_iter().flatten();
        let who = names.find(|name| !name.trim().is_empty());
        Person {
            who: bounded(who.unwrap_or_else(|| oid.clone())),
            oid: bounded(oid),
            tid: bounded(tid),
            sid: self.sid.filter(|sid| sid.len() <= LONGEST),
            roles: Roles::of(self.roles.as_deref()),
            is_let_in,
        }
    }
}

fn bounded(mut text: String) -> String {
    let end = (0..=LONGEST.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or(0));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_role_of_ours_counts() {
        let check = |claim: Option<&[&str]>, expected: Roles| {
            let claim: Option<Vec<String>> =
                claim.map(|words| words.iter().copied().map(str::to_owned).collect());
            assert_eq!(Roles::of(claim.as_deref()), expected, "{claim:?}");
        };
        check(None, Roles::Untold);
        check(Some(&[]), Roles::Others);
        check(Some(&["auditor"]), Roles::Others);
        check(Some(&["reader"]), Roles::Has(Role::Reader));
        check(Some(&["Admin", "reader", "x"]), Roles::Has(Role::Admin));
        check(Some(&["operator", "reader"]), Roles::Has(Role::Operator));
    }

    #[test]
    fn a_name_is_cut_between_characters() {
        assert_eq!(bounded("Söhne".to_owned()), "Söhne");
        let long = bounded("ü🎓".repeat(100));
        assert!(long.len() <= LONGEST && long.starts_with("ü🎓"));
    }
}
