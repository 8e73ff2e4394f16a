//! What changed at a tenant since a time: numbers rebuilt from history as they were then, beside
//! those of now.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::{Difference, PurchaseChange, SkuChange, Snapshot, TenantKey};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::Store;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::caller::Reader;
use crate::moment::Moment;
use crate::problem::Error;
use crate::request::{self, Params, Segments};
use crate::state::App;
use crate::{answer, language};

use super::lens::Lens;
use super::shapes::Units;
use super::then;
use super::walk::present;

/// What is compared if nobody says since when.
const DEFAULT_SPAN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Since when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// RFC 3339. Without it: seven days ago.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<String>,
    /// `de` or `en`. Without it: as Accept-Language says.
    language: Option<String>,
}

/// What is different at a tenant between two moments.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Changes {
    #[schema(example = "iseschool")]
    tenant: String,
    tenant_name: String,
    /// From when on products are compared: the time asked for, or the first look if that came
    /// later. `null`: the tenant was never seen.
    from: Option<Moment>,
    /// The same of subscriptions. `null`: they were never seen.
    subscriptions_from: Option<Moment>,
    /// When the numbers of now were seen. `null`: never.
    as_of: Option<Moment>,
    /// By id.
    products: Vec<ProductChange>,
    /// By id. One that is gone altogether is not told.
    subscriptions: Vec<SubscriptionChange>,
}

/// A product that is new, gone, or has other numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProductChange {
    sku_id: Uuid,
    /// `null`: it was gone before anybody wrote it down.
    part_number: Option<String>,
    product: String,
    /// `null`: the tenant did not have it.
    before: Option<Numbers>,
    /// `null`: the tenant does not have it any more.
    after: Option<Numbers>,
}

/// A product's numbers at a moment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductNumbers)]
pub(super) struct Numbers {
    units: Units,
    /// Microsoft's word.
    status: Option<String>,
}

/// A subscription that is new or different.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SubscriptionChange {
    subscription: String,
    sku_id: Uuid,
    part_number: String,
    product: String,
    /// `null`: it was not there.
    before: Option<Terms>,
    after: Terms,
}

/// A subscription at a moment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SubscriptionTerms)]
pub(super) struct Terms {
    /// Microsoft's word.
    status: Option<String>,
    /// Seats bought. `null`: Microsoft did not say.
    total: Option<i64>,
    /// When it renews or ends.
    next_change: Option<Moment>,
}

/// What changed at a tenant
///
/// Products that the policy excludes everywhere are left out.
#[utoipa::path(get, path = "/api/v2/tenants/{tenant}/changes", tag = "v2",
    operation_id = "getTenantChanges",
    params(
        ("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        Wanted),
    responses(
        (status = 200, description = "The differences", body = Changes),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such tenant")))]
pub(super) async fn changes(
    _: Reader,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    headers: HeaderMap,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let lens = Lens::new(&app, &headers, wanted.language.as_deref()).await?;
    let since = since(&wanted, lens.now)?;
    let tenant = present(app.store(), &given).await?;
    let state = app.store().state(&tenant.key).await?;
    let then = match state.and_then(|state| state.snapshot) {
        Some(now) => Some(Then::read(&app, &lens, &tenant.key, now, since).await?),
        None => None,
    };
    let difference = then.as_ref().map(Then::difference).unwrap_or_default();
    let Difference { skus, purchases } = difference;
    let products = skus.into_iter().map(|change| product(change, &lens));
    let subscriptions = purchases
        .into_iter()
        .map(|change| subscription(change, &lens));
    let changes = Changes {
        tenant: tenant.key.to_string(),
        tenant_name: tenant.name,
        from: then.as_ref().map(|then| Moment(then.before.taken_at)),
        subscriptions_from: then.as_ref().and_then(|it| it.purchases_from).map(Moment),
        as_of: tenant.seen_at.map(Moment),
        products: products.collect(),
        subscriptions: subscriptions.collect(),
    };
    Ok((language::headers(lens.language), answer::json(&changes)).into_response())
}

fn since(wanted: &Wanted, now: Timestamp) -> Result<Timestamp, Error> {
    let week_ago = now.saturating_sub(DEFAULT_SPAN).unwrap_or(Timestamp::MIN);
    let since = request::time("since", wanted.since.as_deref())?.unwrap_or(week_ago);
    if since > now {
        return Err(request::not("since", since, &format!("before now ({now})")));
    }
    Ok(since)
}

/// A tenant as it was, beside how it is.
struct Then {
    before: Snapshot,
    now: Snapshot,
    /// From when on purchases can be compared; `None`: they were never seen.
    purchases_from: Option<Timestamp>,
}

impl Then {
    async fn read(
        app: &App,
        lens: &Lens,
        key: &TenantKey,
        mut now: Snapshot,
        since: Timestamp,
    ) -> Result<Self, Error> {
        then::hide(&mut now, key, lens);
        let until = now.taken_at;
        let courses = then::courses(app.store(), key, since, until).await?;
        let begun = then::first_point(&courses);
        let from = begun.map_or(since, |begun| begun.max(since));
        let skus = courses.iter().filter_map(|course| course.at(&now, from));
        let skus = skus.filter(|sku| lens.policy(key, sku).is_some()).collect();
        let mut before = Snapshot {
            taken_at: from,
            skus,
            subscriptions: None,
            remarks: Vec::new(),
        };
        let purchases_from = purchases_of(app.store(), key, &now, since, &mut before).await?;
        Ok(Self {
            before,
            now,
            purchases_from,
        })
    }

    fn difference(&self) -> Difference {
        domain::differences(&self.before, &self.now)
    }
}

/// Adds the purchases of now as they were then. Answers from when on they can be compared.
async fn purchases_of(
    store: &Store,
    key: &TenantKey,
    now: &Snapshot,
    since: Timestamp,
    before: &mut Snapshot,
) -> Result<Option<Timestamp>, Error> {
    let Some(purchases) = &now.subscriptions else {
        return Ok(None);
    };
    let sightings = store.sightings(key).await?;
    let first = then::first_sighting(&sightings);
    let from = first.map_or(since, |first| first.max(since));
    before.subscriptions = Some(then::purchases_at(purchases, &sightings, from));
    Ok(Some(from))
}

fn product(change: SkuChange, lens: &Lens) -> ProductChange {
    let (was, is) = change.status;
    let numbers = |units: Option<domain::Units>, status: Option<domain::Status>| {
        let status = status.and_then(|status| status.as_graph().map(str::to_owned));
        units.map(|units| Numbers {
            units: units.into(),
            status,
        })
    };
    let part_number = Some(change.part_number).filter(|text| !text.is_empty());
    ProductChange {
        sku_id: change.sku_id.0,
        product: lens.product(change.sku_id, part_number.as_deref().unwrap_or_default()),
        part_number,
        before: numbers(change.before, was),
        after: numbers(change.after, is),
    }
}

fn subscription(change: PurchaseChange, lens: &Lens) -> SubscriptionChange {
    let terms = |status: &domain::Status, total, next: Option<Timestamp>| Terms {
        status: status.as_graph().map(str::to_owned),
        total,
        next_change: next.map(Moment),
    };
    let (was, is) = change.status;
    let before = was.map(|was| terms(&was, change.total.0, change.next_lifecycle.0));
    let is = is.unwrap_or(domain::Status::Missing);
    SubscriptionChange {
        product: lens.product(change.sku_id, &change.part_number),
        subscription: change.id,
        sku_id: change.sku_id.0,
        part_number: change.part_number,
        before,
        after: terms(&is, change.total.1, change.next_lifecycle.1),
    }
}
