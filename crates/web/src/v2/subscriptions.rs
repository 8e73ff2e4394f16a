//! Purchases of all tenants: what is known of their future, why, and what is left if one ends.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::{Sku, Snapshot, Subscription as Purchase};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Store, Tenant};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::caller::Reader;
use crate::moment::Moment;
use crate::problem::Error;
use crate::request::{self, Params};
use crate::state::App;
use crate::{answer, language};

use super::lens::Lens;
use super::licenses::is_sku;
use super::outlook::Outlook;
use super::page::{self, Page};
use super::shapes::{Judged, Units};
use super::walk::{Stop, Walk};

pub(crate) const OUTLOOKS: [&str; 3] = ["renews", "ends", "unknown"];

/// Which subscriptions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only this tenant, by key. Without it: all that are switched on.
    tenant: Option<String>,
    /// Only this product, by id or part number.
    sku: Option<String>,
    /// Only this outlook: `renews`, `ends` or `unknown`.
    outlook: Option<String>,
    /// Only those whose next change comes before this time. RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    before: Option<String>,
    /// `de` or `en`. Without it: as Accept-Language says.
    language: Option<String>,
    /// What follows the page that gave this `next_cursor`.
    cursor: Option<String>,
    /// At most so many: 1 to 1000. Without it: 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Option<String>,
}

/// One purchase behind a licence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Subscription {
    #[schema(example = "iseschool")]
    tenant: String,
    tenant_name: String,
    /// Microsoft's id of the subscription.
    id: String,
    sku_id: Uuid,
    part_number: String,
    /// The product's name in the reader's language, else the part number, else the id.
    product: String,
    /// Microsoft's word: `Enabled`, `Warning`, `Suspended` …
    status: Option<String>,
    /// Seats bought. `null`: Microsoft did not say.
    total: Option<i64>,
    is_trial: Option<bool>,
    created: Option<Moment>,
    /// When it renews or ends; the date alone does not say which.
    next_change: Option<Moment>,
    outlook: Outlook,
    /// What the licence has left without this purchase. `null`: the tenant has no such licence.
    if_it_ends: Option<IfItEnds>,
    /// When the purchase was seen. `null`: not told.
    as_of: Option<Moment>,
}

/// A licence without one of its purchases.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IfItEnds {
    #[serde(flatten)]
    judged: Judged,
    units: Units,
    /// When the licence's numbers were seen.
    as_of: Moment,
}

#[derive(Debug, Default)]
pub(crate) struct Filter {
    sku: Option<String>,
    outlook: Option<String>,
    before: Option<Timestamp>,
}

/// Subscriptions of all tenants
///
/// With what is known of each one's future and why, and "what if this one ends". By tenant and
/// subscription id. Products that the policy excludes everywhere are left out, tenants that are
/// switched off as well, unless asked for by name.
#[utoipa::path(get, path = "/api/v2/subscriptions", tag = "v2",
    operation_id = "listSubscriptions", params(Wanted), responses(
    (status = 200, description = "The subscriptions", body = Page<Subscription>),
    (status = 400, description = "A parameter is not understood"),
    (status = 404, description = "There is no such tenant")))]
pub(super) async fn list(
    _: Reader,
    Shared(app): Shared<App>,
    headers: HeaderMap,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let lens = Lens::new(&app, &headers, wanted.language.as_deref()).await?;
    let filter = Filter::new(&wanted)?;
    let cursor = page::cursor(wanted.cursor.as_deref())?;
    let mut page = Page::new(page::limit(wanted.limit.as_deref())?);
    let mut walk = Walk::new(app.store(), wanted.tenant.as_deref(), cursor).await?;
    while let Some(stop) = walk.next().await? {
        let subscriptions = subscriptions(app.store(), &lens, &stop, &filter)
            .await?
            .into_iter();
        if !page.take(&stop, subscriptions.map(|one| (one.id.clone(), one))) {
            break;
        }
    }
    Ok((language::headers(lens.language), answer::json(&page)).into_response())
}

impl Filter {
    fn new(wanted: &Wanted) -> Result<Self, Error> {
        request::one_of("outlook", wanted.outlook.as_deref(), &OUTLOOKS)?;
        Ok(Self {
            sku: wanted.sku.clone(),
            outlook: wanted.outlook.clone(),
            before: request::time("before", wanted.before.as_deref())?,
        })
    }

    /// What can be told without its past.
    fn may_take(&self, purchase: &Purchase) -> bool {
        let (id, part_number) = (purchase.sku_id.0, &purchase.part_number);
        self.sku
            .as_ref()
            .is_none_or(|sku| is_sku(sku, id, part_number))
            && self
                .before
                .is_none_or(|before| purchase.next_lifecycle.is_some_and(|next| next < before))
    }

    fn takes(&self, subscription: &Subscription) -> bool {
        self.outlook
            .as_deref()
            .is_none_or(|wanted| wanted == subscription.outlook.word())
    }
}

/// The tenant's subscriptions by id, after the last that was given before.
pub(crate) async fn subscriptions(
    store: &Store,
    lens: &Lens,
    stop: &Stop,
    filter: &Filter,
) -> Result<Vec<Subscription>, Error> {
    let Stop { state, after } = stop;
    let Some(snapshot) = &state.snapshot else {
        return Ok(Vec::new());
    };
    let is_next = |purchase: &&Purchase| after.as_ref().is_none_or(|after| purchase.id > *after);
    let bought = snapshot.subscriptions.iter().flatten();
    let mut wanted: Vec<&Purchase> = bought
        .filter(is_next)
        .filter(|purchase| filter.may_take(purchase))
        .collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    wanted.sort_by(|a, b| a.id.cmp(&b.id));
    // Microsoft should not repeat an id; a page must not depend on it.
    wanted.dedup_by(|a, b| a.id == b.id);
    let key = &state.tenant.key;
    let mut renewals = store.renewals(key).await?;
    let shown = wanted.into_iter().filter_map(|purchase| {
        let renewal = renewals.remove(&purchase.id);
        let renewal = renewal.unwrap_or_else(|| domain::renewal(&[], None));
        let outlook = Outlook::of(&renewal, lens.language);
        subscription(lens, &state.tenant, snapshot, purchase, outlook)
    });
    Ok(shown
        .filter(|subscription| filter.takes(subscription))
        .collect())
}

fn subscription(
    lens: &Lens,
    tenant: &Tenant,
    snapshot: &Snapshot,
    purchase: &Purchase,
    outlook: Outlook,
) -> Option<Subscription> {
    let sku = snapshot.skus.iter().find(|sku| sku.id == purchase.sku_id);
    let if_it_ends = match sku {
        Some(sku) => Some(if_it_ends(lens, tenant, sku, purchase, snapshot.taken_at)?),
        None => None,
    };
    Some(Subscription {
        tenant: tenant.key.to_string(),
        tenant_name: tenant.name.clone(),
        id: purchase.id.clone(),
        sku_id: purchase.sku_id.0,
        part_number: purchase.part_number.clone(),
        product: lens.product(purchase.sku_id, &purchase.part_number),
        status: purchase.status.as_graph().map(str::to_owned),
        total: purchase.total,
        is_trial: purchase.is_trial,
        created: purchase.created.map(Moment),
        next_change: purchase.next_lifecycle.map(Moment),
        outlook,
        if_it_ends,
        as_of: tenant.subscriptions_seen_at.map(Moment),
    })
}

/// `None`: the licence is to be shown nowhere.
fn if_it_ends(
    lens: &Lens,
    tenant: &Tenant,
    sku: &Sku,
    purchase: &Purchase,
    taken_at: Timestamp,
) -> Option<IfItEnds> {
    let policy = lens.policy(&tenant.key, sku)?;
    let left = Sku {
        units: domain::without(sku.units, purchase),
        ..sku.clone()
    };
    Some(IfItEnds {
        judged: lens.judged(&left, &policy, taken_at),
        units: left.units.into(),
        as_of: Moment(taken_at),
    })
}
