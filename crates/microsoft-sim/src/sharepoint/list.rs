//! A list: columns, rows, and what a write to it must keep.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::column::{Column, Kind};
use super::item::Item;
use super::refused::Refused;
use crate::world::site::Purpose;

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) id: Uuid,
    pub(crate) display_name: String,
    /// What the tool uses it for, if it stood there at the start.
    pub(crate) purpose: Option<Purpose>,
    pub(crate) created: Timestamp,
    pub(crate) columns: Vec<Column>,
    /// By id, in which order pages come.
    pub(crate) items: BTreeMap<u64, Item>,
    last_id: u64,
}

/// Checked values of a write; `None` empties the cell.
type Values = Vec<(String, Option<Value>)>;

impl List {
    /// With the columns that every list has.
    pub(crate) fn new(id: Uuid, display_name: &str, now: Timestamp) -> List {
        let own = |name: &str, display_name: &str, kind| Column {
            display_name: display_name.to_owned(),
            read_only: true,
            ..Column::new(name, kind)
        };
        List {
            id,
            display_name: display_name.to_owned(),
            purpose: None,
            created: now,
            columns: vec![
                Column {
                    required: true,
                    ..Column::new("Title", Kind::Text)
                },
                // Two more that people call "Title", which nobody can write to.
                own("LinkTitle", "Title", Kind::Text),
                own("LinkTitleNoMenu", "Title", Kind::Text),
                own("ID", "ID", Kind::Number),
                own("Created", "Created", Kind::DateTime),
                own("Modified", "Modified", Kind::DateTime),
            ],
            items: BTreeMap::new(),
            last_id: 0,
        }
    }

    pub(crate) fn is_called(&self, name: &str) -> bool {
        match Uuid::try_parse(name) {
            Ok(id) => self.id == id,
            Err(_) => self.display_name.to_lowercase() == name.to_lowercase(),
        }
    }

    pub(crate) fn column(&self, name: &str) -> Result<&Column, Refused> {
        let column = self.columns.iter().find(|column| column.name == name);
        column.ok_or_else(|| Refused::NoField(name.to_owned()))
    }

    pub(crate) fn add_column(&mut self, column: Column) -> Result<&Column, Refused> {
        if self.column(&column.name).is_ok() {
            return Err(Refused::Taken);
        }
        if column.unique && !column.indexed {
            return Err(Refused::NotIndexed);
        }
        self.columns.push(column);
        Ok(self.columns.last().expect("a column was just added"))
    }

    /// With all that stood in it.
    pub(crate) fn remove_column(&mut self, name: &str) -> Result<(), Refused> {
        self.column(name)?;
        self.columns.retain(|column| column.name != name);
        for item in self.items.values_mut() {
            item.fields.remove(name);
        }
        Ok(())
    }

    /// The internal name stays.
    pub(crate) fn rename_column(&mut self, name: &str, display_name: &str) -> Result<(), Refused> {
        self.column(name)?;
        let columns = self.columns.iter_mut().filter(|it| it.name == name);
        columns.for_each(|it| display_name.clone_into(&mut it.display_name));
        Ok(())
    }

    pub(crate) fn item(&self, id: &str) -> Result<&Item, Refused> {
        let id = id.parse::<u64>().ok();
        let item = id.and_then(|id| self.items.get(&id));
        item.ok_or(Refused::NoItem)
    }

    pub(super) fn create(
        &mut self,
        fields: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<Item, Refused> {
        let values = self.checked(fields)?;
        self.unique(&values, None)?;
        self.last_id += 1;
        let mut item = Item {
            id: self.last_id,
            guid: Uuid::new_v4(),
            version: 0,
            created: now,
            modified: now,
            fields: BTreeMap::new(),
        };
        item.change(values, now);
        self.items.insert(item.id, item.clone());
        Ok(item)
    }

    pub(super) fn update(
        &mut self,
        id: &str,
        fields: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<Item, Refused> {
        let id = self.item(id)?.id;
        let values = self.checked(fields)?;
        self.unique(&values, Some(id))?;
        let item = self.items.get_mut(&id).ok_or(Refused::NoItem)?;
        item.change(values, now);
        Ok(item.clone())
    }

    pub(super) fn delete(&mut self, id: &str) -> Result<(), Refused> {
        let id = self.item(id)?.id;
        self.items.remove(&id);
        Ok(())
    }

    fn checked(&self, fields: &Map<String, Value>) -> Result<Values, Refused> {
        let fields = fields.iter().filter(|(name, _)| !name.contains('@'));
        let checked = fields.map(|(name, value)| {
            let column = self.column(name)?;
            if column.read_only {
                return Err(Refused::ReadOnly(name.clone()));
            }
            Ok((name.clone(), column.kept(value)?))
        });
        checked.collect()
    }

    /// Texts are the same in any case, as SharePoint compares them.
    fn unique(&self, values: &Values, own: Option<u64>) -> Result<(), Refused> {
        let others = || self.items.values().filter(|item| Some(item.id) != own);
        let folded = |value: &Value| value.to_string().to_lowercase();
        for (name, value) in values {
            let Some(value) = value.as_ref().filter(|_| self.is_unique(name)) else {
                continue;
            };
            let taken = |item: &Item| item.fields.get(name).map(folded) == Some(folded(value));
            if others().any(taken) {
                return Err(Refused::NotUnique);
            }
        }
        Ok(())
    }

    fn is_unique(&self, name: &str) -> bool {
        self.column(name).is_ok_and(|column| column.unique)
    }
}
