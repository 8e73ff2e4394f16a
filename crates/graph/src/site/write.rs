//! What can be written to a list, and what came of it in terms of what the caller does next.

use serde_json::{Map, Value, json};

use super::address::Address;
use super::item::Fields;
use crate::error::Error;

/// A change of one item.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// A new item. Graph gives no means to repeat it safely.
    Create {
        /// Its fields.
        fields: Fields,
    },
    /// New values for some columns of an item that is still in the state `etag`.
    Update {
        /// [`Item::id`](super::Item::id).
        id: String,
        /// [`Item::etag`](super::Item::etag), quotes included.
        etag: String,
        /// The columns that change; the others stay.
        fields: Fields,
    },
    /// The end of an item that is still in the state `etag`.
    Delete {
        /// [`Item::id`](super::Item::id).
        id: String,
        /// [`Item::etag`](super::Item::etag), quotes included.
        etag: String,
    },
}

/// A write that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The item's id, of a new one too.
    pub id: String,
    /// The state after the write, for the next one; `None` if it is deleted or Graph did not say.
    pub etag: Option<String>,
}

/// Why a write has no good end, one variant for each decision of the caller. `to_string()` says
/// what happened in one sentence, [`WriteError::advice`] what the operator should do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The item is in another state than the etag says (412, 409 `resourceModified`): nothing was
    /// written, or by this very write when its first answer was lost. Read it and decide again.
    #[error("the item was changed by somebody else meanwhile")]
    Changed,
    /// There is an item of this name (409 `nameAlreadyExists`). It must not be repeated.
    #[error("there is such an item already")]
    Exists,
    /// The item is not there any more (404).
    #[error("the item was deleted meanwhile, or its list is gone")]
    Gone,
    /// Whether it was carried out is not known. Look before a [`Write::Create`] is repeated.
    #[error("it is not known whether the write was carried out: {0}")]
    Unclear(Error),
    /// It was certainly not carried out: throttled, refused, not connected, too late, or an
    /// earlier batch failed in a way that would repeat itself.
    #[error("the write was not carried out: {0}")]
    NotDone(Error),
}

impl WriteError {
    /// What the operator should do, in one or two sentences.
    pub fn advice(&self) -> String {
        match self {
            WriteError::Changed => "Nothing needs to be done: it is read again and decided anew.",
            WriteError::Exists => {
                "Look in the SharePoint list for an item of this name, and for a column that \
                 allows each value only once."
            }
            WriteError::Gone => {
                "Nothing needs to be done if somebody deleted the item. If all items are gone, \
                 check the list's id in the SharePoint profile."
            }
            WriteError::Unclear(error) | WriteError::NotDone(error) => return error.advice(),
        }
        .to_owned()
    }
}

impl Write {
    /// Whether a repeat could do it twice: only the others are protected by an etag.
    pub(super) fn is_create(&self) -> bool {
        matches!(self, Write::Create { .. })
    }

    /// As a part of a batch, without its id there; or why it cannot be written.
    pub(super) fn to_json(&self, address: &Address, list: &str) -> Result<Value, String> {
        if let Write::Update { etag, .. } | Write::Delete { etag, .. } = self
            && etag.is_empty()
        {
            return Err("it has no etag, so it could overwrite the change of another".to_owned());
        }
        Ok(match self {
            Write::Create { fields } => json!({
                "method": "POST",
                "url": format!("/{}", address.new_item(list)),
                "headers": {"Content-Type": "application/json"},
                "body": {"fields": fields_json(fields)?},
            }),
            Write::Update { id, etag, fields } => json!({
                "method": "PATCH",
                "url": format!("/{}", address.fields(list, id)),
                "headers": {"Content-Type": "application/json", "If-Match": etag},
                "body": fields_json(fields)?,
            }),
            Write::Delete { id, etag } => json!({
                "method": "DELETE",
                "url": format!("/{}", address.same_item(list, id)),
                "headers": {"If-Match": etag},
            }),
        })
    }
}

fn fields_json(fields: &Fields) -> Result<Value, String> {
    let member = |(name, field): (&String, &super::Field)| {
        let value = field.to_json();
        let value = value.ok_or_else(|| format!("the value of the column {name} is unwritable"));
        Ok((name.clone(), value?))
    };
    fields
        .iter()
        .map(member)
        .collect::<Result<Map<_, _>, String>>()
        .map(Value::Object)
}
