//! Licences of all tenants, judged: filtered, in pages, in the reader's language.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::{Exclusion, Sku, Snapshot};
use serde::{Deserialize, Serialize};
use store::Tenant;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::caller::Reader;
use crate::moment::Moment;
use crate::problem::Error;
use crate::request::{self, Params};
use crate::search::{Search, folded};
use crate::state::App;
use crate::{answer, language};

use super::lens::Lens;
use super::page::{self, Page};
use super::shapes::{Judged, Units};
use super::walk::{Stop, Walk};

pub(crate) const LEVELS: [&str; 5] = ["enough", "low", "exhausted", "over-assigned", "unknown"];

/// Which licences.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only this tenant, by key. Without it: all that are switched on.
    tenant: Option<String>,
    /// Only these levels, with commas between: `exhausted,over-assigned`.
    level: Option<String>,
    /// Only this product, by id or part number.
    sku: Option<String>,
    /// Only where each of these words stands in the product's name, its part number, or the
    /// tenant's name or key, without regard to case or accents.
    q: Option<String>,
    /// `de` or `en`. Without it: as Accept-Language says.
    language: Option<String>,
    /// What follows the page that gave this `next_cursor`.
    cursor: Option<String>,
    /// At most so many: 1 to 1000. Without it: 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Option<String>,
}

/// A product of a tenant, judged.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct License {
    #[schema(example = "iseschool")]
    tenant: String,
    tenant_name: String,
    sku_id: Uuid,
    #[schema(example = "STANDARDWOFFPACK_STUDENT")]
    part_number: String,
    /// The product's name in the reader's language, else the part number, else the id.
    product: String,
    /// Microsoft's word: `User`, or `Company` for what counts no seats.
    applies_to: Option<String>,
    /// Microsoft's word: `Enabled`, `Warning`, `Suspended` …
    status: Option<String>,
    #[serde(flatten)]
    judged: Judged,
    /// Shown, but nobody is told of a shortage: a free product, or the policy says so.
    excluded_from_alerts: bool,
    units: Units,
    /// Whether a trial is among the subscriptions. `null`: they were not seen.
    trial: Option<bool>,
    /// The next date at which a subscription renews or ends.
    next_change: Option<Moment>,
    /// When the numbers were seen.
    as_of: Moment,
}

/// The filters, understood.
#[derive(Debug)]
pub(crate) struct Filter {
    levels: Vec<String>,
    sku: Option<String>,
    search: Search,
}

/// Licences of all tenants
///
/// By tenant and product id. Products that the policy excludes everywhere are left out, tenants
/// that are switched off as well, unless asked for by name.
#[utoipa::path(get, path = "/api/v2/licenses", tag = "v2",
    operation_id = "listLicenses", params(Wanted), responses(
    (status = 200, description = "The licences", body = Page<License>),
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
        let licenses = licenses(&lens, &stop).filter(|license| filter.takes(license));
        if !page.take(
            &stop,
            licenses.map(|license| (license.sku_id.to_string(), license)),
        ) {
            break;
        }
    }
    Ok((language::headers(lens.language), answer::json(&page)).into_response())
}

impl Filter {
    fn new(wanted: &Wanted) -> Result<Self, Error> {
        Ok(Self {
            sku: wanted.sku.clone(),
            search: wanted.q.as_deref().map(Search::of).unwrap_or_default(),
            ..Self::of_levels(wanted.level.as_deref())?
        })
    }

    /// Takes only these levels, with commas between; without them all.
    pub(crate) fn of_levels(given: Option<&str>) -> Result<Self, Error> {
        let levels = given.map_or_else(Vec::new, |text| {
            text.split(',')
                .map(|level| level.trim().to_owned())
                .collect()
        });
        match levels
            .iter()
            .find(|level| !LEVELS.contains(&level.as_str()))
        {
            Some(odd) => Err(request::not(
                "level",
                odd,
                &format!("one of {}", LEVELS.join(", ")),
            )),
            None => Ok(Self {
                levels,
                sku: None,
                search: Search::default(),
            }),
        }
    }

    /// Whether it takes a licence whose level is not known.
    pub(crate) fn takes_unknown(&self) -> bool {
        let mut levels = self.levels.iter();
        self.levels.is_empty() || levels.any(|level| level == "unknown")
    }

    pub(crate) fn takes(&self, license: &License) -> bool {
        let level = license.judged.word();
        (self.levels.is_empty()
            || self
                .levels
                .iter()
                .any(|wanted| Some(wanted.as_str()) == level))
            && self
                .sku
                .as_ref()
                .is_none_or(|sku| is_sku(sku, license.sku_id, &license.part_number))
            && self.finds_in(license)
    }

    fn finds_in(&self, license: &License) -> bool {
        if self.search.is_empty() {
            return true;
        }
        let texts = [
            &license.product,
            &license.part_number,
            &license.tenant_name,
            &license.tenant,
        ];
        let texts = texts.map(|text| folded(text));
        self.search
            .all(|word| texts.iter().any(|text| text.contains(word)))
    }
}

/// Whether `given` is this product's id or part number.
pub(super) fn is_sku(given: &str, id: Uuid, part_number: &str) -> bool {
    given.eq_ignore_ascii_case(part_number) || given.parse() == Ok(id)
}

/// The tenant's licences by id, after the last that was given before.
pub(crate) fn licenses(lens: &Lens, stop: &Stop) -> impl Iterator<Item = License> {
    let Stop { state, after } = stop;
    let mut skus: Vec<(&Snapshot, &Sku)> = Vec::new();
    if let Some(snapshot) = &state.snapshot {
        skus.extend(snapshot.skus.iter().map(|sku| (snapshot, sku)));
    }
    skus.sort_by_key(|(_, sku)| sku.id);
    let is_next = |sku: &Sku| {
        after
            .as_ref()
            .is_none_or(|after| sku.id.to_string() > *after)
    };
    skus.into_iter()
        .filter(move |(_, sku)| is_next(sku))
        .filter_map(|(snapshot, sku)| license(lens, &state.tenant, snapshot, sku))
}

fn license(lens: &Lens, tenant: &Tenant, snapshot: &Snapshot, sku: &Sku) -> Option<License> {
    let policy = lens.policy(&tenant.key, sku)?;
    let bought = snapshot.subscriptions.as_ref();
    let of_sku = || {
        bought
            .into_iter()
            .flatten()
            .filter(|bought| bought.sku_id == sku.id)
    };
    // What becomes of seats that cannot be used any more changes nothing for anybody.
    let usable = of_sku().filter(|bought| bought.status.is_usable());
    let dates = usable.filter_map(|bought| bought.next_lifecycle);
    Some(License {
        tenant: tenant.key.to_string(),
        tenant_name: tenant.name.clone(),
        sku_id: sku.id.0,
        part_number: sku.part_number.clone(),
        product: lens.product(sku.id, &sku.part_number),
        applies_to: sku.applies_to.as_graph().map(str::to_owned),
        status: sku.status.as_graph().map(str::to_owned),
        judged: lens.judged(sku, &policy, snapshot.taken_at),
        excluded_from_alerts: policy.exclusion == Exclusion::AlertsOnly,
        units: sku.units.into(),
        trial: bought.map(|_| of_sku().any(|bought| bought.is_trial == Some(true))),
        next_change: dates.filter(|date| *date > lens.now).min().map(Moment),
        as_of: Moment(snapshot.taken_at),
    })
}
