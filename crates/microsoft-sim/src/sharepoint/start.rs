//! The lists as they stand at the start: set up by people, the tenant list filled in by hand.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::column::{Column, Kind};
use super::flow::{INFORM, INFORMED};
use super::list::List;
use crate::world::World;
use crate::world::site::{Purpose, SiteSpec};

pub(super) fn lists(world: &World, spec: &SiteSpec, now: Timestamp) -> Vec<List> {
    let list = |purpose| list(world, spec, purpose, now);
    Purpose::ALL.map(list).into()
}

fn list(world: &World, spec: &SiteSpec, purpose: Purpose, now: Timestamp) -> List {
    let mut list = List::new(spec.list_id(purpose), purpose.title(), now);
    list.purpose = Some(purpose);
    let columns = columns(purpose).iter();
    list.columns
        .extend(columns.map(|(name, kind)| Column::new(name, *kind)));
    for column in &mut list.columns {
        column.indexed = spec.indexed.contains(&column.name);
    }
    for row in rows(world, spec, purpose) {
        list.create(&row, now)
            .expect("the rows of the start fit their columns");
    }
    list
}

fn columns(purpose: Purpose) -> &'static [(&'static str, Kind)] {
    match purpose {
        Purpose::Tenants => &[
            ("enabled", Kind::Boolean),
            ("monitoring", Kind::Boolean),
            ("cert_expires", Kind::DateTime),
        ],
        Purpose::Licences => &[
            ("Tenant", Kind::Text),
            ("Verfügbar", Kind::Number),
            ("Gebraucht", Kind::Number),
            ("Frei", Kind::Number),
            (INFORM, Kind::Boolean),
            (INFORMED, Kind::Boolean),
        ],
        Purpose::Parameters => &[("Parameter", Kind::Text), ("Parameterwert", Kind::Text)],
    }
}

fn rows(world: &World, spec: &SiteSpec, purpose: Purpose) -> Vec<Map<String, Value>> {
    let fields = |value: Value| match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    match purpose {
        Purpose::Tenants => world
            .tenants()
            .map(|it| json!({"Title": it.name, "enabled": true, "monitoring": true}))
            .map(fields)
            .collect(),
        Purpose::Licences => Vec::new(),
        Purpose::Parameters => spec
            .parameters
            .iter()
            .map(|(name, value)| json!({"Parameter": name, "Parameterwert": value}))
            .map(fields)
            .collect(),
    }
}
