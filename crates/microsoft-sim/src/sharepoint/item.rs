//! Rows of a list, with the version that every write moves on.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

/// A row as a test sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// A decimal number, as Graph says it.
    pub id: String,
    /// Begins with 1; every write adds 1, and so does a flow.
    pub version: u32,
    /// By internal name. Empty columns are absent.
    pub fields: BTreeMap<String, Value>,
}

#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: u64,
    pub(super) guid: Uuid,
    pub(crate) version: u32,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) fields: BTreeMap<String, Value>,
}

impl Item {
    /// With its quotes.
    pub(crate) fn tag(&self) -> String {
        format!("\"{},{}\"", self.guid, self.version)
    }

    pub(crate) fn row(&self) -> Row {
        Row {
            id: self.id.to_string(),
            version: self.version,
            fields: self.fields.clone(),
        }
    }

    pub(super) fn change(
        &mut self,
        fields: impl IntoIterator<Item = (String, Option<Value>)>,
        now: Timestamp,
    ) {
        for (name, value) in fields {
            match value {
                Some(value) => drop(self.fields.insert(name, value)),
                None => drop(self.fields.remove(&name)),
            }
        }
        self.version += 1;
        self.modified = now;
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.fields.get(name) == Some(&Value::Bool(true))
    }
}
