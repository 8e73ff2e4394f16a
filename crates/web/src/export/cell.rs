//! One value on its way from a shape of version 2 into a file.

use jiff::Timestamp;
use serde_json::Value;

use super::columns::{Column, Kind};

/// A value by what it is. What Microsoft did not say is [`Cell::Nothing`], never 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    Nothing,
    Text(&'a str),
    Number(i64),
    Moment(Timestamp),
    Flag(bool),
}

impl<'a> Cell<'a> {
    pub(super) fn of(row: &'a Value, column: &Column) -> Self {
        match (column.kind, row.pointer(column.at)) {
            (_, None | Some(Value::Null)) => Self::Nothing,
            (Kind::Number, Some(value)) => value.as_i64().map_or(Self::Nothing, Self::Number),
            (Kind::Flag, Some(value)) => value.as_bool().map_or(Self::Nothing, Self::Flag),
            (Kind::Moment, Some(value)) => {
                let text = value.as_str().unwrap_or_default();
                text.parse().map_or(Self::Text(text), Self::Moment)
            }
            (_, Some(value)) => value.as_str().map_or(Self::Nothing, Self::Text),
        }
    }
}
