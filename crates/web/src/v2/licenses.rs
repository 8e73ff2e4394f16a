//! Licences of all tenants, judged: filtered, in pages, in the reader's language.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::{Exclusion, Language, Level, Policy, ProductNames, Sku, Snapshot};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::State;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::moment::Moment;
use crate::problem::Error;
use crate::request::{self, Params};
use crate::state::App;
use crate::{answer, language};

use super::page::{self, Cursor, Page};
use super::shapes::{Judged, Units, Unseen};
use super::walk::Walk;

const LEVELS: [&str; 5] = ["enough", "low", "exhausted", "over-assigned", "unknown"];

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
    /// Only where this text stands in the product's name, part number, or the tenant's name.
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
pub(super) struct License {
    #[schema(example = "iseschool")]
    tenant: String,
    tenant_name: String,
    sku_id: Uuid,
    #[schema(example = "STANDARDWOFFPACK_STUDENT")]
    part_number: String,
    /// The product's name in the reader's language, or the part number if it has none.
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
struct Filter {
    levels: Vec<String>,
    sku: Option<String>,
    text: Option<String>,
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
    Shared(app): Shared<App>,
    headers: HeaderMap,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let language = language::wanted(wanted.language.as_deref(), &headers, app.language())?;
    let filter = Filter::new(&wanted)?;
    let cursor = page::cursor(wanted.cursor.as_deref())?;
    let mut page = Page::new(page::limit(wanted.limit.as_deref())?);
    let (names, now) = (app.names().await?, app.now());
    let lens = Lens {
        app: &app,
        names: &names,
        language,
        now,
    };
    let mut walk = Walk::new(app.store(), wanted.tenant.as_deref(), cursor.as_ref()).await?;
    'pages: while let Some(states) = walk.next().await? {
        for state in &states {
            let resumed = cursor
                .as_ref()
                .filter(|cursor| cursor.tenant == state.tenant.key);
            if let (None, Some(unseen)) = (resumed, Unseen::of(&state.tenant)) {
                page.note(unseen);
            }
            let after = resumed.map(|cursor| cursor.id.as_str());
            for license in lens
                .licenses(state, after)
                .filter(|license| filter.takes(license))
            {
                let at = Cursor {
                    tenant: state.tenant.key.clone(),
                    id: license.sku_id.to_string(),
                };
                if !page.push(at, license) {
                    break 'pages;
                }
            }
        }
    }
    Ok((language::headers(language), answer::json(&page)).into_response())
}

impl Filter {
    fn new(wanted: &Wanted) -> Result<Self, Error> {
        let levels = wanted.level.as_deref().map_or_else(Vec::new, |text| {
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
                sku: wanted.sku.clone(),
                text: wanted.q.as_ref().map(|text| text.trim().to_lowercase()),
            }),
        }
    }

    fn takes(&self, license: &License) -> bool {
        let level = license.judged.word();
        let texts = [
            &license.product,
            &license.part_number,
            &license.tenant_name,
            &license.tenant,
        ];
        (self.levels.is_empty()
            || self
                .levels
                .iter()
                .any(|wanted| Some(wanted.as_str()) == level))
            && self
                .sku
                .as_ref()
                .is_none_or(|sku| is_sku(sku, license.sku_id, &license.part_number))
            && self.text.as_ref().is_none_or(|wanted| {
                texts
                    .iter()
                    .any(|text| text.to_lowercase().contains(wanted))
            })
    }
}

/// Whether `given` is this product's id or part number.
pub(super) fn is_sku(given: &str, id: Uuid, part_number: &str) -> bool {
    given.eq_ignore_ascii_case(part_number) || given.parse() == Ok(id)
}

/// What is needed to name and to judge.
struct Lens<'a> {
    app: &'a App,
    names: &'a ProductNames,
    language: Language,
    now: Timestamp,
}

impl Lens<'_> {
    /// The tenant's licences whose ids come after `after`.
    fn licenses(&self, state: &State, after: Option<&str>) -> impl Iterator<Item = License> {
        let mut skus: Vec<(&Snapshot, &Sku)> = Vec::new();
        if let Some(snapshot) = &state.snapshot {
            skus.extend(snapshot.skus.iter().map(|sku| (snapshot, sku)));
        }
        skus.sort_by_key(|(_, sku)| sku.id);
        skus.into_iter()
            .filter(move |(_, sku)| after.is_none_or(|after| *sku.id.to_string() > *after))
            .filter_map(|(snapshot, sku)| self.license(&state.tenant, snapshot, sku))
    }

    fn license(&self, tenant: &store::Tenant, snapshot: &Snapshot, sku: &Sku) -> Option<License> {
        let policy = domain::effective(sku, &[self.app.options().company]);
        if policy.exclusion == Exclusion::Everywhere {
            return None;
        }
        let bought = snapshot.subscriptions.as_ref();
        let of_sku = || {
            bought
                .into_iter()
                .flatten()
                .filter(|bought| bought.sku_id == sku.id)
        };
        let dates = of_sku().filter_map(|bought| bought.next_lifecycle);
        let product = self
            .names
            .or_part_number(sku.id, &sku.part_number, self.language);
        Some(License {
            tenant: tenant.key.to_string(),
            tenant_name: tenant.name.clone(),
            sku_id: sku.id.0,
            part_number: sku.part_number.clone(),
            product: product.to_owned(),
            applies_to: sku.applies_to.as_graph().map(str::to_owned),
            status: sku.status.as_graph().map(str::to_owned),
            judged: self.judged(sku, &policy, snapshot.taken_at),
            excluded_from_alerts: policy.exclusion == Exclusion::AlertsOnly,
            units: sku.units.into(),
            trial: bought.map(|_| of_sku().any(|bought| bought.is_trial == Some(true))),
            next_change: dates.filter(|date| *date > self.now).min().map(Moment),
            as_of: Moment(snapshot.taken_at),
        })
    }

    fn judged(&self, sku: &Sku, policy: &Policy, taken_at: Timestamp) -> Judged {
        let level: Option<Level> = domain::judge(sku, policy, taken_at, self.now);
        Judged::new(level, self.language)
    }
}
