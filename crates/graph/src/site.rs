//! A SharePoint site with its lists: what can be read of them and written to them.

mod address;
mod batch;
mod column;
mod info;
mod item;
mod outcome;
mod write;
mod writing;

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use crate::error::{Call, Error, Failure};
use crate::json::{Element, read_object};
use crate::listing::Listing;
use crate::retry::Patience;
use crate::tenant::{Errand, Tenant};

use address::Address;
use item::Row;

pub use batch::{BatchPart, parse_batch};
pub use column::{Column, ColumnKind, NewColumn};
pub use info::{ListInfo, SiteInfo};
pub use item::{Field, Fields, Item, parse_items};
pub use write::{Write, WriteError, Written};

/// Most pages of a list's items: 200 000 items are 40 full pages, but Graph may cut pages short.
const MOST_ITEM_PAGES: u32 = 1_000;
/// Largest answer to what was created, in bytes: it repeats the request.
const CREATED_LIMIT: usize = 1 << 20;

/// A SharePoint site of one tenant. Clones share the tenant's token and quota.
///
/// Lists may be named by their id or, as Graph allows it, by their title.
#[derive(Debug, Clone)]
pub struct Site {
    tenant: Tenant,
    address: Address,
}

impl Site {
    pub(crate) fn new(tenant: Tenant, site_id: &str) -> Site {
        Site {
            tenant,
            address: Address::new(site_id),
        }
    }

    /// What the site says about itself, to check that a profile reaches the one it means.
    ///
    /// # Errors
    /// [`Error::Denied`] without the permission, [`Error::Gone`] if there is no such site, and as
    /// for every call.
    pub async fn about(&self) -> Result<SiteInfo, Error> {
        self.read(Call::Site, &self.address.site()).await
    }

    /// The longest that one request may take, see
    /// [`Settings::request_timeout`](crate::Settings::request_timeout).
    pub fn request_timeout(&self) -> Duration {
        self.tenant.client().settings().request_timeout
    }

    /// The lists of the site; system lists are left out by Graph.
    ///
    /// # Errors
    /// As for [`Site::about`]; a part of the lists is never given out as all of them.
    pub async fn lists(&self) -> Result<Listing<ListInfo>, Error> {
        self.list(Call::Lists, &self.address.lists()).await
    }

    /// The columns of a list, hidden ones too.
    ///
    /// # Errors
    /// As for [`Site::lists`].
    pub async fn columns(&self, list: &str) -> Result<Listing<Column>, Error> {
        self.list(Call::Columns, &self.address.columns(list)).await
    }

    /// All items of a list, with these columns (by their internal names; none for all of them).
    ///
    /// May take up to [`Settings::site_deadline`](crate::Settings::site_deadline).
    ///
    /// # Errors
    /// As for [`Site::lists`]. An item without id, etag or fields makes the answer unreadable: a
    /// caller that does not see a row would create it again.
    pub async fn items(&self, list: &str, columns: &[&str]) -> Result<Listing<Item>, Error> {
        let settings = self.tenant.client().settings();
        let patience = Patience::lasting(settings.site_deadline, settings);
        let errand = Errand::new(Call::ListItems, patience);
        let first = self.url(&self.address.items(list, columns));
        let rows = self
            .tenant
            .walk::<Row>(errand, first, MOST_ITEM_PAGES)
            .await?;
        Ok(Listing {
            items: rows.items.into_iter().map(Item::from).collect(),
            remarks: rows.remarks,
        })
    }

    /// One item of a list with all its columns.
    ///
    /// # Errors
    /// [`Error::Gone`] if it was deleted, and as for [`Site::about`].
    pub async fn item(&self, list: &str, id: &str) -> Result<Item, Error> {
        let row: Row = self
            .read(Call::ListItem, &self.address.item(list, id))
            .await?;
        Ok(row.into())
    }

    /// Writes to a list, by batches; gives one result for each of the writes, in their order.
    ///
    /// The writes are independent of each other and are carried out in any order: no two of them
    /// should be about one item. May take up to
    /// [`Settings::site_deadline`](crate::Settings::site_deadline); what was not begun by then is
    /// [`WriteError::NotDone`].
    pub async fn write(&self, list: &str, writes: &[Write]) -> Vec<Result<Written, WriteError>> {
        let target = writing::Target {
            tenant: &self.tenant,
            address: &self.address,
            list,
        };
        writing::write(target, writes).await
    }

    /// Creates a list with these columns, besides `Title` which every list has. Nothing is sent
    /// again unless it was throttled, so after an error look before you repeat.
    ///
    /// # Errors
    /// [`Error::Unreadable`] with the code `nameAlreadyExists` in [`Error::failure`] if there is
    /// one of this name, and as for [`Site::about`].
    pub async fn create_list(&self, name: &str, columns: &[NewColumn]) -> Result<ListInfo, Error> {
        let call = Call::NewList;
        let columns: Result<Vec<Value>, Error> =
            columns.iter().map(|column| column.to_json(call)).collect();
        let body = json!({
            "displayName": name,
            "columns": columns?,
            "list": {"template": "genericList"},
        });
        self.create(call, &self.address.lists(), &body).await
    }

    /// Adds a column to a list. Nothing is sent again unless it was throttled.
    ///
    /// # Errors
    /// As for [`Site::create_list`].
    pub async fn create_column(&self, list: &str, column: &NewColumn) -> Result<Column, Error> {
        let call = Call::NewColumn;
        let body = column.to_json(call)?;
        self.create(call, &self.address.columns(list), &body).await
    }

    async fn list<T: Element>(&self, call: Call, path: &str) -> Result<Listing<T>, Error> {
        let errand = self.errand(call);
        let pages = self.tenant.client().settings().page_limit;
        self.tenant.walk(errand, self.url(path), pages).await
    }

    async fn read<T: Element>(&self, call: Call, path: &str) -> Result<T, Error> {
        let ask = self.tenant.reading(call, self.url(path));
        let answer = self.tenant.fetch(&mut self.errand(call), &ask).await?;
        read_object(&answer.body).map_err(|reason| Error::unreadable(answer.failure, &reason))
    }

    async fn create<T: Element>(&self, call: Call, path: &str, body: &Value) -> Result<T, Error> {
        let body = body.to_string().into_bytes();
        let url = self.url(path);
        let ask = self.tenant.posting(url, body, call.units(), CREATED_LIMIT);
        let answer = self.tenant.fetch(&mut self.errand(call), &ask).await?;
        read_object(&answer.body).map_err(|reason| Error::unreadable(answer.failure, &reason))
    }

    fn errand(&self, call: Call) -> Errand {
        Errand::new(call, Patience::start(self.tenant.client().settings()))
    }

    fn url(&self, path: &str) -> Url {
        self.tenant.client().address(path)
    }
}

/// The error for what cannot be asked of Graph, because there is no way to write it.
fn unwritable(call: Call, what: &str) -> Error {
    Error::rejected(Failure::new(call), &format!("it was not sent: {what}"))
}
