//! Sign-ins that a browser has begun, kept in a cookie of its own: what comes back must belong to
//! one of them, and each comes back once.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::chance;
use super::cookie::Cookie;
use super::keys::SessionKeys;

/// How long somebody may take to sign in.
pub(super) const LASTS: SignedDuration = SignedDuration::from_mins(10);

/// Several tabs may ask for it at once; a cookie has room for so many.
const MOST: usize = 4;

/// Longest way back that is kept, in bytes.
const LONGEST_BACK: usize = 400;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    #[serde(rename = "s")]
    pub(super) state: String,
    #[serde(rename = "n")]
    pub(super) nonce: String,
    #[serde(rename = "v")]
    pub(super) verifier: String,
    /// A path of ours.
    #[serde(rename = "b")]
    pub(super) back: String,
    /// Unix seconds.
    #[serde(rename = "a")]
    at: i64,
}

impl Begun {
    pub(super) fn now(back: String, now: Timestamp) -> Self {
        Self {
            state: chance::text(),
            nonce: chance::text(),
            verifier: chance::text(),
            back: if back.len() > LONGEST_BACK {
                super::back::HOME.to_owned()
            } else {
                back
            },
            at: now.as_second(),
        }
    }

    /// What the provider hears of the verifier beforehand (RFC 7636, S256).
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier.as_bytes()))
    }

    fn is_too_old(&self, now: Timestamp) -> bool {
        now.as_second() - self.at >= LASTS.as_secs()
    }
}

/// All of a browser, the oldest first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct AllBegun(Vec<Begun>);

/// Why an answer belongs to none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotBegun {
    /// Not here, or it came back already.
    Unknown,
    TooOld,
}

impl AllBegun {
    pub(super) fn open(text: Option<&str>, keys: &SessionKeys, cookie: &Cookie) -> Self {
        let plain = text.and_then(|text| keys.open(cookie.name(), text));
        let all = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
        Self(all.unwrap_or_default())
    }

    pub(super) fn sealed(&self, keys: &SessionKeys, cookie: &Cookie) -> String {
        let plain = serde_json::to_vec(&self.0).expect("texts and numbers become JSON");
        keys.seal(cookie.name(), &plain)
    }

    pub(super) fn add(&mut self, begun: Begun, now: Timestamp) {
        self.0.retain(|other| !other.is_too_old(now));
        self.0.push(begun);
        let too_many = self.0.len().saturating_sub(MOST);
        self.0.drain(..too_many);
    }

    /// Takes out the one that the provider answers to.
    pub(super) fn take(&mut self, state: &str, now: Timestamp) -> Result<Begun, NotBegun> {
        let at = self.0.iter().position(|begun| begun.state == state);
        let begun = self.0.remove(at.ok_or(NotBegun::Unknown)?);
        match begun.is_too_old(now) {
            true => Err(NotBegun::TooOld),
            false => Ok(begun),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + minutes * 60).unwrap()
    }

    fn begun(minutes: i64) -> Begun {
        Begun::now("/licenses".to_owned(), at(minutes))
    }

    #[test]
    fn each_comes_back_once_and_in_time() {
        let (first, second) = (begun(0), begun(5));
        let mut all = AllBegun::default();
        all.add(first.clone(), at(0));
        all.add(second.clone(), at(5));
        assert_eq!(all.take("other", at(6)), Err(NotBegun::Unknown));
        assert_eq!(all.take(&second.state, at(6)), Ok(second.clone()));
        assert_eq!(all.take(&second.state, at(6)), Err(NotBegun::Unknown));
        assert_eq!(all.take(&first.state, at(10)), Err(NotBegun::TooOld));
        assert!(all.is_empty());
    }

    #[test]
    fn they_stay_within_what_a_cookie_can_hold() {
        let mut all = AllBegun::default();
        for minute in 0..6 {
            all.add(Begun::now("/x".repeat(200), at(minute)), at(minute));
        }
        assert_eq!(all.0.len(), MOST);
        all.add(Begun::now("/x".repeat(201), at(14)), at(14));
        assert_eq!(all.0.len(), 2, "old ones are dropped");
        assert_eq!(all.0[1].back, super::super::back::HOME);
        let keys = SessionKeys::parse(&"QUJD".repeat(16)).unwrap();
        let url = url::Url::parse("https://a.example").unwrap();
        let cookie = Cookie::of("sign-in", &url);
        let full = AllBegun(vec![Begun::now("/x".repeat(200), at(0)); MOST]);
        let sealed = full.sealed(&keys, &cookie);
        assert!(sealed.len() < 3800, "{}", sealed.len());
        assert_eq!(AllBegun::open(Some(&sealed), &keys, &cookie), full);
        assert!(AllBegun::open(Some("x"), &keys, &cookie).is_empty());
    }

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        let begun = Begun {
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
            ..begun(0)
        };
        assert_eq!(
            begun.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
