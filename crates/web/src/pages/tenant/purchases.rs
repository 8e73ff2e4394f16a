//! The purchases behind a tenant's licences, with what is known of their future.

use domain::{Outlook, SkuId, Snapshot};
use jiff::Timestamp;
use store::Tenant;

use crate::pages::Visit;
use crate::problem::Error;
use crate::state::App;
use crate::v2::Lens;

/// A purchase.
pub(super) struct Bought {
    pub(super) product: String,
    pub(super) sku: SkuId,
    pub(super) total: Option<i64>,
    pub(super) is_trial: bool,
    /// Microsoft's word.
    pub(super) status: String,
    pub(super) next: Option<Timestamp>,
    pub(super) outlook: Outlook,
    pub(super) because: String,
    /// Free seats of the product without it.
    pub(super) free_without: Option<i64>,
}

/// The purchases of a tenant, or of one product of it, the next date first; `None`: they were never
/// seen.
pub(super) async fn bought(
    app: &App,
    lens: &Lens,
    visit: &Visit,
    tenant: &Tenant,
    snapshot: &Snapshot,
    only: Option<SkuId>,
) -> Result<Option<Vec<Bought>>, Error> {
    let Some(purchases) = &snapshot.subscriptions else {
        return Ok(None);
    };
    let mut renewals = app.store().renewals(&tenant.key).await?;
    let mut bought = Vec::new();
    for purchase in purchases {
        if only.is_some_and(|only| only != purchase.sku_id) {
            continue;
        }
        let sku = snapshot.skus.iter().find(|sku| sku.id == purchase.sku_id);
        if sku.is_some_and(|sku| lens.policy(&tenant.key, sku).is_none()) {
            continue;
        }
        let renewal = renewals.remove(&purchase.id);
        let renewal = renewal.unwrap_or_else(|| domain::renewal(&[], None));
        let without = sku.map(|sku| domain::without(sku.units, purchase));
        bought.push(Bought {
            product: lens.product(purchase.sku_id, &purchase.part_number),
            sku: purchase.sku_id,
            total: purchase.total,
            is_trial: purchase.is_trial == Some(true),
            status: purchase.status.to_string(),
            next: purchase.next_lifecycle,
            outlook: renewal.outlook,
            because: visit.w.because(&renewal, |at| visit.date(at)),
            free_without: without.and_then(|units| units.free()),
        });
    }
    bought.sort_by_key(|bought| (bought.next.is_none(), bought.next));
    Ok(Some(bought))
}
