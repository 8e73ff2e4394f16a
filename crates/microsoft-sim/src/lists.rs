//! The company's lists as people use them, who have no app: for tests and the demo's story.

use serde_json::{Map, Value};

use crate::sharepoint::{FlowMail, Refused, Row, Site};
use crate::simulator::Simulator;
use crate::world::site::Purpose;

/// What a client must know of the company's site.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SiteView {
    /// As Graph says it: host and two GUIDs.
    pub site_id: String,
    /// Key of the company's tenant, for [`Simulator::credential`].
    pub tenant: String,
    /// Name of the profile in a written home.
    pub profile: String,
    /// Ids of the lists of the start.
    pub licences: String,
    pub tenants: String,
    pub parameters: String,
}

/// Lists are named by their ids or by what they are called. Each of these panics if the world has
/// no site, or if SharePoint refuses it: the test is mistaken then.
impl Simulator {
    /// The company's site, in a world that has one.
    #[must_use]
    pub fn site(&self) -> Option<SiteView> {
        let spec = self.world().site()?;
        let list = |purpose| spec.list_id(purpose).to_string();
        Some(SiteView {
            site_id: spec.id(),
            tenant: self.world().at(spec.tenant).key.clone(),
            profile: spec.profile.clone(),
            licences: list(Purpose::Licences),
            tenants: list(Purpose::Tenants),
            parameters: list(Purpose::Parameters),
        })
    }

    /// The rows of a list, oldest first.
    #[must_use]
    pub fn rows(&self, list: &str) -> Vec<Row> {
        self.on_site(|site| {
            let items = site.list(list)?.items.values();
            Ok(items.map(crate::sharepoint::Item::row).collect())
        })
    }

    /// Adds a row and says its id.
    pub fn put_row(&self, list: &str, fields: Value) -> String {
        let (fields, now) = (object(fields), self.now());
        self.on_site(|site| Ok(site.create(list, &fields, now)?.id.to_string()))
    }

    /// Changes fields of a row; null empties one.
    pub fn edit_row(&self, list: &str, id: &str, fields: Value) {
        let (fields, now) = (object(fields), self.now());
        self.on_site(|site| site.update(list, id, None, &fields, now).map(drop));
    }

    pub fn remove_row(&self, list: &str, id: &str) {
        let now = self.now();
        self.on_site(|site| site.delete(list, id, None, now));
    }

    /// Removes a column by its internal name, with all that stands in it.
    pub fn remove_column(&self, list: &str, internal: &str) {
        self.on_site(|site| site.list_mut(list)?.remove_column(internal));
    }

    /// Calls a column otherwise; its internal name stays.
    pub fn rename_column(&self, list: &str, internal: &str, display: &str) {
        self.on_site(|site| site.list_mut(list)?.rename_column(internal, display));
    }

    pub fn remove_list(&self, list: &str) {
        self.on_site(|site| site.remove_list(list));
    }

    /// Switches the flow on or off. It runs after the next write to the licence list.
    pub fn set_flow(&self, on: bool) {
        self.on_site(|site| {
            site.flow.on = on;
            Ok(())
        });
    }

    /// The mails that the flow has sent, oldest first.
    #[must_use]
    pub fn flow_mails(&self) -> Vec<FlowMail> {
        self.on_site(|site| Ok(site.flow.mails.clone()))
    }

    fn on_site<T>(&self, work: impl FnOnce(&mut Site) -> Result<T, Refused>) -> T {
        let done = self.sharepoint().with(work).expect("a world with a site");
        done.expect("a row, column or list as the site has it")
    }
}

fn object(fields: Value) -> Map<String, Value> {
    match fields {
        Value::Object(fields) => fields,
        other => panic!("fields are an object, not {other}"),
    }
}
