//! Version 2: resources with filters and pages, every number with the time it was seen.

mod walk;
mod page;
mod lens;
mod shapes;
mod tenants;
mod licenses;
mod history;
mod subscriptions;
mod refreshes;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(tenants::list))
        .routes(routes!(tenants::one))
        .routes(routes!(licenses::list))
        .routes(routes!(history::history))
        .routes(routes!(subscriptions::list))
        .routes(routes!(refreshes::order))
        .routes(routes!(refreshes::one))
}
