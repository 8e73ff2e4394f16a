//! The columns of a list: how they are called inside, what they hold, and how to ask for new ones.

use serde::de::MapAccess;
use serde_json::{Value, json};

use super::unwritable;
use crate::error::{Call, Error};
use crate::json::{Element, Member};

/// A column of a list.
///
/// Source: Microsoft's metadata of `microsoft.graph.columnDefinition`. A column without a name is
/// left out with a remark; what else was null, missing or of another type is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// Its internal name, by which fields are read and written; never empty.
    pub name: String,
    /// What people see above it.
    pub display_name: Option<String>,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether Graph can filter by it.
    pub indexed: Option<bool>,
    /// Whether an item must have a value of it.
    pub required: Option<bool>,
    /// Whether only SharePoint writes it.
    pub read_only: Option<bool>,
    /// Whether people do not see it.
    pub hidden: Option<bool>,
}

/// What a column holds, as far as it matters here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// One or many lines: [`Field::Text`](super::Field::Text).
    Text,
    /// [`Field::Number`](super::Field::Number).
    Number,
    /// Yes or no: [`Field::Flag`](super::Field::Flag).
    Boolean,
    /// An RFC 3339 time as [`Field::Text`](super::Field::Text).
    DateTime,
    /// Choice, lookup, person, currency, calculated, and whatever else there is.
    #[default]
    Other,
}

/// A column to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewColumn {
    /// Its internal name.
    pub name: String,
    /// What people see above it; `None` for the name.
    pub display_name: Option<String>,
    /// What it holds; [`ColumnKind::Other`] cannot be created.
    pub kind: ColumnKind,
    /// Whether Graph can filter by it.
    pub indexed: bool,
    /// Whether an item must have a value of it.
    pub required: bool,
}

impl NewColumn {
    pub(super) fn to_json(&self, call: Call) -> Result<Value, Error> {
        let facet = match self.kind {
            ColumnKind::Text => "text",
            ColumnKind::Number => "number",
            ColumnKind::Boolean => "boolean",
            ColumnKind::DateTime => "dateTime",
            ColumnKind::Other => {
                let what = "only columns of text, number, boolean and dateTime can be created";
                return Err(unwritable(call, what));
            }
        };
        Ok(json!({
            "name": self.name,
            "displayName": self.display_name.as_ref().unwrap_or(&self.name),
            "indexed": self.indexed,
            "required": self.required,
            facet: {},
        }))
    }
}

impl Element for Column {
    const NEEDED: &'static [&'static str] = &[
        "name",
        "displayName",
        "indexed",
        "required",
        "readOnly",
        "hidden",
    ];

    const OPTIONAL: &'static [&'static str] = &["text", "number", "boolean", "dateTime"];

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        let kind = match member.name {
            "text" => ColumnKind::Text,
            "number" => ColumnKind::Number,
            "boolean" => ColumnKind::Boolean,
            "dateTime" => ColumnKind::DateTime,
            _ => return self.take_member(member),
        };
        if member.presence()? {
            self.kind = kind;
        }
        Ok(())
    }

    fn flaw(&self) -> Option<&'static str> {
        self.name.is_empty().then_some("it has no name")
    }
}

impl Column {
    fn take_member<'de, M: MapAccess<'de>>(
        &mut self,
        member: Member<'_, M>,
    ) -> Result<(), M::Error> {
        match member.name {
            "name" => self.name = member.text()?.unwrap_or_default(),
            "displayName" => self.display_name = member.text()?,
            "indexed" => self.indexed = member.flag()?,
            "required" => self.required = member.flag()?,
            "readOnly" => self.read_only = member.flag()?,
            "hidden" => self.hidden = member.flag()?,
            _ => member.skip()?,
        }
        Ok(())
    }
}
