//! Changes on a condition: whoever says which version was seen undoes nothing that somebody else
//! did in between.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};

use crate::problem::Error;

use super::not;

/// The version that `If-Match` names. `None`: whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected(pub(crate) Option<i64>);

/// The `ETag` of what has versions: the version, and a hash of all that the answer says besides.
pub(crate) struct Version {
    pub(crate) version: i64,
    pub(crate) hash: u64,
}

impl Version {
    /// Weak, because the same content may travel compressed.
    pub(crate) fn tag(&self) -> HeaderValue {
        let Self { version, hash } = self;
        HeaderValue::try_from(format!("W/\"{version}-{hash:016x}\""))
            .expect("digits and a hyphen in quotes")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Expected {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let mut given = parts.headers.get_all(header::IF_MATCH).iter();
        let (first, second) = (given.next(), given.next());
        let Some(first) = first else {
            return Ok(Self(None));
        };
        let text = first.to_str().unwrap_or_default();
        match (read(text), second) {
            (Some(expected), None) => Ok(Self(expected)),
            _ => Err(not(
                "If-Match",
                text,
                "the ETag of an answer, such as \"3\", or *",
            )),
        }
    }
}

/// `*`, `"3"`, or a whole tag of [`Version::tag`]. `None`: it is none of these.
fn read(text: &str) -> Option<Option<i64>> {
    let text = text.trim();
    if text == "*" {
        return Some(None);
    }
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let tag = tag.strip_prefix('"')?.strip_suffix('"')?;
    let version = tag.split_once('-').map_or(tag, |(version, _)| version);
    let digits = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| version.parse().ok()).flatten().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_taken_as_it_was_given_and_by_its_version_alone() {
        let tag = Version {
            version: 3,
            hash: 7,
        }
        .tag();
        let check = |text: &str, expected| assert_eq!(read(text), expected, "{text}");
        check(tag.to_str().unwrap(), Some(Some(3)));
        check("\"3\"", Some(Some(3)));
        check(" W/\"12\" ", Some(Some(12)));
        check("*", Some(None));
        let odd = [
            "",
            "3",
            "\"\"",
            "\"x\"",
            "\"-1\"",
            "\"+1\"",
            "\"3\", \"4\"",
            "\"99999999999999999999\"",
        ];
        for odd in odd {
            check(odd, None);
        }
    }
}
