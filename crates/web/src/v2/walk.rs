//! Goes through tenants in the order of their keys, a few at a time, so that a list over very many
//! tenants reads no more than its page needs.

use domain::TenantKey;
use store::{State, Store};

use crate::problem::Error;

use super::page::Cursor;

/// Tenants read at once.
const STRIDE: u32 = 100;

#[derive(Debug)]
pub(crate) struct Walk<'a> {
    store: &'a Store,
    next: Next,
}

#[derive(Debug)]
enum Next {
    /// This tenant and no other.
    Only(TenantKey),
    /// This tenant, then those after it.
    From(TenantKey),
    After(Option<TenantKey>),
    Ended,
}

impl<'a> Walk<'a> {
    /// Through the tenant `only`, or all that are switched on, beginning at the cursor's.
    ///
    /// # Errors
    /// There is no tenant `only`.
    pub(crate) async fn new(
        store: &'a Store,
        only: Option<&str>,
        cursor: Option<&Cursor>,
    ) -> Result<Self, Error> {
        let next = match (only, cursor) {
            (Some(given), _) => Next::Only(present(store, given).await?.key),
            (None, Some(cursor)) => Next::From(cursor.tenant.clone()),
            (None, None) => Next::After(None),
        };
        Ok(Self { store, next })
    }

    /// The next tenants; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<State>>, Error> {
        match std::mem::replace(&mut self.next, Next::Ended) {
            Next::Ended => Ok(None),
            Next::Only(key) => Ok(Some(self.store.state(&key).await?.into_iter().collect())),
            Next::From(key) => {
                let state = self.store.state(&key).await?;
                self.next = Next::After(Some(key));
                Ok(Some(state.into_iter().filter(is_on).collect()))
            }
            Next::After(key) => {
                let mut states = self.store.states_page(key.as_ref(), STRIDE).await?;
                let Some(last) = states.last() else {
                    return Ok(None);
                };
                self.next = Next::After(Some(last.tenant.key.clone()));
                states.retain(is_on);
                Ok(Some(states))
            }
        }
    }
}

fn is_on(state: &State) -> bool {
    state.tenant.removed_at.is_none() && state.tenant.settings.enabled
}

/// The tenant of this key, if the home folder has it.
pub(crate) async fn present(store: &Store, given: &str) -> Result<store::Tenant, Error> {
    let tenant = match TenantKey::parse(given) {
        Ok(key) => store.tenant(&key).await?,
        Err(_) => None,
    };
    tenant
        .filter(|tenant| tenant.removed_at.is_none())
        .ok_or_else(|| Error::unknown_tenant(given))
}
