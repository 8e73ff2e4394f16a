//! What a site and its lists say about themselves.

use serde::de::MapAccess;

use crate::json::{Element, Member};

/// A site as it describes itself.
///
/// Source: Microsoft's metadata of `microsoft.graph.site`. What was null, missing or of another
/// type is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteInfo {
    /// `host,GUID,GUID`.
    pub id: Option<String>,
    /// Its title.
    pub display_name: Option<String>,
    /// Where people find it. Unchecked.
    pub web_url: Option<String>,
}

/// A list of a site.
///
/// Source: Microsoft's metadata of `microsoft.graph.list`. A list without an id is left out with a
/// remark; what else was null, missing or of another type is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListInfo {
    /// The identity of the list, a GUID; never empty.
    pub id: String,
    /// The last part of its address, which a renamed list keeps.
    pub name: Option<String>,
    /// Its title.
    pub display_name: Option<String>,
}

impl Element for SiteInfo {
    const NEEDED: &'static [&'static str] = &["id", "displayName", "webUrl"];

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        match member.name {
            "id" => self.id = member.text()?,
            "displayName" => self.display_name = member.text()?,
            "webUrl" => self.web_url = member.text()?,
            _ => member.skip()?,
        }
        Ok(())
    }
}

impl Element for ListInfo {
    const NEEDED: &'static [&'static str] = &["id", "name", "displayName"];

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        match member.name {
            "id" => self.id = member.text()?.unwrap_or_default(),
            "name" => self.name = member.text()?,
            "displayName" => self.display_name = member.text()?,
            _ => member.skip()?,
        }
        Ok(())
    }

    fn flaw(&self) -> Option<&'static str> {
        self.id.is_empty().then_some("it has no id")
    }
}
