//! Version 2: resources with filters and pages, every number with the time it was seen.

mod walk;
pub(crate) mod page;
mod listing;
mod lens;
mod outlook;
pub(crate) mod then;
mod shapes;
mod tenants;
pub(crate) mod licenses;
mod history;
pub(crate) mod subscriptions;
pub(crate) mod refreshes;
pub(crate) mod deliveries;
pub(crate) mod alerts;
pub(crate) mod channels;
mod policies;
pub(crate) mod renewals;
mod forecast;
pub(crate) mod audit;
mod changes;
mod exports;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::App;

pub(crate) use alerts::{Alert, DELIVERIES_SHOWN, find as find_alert};
pub(crate) use forecast::looked_ahead;
pub(crate) use lens::Lens;
pub(crate) use licenses::{Filter as LicenseFilter, License, licenses};
pub(crate) use shapes::{Gap, Judged};
pub(crate) use subscriptions::{Filter as SubscriptionFilter, Subscription, subscriptions};
pub(crate) use tenants::switched;
pub(crate) use walk::{Stop, Walk, known, present};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(tenants::list))
        .routes(routes!(tenants::one, tenants::switch))
        .routes(routes!(licenses::list))
        .routes(routes!(history::history))
        .routes(routes!(subscriptions::list))
        .routes(routes!(refreshes::order))
        .routes(routes!(refreshes::one))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::one))
        .routes(routes!(alerts::acting::acknowledge))
        .routes(routes!(alerts::acting::snooze))
        .routes(routes!(alerts::acting::reopen))
        .routes(routes!(alerts::acting::resolve))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::retry))
        .routes(routes!(channels::list))
        .routes(routes!(policies::list))
        .routes(routes!(
            policies::scoped::company,
            policies::scoped::set_company,
            policies::scoped::drop_company
        ))
        .routes(routes!(
            policies::scoped::tenant,
            policies::scoped::set_tenant,
            policies::scoped::drop_tenant
        ))
        .routes(routes!(
            policies::scoped::sku,
            policies::scoped::set_sku,
            policies::scoped::drop_sku
        ))
        .routes(routes!(renewals::list))
        .routes(routes!(renewals::calendar::calendar))
        .routes(routes!(renewals::pin::set, renewals::pin::drop))
        .routes(routes!(forecast::forecast))
        .routes(routes!(changes::changes))
        .routes(routes!(exports::export))
        .routes(routes!(audit::list))
        .routes(routes!(audit::file::file))
}
