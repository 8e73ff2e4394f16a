//! One licence of one tenant: its numbers, its course, and what lies ahead.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use domain::{AppliesTo, Exclusion, Forecast, Level, Policy, Sku, SkuId};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::{History, Tenant};
use utoipa::IntoParams;

use crate::caller::Reader;
use crate::format;
use crate::pages::chart::{Chart, Sketch};
use crate::pages::{Place, Visit};
use crate::problem::{Error, Kind, quoted};
use crate::request::{self, Params, Segments};
use crate::state::App;
use crate::v2::{Lens, looked_ahead, present};

use super::purchases::{Bought, bought};

/// How far back the picture can look, in days.
pub(crate) const SPANS: [i64; 4] = [30, 90, 365, 1095];
const USUAL_SPAN: i64 = 90;

/// More changes than these stand in the API.
const POINTS_SHOWN: usize = 60;

/// How much of its past.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// So many days: 30, 90, 365 or 1095. Without it: 90.
    #[param(value_type = Option<u32>)]
    days: Option<String>,
    /// `de` or `en`: from now on. Without it: as chosen last, else as Accept-Language says.
    #[allow(
        dead_code,
        reason = "the visit reads it; this lets the address take it"
    )]
    language: Option<String>,
}

#[derive(Template)]
#[template(path = "product.html")]
struct ProductPage {
    visit: Visit,
    place: Place,
    tenant: Tenant,
    sku: Sku,
    product: String,
    policy: Policy,
    level: Option<Level>,
    days: i64,
    history: History,
    chart: Chart,
    /// What the chart shows, in a sentence.
    says: String,
    forecast: String,
    bought: Option<Vec<Bought>>,
}

/// One licence of a tenant
#[utoipa::path(get, path = "/tenants/{tenant}/licenses/{sku_id}", tag = "pages",
    operation_id = "licensePage",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool"),
        ("sku_id" = uuid::Uuid, Path, description = "The product's id"), Wanted),
    responses(
        (status = 200, description = "The page", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood"),
        (status = 404, description = "There is no such tenant, or it does not have this product")))]
pub(crate) async fn page(
    _: Reader,
    Shared(app): Shared<App>,
    Segments((given, id)): Segments<(String, String)>,
    visit: Visit,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    let key = present(app.store(), &given).await?.key;
    let unknown = || {
        let detail = format!("\"{key}\" has no product with the id {}.", quoted(&id));
        Error::new(Kind::UnknownLicense, detail)
    };
    let days = span(wanted.days.as_deref())?;
    let sku_id = SkuId(id.parse().map_err(|_| unknown())?);
    let state = app.store().state(&key).await?.ok_or_else(unknown)?;
    let snapshot = state.snapshot.ok_or_else(unknown)?;
    let sku = snapshot.skus.iter().find(|sku| sku.id == sku_id);
    let sku = sku.ok_or_else(unknown)?.clone();
    let lens = Lens::of(&app, &visit).await?;
    let policy = lens.policy(&key, &sku).ok_or_else(unknown)?;
    let from = visit
        .now
        .saturating_sub(SignedDuration::from_hours(24 * days));
    let from = from.unwrap_or(Timestamp::MIN);
    let until = visit.now.saturating_add(SignedDuration::from_millis(1));
    let until = until.unwrap_or(Timestamp::MAX);
    let history = app.store().history(&key, sku_id, from, until).await?;
    let ahead = match sku.applies_to {
        AppliesTo::Company => None,
        _ => Some(looked_ahead(&app, &key, sku_id, visit.now).await?),
    };
    let bought = bought(&app, &lens, &visit, &state.tenant, &snapshot, Some(sku_id)).await?;
    let product = lens.product(sku_id, &sku.part_number);
    let page = ProductPage {
        chart: drawn(&visit, &history, ahead.as_ref(), from),
        says: says(&visit, &product, &sku, days),
        forecast: visit
            .w
            .forecast(ahead.as_ref(), |day| format::day(day, visit.language())),
        level: domain::judge(&sku, &policy, snapshot.taken_at, visit.now),
        visit,
        place: Place::Licenses,
        tenant: state.tenant,
        sku,
        product,
        policy,
        days,
        history,
        bought,
    };
    page.visit.render(&page)
}

fn span(given: Option<&str>) -> Result<i64, Error> {
    let expected = "one of 30, 90, 365, 1095";
    let days = request::parsed("days", given, expected)?.unwrap_or(USUAL_SPAN);
    match SPANS.contains(&days) {
        true => Ok(days),
        false => Err(request::not("days", days, expected)),
    }
}

fn drawn(visit: &Visit, history: &History, ahead: Option<&Forecast>, from: Timestamp) -> Chart {
    let sketch = Sketch {
        history,
        forecast: ahead,
        from,
        now: visit.now,
        zone: &visit.zone,
        words: visit.w,
    };
    sketch.drawn()
}

fn says(visit: &Visit, product: &str, sku: &Sku, days: i64) -> String {
    let (used, all) = (
        visit.number_or_unknown(sku.units.consumed),
        visit.number_or_unknown(sku.units.assignable()),
    );
    visit.w.chart_says(product, used, all, visit.number(days))
}

impl ProductPage {
    fn why_unknown(&self) -> Option<String> {
        match self.level? {
            Level::Unknown(why) => {
                Some(self.visit.w.product_why_unknown(self.visit.w.unknown(why)))
            }
            _ => None,
        }
    }

    /// When it counts as low.
    fn rule(&self) -> Option<String> {
        let low = self.policy.low.seats(self.sku.units.assignable()?);
        let rule = self.visit.w.product_low_at(self.visit.number(low));
        Some(match self.policy.exclusion {
            Exclusion::None => rule,
            _ => format!("{rule}, {}", self.visit.w.product_no_alerts()),
        })
    }

    /// The newest changes, the newest first.
    fn points(&self) -> Vec<&store::Point> {
        let points = self.history.points.iter().rev();
        points.take(POINTS_SHOWN).collect()
    }

    /// Numbers that are worth a line only if they are not nothing.
    fn rare(&self) -> Vec<(&'static str, i64)> {
        let (w, units) = (self.visit.w, self.sku.units);
        [
            (w.product_warning(), units.warning),
            (w.product_suspended(), units.suspended),
            (w.product_locked_out(), units.locked_out),
        ]
        .into_iter()
        .filter_map(|(label, number)| Some((label, number.filter(|number| *number != 0)?)))
        .collect()
    }
}
