//! One tenant among those that are watched.

use std::sync::Arc;

use store::{Agreed, Tenant};

use crate::words::Words;

use super::List;

/// A tenant, and what lists elsewhere say of it.
pub(super) struct Row {
    pub(super) tenant: Arc<Tenant>,
    pub(super) cells: Vec<Cell>,
}

/// What a list elsewhere says of a tenant.
pub(super) struct Cell {
    pub(super) channel: String,
    pub(super) agreement: Agreement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agreement {
    Agrees,
    /// It is to be written.
    Follows,
    Missing,
    NotCompared,
}

impl Row {
    pub(super) fn of(tenant: Arc<Tenant>, lists: &[List]) -> Self {
        let cell = |list: &List| Cell {
            channel: list.channel.clone(),
            agreement: agreement(&tenant, list.agreed.get(&tenant.key), list.read),
        };
        let cells = lists.iter().map(cell).collect();
        Self { tenant, cells }
    }

    /// Failed looks in a row.
    pub(super) fn failures(&self) -> i64 {
        i64::from(self.tenant.failures)
    }

    /// What the switch for looks means as it stands.
    pub(super) fn enabled_means(&self, w: Words) -> &'static str {
        match self.tenant.settings.enabled {
            true => w.monitoring_enabled_on(),
            false => w.monitoring_enabled_off(),
        }
    }

    /// What the switch for telling means as it stands.
    pub(super) fn monitoring_means(&self, w: Words) -> &'static str {
        match self.tenant.settings.monitoring {
            true => w.monitoring_monitoring_on(),
            false => w.monitoring_monitoring_off(),
        }
    }
}

fn agreement(tenant: &Tenant, agreed: Option<&Agreed>, read: bool) -> Agreement {
    match agreed {
        Some(agreed) if agreed.writing.is_none() && agreed.settings == tenant.settings => {
            Agreement::Agrees
        }
        Some(_) => Agreement::Follows,
        None if read => Agreement::Missing,
        None => Agreement::NotCompared,
    }
}
