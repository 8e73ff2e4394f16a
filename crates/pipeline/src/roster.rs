//! Which tenants this process may ask, and with what.

use std::collections::BTreeMap;

use domain::{Certificate, TenantKey};

/// Every tenant of the home folder, usable or not.
pub type Roster = BTreeMap<TenantKey, Entry>;

/// One tenant and the way to ask it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Display name.
    pub name: String,
    /// The directory's id, as the profile gives it.
    pub tenant_id: String,
    pub access: Access,
    /// With which the tool signs in there; its end is watched.
    pub certificate: Option<Certificate>,
    /// What `access` is made of, as a text without secrets. When it differs from before, the
    /// tenant is asked at once: an operator has just mended or changed something.
    pub made_of: String,
}

/// The way to ask a tenant, or why there is none.
#[derive(Clone, Debug)]
pub enum Access {
    Ready(graph::Tenant),
    /// The profile or certificate cannot be used. The tenant stays visible, as unknown.
    Broken {
        /// What is wrong, naming file and field.
        message: String,
        /// The way out.
        advice: String,
    },
}

/// The roster as the store keeps it.
pub fn entries(roster: &Roster) -> Vec<store::TenantEntry> {
    roster
        .iter()
        .map(|(key, entry)| store::TenantEntry {
            key: key.clone(),
            name: entry.name.clone(),
            tenant_id: entry.tenant_id.clone(),
            certificate: entry.certificate.clone(),
        })
        .collect()
}

/// The tenants of `new` whose access is not what it was in `old`.
pub(crate) fn changed(old: &Roster, new: &Roster) -> Vec<TenantKey> {
    let same = |key: &TenantKey, entry: &Entry| {
        old.get(key)
            .is_some_and(|before| before.made_of == entry.made_of)
    };
    new.iter()
        .filter(|(key, entry)| !same(key, entry))
        .map(|(key, _)| key.clone())
        .collect()
}
