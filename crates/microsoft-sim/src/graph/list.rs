//! Lists and single items as Graph writes them, straight to bytes: a load test asks for millions
//! of rows.

use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::query::Query;
use super::route::{Key, Resource};
use crate::world::tenant::{Oddities, ServicePlan, Units};

/// A value of a property.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Cell<'a> {
    Text(&'a str),
    Owned(String),
    Id(Uuid),
    Ids(Vec<Uuid>),
    Number(i64),
    Flag(bool),
    Units(Prepaid),
    Plans(&'a [ServicePlan]),
    Json(Value),
    Null,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Prepaid {
    enabled: i64,
    suspended: i64,
    warning: i64,
    locked_out: i64,
}

impl From<Units> for Prepaid {
    fn from(units: Units) -> Prepaid {
        Prepaid {
            enabled: units.enabled,
            suspended: units.suspended,
            warning: units.warning,
            locked_out: units.locked_out,
        }
    }
}

/// Properties in the order in which Graph writes them.
pub(super) type Row<'a> = Vec<(&'static str, Cell<'a>)>;

/// A list under way.
pub(super) struct List<'a> {
    bytes: Vec<u8>,
    query: &'a Query,
    /// Rows that the filter lets pass.
    matched: usize,
    written: usize,
}

impl<'a> List<'a> {
    pub(super) fn new(base_url: &str, resource: Resource, query: &'a Query) -> List<'a> {
        let mut bytes = b"{\"@odata.context\":".to_vec();
        write(&mut bytes, &context(base_url, resource, query, ""));
        bytes.extend_from_slice(b",\"value\":[");
        List {
            bytes,
            query,
            matched: 0,
            written: 0,
        }
    }

    pub(super) fn push(&mut self, row: Row<'_>, oddities: &Oddities) {
        if !self
            .query
            .filter
            .iter()
            .all(|(name, value)| has(&row, name, value))
        {
            return;
        }
        self.matched += 1;
        let full = self.query.top.is_some_and(|top| self.written == top);
        if self.matched <= self.query.skip || full {
            return;
        }
        if self.written > 0 {
            self.bytes.push(b',');
        }
        self.written += 1;
        self.bytes.push(b'{');
        write_row(&mut self.bytes, row, oddities, self.query);
        self.bytes.push(b'}');
    }

    /// The whole answer; `link` makes the address of the next page from the rows until there.
    pub(super) fn end(mut self, link: impl FnOnce(usize) -> String) -> Vec<u8> {
        self.bytes.push(b']');
        let until = self.query.skip + self.written;
        if until < self.matched {
            self.bytes.extend_from_slice(b",\"@odata.nextLink\":");
            write(&mut self.bytes, &link(until));
        }
        self.bytes.push(b'}');
        self.bytes
    }
}

/// One item by its key, once it has been met.
pub(super) struct Item<'a> {
    key: &'a Key,
    context: String,
    query: &'a Query,
    pub(super) found: Option<Vec<u8>>,
}

impl<'a> Item<'a> {
    pub(super) fn new(
        base_url: &str,
        resource: Resource,
        key: &'a Key,
        query: &'a Query,
    ) -> Item<'a> {
        Item {
            key,
            context: context(base_url, resource, query, "/$entity"),
            query,
            found: None,
        }
    }

    pub(super) fn look_at(&mut self, row: Row<'_>, oddities: &Oddities) {
        if !has(&row, self.key.property, &Value::from(&*self.key.value)) {
            return;
        }
        let mut bytes = b"{\"@odata.context\":".to_vec();
        write(&mut bytes, &self.context);
        bytes.push(b',');
        write_row(&mut bytes, row, oddities, self.query);
        bytes.push(b'}');
        self.found = Some(bytes);
    }
}

fn context(base_url: &str, resource: Resource, query: &Query, suffix: &str) -> String {
    let name = match resource {
        Resource::SubscribedSkus => "subscribedSkus",
        Resource::Subscriptions => "directory/subscriptions",
        Resource::Organization => "organization",
    };
    let chosen = query.select.as_ref();
    let chosen = chosen
        .map(|names| format!("({})", names.join(",")))
        .unwrap_or_default();
    format!("{base_url}/v1.0/$metadata#{name}{chosen}{suffix}")
}

fn has(row: &Row<'_>, property: &str, value: &Value) -> bool {
    let cell = row
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(property));
    let cell = cell.map(|(_, cell)| json!(cell));
    match (cell, value) {
        (Some(Value::String(own)), Value::String(wanted)) => own.eq_ignore_ascii_case(wanted),
        (Some(own), wanted) => own == *wanted,
        (None, _) => false,
    }
}

/// Without its braces.
fn write_row(bytes: &mut Vec<u8>, row: Row<'_>, oddities: &Oddities, query: &Query) {
    let cells = row.into_iter().filter(|(name, _)| query.selects(name));
    if *oddities == Oddities::default() {
        return write_cells(bytes, cells);
    }
    let mut row: Map<_, _> = cells
        .map(|(name, cell)| (name.to_owned(), json!(cell)))
        .collect();
    oddities.apply(&mut row);
    write_cells(bytes, row);
}

fn write_cells<N: AsRef<str>, C: Serialize>(
    bytes: &mut Vec<u8>,
    cells: impl IntoIterator<Item = (N, C)>,
) {
    for (index, (name, cell)) in cells.into_iter().enumerate() {
        if index > 0 {
            bytes.push(b',');
        }
        write(bytes, name.as_ref());
        bytes.push(b':');
        write(bytes, &cell);
    }
}

fn write(bytes: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(bytes, value).expect("memory takes all plain data");
}
