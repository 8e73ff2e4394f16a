//! What is said of a tenant that is not there.

use domain::TenantKey;
use store::Store;

/// Who is there instead.
pub(crate) async fn sentence(store: &Store, key: &TenantKey) -> anyhow::Result<String> {
    let tenants = store.tenants().await?;
    let keys: Vec<&str> = tenants.iter().map(|tenant| tenant.key.as_str()).collect();
    let known = match keys.is_empty() {
        true => "none was collected yet; `licensetool run --once` asks all".to_owned(),
        false => format!("there are: {}", keys.join(", ")),
    };
    Ok(format!("there is no tenant {key}; {known}"))
}
