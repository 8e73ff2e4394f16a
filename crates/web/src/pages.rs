//! The pages, each a struct beside its handler and a template.

pub(crate) mod visit;
pub(crate) mod failure;
pub(crate) mod assets;
pub(crate) mod events;
pub(crate) mod start;
pub(crate) mod licenses;
pub(crate) mod alerts;
pub(crate) mod alert;
pub(crate) mod renewals;
pub(crate) mod monitoring;
pub(crate) mod deliveries;
pub(crate) mod audit;
pub(crate) mod tenant;
pub(crate) mod onboarding;
mod address;
mod back;
mod by_name;
mod choice;
mod done;
mod spark;
mod todo;
mod chart;
pub(crate) mod report;
mod kinds;
#[cfg(test)]
mod roles;

use domain::Level;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::App;

pub(crate) use spark::Sparks;
pub(crate) use visit::Visit;

/// In what language the page is to be.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Reading {
    /// `de` or `en`: from now on. Without it: as chosen last, else as Accept-Language says.
    #[allow(
        dead_code,
        reason = "the visit reads it; this lets the address take it"
    )]
    language: Option<String>,
}

/// Where in the navigation a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Licenses,
    Alerts,
    Renewals,
    Monitoring,
    Deliveries,
    Tenants,
    Audit,
    Elsewhere,
}

/// The word for a level, which is also its class; `none` if there is no judgement.
pub(crate) fn level_word(level: Option<Level>) -> &'static str {
    level.map_or("none", Level::as_str)
}

/// How many ranks there are.
pub(crate) const RANKS: usize = 6;

/// What needs a person ranks highest; what is not judged ranks lowest.
pub(crate) fn level_rank(level: Option<Level>) -> u8 {
    level.map_or(0, |level| level.rank() + 1)
}

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(start::page))
        .routes(routes!(events::events))
        .routes(routes!(licenses::page))
        .routes(routes!(tenant::page))
        .routes(routes!(tenant::product::page))
        .routes(routes!(onboarding::page, onboarding::acting::add))
        .routes(routes!(
            onboarding::setup::page,
            onboarding::acting::complete
        ))
        .routes(routes!(onboarding::acting::replace))
        .routes(routes!(onboarding::setup::certificate))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::acting::acknowledge))
        .routes(routes!(alerts::acting::snooze))
        .routes(routes!(alerts::acting::reopen))
        .routes(routes!(alert::page))
        .routes(routes!(renewals::page))
        .routes(routes!(renewals::acting::pin))
        .routes(routes!(monitoring::page))
        .routes(routes!(monitoring::acting::switch))
        .routes(routes!(monitoring::acting::refresh))
        .routes(routes!(deliveries::page))
        .routes(routes!(deliveries::acting::retry))
        .routes(routes!(report::page))
        .routes(routes!(audit::page))
        .routes(routes!(kinds::page))
        .merge(assets::router())
}
