//! Reads what a tenant's profile says, without looking at anything else.

use crate::fields::{Fields, Need};
use crate::finding::Finding;
use crate::json;
use crate::registration::{self, Registration};

/// What `config-<key>-profile.json` says, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantFields {
    /// `tenant_name`.
    pub name: Option<String>,
    pub registration: Registration,
}

/// Reads a tenant's profile; never panics. An error among the findings means that it cannot be
/// used.
pub fn parse_tenant_profile(bytes: &[u8]) -> (TenantFields, Vec<Finding>) {
    let entries = match json::parse_object(bytes) {
        Ok(entries) => entries,
        Err(finding) => return (TenantFields::default(), vec![finding]),
    };
    let mut fields = Fields::new("", entries);
    let profile = TenantFields {
        registration: registration::read(&mut fields, Need::Should),
        name: fields.text(
            "tenant_name",
            Need::Should,
            "write the name that people know; until then the key stands in",
        ),
    };
    (profile, fields.finish())
}

#[cfg(test)]
mod tests;
