//! Goes through tenants in the order of their keys, reading a few at a time, so that a list over
//! very many tenants reads no more than its page needs.

use std::collections::VecDeque;

use domain::TenantKey;
use store::{State, Store};

use crate::problem::Error;

use super::page::Cursor;

/// Tenants read at once.
const STRIDE: u32 = 100;

#[derive(Debug)]
pub(crate) struct Walk {
    store: Store,
    read: VecDeque<State>,
    next: Next,
    cursor: Option<Cursor>,
}

/// Which tenants are read next.
#[derive(Debug)]
enum Next {
    /// This one and no other.
    Only(TenantKey),
    /// This one, then those after it.
    From(TenantKey),
    After(Option<TenantKey>),
    Ended,
}

/// One tenant on the way.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) state: State,
    /// The last item of this tenant that the page before gave, if that page ended here.
    pub(crate) after: Option<String>,
}

impl Walk {
    /// Through the tenant `only`, or all that are switched on, beginning where the cursor stands.
    ///
    /// # Errors
    /// There is no tenant `only`.
    pub(crate) async fn new(
        store: &Store,
        only: Option<&str>,
        cursor: Option<Cursor>,
    ) -> Result<Self, Error> {
        let next = match (only, &cursor) {
            (Some(given), _) => Next::Only(present(store, given).await?.key),
            (None, Some(cursor)) => Next::From(cursor.tenant.clone()),
            (None, None) => Next::After(None),
        };
        Ok(Self {
            store: store.clone(),
            read: VecDeque::new(),
            next,
            cursor,
        })
    }

    /// The next tenant; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Stop>, Error> {
        while self.read.is_empty() && !matches!(self.next, Next::Ended) {
            self.read_on().await?;
        }
        Ok(self.read.pop_front().map(|state| {
            let here = |cursor: &mut Cursor| cursor.tenant == state.tenant.key;
            let after = self.cursor.take_if(here).map(|cursor| cursor.id);
            Stop { state, after }
        }))
    }

    async fn read_on(&mut self) -> Result<(), Error> {
        match std::mem::replace(&mut self.next, Next::Ended) {
            Next::Ended => {}
            Next::Only(key) => self.read.extend(self.store.state(&key).await?),
            Next::From(key) => {
                let state = self.store.state(&key).await?;
                self.read.extend(state.filter(is_on));
                self.next = Next::After(Some(key));
            }
            Next::After(key) => {
                let states = self.store.states_page(key.as_ref(), STRIDE).await?;
                if let Some(last) = states.last() {
                    self.next = Next::After(Some(last.tenant.key.clone()));
                }
                self.read.extend(states.into_iter().filter(is_on));
            }
        }
        Ok(())
    }
}

fn is_on(state: &State) -> bool {
    state.tenant.removed_at.is_none() && state.tenant.settings.enabled
}

/// The tenant of this key, if the home folder has it.
pub(crate) async fn present(store: &Store, given: &str) -> Result<store::Tenant, Error> {
    let tenant = known(store, given).await?;
    if tenant.removed_at.is_some() {
        return Err(Error::unknown_tenant(given));
    }
    Ok(tenant)
}

/// The tenant of this key, whether or not the home folder still has it.
pub(crate) async fn known(store: &Store, given: &str) -> Result<store::Tenant, Error> {
    let tenant = match TenantKey::parse(given) {
        Ok(key) => store.tenant(&key).await?,
        Err(_) => None,
    };
    tenant.ok_or_else(|| Error::unknown_tenant(given))
}
