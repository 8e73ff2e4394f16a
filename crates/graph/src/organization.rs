//! `GET /organization`: who a tenant is, to check that a profile reaches the one it names.

use serde::de::MapAccess;
use uuid::Uuid;

use crate::error::{Call, Error};
use crate::json::{Element, Member};
use crate::listing::{self, Page};

/// A tenant as it describes itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organization {
    /// The tenant id.
    pub id: Option<Uuid>,
    /// The name that its own administrators gave it.
    pub display_name: Option<String>,
}

/// Reads one answer of `GET /organization`. Never panics, whatever the bytes are.
///
/// # Errors
/// [`Error::Unreadable`] if the body is not a JSON object with an array `value`.
pub fn parse_organization(body: &[u8]) -> Result<Page<Organization>, Error> {
    listing::parse(body, Call::Organization)
}

impl Element for Organization {
    const NEEDED: &'static [&'static str] = &["id", "displayName"];

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        match member.name {
            "id" => self.id = member.guid()?,
            "displayName" => self.display_name = member.text()?,
            _ => member.skip()?,
        }
        Ok(())
    }
}
