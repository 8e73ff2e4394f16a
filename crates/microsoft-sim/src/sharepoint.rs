//! The company's SharePoint: one site whose lists people, apps and a flow change.

mod column;
mod flow;
mod item;
mod list;
mod refused;
mod start;

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use self::flow::FlowMail;
pub use self::item::Row;

pub(crate) use self::column::{Column, Kind, internal_name, second};
pub(crate) use self::item::Item;
pub(crate) use self::list::List;
pub(crate) use self::refused::Refused;

use self::flow::Flow;
use crate::world::World;
use crate::world::site::{Purpose, SiteSpec};

/// The site of a world that has one.
#[derive(Debug)]
pub(crate) struct Sharepoint(Mutex<Option<Site>>);

#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) spec: SiteSpec,
    pub(crate) created: Timestamp,
    pub(crate) lists: Vec<List>,
    pub(crate) flow: Flow,
    /// Stale writes that were refused.
    stale: u32,
}

impl Sharepoint {
    pub(crate) fn new(world: &World, flow: bool, now: Timestamp) -> Sharepoint {
        Sharepoint(Mutex::new(world.site().map(|spec| Site {
            spec: spec.clone(),
            created: now,
            lists: start::lists(world, spec, now),
            flow: Flow::new(flow),
            stale: 0,
        })))
    }

    /// `None` in a world without a site.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Site) -> T) -> Option<T> {
        // A write is whole or refused before it begins, so a panic elsewhere does not spoil it.
        let mut site = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        site.as_mut().map(work)
    }
}

impl Site {
    /// By id or by name, as Graph takes both.
    pub(crate) fn list(&self, name: &str) -> Result<&List, Refused> {
        let list = self.lists.iter().find(|list| list.is_called(name));
        list.ok_or(Refused::NoList)
    }

    pub(crate) fn list_mut(&mut self, name: &str) -> Result<&mut List, Refused> {
        let list = self.lists.iter_mut().find(|list| list.is_called(name));
        list.ok_or(Refused::NoList)
    }

    pub(crate) fn add_list(&mut self, list: List) -> Result<&List, Refused> {
        if self.lists.iter().any(|it| it.is_called(&list.display_name)) {
            return Err(Refused::Taken);
        }
        self.lists.push(list);
        Ok(self.lists.last().expect("a list was just added"))
    }

    pub(crate) fn remove_list(&mut self, name: &str) -> Result<(), Refused> {
        let id = self.list(name)?.id;
        self.lists.retain(|list| list.id != id);
        Ok(())
    }

    /// The item as the writer sees it, before any flow.
    pub(crate) fn create(
        &mut self,
        list: &str,
        fields: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<Item, Refused> {
        let item = self.list_mut(list)?.create(fields, now)?;
        self.written(list, now);
        Ok(item)
    }

    pub(crate) fn update(
        &mut self,
        list: &str,
        id: &str,
        if_match: Option<&str>,
        fields: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<Item, Refused> {
        self.matches(list, id, if_match)?;
        let item = self.list_mut(list)?.update(id, fields, now)?;
        self.written(list, now);
        Ok(item)
    }

    pub(crate) fn delete(
        &mut self,
        list: &str,
        id: &str,
        if_match: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Refused> {
        self.matches(list, id, if_match)?;
        self.list_mut(list)?.delete(id)?;
        self.written(list, now);
        Ok(())
    }

    fn matches(&mut self, list: &str, id: &str, if_match: Option<&str>) -> Result<(), Refused> {
        let item = self.list(list)?.item(id)?;
        match if_match.map(str::trim) {
            None | Some("*") => Ok(()),
            Some(tag) if tag == item.tag() => Ok(()),
            Some(tag) if tag.len() > 2 && tag.ends_with('"') => Err(self.stale()),
            Some(_) => Err(Refused::NoTag),
        }
    }

    /// The service says it in two ways, so a client must know both: they take turns.
    pub(crate) fn stale(&mut self) -> Refused {
        self.stale += 1;
        match self.stale % 2 {
            1 => Refused::Precondition,
            _ => Refused::Modified,
        }
    }

    fn written(&mut self, list: &str, now: Timestamp) {
        let list = self.lists.iter_mut().find(|it| it.is_called(list));
        if let Some(list) = list.filter(|list| list.purpose == Some(Purpose::Licences)) {
            self.flow.run(list, now);
        }
    }
}
