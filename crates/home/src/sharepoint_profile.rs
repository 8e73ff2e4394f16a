//! Reads what a SharePoint profile says, without looking at anything else.

use crate::fields::{Fields, Need};
use crate::finding::Finding;
use crate::json::{self, Json};
use crate::registration::{self, Registration};

/// What `sp-config-<key>-profile.json` says, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharepointFields {
    pub registration: Registration,
    /// `None` if any part of it that is needed is missing.
    pub lists: Option<Lists>,
}

/// `sharepoint_infos`: where the lists are, and how their columns are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lists {
    pub site_id: String,
    pub license_list_id: String,
    pub tenant_list_id: String,
    pub parameter_list_id: Option<String>,
    /// The tenant list's column that holds the tenant's name.
    pub tenant_field: String,
    pub columns: Columns,
}

/// `field_mapping`: the internal names of the licence list's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// `Tenant`
    pub tenant: String,
    /// `Lizenzname`
    pub license: String,
    /// `Frei`
    pub free: String,
    /// `Gebraucht`
    pub used: String,
    /// `Verfügbar`
    pub available: String,
    /// `Infosup`
    pub inform: String,
}

/// Reads a SharePoint profile; never panics. An error among the findings means that it cannot be
/// used.
pub fn parse_sharepoint_profile(bytes: &[u8]) -> (SharepointFields, Vec<Finding>) {
    let entries = match json::parse_object(bytes) {
        Ok(entries) => entries,
        Err(finding) => return (SharepointFields::default(), vec![finding]),
    };
    let mut fields = Fields::new("", entries);
    let registration = registration::read(&mut fields, Need::May);
    let infos = fields.object(
        "sharepoint_infos",
        "add site_id, the list ids and field_mapping",
    );
    let mut deeper = Vec::new();
    let lists = if infos.is_empty() {
        None
    } else {
        lists(infos, &mut deeper)
    };
    let mut findings = fields.finish();
    findings.append(&mut deeper);
    (
        SharepointFields {
            registration,
            lists,
        },
        findings,
    )
}

fn lists(entries: Vec<(String, Json)>, findings: &mut Vec<Finding>) -> Option<Lists> {
    let mut fields = Fields::new("sharepoint_infos.", entries);
    let list = "copy the list's id from its settings page in SharePoint";
    let site_id = fields.text(
        "site_id",
        Need::Must,
        "write the site's id as Graph says it: <host>,<GUID>,<GUID>",
    );
    let license_list_id = fields.text("license_list_id", Need::Must, list);
    let tenant_list_id = fields.text("tenant_list_id", Need::Must, list);
    let parameter_list_id = fields.text("parameter_list_id", Need::May, list);
    let tenant_field = fields.text(
        "tenant_field",
        Need::Must,
        "write the internal name of the tenant list's name column, mostly Title",
    );
    let mapping = fields.object("field_mapping", "add the internal names of the columns");
    findings.append(&mut fields.finish());
    let columns = (!mapping.is_empty())
        .then(|| columns(mapping, findings))
        .flatten();
    Some(Lists {
        site_id: site_id?,
        license_list_id: license_list_id?,
        tenant_list_id: tenant_list_id?,
        parameter_list_id,
        tenant_field: tenant_field?,
        columns: columns?,
    })
}

fn columns(entries: Vec<(String, Json)>, findings: &mut Vec<Finding>) -> Option<Columns> {
    let mut fields = Fields::new("sharepoint_infos.field_mapping.", entries);
    let mut column = |name: &'static str| {
        let advice = "write the column's internal name, from the address of its settings page";
        fields.text(name, Need::Must, advice)
    };
    let tenant = column("Tenant");
    let license = column("Lizenzname");
    let free = column("Frei");
    let used = column("Gebraucht");
    let available = column("Verfügbar");
    let inform = column("Infosup");
    findings.append(&mut fields.finish());
    Some(Columns {
        tenant: tenant?,
        license: license?,
        free: free?,
        used: used?,
        available: available?,
        inform: inform?,
    })
}

#[cfg(test)]
mod tests;
