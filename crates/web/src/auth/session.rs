//! A session: who somebody is, for some hours, in a cookie that only this service can write.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::Store;

use super::chance;
use super::cookie::Cookie;
use super::keys::SessionKeys;
use super::person::{self, Person};
use crate::caller::Role;

/// Somebody who signed in. Short names: it travels with each request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// Ours, for ending it.
    #[serde(rename = "i")]
    pub(super) id: String,
    /// The provider's, by which it says that it has ended there.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none", default)]
    pub(super) sid: Option<String>,
    /// Object id and tenant: the identity.
    #[serde(rename = "o")]
    pub(super) oid: String,
    #[serde(rename = "t")]
    pub(super) tid: String,
    /// What people know them by.
    #[serde(rename = "u")]
    pub(super) who: String,
    #[serde(rename = "r")]
    role: String,
    /// Unix seconds.
    #[serde(rename = "b")]
    began_at: i64,
    #[serde(rename = "e")]
    ends_at: i64,
}

impl Session {
    pub(super) fn begin(person: Person, role: Role, lasts: SignedDuration, now: Timestamp) -> Self {
        Self {
            id: chance::text(),
            sid: person.sid,
            oid: person.oid,
            tid: person.tid,
            who: person.who,
            role: role.as_str().to_owned(),
            began_at: now.as_second(),
            ends_at: (now + lasts).as_second(),
        }
    }

    pub(super) fn sealed(&self, keys: &SessionKeys, cookie: &Cookie) -> String {
        let plain = serde_json::to_vec(self).expect("texts and numbers become JSON");
        keys.seal(cookie.name(), &plain)
    }

    /// The session in a cookie's text, unless its time is over, by what was said then or by what
    /// is set now.
    pub(super) fn open(
        text: &str,
        keys: &SessionKeys,
        cookie: &Cookie,
        lasts: SignedDuration,
        now: Timestamp,
    ) -> Option<Self> {
        let plain = keys.open(cookie.name(), text)?;
        let session: Self = serde_json::from_slice(&plain).ok()?;
        let seconds = now.as_second();
        let lives = seconds < session.ends_at && seconds < session.began_at + lasts.as_secs();
        lives.then_some(session)
    }

    pub(super) fn account(&self) -> String {
        person::account(&self.oid, &self.tid)
    }

    pub(super) fn role(&self) -> Option<Role> {
        Role::of_word(&self.role)
    }

    /// Whether it was ended before its time.
    pub(super) async fn has_ended(&self, store: &Store, now: Timestamp) -> store::Result<bool> {
        store.has_ended(&self.id, self.sid.as_deref(), now).await
    }

    pub(super) fn ends_at(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.ends_at).ok()
    }
}
