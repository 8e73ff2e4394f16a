//! Tenants by name, searched and in pages, for the lists that have one row for each.

use store::Tenant;

/// Tenants on a page.
const ROWS: usize = 100;

/// Those whose name or key has the text: a page of what stands after `after`, and the place after
/// which there are more.
pub(super) fn page(
    mut tenants: Vec<Tenant>,
    search: Option<&str>,
    after: Option<&str>,
) -> (Vec<Tenant>, Option<String>) {
    if let Some(text) = search.map(|text| text.trim().to_lowercase()) {
        tenants.retain(|tenant| {
            tenant.name.to_lowercase().contains(&text) || tenant.key.as_str().contains(&text)
        });
    }
    tenants.sort_by_cached_key(place);
    if let Some(after) = after {
        tenants.retain(|tenant| place(tenant).as_str() > after);
    }
    let more = tenants.len() > ROWS;
    tenants.truncate(ROWS);
    let last = tenants.last().map(place).filter(|_| more);
    (tenants, last)
}

/// By name; a key makes it one place.
fn place(tenant: &Tenant) -> String {
    format!("{}\0{}", tenant.name.to_lowercase(), tenant.key)
}
